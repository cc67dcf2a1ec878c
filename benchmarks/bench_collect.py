"""How fast four subtrees of many devices are read, beside pysnmp v1arch and gufo_snmp: the same devices, the same objects."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence

from benchmarks import devices
from benchmarks.contents import LEAST, MOST, SUBTREES, large, recorded
from benchmarks.devices import Device
from benchmarks.measure import Effort, Result, ratio, skipped
from scanners.snmp import Community
from scanners.snmp.collect import Bounds, Walk
from scanners.snmp.community import CommunityLink, CommunityPort

DEVICES = 200
NAME = f"Four subtrees (system, ifTable, ENTITY-MIB, Printer-MIB) of {DEVICES} devices of {LEAST} to {MOST:,} objects"
GOAL = "25 × as fast as pysnmp v1arch, 0.7 × as much for a second of processor as gufo_snmp (written in Rust)"
AT_ONCE = 200
PEERS_AT_ONCE = 50
REPETITIONS = 25

_addresses: list[str] = []


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """The devices, for all runs."""
    _addresses[:] = [f"127.82.0.{number}" for number in range(1, DEVICES + 1)]
    objects = large(DEVICES)
    print(f"  devices: {sum(text in recorded() for text in objects)} public recordings, the others made up")
    with devices.serving(Device(*one) for one in zip(_addresses, objects, strict=True)):
        yield


def run() -> list[Result]:
    """One run of each, in turn, so that they meet the same machine."""
    ours, objects = _own()
    slow, theirs = _pysnmp()
    assert objects == theirs, f"Parc read {objects} objects and pysnmp {theirs}"
    fast = _gufo(objects)
    per_cpu = None if fast.cpu is None or ours.cpu is None else fast.cpu / ours.cpu
    return [
        ours,
        slow,
        fast,
        ratio("Parc ÷ pysnmp v1arch", ours.value, slow.value, goal=25),
        ratio("Parc ÷ gufo_snmp, for a second of processor", per_cpu, 1.0, goal=0.7, why=fast.note),
    ]


async def _each(read: Callable[[str], Awaitable[int]], at_once: int) -> int:
    gate = asyncio.Semaphore(at_once)

    async def one(address: str) -> int:
        async with gate:
            return await read(address)

    return sum(await asyncio.gather(*map(one, _addresses)))


def _own() -> tuple[Result, int]:
    async def everything() -> int:
        port = CommunityPort()
        await port.open(devices.PORT)

        async def read(address: str) -> int:
            walk = Walk(CommunityLink(port, address, Community(devices.COMMUNITY)), Bounds())
            await walk.read(SUBTREES, "subtrees")
            assert walk.reading.whole
            return sum(map(len, walk.reading.columns.values()))

        try:
            return await _each(read, AT_ONCE)
        finally:
            port.close()

    with Effort() as effort:
        objects = asyncio.run(everything())
    note = f"{objects:,} objects"
    return effort.rate(f"Parc, {AT_ONCE} at once", DEVICES, "devices/s", note=note), objects


def _pysnmp() -> tuple[Result, int]:
    from pysnmp.hlapi.v1arch import asyncio as hlapi
    from pysnmp.proto.rfc1902 import Null, ObjectName

    async def everything() -> int:
        dispatcher = hlapi.SnmpDispatcher()

        async def read(address: str) -> int:
            place = (address, devices.PORT)
            target = await hlapi.UdpTransportTarget.create(place, timeout=2, retries=3)
            community = hlapi.CommunityData(devices.COMMUNITY, mpModel=1)  # noqa: S508 (v2c is what is compared)

            async def ask(oid: tuple[int, ...]) -> Sequence[tuple[int, ...]]:
                name = (ObjectName(oid), Null(""))
                trouble, status, _, rows = await hlapi.bulk_cmd(
                    dispatcher, community, target, 0, REPETITIONS, name, lookupMib=False
                )
                assert not trouble, str(trouble)
                assert not status, str(status)
                return [tuple(name) for name, _ in rows]

            return sum([await _below(root, ask) for root in SUBTREES])

        try:
            return await _each(read, PEERS_AT_ONCE)
        finally:
            dispatcher.transport_dispatcher.close_dispatcher()

    with Effort() as effort:
        objects = asyncio.run(everything())
    note = f"{objects:,} objects"
    return effort.rate(f"pysnmp v1arch, {PEERS_AT_ONCE} at once", DEVICES, "devices/s", note=note), objects


async def _below(
    root: tuple[int, ...], ask: Callable[[tuple[int, ...]], Awaitable[Sequence[tuple[int, ...]]]]
) -> int:
    """How many objects there are below the root, asked one stretch after the other."""
    found, at = 0, root
    while names := await ask(at):
        for name in names:
            if name[: len(root)] != root or name <= at:  # past the subtree, or the end of the MIB said again
                return found
            found, at = found + 1, name
    return found


def _gufo(objects: int) -> Result:
    name = f"gufo_snmp, {PEERS_AT_ONCE} at once"
    try:
        from gufo.snmp import SnmpVersion
        from gufo.snmp.aio import SnmpSession
    except ImportError:
        return skipped(name, "gufo_snmp is not installed (make setup-bench installs it)")

    async def read(address: str) -> int:
        found = 0
        async with SnmpSession(
            address,
            port=devices.PORT,
            community=devices.COMMUNITY,
            version=SnmpVersion.v2c,
            timeout=5.0,
            max_repetitions=REPETITIONS,
        ) as session:
            for root in SUBTREES:
                async for _ in session.getbulk(".".join(map(str, root))):
                    found += 1
        return found

    with Effort() as effort:
        found = asyncio.run(_each(read, PEERS_AT_ONCE))
    assert found >= 0.95 * objects, f"gufo_snmp read {found} of {objects} objects"
    return effort.rate(name, DEVICES, "devices/s", note=f"{found:,} objects")
