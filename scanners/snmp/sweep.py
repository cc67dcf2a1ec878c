"""Finds who answers: one encoded question sent to every address, retry rounds for the silent, only replies decoded."""

from __future__ import annotations

import asyncio
import secrets
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scanners.coverage import Cause
from scanners.snmp import ber
from scanners.snmp.pace import BURST, Pace
from scanners.snmp.session import Probe, UdpPort
from scanners.snmp.targets import dotted, number
from scanners.snmp.verdict import Verdict

# Whoever sent nonsense is asked again like the silent: anybody can send in another's name.
PENDING, ODD, ANSWERED, REFUSED, UNREACHABLE = range(5)
_STATE = {Cause.REFUSED: REFUSED, Cause.UNREACHABLE: UNREACHABLE}

OnAnswer = Callable[[int, int, bytes], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: the pace (shared with whoever else sends), seconds to wait for a round's last answers, retry rounds to the silent, when to stop."""

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
        self._verdict = Verdict()

    async def run(self, port: int, manner: Manner, first: Mapping[int, int] | None = None) -> None:
        """Ask every address with every probe in turn, `first` naming the probe (index) that an address answered before."""
        self._port = await UdpPort.open(port, self._received, self._refused)
        known = [
            (self._place[address], which)
            for address, which in (first or {}).items()
            if address in self._place
        ]
        try:
            await self._rounds(lambda: [pair for pair in known if self.state[pair[0]] <= ODD], manner)
            for which in range(len(self.probes)):
                await self._rounds(self._silent_for(which), manner)
        finally:
            self._port.close()

    def _silent_for(self, which: int) -> Callable[[], list[tuple[int, int]]]:
        return lambda: [(place, which) for place, state in enumerate(self.state) if state <= ODD]

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
            batch = [pair for pair in left[start : start + burst] if self.state[pair[0]] <= ODD]
            if batch:
                await manner.pace.spent(len(batch))
            for place, which in batch:
                if self.state[place] <= ODD:
                    send(
                        self.probes[which].question(base + which * size + place),
                        dotted(self.addresses[place]),
                    )
                self.asked = max(self.asked, place + 1)
            while self._port.backlog:  # noqa: ASYNC110 (the kernel's buffer gives no event of its own)
                await asyncio.sleep(0.001)
            if manner.should_stop():
                return

    async def _settle(self, wait: float, left: Sequence[tuple[int, int]]) -> None:
        """Wait for the last answers of a round; no longer than needed when everybody has answered."""
        end = time.monotonic() + wait
        while (rest := end - time.monotonic()) > 0:
            await asyncio.sleep(min(0.02, rest))
            if not (PENDING in self.state or ODD in self.state):
                return
            if len(left) <= BURST and all(self.state[place] > ODD for place, _ in left):
                return

    def _received(self, datagram: bytes, address: str) -> None:
        try:
            request_id, engine_id = _head(datagram)
        except ber.Malformed as error:
            request_id, engine_id = self._odd(datagram, address, error), b""
        asked = self._asked(request_id, address)
        if asked is None:
            self.ignored += 1  # a late, spoofed, foreign or senseless reply
            return
        which, place = asked
        if self.state[place] == ANSWERED:
            return
        self.state[place] = ANSWERED
        self.answered += 1
        self._on_answer(self.addresses[place], which, engine_id)

    def _asked(self, request_id: int, address: str) -> tuple[int, int] | None:
        """The probe and the place that a request-id was given to, if this is the address that was asked."""
        which, place = divmod(request_id - self._base, len(self.addresses))
        if not 0 <= which < len(self.probes) or dotted(self.addresses[place]) != address:
            return None
        return which, place

    def _odd(self, datagram: bytes, address: str, why: ber.Malformed) -> int:
        """The request-id that pyasn1 reads, or 0; one that it cannot read either leaves a mark on a silent address."""
        place = self._place.get(number(address))
        if place is None or self.state[place] != PENDING:
            return 0
        try:
            reply = self._verdict.on(datagram, why)
        except ber.Malformed:
            self.state[place] = ODD
            return 0
        return reply.request_id if reply.pdu == ber.RESPONSE else 0

    def _refused(self, address: str, cause: Cause) -> None:
        place = self._place.get(number(address))
        if place is not None and not self.state[place]:
            self.state[place] = _STATE[cause]


def _head(datagram: bytes) -> tuple[int, bytes]:
    """(request-id or msgID, engine id) of an answer, whose objects the sweep does not need; raises ber.Malformed."""
    if ber.version_of(datagram) == 3:
        return ber.decode_discovery(datagram)
    head = ber.decode_head(datagram)
    if head.pdu != ber.RESPONSE:
        raise ber.Malformed("the answer is not a response")
    return head.request_id, b""
