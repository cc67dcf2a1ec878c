"""How fast the silent and the talking are told apart on a /16, beside onesixtyone and pysnmp's own high-level interface."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import subprocess
import tempfile
import time
from array import array
from collections.abc import Iterator

from benchmarks import devices
from benchmarks.measure import Result, Skipped, skipped
from scanners.snmp import Community
from scanners.snmp.session import probe
from scanners.snmp.sweep import Manner, Pace, Sweep
from scanners.snmp.targets import dotted

NAME = "Sweep of a /16 of loopback, 2,000 of 65,536 addresses alive, timeout 1 s"
GOAL = "at least 10,000 addresses a second with a retry round, none lost"

FIRST = 127 << 24 | 80 << 16
SIZE = 65_536
ALIVE = 2_000
SPREAD = SIZE // ALIVE
# Slow peers get a smaller range with the same share alive: their speed is bounded by their concurrency, not by the range.
SMALL = 2_048
AT_ONCE = 500


def alive() -> list[int]:
    """The addresses that answer, spread over the whole range."""
    return [FIRST + number * SPREAD + 7 for number in range(ALIVE)]


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """The devices, for all runs."""
    with devices.serving([dotted(address) for address in alive()]):
        yield


def run() -> list[Result]:
    """One run of each, in turn, so that they meet the same machine."""
    return [_own(1), _own(0), _onesixtyone(), _pysnmp()]


def _own(retries: int) -> Result:
    found: set[int] = set()
    addresses = array("I", range(FIRST, FIRST + SIZE))
    sweep = Sweep(
        addresses, [probe(Community(devices.COMMUNITY))], lambda address, _which, _engine: found.add(address)
    )
    begun = time.perf_counter()
    asyncio.run(sweep.run(devices.PORT, Manner(Pace(0), wait=1.0, retries=retries)))
    took = time.perf_counter() - begun
    if retries:
        assert found == set(alive()), f"{ALIVE - len(found)} of {ALIVE} devices were lost"
    rounds = "a retry round" if retries else "one round"
    return Result(
        f"Parc, {rounds}",
        SIZE / took,
        "addresses/s",
        10_000 if retries else None,
        note=f"found {len(found)}/{ALIVE}",
    )


def _onesixtyone() -> Result:
    program = shutil.which("onesixtyone")
    if program is None:
        return skipped("onesixtyone -w 0", "it is not installed (Debian package onesixtyone)")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as hosts:
        hosts.write("".join(f"{dotted(FIRST + place)}\n" for place in range(SIZE)))
        hosts.flush()
        begun = time.perf_counter()
        command = [program, "-p", str(devices.PORT), "-w", "0", "-i", hosts.name, devices.COMMUNITY]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun
    found = len(set(re.findall(r"127\.\d+\.\d+\.\d+(?= \[)", done.stdout)))
    return Result("onesixtyone -w 0", SIZE / took, "addresses/s", note=f"found {found}/{ALIVE}")


def _pysnmp() -> Result:
    try:
        from pysnmp.hlapi.v3arch import asyncio as hlapi
    except ImportError:
        raise Skipped("pysnmp is not installed") from None
    begun = time.perf_counter()
    found = asyncio.run(_ask_all(hlapi))
    took = time.perf_counter() - begun
    share = sum(address < FIRST + SMALL for address in alive())
    return Result(
        f"pysnmp v3arch, {AT_ONCE} at once, {SMALL:,} addresses",
        SMALL / took,
        "addresses/s",
        note=f"found {found}/{share}",
    )


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
