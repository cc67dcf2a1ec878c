"""How fast the silent and the talking are told apart on a /16, beside onesixtyone and pysnmp's own high-level interface."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import tempfile
from array import array
from collections.abc import Iterator

from benchmarks import devices
from benchmarks.contents import plain
from benchmarks.devices import Device
from benchmarks.measure import Effort, Result, ratio, skipped
from scanners.snmp import Community
from scanners.snmp.session import probe
from scanners.snmp.sweep import Manner, Pace, Sweep
from scanners.snmp.targets import dotted

NAME = "Sweep of a /16 of loopback, 2,000 of 65,536 addresses alive, timeout 1 s, every tool in turn"
GOAL = (
    "one round 1.5 × as fast as onesixtyone and 150 × as pysnmp v3arch; 10,000 addresses a second with a retry round; "
    "2,000 found, and 1,995 where a tenth of the questions is lost and three rounds ask again"
)

FIRST, LOSSY = 127 << 24 | 80 << 16, 127 << 24 | 81 << 16
SIZE = 65_536
ALIVE = 2_000
SPREAD = SIZE // ALIVE
LOST_OF_1000 = 100
# Slow peers get a smaller range with the same share alive: their speed is bounded by their concurrency, not by the range.
SMALL = 4_096
AT_ONCE = 500


def alive(first: int) -> list[int]:
    """The addresses that answer, spread over the whole range."""
    return [first + number * SPREAD + 7 for number in range(ALIVE)]


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """The devices, for all runs: once as they are, once behind a network that loses a tenth."""
    played = [
        Device(dotted(address), plain(number), loss)
        for first, loss in ((FIRST, 0), (LOSSY, LOST_OF_1000))
        for number, address in enumerate(alive(first))
    ]
    with devices.serving(played):
        yield


def run() -> list[Result]:
    """One run of each, in turn, so that they meet the same machine."""
    once, peer, slow = _own(0), _onesixtyone(), _pysnmp()
    return [
        once,
        peer,
        slow,
        ratio("Parc, one round ÷ onesixtyone", once.value, peer.value, goal=1.5, why=peer.note),
        ratio("Parc, one round ÷ pysnmp v3arch", once.value, slow.value, goal=150),
        _own(1, goal=10_000),
        _found("Parc finds, two rounds", FIRST, 1, ALIVE),
        _found("Parc finds at 10 % loss, three retry rounds", LOSSY, 3, 1_995),
    ]


def _sweep(first: int, retries: int) -> set[int]:
    found: set[int] = set()
    addresses = array("I", range(first, first + SIZE))
    sweep = Sweep(
        addresses, [probe(Community(devices.COMMUNITY))], lambda address, _which, _engine: found.add(address)
    )
    asyncio.run(sweep.run(devices.PORT, Manner(Pace(0), wait=1.0, retries=retries)))
    return found


def _own(retries: int, goal: float | None = None) -> Result:
    with Effort() as effort:
        found = _sweep(FIRST, retries)
    rounds = "a retry round" if retries else "one round"
    return effort.rate(f"Parc, {rounds}", SIZE, "addresses/s", goal=goal, note=f"found {len(found)}/{ALIVE}")


def _found(name: str, first: int, retries: int, goal: int) -> Result:
    found = _sweep(first, retries)
    assert found <= set(alive(first)), "an address was found where there is no device"
    return Result(name, len(found), f"of {ALIVE:,}", goal)


def _onesixtyone() -> Result:
    program = shutil.which("onesixtyone")
    if program is None:
        return skipped("onesixtyone -w 0", "it is not installed (Debian package onesixtyone)")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as hosts:
        hosts.write("".join(f"{dotted(FIRST + place)}\n" for place in range(SIZE)))
        hosts.flush()
        command = [program, "-p", str(devices.PORT), "-w", "0", "-i", hosts.name, devices.COMMUNITY]
        with Effort() as effort:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = len(set(re.findall(r"127\.\d+\.\d+\.\d+(?= \[)", done.stdout)))
    return effort.rate("onesixtyone -w 0", SIZE, "addresses/s", note=f"found {found}/{ALIVE}")


def _pysnmp() -> Result:
    from pysnmp.hlapi.v3arch import asyncio as hlapi

    with Effort() as effort:
        found = asyncio.run(_ask_all(hlapi))
    share = sum(address < FIRST + SMALL for address in alive(FIRST))
    name = f"pysnmp v3arch, {AT_ONCE} at once, {SMALL:,} addresses"
    return effort.rate(name, SMALL, "addresses/s", note=f"found {found}/{share}")


async def _ask_all(hlapi) -> int:  # type: ignore[no-untyped-def]  # pysnmp has no types
    engine, gate = hlapi.SnmpEngine(), asyncio.Semaphore(AT_ONCE)
    name = hlapi.ObjectType(hlapi.ObjectIdentity("1.3.6.1.2.1.1.2.0"))

    async def ask(address: int) -> bool:
        async with gate:
            target = await hlapi.UdpTransportTarget.create(
                (dotted(address), devices.PORT), timeout=1, retries=0
            )
            community = hlapi.CommunityData(devices.COMMUNITY)
            trouble, *_ = await hlapi.get_cmd(
                engine, community, target, hlapi.ContextData(), name, lookupMib=False
            )
            return trouble is None

    answers = await asyncio.gather(*(ask(FIRST + place) for place in range(SMALL)))
    engine.close_dispatcher()
    return sum(answers)
