"""Finds who answers: one encoded question sent to every address, retry rounds for the silent, only replies decoded."""

from __future__ import annotations

import asyncio
import secrets
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scanners.coverage import Cause
from scanners.snmp import ber
from scanners.snmp.session import Probe, UdpPort, second_opinion
from scanners.snmp.targets import dotted, number

BURST = 64
TICK = 0.01

PENDING, ANSWERED, REFUSED, UNREACHABLE, ODD = range(5)
_STATE = {Cause.REFUSED: REFUSED, Cause.UNREACHABLE: UNREACHABLE}

OnAnswer = Callable[[int, int, bytes], None]


@dataclass(slots=True)
class Pace:
    """A token bucket: `rate` questions a second (0: as fast as the machine), shared by all rounds of a sweep."""

    rate: float
    _due: float = field(default=0.0, init=False)

    @property
    def burst(self) -> int:
        """How many questions may leave at once."""
        return BURST if self.rate <= 0 else max(1, min(BURST, int(self.rate * TICK)))

    async def spent(self, count: int) -> None:
        """Wait until `count` questions just sent are paid for; always lets replies be read."""
        if self.rate <= 0:
            await asyncio.sleep(0)
            return
        now = time.monotonic()
        self._due = max(self._due, now) + count / self.rate
        await asyncio.sleep(max(0.0, self._due - now))


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: the pace, seconds to wait for a round's last answers, retry rounds to the silent, when to stop."""

    pace: Pace
    wait: float = 1.0
    retries: int = 2
    should_stop: Callable[[], bool] = lambda: False


class Sweep:
    """The state of one sweep over addresses (32-bit numbers); `state` holds one octet for each address."""

    def __init__(self, addresses: array[int], probes: Sequence[Probe], on_answer: OnAnswer) -> None:
        self.addresses = addresses
        self.probes = probes
        self.state = bytearray(len(addresses))
        self.asked = 0
        self.answered = 0
        self.ignored = 0
        self._on_answer = on_answer
        self._place = {address: place for place, address in enumerate(addresses)}
        # Each question has its own request-id; a random start keeps guessed replies out.
        self._base = 0x10000000 + secrets.randbelow(0x20000000)
        self._port: UdpPort | None = None

    async def run(self, port: int, manner: Manner, first: Mapping[int, int] | None = None) -> None:
        """Ask every address with every probe in turn, `first` naming the probe (index) that an address answered before."""
        self._port = await UdpPort.open(port, self._received, self._refused)
        known = [
            (self._place[address], which)
            for address, which in (first or {}).items()
            if address in self._place
        ]
        try:
            await self._rounds(lambda: [pair for pair in known if not self.state[pair[0]]], manner)
            for which in range(len(self.probes)):
                await self._rounds(self._silent_for(which), manner)
        finally:
            self._port.close()

    def _silent_for(self, which: int) -> Callable[[], list[tuple[int, int]]]:
        return lambda: [(place, which) for place, state in enumerate(self.state) if not state]

    async def _rounds(self, silent: Callable[[], list[tuple[int, int]]], manner: Manner) -> None:
        for last in range(manner.retries, -1, -1):
            left = silent()
            if not left or manner.should_stop():
                return
            begun = time.monotonic()
            await self._send(left, manner)
            took = time.monotonic() - begun
            # The next round goes through the silent in the same order: while it runs, the others' time goes on.
            ahead = took * len(silent()) / len(left) if last else 0.0
            await self._settle(manner.wait - ahead, left)

    async def _send(self, left: Sequence[tuple[int, int]], manner: Manner) -> None:
        assert self._port is not None  # noqa: S101 (set by run, the only caller)
        send, base, size, burst = self._port.send, self._base, len(self.addresses), manner.pace.burst
        for start in range(0, len(left), burst):
            batch = left[start : start + burst]
            for place, which in batch:
                if not self.state[place]:
                    send(
                        self.probes[which].question(base + which * size + place),
                        dotted(self.addresses[place]),
                    )
            self.asked = max(self.asked, min(len(self.addresses), batch[-1][0] + 1))
            await manner.pace.spent(len(batch))
            while self._port.backlog:  # noqa: ASYNC110 (the kernel's buffer gives no event of its own)
                await asyncio.sleep(0.001)
            if manner.should_stop():
                return

    async def _settle(self, wait: float, left: Sequence[tuple[int, int]]) -> None:
        """Wait for the last answers of a round; no longer than needed when everybody has answered."""
        end = time.monotonic() + wait
        while (rest := end - time.monotonic()) > 0:
            await asyncio.sleep(min(0.02, rest))
            if 0 not in self.state or (len(left) <= BURST and all(self.state[place] for place, _ in left)):
                return

    def _received(self, datagram: bytes, address: str) -> None:
        try:
            request_id, engine_id = _answer(datagram)
        except ber.Malformed:
            place = self._place.get(number(address))
            if place is not None and not self.state[place]:
                self.state[place] = ODD
            return
        which, place = divmod(request_id - self._base, len(self.addresses))
        if not 0 <= which < len(self.probes) or dotted(self.addresses[place]) != address:
            self.ignored += 1  # a late, spoofed or foreign reply
            return
        if self.state[place] == ANSWERED:
            return
        self.state[place] = ANSWERED
        self.answered += 1
        self._on_answer(self.addresses[place], which, engine_id)

    def _refused(self, address: str, cause: Cause) -> None:
        place = self._place.get(number(address))
        if place is not None and not self.state[place]:
            self.state[place] = _STATE[cause]


def _answer(datagram: bytes) -> tuple[int, bytes]:
    """(request-id or msgID, engine id) of an answer; raises ber.Malformed."""
    if ber.version_of(datagram) == 3:
        return ber.decode_discovery(datagram)
    try:
        reply = ber.decode(datagram)
    except ber.Malformed:
        reply = second_opinion(datagram)
    if reply.pdu != ber.RESPONSE:
        raise ber.Malformed("the answer is not a response")
    return reply.request_id, b""
