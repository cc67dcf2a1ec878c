"""Looks who is there: echo requests, the kernel's neighbours, groups where allowed, names, and doors where allowed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType

from scanners.coverage import Cause, Coverage, Failure
from scanners.identity import canonical_ip
from scanners.presence import doors, mdns, multicast, neighbours, reverse, ssdp, wsd
from scanners.presence.makers import maker_of
from scanners.presence.options import PresenceOptions
from scanners.presence.record import MOST_ADDRESSES, MOST_HINTS, MOST_NAMES, Hint, Name, Presence
from scanners.snmp import ping
from scanners.snmp.pace import Pace
from scanners.snmp.targets import Targets, dotted

# The kernel asks three times a second apart, five seconds after it last trusted what it knew (arp(7)).
SECONDS_TO_SETTLE = 9.0
STEP = 0.25
DISCARD = 9
SECONDS_FOR_GROUPS = 3.0
GROUPS: tuple[tuple[str, ModuleType], ...] = (("mdns", mdns), ("ssdp", ssdp), ("wsd", wsd))
MOST_DESCRIPTIONS = 256
# By which of its own networks this machine reaches the targets is asked of the kernel for one in each /24.
WAY_EVERY, MOST_WAYS = 256, 256

ShouldStop = Callable[[], bool]


def run(targets: Targets, options: PresenceOptions, should_stop: ShouldStop) -> Iterator[Presence | Coverage]:
    """Drive the look on an event loop of its own, so that a plain thread can iterate over it."""
    look = _Look(targets, options, should_stop)
    with asyncio.Runner() as runner:
        there = runner.run(look.everybody())
    # Each is made when it is taken: on a large range tens of thousands may be there.
    yield from map(look.presence, there)
    yield look.coverage(len(there))


@dataclass(slots=True)
class _Signs:
    """What one address has given away so far, beside its echo."""

    means: dict[str, None] = field(default_factory=dict)
    names: dict[Name, None] = field(default_factory=dict)
    hints: dict[Hint, None] = field(default_factory=dict)

    def add(self, mean: str, said: tuple[tuple[Name, ...], tuple[Hint, ...]] = ((), ())) -> None:
        if mean:
            self.means[mean] = None
        self.names.update(dict.fromkeys(said[0]))
        self.hints.update(dict.fromkeys(said[1]))


_NO_SIGNS = _Signs()


class _Look:
    """One look under way."""

    def __init__(self, targets: Targets, options: PresenceOptions, should_stop: ShouldStop) -> None:
        self._targets, self._options, self._should_stop = targets, options, should_stop
        self._addresses = [dotted(address) for address in targets.addresses]
        self._asked = frozenset(self._addresses)
        self._echoed: frozenset[str] = frozenset()
        self._signs: dict[str, _Signs] = {}
        self._table: dict[str, neighbours.Entry] = {}
        self._started = datetime.now(UTC)
        self._failures: list[Failure] = []

    async def everybody(self) -> list[str]:
        """Who gave a sign, by address."""
        await asyncio.gather(self._ping(), self._ask_groups())
        self._note()
        there = [one for one in self._addresses if one in self._echoed or one in self._signs]
        await asyncio.gather(self._ask_names(there), self._knock(there))
        return there

    def _of(self, address: str) -> _Signs:
        return self._signs.setdefault(address, _Signs())

    async def _ping(self) -> None:
        """Ask everybody by ICMP: who drops the request had still to say its MAC on the local network first."""
        if not self._options.echo:
            return
        watching = asyncio.create_task(self._watch())
        pace = Pace(self._options.rate)
        try:
            if ping.permitted():
                self._echoed = await ping.present(
                    self._addresses, pace, self._options.timeout, self._should_stop
                )
            else:
                self._failures.append(Failure(self._targets.scope, Cause.ECHO_NOT_PERMITTED))
                await self._touch(self._addresses, pace)
        finally:
            watching.cancel()
        await self._settle()
        for address, entry in self._table.items():
            if address in self._asked and entry.is_sure:
                self._of(address).add("arp")

    async def _touch(self, addresses: list[str], pace: Pace) -> None:
        """Send an empty datagram to the discard port (RFC 863), for who has a MAC must say it before anything can be sent."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            for address in addresses:
                if self._should_stop():
                    return
                try:
                    sock.sendto(b"", (address, DISCARD))
                except OSError:
                    continue  # no route, or an error that an earlier one brought back
                await pace.spent(1)

    async def _watch(self) -> None:
        # The table is small (1024 entries): on a large network, earlier neighbours are forgotten while others are asked.
        while True:
            self._note()
            await asyncio.sleep(STEP)

    def _note(self) -> bool:
        """Keep what the table says now; say whether an answer is still waited for."""
        is_open = False
        for entry in neighbours.table():
            known = self._table.get(entry.address)
            if known is None or not known.is_sure or entry.is_sure:
                self._table[entry.address] = entry
            is_open = is_open or (entry.is_open and entry.address in self._asked)
        return is_open

    async def _settle(self) -> None:
        for _ in range(int(SECONDS_TO_SETTLE / STEP)):
            if not self._note() or self._should_stop():
                return
            await asyncio.sleep(STEP)

    async def _ask_groups(self) -> None:
        """Ask the local network by multicast, and keep what those say who were asked about."""
        if not self._options.multicast:
            return
        ways = self._targets.addresses[::WAY_EVERY][:MOST_WAYS]
        own = {via for address in ways if (via := multicast.local_address(dotted(address)))}
        await asyncio.gather(*(self._ask_group(mean, spoken, via) for via in own for mean, spoken in GROUPS))

    async def _ask_group(self, mean: str, spoken: ModuleType, via: str) -> None:
        answers = await multicast.ask(
            spoken.question(), spoken.GROUP, via=via, hops=spoken.HOPS, wait=SECONDS_FOR_GROUPS
        )
        pointed: dict[str, tuple[int, str]] = {}
        for address, data in answers:
            if address not in self._asked:
                continue  # excluded, or of another range
            self._of(address).add(mean, spoken.read(address, data))
            where = ssdp.description(address, data) if spoken is ssdp else None
            if where is not None:
                pointed.setdefault(address, where)
        await asyncio.gather(
            *(self._describe(one, *pointed[one]) for one in list(pointed)[:MOST_DESCRIPTIONS])
        )

    async def _describe(self, address: str, port: int, path: str) -> None:
        try:
            answer = await doors.fetch(address, port, path)
        except (OSError, TimeoutError):
            return  # it answered the search: that it is there is known, what it is stays unsaid
        self._of(address).add("", ssdp.read_description(answer.partition(b"\r\n\r\n")[2]))

    async def _ask_names(self, present: Iterable[str]) -> None:
        options = self._options
        asked = reverse.resolver(options.dns_server, options.dns_port) if options.reverse_dns else None
        if asked is None:
            return
        try:
            names = await reverse.names_of(present, asked, self._should_stop)
        except reverse.SilentServerError:
            self._failures.append(Failure(self._targets.scope, Cause.NO_NAME_SERVER))
            return
        for address, name in names.items():
            self._of(address).names[Name(name, "dns")] = None

    async def _knock(self, present: Iterable[str]) -> None:
        if not self._options.tcp_hints:
            return
        turn, pace = asyncio.Semaphore(self._options.at_once), Pace(self._options.connects)
        await asyncio.gather(*(self._knock_at(address, turn, pace) for address in present))

    async def _knock_at(self, address: str, turn: asyncio.Semaphore, pace: Pace) -> None:
        async with turn:
            for port, protocol in self._options.ports.items():
                if self._should_stop():
                    return
                await pace.spent(1)
                try:
                    self._of(address).add("", await doors.knock(address, port, protocol))
                except doors.ClosedError:
                    continue

    def presence(self, address: str) -> Presence:
        """What was noticed at an address."""
        signs, entry = self._signs.get(address, _NO_SIGNS), self._table.get(address)
        mac = entry.mac if entry else None
        more = {one.address for one in self._table.values() if one.mac == mac} - {address} if mac else ()
        return Presence(
            site=self._options.site,
            address=address,
            observed_at=datetime.now(UTC),
            means=(*(("icmp",) if address in self._echoed else ()), *signs.means),
            mac=mac,
            maker=maker_of(mac) if mac else None,
            more_addresses=tuple(sorted(filter(canonical_ip, more)))[:MOST_ADDRESSES],
            names=tuple(signs.names)[:MOST_NAMES],
            hints=tuple(signs.hints)[:MOST_HINTS],
        )

    def coverage(self, found: int) -> Coverage:
        """What was asked, and how many gave a sign."""
        return Coverage(
            source="presence",
            site=self._options.site,
            scope=self._targets.scope,
            asked=len(self._targets),
            answered=found,
            read=found,
            failures=tuple(self._failures),
            complete=not self._failures and not self._should_stop(),
            started_at=self._started,
            ended_at=datetime.now(UTC),
        )
