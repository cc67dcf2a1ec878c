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
from scanners.snmp.session import UdpPort, UserSession, second_opinion

FIRST_WAIT = 0.5
LEAST_WAIT = 0.25
LONGEST_WAIT = 4.0


class _Waiting:
    """A question under way: the request-ids of all its tries lead here."""

    __slots__ = ("future", "ids", "link", "request", "timer", "tries", "wait")

    def __init__(self, link: CommunityLink, request: ber.Request, tries: int) -> None:
        self.link = link
        self.request = request
        self.tries = tries
        self.wait = link.wait
        self.future: asyncio.Future[ber.Reply] = asyncio.get_running_loop().create_future()
        self.ids: list[int] = []
        self.timer: asyncio.TimerHandle | None = None


class CommunityPort:
    """One socket shared by all v1 and v2c devices; replies are matched on request-id and address."""

    def __init__(self) -> None:
        self._udp: UdpPort | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._odd: dict[str, str] = {}
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
        self._odd.pop(link.address, None)
        self._try(waiting)
        try:
            return await waiting.future
        finally:
            if waiting.timer is not None:
                waiting.timer.cancel()
            for number in waiting.ids:
                self._waiting.pop(number, None)

    def _try(self, waiting: _Waiting) -> None:
        if waiting.future.done():
            return
        link = waiting.link
        if waiting.tries <= 0:
            odd = self._odd.pop(link.address, None)
            cause = Cause.MALFORMED if odd else Cause.TIMEOUT_MIDWAY
            waiting.future.set_exception(AskError(cause, odd or ""))
            return
        waiting.tries -= 1
        number = next(self._ids)
        waiting.ids.append(number)
        self._waiting[number] = waiting
        waiting.timer = asyncio.get_running_loop().call_later(waiting.wait, self._try, waiting)
        waiting.wait = min(waiting.wait * 2, LONGEST_WAIT)
        assert self._udp is not None  # noqa: S101 (open comes first)
        self._udp.send(ber.encode(link.version, link.community, number, waiting.request), link.address)

    def _received(self, datagram: bytes, address: str) -> None:
        try:
            reply = ber.decode(datagram)
        except ber.Malformed as error:
            try:
                reply = second_opinion(datagram)
            except ber.Malformed:
                if len(self._odd) < 10_000:
                    self._odd[address] = str(error)
                return
        waiting = self._waiting.get(reply.request_id)
        if (
            waiting is None
            or waiting.link.address != address
            or waiting.future.done()
            or reply.pdu != ber.RESPONSE
        ):
            self.ignored += 1  # late, spoofed, or from another address than the one asked
            return
        waiting.future.set_result(reply)

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
        self._smoothed: float | None = None
        self._port = port

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError after `tries` tries."""
        begun = time.monotonic()
        reply = await self._port.exchange(self, request, tries)
        took = time.monotonic() - begun
        self._smoothed = took if self._smoothed is None else 0.875 * self._smoothed + 0.125 * took
        self.wait = min(max(4 * self._smoothed, LEAST_WAIT), LONGEST_WAIT)
        return reply


class UserLink:
    """One device asked as an SNMPv3 user."""

    bulk = True

    def __init__(self, session: UserSession, address: str, wait: float, retries: int) -> None:
        self.address = address
        self._session = session
        self._wait = wait
        self._retries = retries
        self._target: object | None = None
        self._answered = False

    async def ask(self, request: ber.Request, tries: int = TRIES) -> ber.Reply:
        """The device's answer; raises AskError. Devices that share an engine id disturb each other's clock: asked again."""
        if self._target is None:
            self._target = await self._session.target(self.address, self._wait, self._retries)
        for attempt in itertools.count():
            try:
                reply = await self._session.ask(self._target, request)
            except AskError as error:
                if error.cause is Cause.NOT_IN_TIME_WINDOW and attempt < 3:
                    continue
                if error.cause is Cause.TIMEOUT_MIDWAY and not self._answered:
                    # The discovery was answered and the secured question was not: agents drop what they cannot decrypt.
                    raise AskError(Cause.DECRYPTION, "it answered the discovery only") from error
                raise
            self._answered = True
            return reply
        raise AskError(Cause.NOT_IN_TIME_WINDOW)
