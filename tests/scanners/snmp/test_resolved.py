"""Routers and switches tell of their neighbours; other devices are not asked, and nonsense is left out."""

from __future__ import annotations

import pytest

from scanners.observation import Observation, Resolved
from scanners.snmp import ScanOptions, scan
from scanners.snmp.options import Community
from tests.scanners.snmp.agents import SWITCH, FakeAgent, playing

MAC, OTHER = "001ba9000001", "001ba9000002"
V6 = ".".join(str(octet) for octet in bytes.fromhex("20010db8000000000000000000000007"))
LINK_LOCAL = ".".join(str(octet) for octet in bytes.fromhex("fe800000000000000000000000000007"))
ROUTER = (
    SWITCH
    + f"""
1.3.6.1.2.1.4.1.0|2|1
1.3.6.1.2.1.4.20.1.2.10.1.0.1|2|1
1.3.6.1.2.1.4.22.1.2.1.10.1.0.1|4x|001b2c030401
1.3.6.1.2.1.4.22.1.2.1.10.1.0.7|4x|{MAC}
1.3.6.1.2.1.4.22.1.2.1.10.1.0.8|4x|ffffffffffff
1.3.6.1.2.1.4.22.1.2.1.224.0.0.1|4x|01005e000001
1.3.6.1.2.1.4.22.1.2.1.300.0.0.1|4x|{MAC}
1.3.6.1.2.1.4.35.1.4.1.1.4.10.1.0.9|4x|{OTHER}
1.3.6.1.2.1.4.35.1.4.1.1.4.10.1.0.10|4x|{OTHER}
1.3.6.1.2.1.4.35.1.4.1.2.16.{LINK_LOCAL}|4x|{MAC}
1.3.6.1.2.1.4.35.1.4.1.2.16.{V6}|4x|{MAC}
1.3.6.1.2.1.4.35.1.4.1.2.4.1.2.3.4|4x|{MAC}
1.3.6.1.2.1.4.35.1.6.1.1.4.10.1.0.9|2|3
1.3.6.1.2.1.4.35.1.6.1.1.4.10.1.0.10|2|2
"""
)


def observed(text: str) -> Observation:
    with FakeAgent(playing(text)) as agent:
        chosen = ScanOptions(
            (Community("public"),), port=agent.port, timeout=0.3, retries=1, rate=0, ping=False
        )
        return next(one for one in scan([agent.address], chosen) if isinstance(one, Observation))


def colons(digits: str) -> str:
    return bytes.fromhex(digits).hex(":")


def test_a_router_tells_of_its_ipv4_and_ipv6_neighbours() -> None:
    assert observed(ROUTER).resolved == (
        Resolved("10.1.0.7", colons(MAC)),
        Resolved("10.1.0.9", colons(OTHER)),
        Resolved("2001:db8::7", colons(MAC)),
    )


def test_neighbours_make_no_other_observation_of_the_router() -> None:
    plain = "\n".join(
        line for line in ROUTER.splitlines() if not line.startswith(("1.3.6.1.2.1.4.22", "1.3.6.1.2.1.4.35"))
    )
    assert observed(plain).digest() == observed(ROUTER).digest()


@pytest.mark.parametrize("forwards", ["2", "1"])
def test_only_what_forwards_or_bridges_is_asked(forwards: str) -> None:
    lines = [line for line in ROUTER.splitlines() if not line.startswith("1.3.6.1.2.1.17")]
    text = "\n".join(lines).replace("1.3.6.1.2.1.4.1.0|2|1", f"1.3.6.1.2.1.4.1.0|2|{forwards}")
    assert bool(observed(text).resolved) == (forwards == "1")


def test_neighbours_survive_the_way_through_json() -> None:
    seen = observed(ROUTER)
    assert Observation.from_json(seen.to_json()).resolved == seen.resolved
