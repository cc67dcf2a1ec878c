"""What a switch knows of its ports is read from the standard tables, whatever numbers they use and whatever they hold."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.observation import Learnt, Neighbour, Observation, ObservationError, WirelessClient
from scanners.replay import RecordedLink, Recording
from scanners.snmp import ber, tables
from scanners.snmp.collect import Bounds, Reading, read_device
from scanners.snmp.observe import observe
from scanners.snmp.profile_files import shipped

INTERFACES = """
1.3.6.1.2.1.1.1.0|4|Lab switch
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.17.1.1.0|4x|001bc5000001
1.3.6.1.2.1.2.2.1.2.101|4|GigabitEthernet1/0/1
1.3.6.1.2.1.2.2.1.2.102|4|GigabitEthernet1/0/2
1.3.6.1.2.1.2.2.1.2.103|4|GigabitEthernet1/0/3
1.3.6.1.2.1.2.2.1.2.900|4|Port-channel1
1.3.6.1.2.1.2.2.1.3.101|2|6
1.3.6.1.2.1.2.2.1.3.102|2|6
1.3.6.1.2.1.2.2.1.3.103|2|6
1.3.6.1.2.1.2.2.1.3.900|2|161
1.3.6.1.2.1.2.2.1.6.101|4x|001bc5000101
1.3.6.1.2.1.17.1.4.1.2.1|2|101
1.3.6.1.2.1.17.1.4.1.2.2|2|102
1.3.6.1.2.1.17.1.4.1.2.3|2|103
"""
Q_BRIDGE = """
1.3.6.1.2.1.17.7.1.2.2.1.2.10.0.27.197.0.0.17|2|2
1.3.6.1.2.1.17.7.1.2.2.1.2.10.0.27.197.0.0.16|2|2
1.3.6.1.2.1.17.7.1.2.2.1.2.20.0.27.197.0.0.18|2|3
1.3.6.1.2.1.17.7.1.2.2.1.2.20.0.27.197.0.1.1|2|1
1.3.6.1.2.1.17.7.1.2.2.1.2.20.0.27.197.0.0.19|2|0
1.3.6.1.2.1.17.7.1.2.2.1.2.20.1.0.94.0.0.1|2|3
"""
BRIDGE = """
1.3.6.1.2.1.17.4.3.1.2.0.27.197.0.0.16|2|2
1.3.6.1.2.1.17.7.1.4.5.1.1.2|66|30
"""
LLDP = """
1.0.8802.1.1.2.1.3.7.1.2.7|2|5
1.0.8802.1.1.2.1.3.7.1.3.7|4|GigabitEthernet1/0/3
1.0.8802.1.1.2.1.4.1.1.4.0.7.1|2|4
1.0.8802.1.1.2.1.4.1.1.5.0.7.1|4x|001bc5000002
1.0.8802.1.1.2.1.4.1.1.6.0.7.1|2|5
1.0.8802.1.1.2.1.4.1.1.7.0.7.1|4|Gi0/24
1.0.8802.1.1.2.1.4.1.1.9.0.7.1|4|sw-ecole
1.0.8802.1.1.2.1.4.1.1.10.0.7.1|4|Lab switch 2
1.0.8802.1.1.2.1.4.1.1.11.0.7.1|4x|2800
1.0.8802.1.1.2.1.4.1.1.12.0.7.1|4x|2000
1.0.8802.1.1.2.1.4.2.1.3.0.7.1.1.4.10.0.0.2|2|2
"""
CDP = """
1.3.6.1.4.1.9.9.23.1.2.1.1.3.102.1|2|1
1.3.6.1.4.1.9.9.23.1.2.1.1.4.102.1|4x|0a000009
1.3.6.1.4.1.9.9.23.1.2.1.1.6.102.1|4|SEP001BC5000009
1.3.6.1.4.1.9.9.23.1.2.1.1.7.102.1|4|Port 1
1.3.6.1.4.1.9.9.23.1.2.1.1.8.102.1|4|IP Phone 7841
1.3.6.1.4.1.9.9.23.1.2.1.1.9.102.1|4x|00000490
"""


def seen(*texts: str) -> Observation:
    reading = asyncio.run(
        read_device(RecordedLink(Recording.parse("".join(texts))), Bounds(), shipped().objects)
    )
    return observe(reading, shipped(), site="lab", at=datetime(2026, 11, 24, tzinfo=UTC))


def test_the_forwarding_table_is_grouped_by_port_and_vlan_without_what_is_its_own_or_nobody_s() -> None:
    assert seen(INTERFACES, Q_BRIDGE).learnt == (
        Learnt(102, 10, ("00:1b:c5:00:00:10", "00:1b:c5:00:00:11")),
        Learnt(103, 20, ("00:1b:c5:00:00:12",)),
    )


def test_without_vlans_the_port_s_own_is_taken() -> None:
    assert seen(INTERFACES, BRIDGE).learnt == (Learnt(102, 30, ("00:1b:c5:00:00:10",)),)


def test_the_table_of_vlans_is_preferred_and_the_other_not_even_asked() -> None:
    link = RecordedLink(Recording.parse(INTERFACES + Q_BRIDGE + BRIDGE))
    reading = asyncio.run(read_device(link, Bounds()))
    assert reading.column(tables.VLAN_LEARNT)
    assert len(reading.column(tables.BRIDGE_LEARNT)) <= 1


def test_a_filtering_database_is_no_vlan_where_the_device_says_which_vlan_it_serves() -> None:
    table = "1.3.6.1.2.1.17.7.1.2.2.1.2.4.0.27.197.0.0.16|2|2\n1.3.6.1.2.1.17.7.1.4.2.1.3.0.110|2|4\n"
    assert seen(INTERFACES, table).learnt[0].vlan == 110


def test_a_vlan_in_the_upper_half_of_a_number_is_read_there() -> None:
    assert seen(INTERFACES, "1.3.6.1.2.1.17.7.1.2.2.1.2.196608.0.27.197.0.0.16|2|2\n").learnt[0].vlan == 3


def test_what_is_learnt_and_heard_on_a_member_belongs_to_its_aggregate() -> None:
    member = "1.2.840.10006.300.43.1.2.1.1.13.103|2|900\n"
    observation = seen(INTERFACES, Q_BRIDGE, LLDP, member)
    assert [row.port for row in observation.learnt] == [102, 900]
    assert observation.neighbours[0].port == 900


def test_a_neighbour_is_read_with_its_port_name_addresses_and_what_it_does() -> None:
    assert seen(INTERFACES, LLDP).neighbours == (
        Neighbour(
            103, "lldp", "00:1b:c5:00:00:02", "sw-ecole", "Lab switch 2", "Gi0/24", ("10.0.0.2",), ("bridge",)
        ),
    )


def test_the_second_version_of_the_mib_says_the_same_one_column_further() -> None:
    lines = [line for line in LLDP.splitlines() if line.startswith("1.0.8802.1.1.2.1.4.1.1.")]
    moved = []
    for line in lines:
        name, rest = line.split("|", 1)
        column = int(name.split(".")[10]) + 1
        moved.append(f"1.3.111.2.802.1.1.13.1.4.1.1.{column}.0.103.1.1|{rest}")
    found = seen(INTERFACES, "\n".join(moved)).neighbours[0]
    assert (found.port, found.chassis, found.name, found.remote_port) == (
        103, "00:1b:c5:00:00:02", "sw-ecole", "Gi0/24",
    )  # fmt: skip


def test_a_phone_that_announces_itself_by_cdp_is_a_telephone() -> None:
    assert seen(INTERFACES, CDP).neighbours == (
        Neighbour(
            102, "cdp", "SEP001BC5000009", "SEP001BC5000009", "IP Phone 7841", "Port 1", ("10.0.0.9",), ("station", "telephone"),
        ),
    )  # fmt: skip


def test_an_address_that_a_maker_writes_out_is_an_address_all_the_same() -> None:
    written = LLDP.replace("|4x|001bc5000002", "|4|00:1B:C5:00:00:02")
    assert seen(INTERFACES, written).neighbours[0].chassis == "00:1b:c5:00:00:02"


def test_a_controller_leads_from_the_radio_to_the_access_point() -> None:
    table = """
1.3.6.1.4.1.14179.2.1.4.1.4.2.0.0.0.0.1|4x|a0b1c2d3e4f0
1.3.6.1.4.1.14179.2.1.4.1.7.2.0.0.0.0.1|4|agents
1.3.6.1.4.1.14179.2.2.1.1.33.160.177.194.211.228.240|4x|001bc5000031
"""
    assert seen(INTERFACES, table).clients == (
        WirelessClient("02:00:00:00:00:01", "00:1b:c5:00:00:31", "agents"),
    )


def test_a_bssid_leads_to_the_access_point_whose_radio_sends_it() -> None:
    table = """
1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.2.2.0.0.0.0.1|4x|a0b1c2d3e4f0
1.3.6.1.4.1.14823.2.2.1.5.2.2.1.1.12.2.0.0.0.0.1|4|agents
1.3.6.1.4.1.14823.2.2.1.5.2.1.7.1.2.0.27.197.0.0.49.1.160.177.194.211.228.240|4|agents
"""
    assert seen(INTERFACES, table).clients == (
        WirelessClient("02:00:00:00:00:01", "00:1b:c5:00:00:31", "agents"),
    )


CISCO_9800 = """
1.3.6.1.4.1.9.9.599.1.3.1.1.8.2.0.0.0.0.1|4x|a0b1c2d3e4f0
1.3.6.1.4.1.9.9.599.1.3.1.1.28.2.0.0.0.0.1|4|agents
1.3.6.1.4.1.9.9.513.1.1.1.1.2.160.177.194.211.228.240|4x|001bc5000031
"""
ZONE_DIRECTOR = """
1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.2.2.0.0.0.0.1|4x|001bc5000031
1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.4.2.0.0.0.0.1|4|agents
"""
HUAWEI_AC = """
1.3.6.1.4.1.2011.6.139.18.1.2.1.3.2.0.0.0.0.1|4x|001bc5000031
1.3.6.1.4.1.2011.6.139.18.1.2.1.18.2.0.0.0.0.1|4|agents
"""


@pytest.mark.parametrize(
    "table", [CISCO_9800, ZONE_DIRECTOR, HUAWEI_AC], ids=["Catalyst 9800", "ZoneDirector", "Huawei AC"]
)
def test_other_makers_controllers_tell_the_access_point_and_the_network_name(table: str) -> None:
    assert seen(INTERFACES, table).clients == (
        WirelessClient("02:00:00:00:00:01", "00:1b:c5:00:00:31", "agents"),
    )


def test_a_client_of_no_whole_address_is_left_out() -> None:
    table = "1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.2.2.0.0.0.0|4x|001bc5000031\n"
    assert seen(INTERFACES, table).clients == ()


def test_what_the_older_table_said_is_not_asked_of_the_newer() -> None:
    older = "1.3.6.1.4.1.14179.2.1.4.1.4.2.0.0.0.0.1|4x|001bc5000032\n"
    assert [one.access_point for one in seen(INTERFACES, older + CISCO_9800.strip()).clients] == [
        "00:1b:c5:00:00:32"
    ]


def test_an_access_point_lists_its_own_clients_by_radio() -> None:
    table = "1.3.6.1.4.1.14988.1.1.1.2.1.3.2.0.0.0.0.1.102|2|-63\n"
    assert seen(INTERFACES, table).clients == (WirelessClient("02:00:00:00:00:01", port=102),)


def test_a_table_without_end_is_read_up_to_a_limit_and_the_rest_of_the_device_is_kept() -> None:
    endless = "".join(
        f"1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.27.{n >> 16}.{n >> 8 & 255}.{n & 255}.9|2|2\n" for n in range(9000)
    )
    observation = seen(INTERFACES, endless, LLDP)
    assert sum(len(row.macs) for row in observation.learnt) == tables.MOST_LEARNT
    assert observation.neighbours


def test_the_digest_does_not_move_with_what_hangs_where() -> None:
    quiet, busy = seen(INTERFACES), seen(INTERFACES, Q_BRIDGE)
    assert quiet.facts == busy.facts
    assert quiet.digest() == busy.digest()
    assert seen(INTERFACES, LLDP).digest() == quiet.digest()


def test_it_all_survives_json() -> None:
    observation = seen(INTERFACES, Q_BRIDGE, LLDP, CDP)
    again = Observation.from_json(observation.to_json())
    assert (again.learnt, again.neighbours) == (observation.learnt, observation.neighbours)


@pytest.mark.parametrize(
    ("name", "rows", "where"),
    [
        ("learnt", [{"port": "x"}], "learnt[0].port"),
        ("learnt", [{"port": 1, "macs": "aa"}], "learnt[0].macs"),
        ("learnt", [{"port": 1, "macs": ["aa"] * 9000}, {"port": 2, "macs": ["aa"] * 9000}], "learnt"),
        ("neighbours", [{"port": 1}] * 1025, "neighbours"),
        ("clients", [{}], "mac"),
    ],
)
def test_a_list_that_lies_is_refused_by_name(name: str, rows: object, where: str) -> None:
    found = {**seen(INTERFACES).to_json(), name: rows}
    with pytest.raises(ObservationError, match=f"^{re.escape(where)}: "):
        Observation.from_json(found)


_COLUMNS = sorted(
    {column for table in tables.TABLES if table.most for column in table.columns} | {tables.BRIDGE_PORT}
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(_COLUMNS),
            st.lists(st.integers(0, 2**32 - 1), max_size=24).map(tuple),
            st.one_of(
                st.none(), st.integers(-(2**31), 2**64), st.binary(max_size=40), st.text(max_size=8),
                st.tuples(st.integers(0, 9)),
            ),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_any_junk_in_the_tables_makes_an_observation_that_can_be_stored(
    objects: list[tuple[ber.Oid, ber.Oid, ber.Value]],
) -> None:
    reading = Reading("10.0.0.1")
    reading.columns[tables.IF_TYPE] = {(101,): 6, (102,): 6}
    for column, index, value in objects:
        reading.columns.setdefault(column, {})[index] = value
    observation = observe(reading, shipped(), site="lab", at=datetime(2026, 11, 24, tzinfo=UTC))
    assert Observation.from_json(observation.to_json()).learnt == observation.learnt
