"""A device is named by general rules, each answer has its reason, and what is not known stays unknown."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from scanners.observation import KINDS
from scanners.snmp.enterprises import Enterprise, enterprise_of, enterprises
from tests.scanners.snmp import recordings
from tests.scanners.snmp.agents import SWITCH
from tests.scanners.snmp.recordings import seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            recordings.PRINTER,
            {"kind": "printer", "manufacturer": "Kyocera", "model": "ECOSYS P3145dn", "serial": "VCG1234567"},
        ),
        (
            recordings.MULTIFUNCTION,
            {
                "kind": "multifunction_printer",
                "manufacturer": "Ricoh",
                "model": "IM C2500",
                "firmware": "1.20",
            },
        ),
        (
            recordings.UPS,
            {"kind": "ups", "manufacturer": "Infosec", "model": "E4 Evolution 1500", "firmware": "2.07"},
        ),
        (
            recordings.STACK,
            {
                "kind": "switch",
                "manufacturer": "Cisco",
                "model": "WS-C2960X-48FPS-L",
                "serial": "FOC2001A001",
                "firmware": "15.2(7)E4",
            },
        ),
        (recordings.WINDOWS, {"kind": "server", "name": "SRV-FICHIERS", "memory_bytes": 16777216 * 1024}),
        (recordings.LINUX, {"kind": "computer", "firmware": "5.10.0-21-amd64"}),
        (
            recordings.NAS,
            {"kind": "storage", "manufacturer": "Synology", "model": "DS920+", "serial": "2080SBRABC123"},
        ),
        (
            SWITCH,
            {
                "kind": "switch",
                "manufacturer": "Labswitch",
                "model": "LS-3",
                "firmware": "1.3.0",
                "location": "Hôtel",
            },
        ),
    ],
)
def test_devices_are_named(text: str, expected: dict[str, Any]) -> None:
    observation = seen(text)
    assert {name: observation.facts.get(name) for name in expected} == expected
    assert all(observation.evidence[name] for name in expected)


def test_nothing_is_invented_about_a_device_that_says_nothing() -> None:
    facts = seen(recordings.NOBODY).facts
    assert not {"kind", "manufacturer", "model", "serial", "firmware"} & set(facts)


def test_junk_is_nothing() -> None:
    observation = seen(recordings.JUNK)
    assert not {"serial", "model", "name", "location"} & set(observation.facts)
    assert observation.source_key == "address:10.1.2.3"
    assert {one.kind for one in observation.identifiers} == {"ip"}


def test_the_host_name_of_a_linux_machine_does_not_make_it_a_switch() -> None:
    assert seen(recordings.LINUX).facts["kind"] != "switch"


def test_windows_is_no_maker_and_its_print_queue_no_printer() -> None:
    facts = seen(recordings.WINDOWS).facts
    assert "manufacturer" not in facts
    assert facts["kind"] == "server"


def test_members_of_a_stack_are_its_components() -> None:
    found = seen(recordings.STACK).components
    assert [(one.kind, one.serial) for one in found] == [
        ("power_supply", "LIT2001PSU1"),
        ("chassis", "FOC2001A002"),
    ]
    assert found[1].name == "Switch 2"


def test_a_printer_s_supplies_are_amounts_only_where_it_gives_amounts() -> None:
    toner, waste, drum = seen(recordings.PRINTER).supplies
    assert (toner.name, toner.kind, toner.color, toner.unit, toner.level, toner.capacity, toner.state) == (
        "TK-3160",
        "toner",
        "black",
        "impressions",
        5000,
        12500,
        None,
    )
    assert (waste.kind, waste.level, waste.capacity, waste.state) == ("waste_toner", None, None, "some_left")
    assert (drum.kind, drum.unit, drum.level, drum.state) == ("photoconductor", "percent", None, "unknown")


def test_a_printer_s_life_is_a_counter() -> None:
    (life,) = seen(recordings.PRINTER).counters
    assert (life.name, life.unit, life.value) == ("life", "impressions", 48211)


def test_a_tray_is_paper_of_which_the_printer_may_know_only_that_some_is_left() -> None:
    said = recordings.PRINTER + recordings.TRAYS
    first, second, manual = [one for one in seen(said).supplies if one.kind == "paper"]
    assert (first.name, first.unit, first.level, first.capacity, first.state) == (
        "Cassette 1",
        "sheets",
        120,
        500,
        None,
    )
    assert (second.level, second.capacity, second.state) == (None, 250, "some_left")
    assert (manual.name, manual.level, manual.capacity, manual.state) == ("MP tray", None, None, "unknown")


def test_a_printer_s_alerts_are_in_its_own_words_and_the_critical_first() -> None:
    observation = seen(recordings.PRINTER + recordings.TRAYS)
    assert observation.facts["alerts"] == ("Paper jam", "Toner low")
    assert observation.digest() == seen(recordings.PRINTER + recordings.TRAYS.replace("jam", "out")).digest()


def test_makers_meters_are_told_apart_by_use_and_colour() -> None:
    found = {one.name: (one.value, one.unit) for one in seen(recordings.COUNTING).counters}
    assert found == {
        "life": (52011, "impressions"),
        "total": (52011, "impressions"),
        "mono": (41000, "impressions"),
        "color": (11011, "impressions"),
        "a3": (311, "impressions"),
        "duplex": (9000, "sheets"),
        "copies": (12000, "impressions"),
        "scans": (700, "pages"),
    }


def test_a_meter_may_be_the_sum_of_several_and_what_is_no_amount_counts_nothing() -> None:
    found = {one.name: one.value for one in seen(recordings.SUMMING).counters}
    assert found == {"copies": 30, "mono": 10, "color": 20}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SWITCH, "serial:Labswitch:LAB00099"),
        (recordings.PRINTER, "serial:Kyocera:VCG1234567"),
        (SWITCH.replace("LAB00099", ""), "base_mac:00:1b:2c:03:04:00"),
        (recordings.LINUX, "address:10.1.2.3"),
    ],
)
def test_a_device_is_known_by_its_strongest_lasting_key(text: str, key: str) -> None:
    assert seen(text).source_key == key


def test_a_cloned_engine_id_never_is_the_key() -> None:
    said = (
        "\n".join(line for line in SWITCH.splitlines() if "001b2c" not in line and "LAB00099" not in line)
        + "\n"
    )
    cloned = said + "1.3.6.1.6.3.10.2.1.1.0|4x|80001f8804c0ffee00112233\n"
    with_a_mac = said + "1.3.6.1.6.3.10.2.1.1.0|4x|800000090300001b2c030400\n".replace(
        "00001b2c030400", "001b2c030400"
    )
    assert seen(cloned).source_key == "address:10.1.2.3"
    assert ("engine_id", "80001f8804c0ffee00112233") in {
        (one.kind, one.value) for one in seen(cloned).identifiers
    }
    assert seen(with_a_mac).source_key == "engine_id:8000000903001b2c030400"


def test_the_macs_of_ports_are_weak_and_only_real_ones_count() -> None:
    virtual = (
        SWITCH
        + """
1.3.6.1.2.1.2.2.1.3.3|2|6
1.3.6.1.2.1.2.2.1.6.3|4x|005056010203
1.3.6.1.2.1.2.2.1.3.4|2|24
1.3.6.1.2.1.2.2.1.6.4|4x|001b2c999999
1.3.6.1.2.1.2.2.1.3.5|2|6
1.3.6.1.2.1.2.2.1.6.5|4x|9a49bacd1de6
"""
    )
    found = [one for one in seen(virtual).identifiers if one.kind in {"mac", "base_mac"}]
    assert [(one.kind, one.value) for one in found] == [
        ("base_mac", "00:1b:2c:03:04:00"),
        ("mac", "00:1b:2c:03:04:01"),
        ("mac", "00:1b:2c:03:04:02"),
    ]


def test_the_first_real_port_stands_for_a_switch_that_names_no_base_address() -> None:
    said = "\n".join(
        line for line in SWITCH.splitlines() if ".17.1.1.0" not in line and "LAB00099" not in line
    )
    assert seen(said).source_key == "base_mac:00:1b:2c:03:04:01"


def test_a_printer_with_one_port_has_it_as_its_base_address() -> None:
    found = {(one.kind, one.value) for one in seen(recordings.PRINTER).identifiers}
    assert ("base_mac", "00:17:c8:01:02:03") in found


def test_interfaces_carry_their_addresses_and_speed() -> None:
    text = (
        SWITCH
        + """
1.3.6.1.2.1.2.2.1.5.1|66|4294967295
1.3.6.1.2.1.31.1.1.1.1.1|4|Gi1/0/1
1.3.6.1.2.1.31.1.1.1.15.1|66|10000
1.3.6.1.2.1.31.1.1.1.18.1|4|to the library
1.3.6.1.2.1.2.2.1.8.1|2|1
1.3.6.1.2.1.4.20.1.2.10.1.2.3|2|1
1.3.6.1.2.1.4.34.1.3.1.4.10.1.2.255|2|1
1.3.6.1.2.1.4.34.1.4.1.4.10.1.2.255|2|3
1.3.6.1.2.1.4.34.1.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1|2|1
"""
    )
    first = seen(text).interfaces[0]
    assert (first.name, first.description, first.speed_bps, first.oper_up) == (
        "Gi1/0/1",
        "to the library",
        10**10,
        True,
    )
    assert first.addresses == ("10.1.2.3", "2001:db8::1")


def test_the_night_s_digest_is_the_same_from_any_of_its_addresses() -> None:
    text = recordings.PRINTER + "1.3.6.1.2.1.4.20.1.2.10.1.2.3|2|1\n1.3.6.1.2.1.4.20.1.2.10.1.2.4|2|1\n"
    assert seen(text).digest() == seen(text, "10.1.2.4").digest()


def test_every_trade_in_the_makers_table_is_a_kind() -> None:
    assert {one.kind for one in enterprises().values()} - {None} <= KINDS


UNKNOWN = "1.3.6.1.2.1.1.1.0|4|Box\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99997.4\n"
PORTS = "".join(f"1.3.6.1.2.1.2.2.1.3.{n}|2|6\n" for n in range(1, 49))
FEW_PORTS = "".join(f"1.3.6.1.2.1.2.2.1.3.{n}|2|6\n" for n in range(1, 9))
BRIDGING = "1.3.6.1.2.1.17.4.3.1.2.0.27.44.3.4.1|2|1\n"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (UNKNOWN + PORTS, "switch"),
        (UNKNOWN + FEW_PORTS, None),
        (UNKNOWN + FEW_PORTS + BRIDGING, "switch"),
        (UNKNOWN + FEW_PORTS + "1.3.6.1.2.1.2.2.1.3.99|2|71\n", "access_point"),
        (recordings.LINUX + PORTS, "computer"),
        (UNKNOWN.replace("99997.4", "3323.1"), "network_appliance"),
        (
            UNKNOWN.replace("99997.4", "43564.2.6") + "1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5\n",
            "label_printer",
        ),
    ],
)
def test_what_no_word_tells_its_ports_or_its_maker_may(said: str, kind: str | None) -> None:
    assert seen(said).facts.get("kind") == kind


@pytest.mark.parametrize(
    ("description", "firmware"),
    [
        (
            "Thing Operating System Version: 2.0 Application Software Version: 9.14(1.7) Series: X",
            "9.14(1.7)",
        ),
        ("Thing, Hardware version 3.1, Firmware version 1.4.2", "1.4.2"),
        ("Thing (revision 199506)", None),
        ("Thing Boot 1.2.3, SW: v8.31", "v8.31"),
        ("Thing HW:02 FW:7.5.0.2 SW:v7.6.1.033", "v7.6.1.033"),
    ],
)
def test_the_version_of_the_whole_software_is_the_firmware(description: str, firmware: str | None) -> None:
    assert seen(UNKNOWN.replace("Box", description)).facts.get("firmware") == firmware


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("Acme ePDU 36U-C", "pdu"),
        ("Acme Automatic Transfer Switch", "pdu"),
        ("Acme RackSwitch G8", "switch"),
        ("Acme 8-port KVM over IP switch", "management_board"),
        ("Acme Environmental Monitoring Unit", "environment_probe"),
        ("Acme AC40 Cloud Managed AP", "access_point"),
        ("Acme Laser MFP 31", "multifunction_printer"),
        ("Acme network video recorder", "camera"),
        ("Acme IPBX", "pbx"),
        ("Acme conference phone", "desk_phone"),
        ("Acme tape library", "storage"),
        ("Acme NTP server", "network_appliance"),
        ("Acme audio codec", None),
        ("Acme building gateway", None),
        ("Acme LTE gateway", "router"),
        ("Acme appliance in QEMU/KVM", None),
    ],
)
def test_a_word_that_names_the_thing_is_its_kind(description: str, kind: str | None) -> None:
    assert seen(UNKNOWN.replace("Box", description)).facts.get("kind") == kind


def test_no_enterprise_number_stands_twice_in_the_makers_table() -> None:
    table = resources.files("scanners.snmp").joinpath("enterprises.tsv").read_text("utf-8")
    numbers = [line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")]
    assert len(numbers) == len(set(numbers))


def test_an_order_number_is_no_model() -> None:
    said = UNKNOWN + "1.3.6.1.2.1.47.1.1.1.1.5.1|2|3\n1.3.6.1.2.1.47.1.1.1.1.13.1|4|186-2003-901\n"
    assert "model" not in seen(said).facts


def test_a_generic_agent_s_number_names_no_maker() -> None:
    assert enterprise_of((1, 3, 6, 1, 4, 1, 8072, 3)) == Enterprise(8072)
    assert enterprise_of((1, 3, 6, 1, 4, 1, 9, 1)) == Enterprise(9, "Cisco")
    assert enterprise_of((1, 3, 6, 1, 2, 1)) is None


def test_what_a_device_tells_its_neighbours_is_heard_too() -> None:
    facts = seen(recordings.NEIGHBOURLY).facts
    assert (facts["model"], facts["serial"], facts["firmware"]) == ("LS-9", "LAB000777", "4.2")


def test_a_description_for_neighbours_tells_serial_and_version() -> None:
    said = recordings.NOBODY + "1.0.8802.1.1.2.1.3.4.0|4|Falcon, SW: 6.4.7.4, SN: 704014060011\n"
    assert seen(said).facts["serial"] == "704014060011"
    assert seen(said).facts["firmware"] == "6.4.7.4"


@pytest.mark.parametrize(
    ("description", "model"),
    [
        ("Corp Router Model: Vigil20 Series, Version: 3.8.8.2", "Vigil20 Series"),
        ("Microwave ZD1200", "ZD1200"),
        ("CentreBox 9924Ts, version 3.2.1-04, built 08-Sep-2009", "CentreBox 9924Ts"),
        ("SiteChief 550 2.11.280 STD", "SiteChief 550"),
        ("Thing", None),
        ("SomeOS version 3.2.1", None),
        ("V220100", None),
        ("de-hidden-ap-02", None),
        ("Management Card of the 5PX", None),
        ("NS-BSD SN210A00G0011A8 amd64", None),
        ("Adaptive Security Appliance Version 9.12(4)58", None),
        ("Built-in 11b/g/n Print Server", None),
        ("NC-8800h, Firmware Ver.1.23", None),
        ("Thing OS10 Enterprise", None),
    ],
)
def test_a_description_names_the_model_only_where_it_looks_like_one(
    description: str, model: str | None
) -> None:
    said = UNKNOWN.replace("Box", description).replace("99997.4", "3323.1")
    assert seen(said).facts.get("model") == model


def test_a_device_s_own_name_is_no_model() -> None:
    said = UNKNOWN.replace("Box", "Hall 12") + "1.3.6.1.2.1.1.5.0|4|Hall 12\n"
    assert "model" not in seen(said).facts


def test_a_stack_without_a_chassis_has_the_serial_that_its_parts_share() -> None:
    said = UNKNOWN + (
        "1.3.6.1.2.1.47.1.1.1.1.5.1|2|11\n1.3.6.1.2.1.47.1.1.1.1.5.101|2|5\n1.3.6.1.2.1.47.1.1.1.1.5.201|2|9\n"
        "1.3.6.1.2.1.47.1.1.1.1.5.301|2|6\n1.3.6.1.2.1.47.1.1.1.1.11.301|4|PSU000011\n"
        "1.3.6.1.2.1.47.1.1.1.1.11.101|4|UNIT000011\n1.3.6.1.2.1.47.1.1.1.1.11.201|4|UNIT000011\n"
        "1.3.6.1.2.1.47.1.1.1.1.9.201|4|1.1.2.0\n"
    )
    assert (seen(said).facts["serial"], seen(said).facts["firmware"]) == ("UNIT000011", "1.1.2.0")
    assert [one.serial for one in seen(said).components] == ["PSU000011"]
    other = said + "1.3.6.1.2.1.47.1.1.1.1.11.1|4|UNIT000022\n"
    assert "serial" not in seen(other).facts
