"""The seam to pysnmp (its only import): the UDP port, the encoded probes, the second opinion on odd datagrams, and SNMPv3."""

from __future__ import annotations

import asyncio
import functools
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram.udp import DOMAIN_NAME, UdpAsyncioTransport
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as v3arch
from pysnmp.proto import api, errind, rfc1902
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from scanners.coverage import Cause
from scanners.snmp import ber
from scanners.snmp.link import AskError
from scanners.snmp.options import Community, UsmUser
from scanners.snmp.pace import Pace
from scanners.snmp.sockets import LONGEST_DATAGRAM, open_socket, queued_errors
from scanners.snmp.translated import binding, tag_of

MOST_SECURED = 64
SLACK = 2.0
SYS_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)

OnDatagram = Callable[[bytes, str], None]
OnRefusal = Callable[[str, Cause], None]


class _BigPort(UdpAsyncioTransport):  # type: ignore[misc,unused-ignore]
    """pysnmp's UDP transport on a socket with a large buffer that is emptied at each wake-up, with ICMP errors by address."""

    def __init__(
        self, sock: socket.socket, port: int, on_refusal: OnRefusal, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(loop=loop)
        self._sock = sock
        self._port = port
        self._on_refusal = on_refusal
        self._unsent: OSError | None = None

    def datagram_received(self, datagram: bytes, address: Any) -> None:
        """Hand over this datagram and all that wait behind it: asyncio itself takes one at each turn of its loop."""
        receive = self._callback_function
        if receive is None:
            return
        receive(self, address, datagram)
        for _ in range(512):
            try:
                datagram, address = self._sock.recvfrom(LONGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                self._drain_errors()
                continue
            receive(self, address, datagram)

    def error_received(self, exc: Exception) -> None:
        """An ICMP error came in (or the last send failed at once)."""
        if self._drain_errors() == 0 and isinstance(exc, OSError):
            self._unsent = exc
        else:
            self._unsent = OSError(0, "another address's error was reported instead of sending")

    def send(self, datagram: bytes, address: str) -> None:
        """Send; what the kernel reports about an earlier destination is set apart and the datagram is sent again."""
        target = (address, self._port)
        for _ in range(8):
            self._unsent = None
            self.send_message(datagram, target)
            failed: OSError | None = self._unsent
            if failed is None:
                return
            if failed.errno:
                self._on_refusal(address, Cause.UNREACHABLE)
                return

    def _drain_errors(self) -> int:
        """Report each queued ICMP error by the address it is about; their number."""
        count = 0
        for address, cause in queued_errors(self._sock):
            count += 1
            if cause is not None:
                self._on_refusal(address, cause)
        return count


class UdpPort:
    """One UDP socket for many devices, driven by pysnmp's dispatcher."""

    def __init__(self, transport: _BigPort, dispatcher: AsyncioDispatcher, sock: socket.socket) -> None:
        self.send = transport.send
        self._transport = transport
        self._dispatcher = dispatcher
        self._sock = sock

    @classmethod
    async def open(cls, port: int, on_datagram: OnDatagram, on_refusal: OnRefusal) -> UdpPort:
        """A socket towards `port` of whatever address; datagrams from other ports are ignored."""
        loop = asyncio.get_running_loop()
        sock = open_socket()
        transport = _BigPort(sock, port, on_refusal, loop)

        def received(_dispatcher: Any, _domain: Any, address: Any, datagram: bytes) -> None:
            if address[1] == port:
                on_datagram(datagram, address[0])

        dispatcher = AsyncioDispatcher(loop=loop)
        dispatcher.set_timer_resolution(10)
        dispatcher.register_recv_callback(received)
        dispatcher.register_transport(DOMAIN_NAME, transport.open_server_mode(sock=sock))
        await transport._lport  # noqa: SLF001 (pysnmp offers no other way to know that the port is open)
        return cls(transport, dispatcher, sock)

    @property
    def backlog(self) -> int:
        """Octets that the kernel would not take yet."""
        inner = self._transport.transport
        return inner.get_write_buffer_size() if inner is not None else 0  # type: ignore[attr-defined,unused-ignore]

    def close(self) -> None:
        """Give the socket back."""
        self._dispatcher.close_dispatcher()


@dataclass(frozen=True, slots=True)
class Probe:
    """An encoded question, in `parts` between which its request-id (four octets) is put before each sending."""

    label: str
    parts: tuple[bytes, ...]

    def question(self, request_id: int) -> bytes:
        """The datagram with this request-id (0x10000000 to 0x7fffffff)."""
        octets = request_id.to_bytes(4, "big")
        return octets.join(self.parts)


_MARK = 0x5A17C3E9


def probe(credential: Community | UsmUser) -> Probe:
    """What to send to learn whether anybody answers to this credential, encoded once by pysnmp."""
    if isinstance(credential, UsmUser):
        return _discovery(credential.label)
    protocol = api.PROTOCOL_MODULES[api.SNMP_VERSION_1 if credential.version == "1" else api.SNMP_VERSION_2C]
    pdu = protocol.GetRequestPDU()
    protocol.apiPDU.set_defaults(pdu)
    protocol.apiPDU.set_request_id(pdu, _MARK)
    protocol.apiPDU.set_varbinds(pdu, ((SYS_OBJECT_ID, protocol.Null("")),))
    message = protocol.Message()
    protocol.apiMessage.set_defaults(message)
    protocol.apiMessage.set_community(message, credential.name.encode())
    protocol.apiMessage.set_pdu(message, pdu)
    return _marked(credential.label, encoder.encode(message), 1)


def _discovery(label: str) -> Probe:
    """The engine discovery of RFC 3414 §4: an unsecured question with no engine id, which any SNMPv3 agent answers by a report."""
    security = UsmSecurityParameters()
    for name, value in (("EngineId", b""), ("EngineBoots", 0), ("EngineTime", 0)):
        security[f"msgAuthoritative{name}"] = value
    security["msgUserName"] = security["msgAuthenticationParameters"] = security["msgPrivacyParameters"] = b""
    message = SNMPv3Message()
    message["msgVersion"] = 3
    head = message["msgGlobalData"]
    head["msgID"], head["msgMaxSize"], head["msgFlags"], head["msgSecurityModel"] = _MARK, 65_507, b"\x04", 3
    message["msgSecurityParameters"] = encoder.encode(security)
    scoped = message["msgData"]["plaintext"]
    scoped["contextEngineId"] = scoped["contextName"] = b""
    pdu = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C].GetRequestPDU()
    api.v2c.apiPDU.set_defaults(pdu)
    api.v2c.apiPDU.set_request_id(pdu, _MARK)
    scoped["data"]["get-request"] = pdu
    return _marked(label, encoder.encode(message), 2)


def _marked(label: str, template: bytes, count: int) -> Probe:
    """The template cut at its last `count` marks: before them only the community may hold the same octets."""
    return Probe(label, tuple(template.rsplit(_MARK.to_bytes(4, "big"), count)))


_REFUSALS = (PyAsn1Error, PySnmpError, ValueError, LookupError, TypeError, AttributeError, OverflowError)


def second_opinion(datagram: bytes) -> ber.Reply:
    """pyasn1's reading of a datagram that the own decoder refuses; raises ber.Malformed where pyasn1 refuses it too."""
    try:
        version = api.decodeMessageVersion(datagram)
        protocol = api.PROTOCOL_MODULES[version]
        message, _ = decoder.decode(datagram, asn1Spec=protocol.Message())
        pdu = protocol.apiMessage.get_pdu(message)
        status, index = protocol.apiPDU.get_error_status(pdu), protocol.apiPDU.get_error_index(pdu, True)
        bound = [binding(name, value) for name, value in protocol.apiPDU.get_varbinds(pdu)]
        request_id = int(protocol.apiPDU.get_request_id(pdu))
        community = bytes(protocol.apiMessage.get_community(message))
        head = (int(version), community, tag_of(pdu), request_id)
        return ber.Reply(*head, int(status), int(index), bound, len(datagram))
    except _REFUSALS as error:
        raise ber.Malformed(f"pyasn1 refuses it too ({type(error).__name__})") from error


_AUTH = {
    None: config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    None: config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}
_CAUSES: tuple[tuple[type[errind.ErrorIndication], Cause], ...] = (
    (errind.WrongDigest, Cause.WRONG_DIGEST),
    (errind.AuthenticationFailure, Cause.WRONG_DIGEST),
    (errind.UnknownUserName, Cause.UNKNOWN_USER),
    (errind.UnknownSecurityName, Cause.UNKNOWN_USER),
    (errind.UnsupportedSecurityLevel, Cause.UNSUPPORTED_LEVEL),
    (errind.DecryptionError, Cause.DECRYPTION),
    (errind.NotInTimeWindow, Cause.NOT_IN_TIME_WINDOW),
    (errind.RequestTimedOut, Cause.TIMEOUT_MIDWAY),
    (errind.TooBig, Cause.TOO_BIG),
    (errind.ParseError, Cause.MALFORMED),
)


@functools.lru_cache(maxsize=64)
def _master_keys(
    auth: str | None, auth_key: str, priv: str | None, priv_key: str
) -> tuple[bytes | None, bytes | None]:
    """The passphrases hashed once (RFC 3414 A.2: a megabyte each), so that a device costs only the localisation."""
    hashed = config.AUTH_SERVICES[_AUTH[auth]].hash_passphrase(auth_key.encode()) if auth else None
    secret = (
        config.PRIV_SERVICES[_PRIV[priv]].hash_passphrase(_AUTH[auth], priv_key.encode()) if priv else None
    )
    return (bytes(hashed) if hashed is not None else None, bytes(secret) if secret is not None else None)


class _PacedPort(UdpAsyncioTransport):  # type: ignore[misc,unused-ignore]
    """pysnmp's UDP transport, whose datagrams wait for their turn: pysnmp itself decides when to discover and to ask again."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def send_message(self, datagram: bytes, address: Any) -> None:
        """Send now or when the pace allows."""
        self._pace.when_due(lambda: self._send(datagram, address))

    def _send(self, datagram: bytes, address: Any) -> None:
        if self.transport is None or not self.transport.is_closing():
            super().send_message(datagram, address)


class Engine:
    """pysnmp's SNMPv3 engine as it is: one for all users and devices of a scan."""

    def __init__(self, port: int, pace: Pace) -> None:
        self.port = port
        # A request costs pysnmp several milliseconds: with more under way, answers would wait longer than the timeout.
        self.gate = asyncio.Semaphore(MOST_SECURED)
        self.snmp = SnmpEngine(rfc1902.OctetString(b"\x80\x00\x1f\x88\x80" + secrets.token_bytes(8)))
        config.add_transport(self.snmp, DOMAIN_NAME, _PacedPort(pace).open_client_mode())
        self._pace = pace
        self._turn = asyncio.Lock()

    async def turn(self) -> float:
        """Wait until nobody is before us, so that pysnmp's timeouts begin when its question leaves; the seconds waited."""
        begun = time.monotonic()
        async with self._turn:
            await self._pace.spent(0)
        return time.monotonic() - begun

    def close(self) -> None:
        """Give pysnmp's socket and timer back."""
        self.snmp.close_dispatcher()


class UserSession:
    """One SNMPv3 user of an engine."""

    def __init__(self, user: UsmUser, engine: Engine) -> None:
        self._engine = engine
        auth_key, priv_key = _master_keys(
            user.auth_protocol, user.auth_key or "", user.priv_protocol, user.priv_key or ""
        )
        self._auth = v3arch.UsmUserData(
            user.user,
            authKey=auth_key,
            privKey=priv_key,
            authProtocol=_AUTH[user.auth_protocol],
            privProtocol=_PRIV[user.priv_protocol],
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )

    async def target(self, address: str, wait: float, retries: int) -> Any:
        """Where to send; made once for each device, because pysnmp keeps a row for each."""
        return await v3arch.UdpTransportTarget.create(
            (address, self._engine.port), timeout=wait, retries=retries
        )

    async def ask(self, target: Any, request: ber.Request, context: str) -> tuple[ber.Reply, float]:
        """The answer to one GET, GETNEXT or GETBULK, and the seconds that it waited for its turn; raises AskError with the
        cause that the agent or pysnmp names."""
        async with self._engine.gate:
            held = await self._engine.turn()
            # pysnmp can lose a question for good whose device reports unknown engines again and again.
            limit = 2 * target.timeout * (target.retries + 1) + SLACK
            try:
                async with asyncio.timeout(limit):
                    return await self._ask(target, request, context), held
            except TimeoutError:
                raise AskError(Cause.TIMEOUT_MIDWAY) from None

    async def _ask(self, target: Any, request: ber.Request, context: str) -> ber.Reply:
        names = [(rfc1902.ObjectName(oid), rfc1902.Null("")) for oid in request.oids]
        named = v3arch.ContextData(contextName=context.encode())
        asked = (self._engine.snmp, self._auth, target, named)
        try:
            if request.pdu == ber.GET_BULK:
                found = await v3arch.bulk_cmd(*asked, request.first, request.second, *names, lookupMib=False)
            else:
                command = v3arch.get_cmd if request.pdu == ber.GET else v3arch.next_cmd
                found = await command(*asked, *names, lookupMib=False)
        except (PySnmpError, PyAsn1Error) as error:
            raise AskError(Cause.MALFORMED, type(error).__name__) from error
        indication, status, index, rows = found
        if indication:
            raise AskError(
                cause_of(indication), "" if indication.__class__ in _NAMED else str(indication)[:120]
            )
        return ber.Reply(3, b"", ber.RESPONSE, 0, int(status), int(index), _bound(rows))


_NAMED = frozenset(kind for kind, _ in _CAUSES)


def cause_of(indication: errind.ErrorIndication) -> Cause:
    """What pysnmp's error indication means here."""
    for kind, cause in _CAUSES:
        if isinstance(indication, kind):
            return cause
    return (
        Cause.AUTHORIZATION
        if isinstance(indication, errind.NoAccessEntry | errind.NotInView)
        else Cause.MALFORMED
    )


def _bound(rows: Sequence[Any]) -> list[ber.Binding]:
    try:
        return [binding(name, value) for name, value in rows]
    except (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise AskError(Cause.MALFORMED, type(error).__name__) from error
