"""Switches that keep a forwarding table for each VLAN behind a community of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanners.coverage import Coverage, Failure
from scanners.observation import Learnt, Observation
from scanners.snmp import ScanOptions, ber, scan
from scanners.snmp.options import Community
from tests.scanners.snmp.agents import FakeAgent, playing

SWITCH = """
1.3.6.1.2.1.1.1.0|4|Cisco IOS Software, C2960 Software
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.1208
1.3.6.1.2.1.2.2.1.2.10101|4|GigabitEthernet0/1
1.3.6.1.2.1.2.2.1.2.10102|4|GigabitEthernet0/2
1.3.6.1.2.1.2.2.1.3.10101|2|6
1.3.6.1.2.1.2.2.1.3.10102|2|6
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.10|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.20|2|2
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1002|2|1
"""
BY_VLAN = {
    1: "1.3.6.1.2.1.17.1.4.1.2.1|2|10101\n1.3.6.1.2.1.17.4.3.1.2.0.27.197.0.0.16|2|1\n",
    10: "1.3.6.1.2.1.17.1.4.1.2.2|2|10102\n1.3.6.1.2.1.17.4.3.1.2.0.27.197.0.0.17|2|2\n",
    20: "1.3.6.1.2.1.17.1.4.1.2.2|2|10102\n1.3.6.1.2.1.17.4.3.1.2.0.27.197.0.0.18|2|2\n",
}


def read(by_vlan: Mapping[int, str], text: str = SWITCH) -> tuple[Observation, list[Failure], set[bytes]]:
    """What a scan says of a switch, its failures, and the communities that it presented."""
    agents = {b"public": playing(text)}
    agents |= {f"public@{n}".encode(): playing(said, f"public@{n}".encode()) for n, said in by_vlan.items()}
    asked: set[bytes] = set()

    def answer(datagram: bytes) -> Iterable[bytes]:
        community = ber.decode(datagram).community
        asked.add(community)
        return agents[community](datagram) if community in agents else ()

    with FakeAgent(answer) as agent:
        options = ScanOptions(credentials=(Community("public"),), port=agent.port, timeout=0.5, ping=False)
        results = list(scan([agent.address], options))
    observation = next(one for one in results if isinstance(one, Observation))
    assert isinstance(results[-1], Coverage)
    return observation, [one for one in results if isinstance(one, Failure)], asked


def test_the_table_of_each_vlan_in_use_is_read_behind_its_own_community() -> None:
    observation, failures, asked = read(BY_VLAN)
    assert observation.learnt == (
        Learnt(10101, 1, ("00:1b:c5:00:00:10",)),
        Learnt(10102, 10, ("00:1b:c5:00:00:11",)),
    )
    assert not failures
    assert asked == {b"public", b"public@1", b"public@10"}


def test_a_switch_that_knows_no_such_community_is_asked_once_and_read_all_the_same() -> None:
    observation, failures, asked = read({})
    assert observation.interfaces
    assert not observation.learnt
    assert not failures
    assert asked == {b"public", b"public@1"}


def test_a_switch_that_tells_all_vlans_at_once_is_asked_no_further() -> None:
    whole = "1.3.6.1.2.1.17.7.1.2.2.1.2.10.0.27.197.0.0.17|2|2\n1.3.6.1.2.1.17.1.4.1.2.2|2|10102\n"
    observation, _failures, asked = read(BY_VLAN, SWITCH + whole)
    assert observation.learnt == (Learnt(10102, 10, ("00:1b:c5:00:00:11",)),)
    assert asked == {b"public"}


def test_the_communities_of_vlans_appear_nowhere_in_what_is_said() -> None:
    observation, _failures, _asked = read(BY_VLAN)
    assert "public@" not in repr(observation.to_json())
