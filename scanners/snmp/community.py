"""Asks many SNMPv1 and v2c devices at once over one socket, with a timeout that follows each device's own pace."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time

from scanners.coverage import Cause
from scanners.snmp import ber
from scanners.snmp.link import TRIES, AskError
from scanners.snmp.options import Community
from scanners.snmp.pace import Pace
from scanners.snmp.session import UdpPort, UserSession
from scanners.snmp.verdict import Verdict

FIRST_WAIT = 0.5
LEAST_WAIT = 0.25
LONGEST_WAIT = 4.0


class _Waiting:
    """A question under way: the request-ids of all its tries lead here, each with the time it was sent."""

    __slots__ = ("future", "link", "request", "sent", "timer", "tries", "wait")

    def __init__(self, link: CommunityLink, request: ber.Request, tries: int) -> None:
        self.link = link
        self.request = request
        self.tries = tries
        self.wait = link.wait
        self.future: asyncio.Future[ber.Reply] = asyncio.get_running_loop().create_future()
        self.sent: dict[int, float] = {}
        self.timer: asyncio.TimerHandle | None = None


class CommunityPort:
    """One socket shared by all v1 and v2c devices; replies are matched on request-id and address, questions wait for their turn."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace(0)
        self._udp: UdpPort | None = None
        self._waiting: dict[int, _Waiting] = {}
        # The addresses with an open question, and what was wrong with their last senseless datagram.
        self._odd: dict[str, str] = {}
        self._verdict = Verdict()
        self._ids = itertools.cycle(range(0x10000000 + secrets.randbelow(0x10000000), 0x7FFFFFFF))
        self.ignored = 0

    async def open(self, port: int) -> None:
        """Open the socket towards `port` of the devices."""
        self._udp = await UdpPort.open(port, self._received, self._refused)

    def close(self) -> None:
        """Give the socket back."""
        if self._udp is not None:
            self._udp.close()

    async def exchange(self, link: CommunityLink, request: ber.Request, tries: int) -> ber.Reply:
        """Ask, and ask again with doubling patience; raises AskError."""
        waiting = _Waiting(link, request, tries)
        self._odd[link.address] = ""
        self._try(waiting)
        try:
            return await waiting.future
        finally:
            if waiting.timer is not None:
                waiting.timer.cancel()
            for number in waiting.sent:
                self._waiting.pop(number, None)
            self._odd.pop(link.address, None)

    def _try(self, waiting: _Waiting) -> None:
        if waiting.future.done():
            return
        link = waiting.link
        if waiting.tries <= 0:
            odd = self._odd.get(link.address, "")
            cause = Cause.MALFORMED if odd else Cause.TIMEOUT_MIDWAY
            waiting.future.set_exception(AskError(cause, odd))
            return
        waiting.tries -= 1
        queued = time.monotonic()
        self._pace.when_due(lambda: self._send(waiting, queued))

    def _send(self, waiting: _Waiting, queued: float) -> None:
        if waiting.future.done():
            return
        link, number, now = waiting.link, next(self._ids), time.monotonic()
        link.held += now - queued
        waiting.sent[number] = now
        self._waiting[number] = waiting
        waiting.timer = asyncio.get_running_loop().call_later(waiting.wait, self._try, waiting)
        waiting.wait = min(waiting.wait * 2, LONGEST_WAIT)
        assert self._udp is not None  # noqa: S101 (open comes first)
        self._udp.send(ber.encode(link.version, link.community, number, waiting.request), link.address)

    def _received(self, datagram: bytes, address: str) -> None:
        """Only what answers an open question from the address asked is decoded, however large it is."""
        try:
            head = ber.decode_head(datagram)
            reply = ber.decode(datagram, head) if self._asked(head.request_id, address) else None
        except ber.Malformed as error:
            reply = self._odd_reply(datagram, address, error)
        waiting = self._asked(reply.request_id, address) if reply is not None else None
        if reply is None or waiting is None or reply.pdu != ber.RESPONSE:
            self.ignored += 1  # late, spoofed, senseless, or from another address than the one asked
            return
        waiting.link.answered_after(time.monotonic() - waiting.sent[reply.request_id])
        waiting.future.set_result(reply)

    def _asked(self, request_id: int, address: str) -> _Waiting | None:
        waiting = self._waiting.get(request_id)
        if waiting is None or waiting.link.address != address or waiting.future.done():
            return None
        return waiting

    def _odd_reply(self, datagram: bytes, address: str, why: ber.Malformed) -> ber.Reply | None:
        if address not in self._odd:
            return None
        try:
            return self._verdict.on(datagram, why)
        except ber.Malformed:
            self._odd[address] = str(why)
            return None

    def _refused(self, address: str, cause: Cause) -> None:
        for waiting in list(self._waiting.values()):
            if waiting.link.address == address and not waiting.future.done():
                waiting.future.set_exception(AskError(cause))


class CommunityLink:
    """One device asked with one community."""

    def __init__(self, port: CommunityPort, address: str, credential: Community) -> None:
        self.address = address
        self.community = credential.name.encode()
        self.version = 0 if credential.version == "1" else 1
        self.bulk = self.version == 1
        self.wait = FIRST_WAIT
        self.held = 0.0
        self._smoothed: float | None = None
        self._port = port

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError after `tries` tries."""
        return await self._port.exchange(self, request, tries)

    def answered_after(self, took: float) -> None:
        """Follow the device's own pace: the seconds that the answered try took."""
        self._smoothed = took if self._smoothed is None else 0.875 * self._smoothed + 0.125 * took
        self.wait = min(max(4 * self._smoothed, LEAST_WAIT), LONGEST_WAIT)


class UserLink:
    """One device asked as an SNMPv3 user, in one of its contexts (mostly the one without a name)."""

    bulk = True

    def __init__(
        self, session: UserSession, address: str, *, context: str, wait: float, retries: int
    ) -> None:
        self.address = address
        self._session = session
        self._context = context
        self._wait = wait
        self._retries = retries
        self.held = 0.0
        self._target: object | None = None
        self._answered = False

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError. Devices that share an engine id disturb each other's clock: asked again."""
        if self._target is None:
            self._target = await self._session.target(self.address, self._wait, self._retries)
        for attempt in itertools.count():
            try:
                reply, held = await self._session.ask(self._target, request, self._context)
            except AskError as error:
                if error.cause is Cause.NOT_IN_TIME_WINDOW and attempt < 3:
                    continue
                if error.cause is Cause.TIMEOUT_MIDWAY and not self._answered:
                    # The discovery was answered and the secured question was not: agents drop what they cannot decrypt.
                    raise AskError(Cause.DECRYPTION, "it answered the discovery only") from error
                raise
            self._answered = True
            self.held += held
            return reply
        raise AskError(Cause.NOT_IN_TIME_WINDOW)
