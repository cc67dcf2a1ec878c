"""A real Net-SNMP agent that keeps the forwarding table of each VLAN behind an SNMPv3 context of its own, as Cisco's switches do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanners.coverage import Failure
from scanners.observation import Learnt, Observation
from scanners.snmp import ScanOptions, UsmUser, scan
from tests.servers import Snmpd
from tests.servers.process import free_port
from tests.servers.snmpd import COMMUNITY, PASSPHRASE

pytestmark = [
    pytest.mark.snmpd,
    pytest.mark.skipif(Snmpd.available() is not None, reason=Snmpd.available() or ""),
    pytest.mark.xdist_group("snmpd"),
]

SWITCH, FIRST_VLAN, SECOND_VLAN, WITHOUT = 1, 2, 3, 4
PORTS = """
override 1.3.6.1.2.1.2.2.1.3.10101 integer 6
override 1.3.6.1.2.1.2.2.1.3.10102 integer 6
override 1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1 integer 1
override 1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.10 integer 1
override 1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.20 integer 2
"""


def vlan(port: int, index: int, last: int) -> str:
    """The bridge table of an agent that stands for one VLAN: an address, learnt on a port."""
    return (
        f"override 1.3.6.1.2.1.17.1.4.1.2.{port} integer {index}\n"
        f"override 1.3.6.1.2.1.17.4.3.1.2.0.27.197.0.0.{last} integer {port}"
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """A switch whose contexts lead to two more agents, and one of the same kind without contexts."""
    port = free_port(*(f"127.16.0.{10 + number}" for number in range(1, 5)), kind=socket.SOCK_DGRAM)
    contexts = "\n".join(
        f"proxy -Cn vlan-{number} -v 2c -c {COMMUNITY} 127.16.0.{10 + agent}:{port} .1.3.6.1.2.1.17"
        for number, agent in ((1, FIRST_VLAN), (10, SECOND_VLAN))
    )
    access = "view everything included .1\nrouser u-sha1-aes128 authpriv -V everything vlan-*"
    folder: Path = tmp_path_factory.mktemp("vlans")
    extra = {
        SWITCH: f"{PORTS}\n{contexts}\n{access}",
        FIRST_VLAN: vlan(1, 10101, 16),
        SECOND_VLAN: vlan(2, 10102, 17),
        WITHOUT: PORTS,
    }
    server = Snmpd(folder, 4, port=port, extra=extra)
    server.start()
    yield server
    server.stop()


def read(lab: Snmpd, number: int) -> tuple[Observation, list[Failure]]:
    user = UsmUser("u-sha1-aes128", "SHA", PASSPHRASE, "AES", PASSPHRASE)
    options = ScanOptions((user,), port=lab.port, timeout=0.5, retries=2, rate=0, ping=False)
    found = list(scan([lab.agents[number - 1].address], options))
    (observation,) = (one for one in found if isinstance(one, Observation))
    return observation, [one for one in found if isinstance(one, Failure)]


def test_the_table_of_each_vlan_in_use_is_read_in_its_own_context(lab: Snmpd) -> None:
    observation, failures = read(lab, SWITCH)
    assert observation.learnt == (
        Learnt(10101, 1, ("00:1b:c5:00:00:10",)),
        Learnt(10102, 10, ("00:1b:c5:00:00:11",)),
    )
    assert not failures


def test_a_switch_without_such_contexts_is_read_all_the_same(lab: Snmpd) -> None:
    observation, failures = read(lab, WITHOUT)
    assert observation.interfaces
    assert not observation.learnt
    assert not failures
