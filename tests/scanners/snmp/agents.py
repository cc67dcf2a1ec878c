"""Fake SNMP agents on loopback, one or many: a thread, a socket, and whatever answer a test wants."""

from __future__ import annotations

import socket
import struct
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from scanners.replay import Recording
from scanners.snmp import ber

Answer = Callable[[bytes], Iterable[bytes]]

SWITCH = """
1.3.6.1.2.1.1.1.0|4|Lab switch model 3 firmware 1.3.0
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1.3
1.3.6.1.2.1.1.3.0|67|123400
1.3.6.1.2.1.1.5.0|4|sw-lab
1.3.6.1.2.1.1.6.0|4x|48f474656c
1.3.6.1.2.1.1.7.0|2|2
1.3.6.1.2.1.2.2.1.2.1|4|port 1
1.3.6.1.2.1.2.2.1.2.2|4|port 2
1.3.6.1.2.1.2.2.1.3.1|2|6
1.3.6.1.2.1.2.2.1.3.2|2|6
1.3.6.1.2.1.2.2.1.6.1|4x|001b2c030401
1.3.6.1.2.1.2.2.1.6.2|4x|001b2c030402
1.3.6.1.2.1.17.1.1.0|4x|001b2c030400
1.3.6.1.2.1.47.1.1.1.1.5.1|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1|4|LAB00099
1.3.6.1.2.1.47.1.1.1.1.12.1|4|Labswitch
1.3.6.1.2.1.47.1.1.1.1.13.1|4|LS-3
"""


def encoded(value: ber.VarBind) -> bytes:
    """A variable binding on the wire."""
    tag, content = value.tag, value.value
    if tag == ber.IP_ADDRESS:
        octets = socket.inet_aton(str(content))
    elif isinstance(content, tuple):
        octets = ber.encode_oid(content)
    elif isinstance(content, int):
        octets = ber.integer(content)[2:]
    else:
        octets = content if isinstance(content, bytes) else b""
    return ber.element(
        ber.SEQUENCE, ber.element(ber.OID, ber.encode_oid(value.oid)) + ber.element(tag, octets)
    )


def response(
    request: ber.Reply, varbinds: Sequence[ber.VarBind], *, status: int = 0, index: int = 0
) -> bytes:
    """The response to a decoded request."""
    content = ber.element(ber.SEQUENCE, b"".join(map(encoded, varbinds)))
    pdu = ber.integer(request.request_id) + ber.integer(status) + ber.integer(index) + content
    head = ber.integer(request.version) + ber.element(ber.OCTETS, request.community)
    return ber.element(ber.SEQUENCE, head + ber.element(ber.RESPONSE, pdu))


def playing(text: str, community: bytes = b"public", most: int = 1400) -> Answer:
    """An honest agent with these objects, whose answers are no longer than `most` octets."""
    recording = Recording.parse(text)

    def answer(datagram: bytes) -> Iterable[bytes]:
        asked = ber.decode(datagram)
        if asked.community != community:
            return
        oids = [one.oid for one in asked.varbinds]
        bulk = asked.pdu == ber.GET_BULK
        request = ber.asking(
            asked.pdu, oids, asked.error_status if bulk else 0, asked.error_index if bulk else 0
        )
        varbinds = recording.answer(request)
        while bulk and len(varbinds) > 1 and len(response(asked, varbinds)) > most:
            varbinds = varbinds[: len(varbinds) // 2]
        yield response(asked, varbinds)

    return answer


def _octets(content: bytes) -> bytes:
    return ber.element(ber.OCTETS, content)


USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL, NOT_IN_TIME_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = range(1, 7)
LAB_ENGINE = b"\x80\x00\x1f\x88\x04lab-agent"


def report(
    datagram: bytes,
    counter: int = UNKNOWN_ENGINE,
    *,
    engine_id: bytes = LAB_ENGINE,
    message_id: int | None = None,
) -> Iterable[bytes]:
    """An SNMPv3 agent's unsecured report of one of the counters of usmStats (RFC 3414 §5) to whatever it was sent."""
    if message_id is None:
        message_id = ber.decode_discovery(datagram)[0]
    varbind = ber.VarBind((*USM_STATS, counter, 0), ber.COUNTER32, 1)
    pdu = ber.integer(0) * 3 + ber.element(ber.SEQUENCE, encoded(varbind))
    head = ber.integer(message_id) + ber.integer(65_507) + _octets(b"\0") + ber.integer(3)
    security = _octets(engine_id) + ber.integer(1) + ber.integer(100) + _octets(b"") * 3
    scoped = _octets(engine_id) + _octets(b"") + ber.element(ber.REPORT, pdu)
    yield ber.element(
        ber.SEQUENCE,
        ber.integer(3)
        + ber.element(ber.SEQUENCE, head)
        + _octets(ber.element(ber.SEQUENCE, security))
        + ber.element(ber.SEQUENCE, scoped),
    )


class FakeAgent:
    """An agent on one loopback address; `heard` counts datagrams, `asker` is where the last one came from."""

    def __init__(self, answer: Answer, address: str = "127.31.0.1", port: int = 0) -> None:
        self.heard = 0
        self.asker = ("", 0)
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._socket.settimeout(0.05)
        self.address, self.port = self._socket.getsockname()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeAgent:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                datagram, asker = self._socket.recvfrom(65_535)
            except TimeoutError:
                continue
            self.heard, self.asker = self.heard + 1, asker
            for reply in self._answer(datagram):
                self._socket.sendto(reply, asker)


# Linux's numbers (socket(7), ip(7)); Python's socket module lacks their names on some builds.
SO_TIMESTAMPNS = 35
IP_PKTINFO = 8


class Segment:
    """Many devices behind one socket that hears whatever is sent to 127.0.0.0/8 on its port.

    `heard` holds each datagram's address and when the kernel took it in, so that nobody's scheduling blurs the figures.
    """

    def __init__(self, devices: Mapping[str, Answer]) -> None:
        self.heard: list[tuple[str, float]] = []
        self._devices = devices
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self._socket.bind(("0.0.0.0", 0))
        self._socket.settimeout(0.05)
        self.port = self._socket.getsockname()[1]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Segment:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def most_within_a_second(self, prefix: str) -> int:
        """The most datagrams that any one second saw towards the addresses that begin with `prefix`."""
        times = sorted(at for address, at in self.heard if address.startswith(prefix))
        return max((bisect_left(times, at + 1) - place for place, at in enumerate(times)), default=0)

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                datagram, extra, _, asker = self._socket.recvmsg(65_535, 512)
            except TimeoutError:
                continue
            at, asked = 0.0, b""
            for level, kind, data in extra:
                if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                    seconds, nanoseconds = struct.unpack("@ll", data)
                    at = seconds + nanoseconds / 1e9
                elif (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                    asked = data[8:12]
            address = socket.inet_ntoa(asked)
            self.heard.append((address, at))
            source = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("@I4s4s", 0, asked, bytes(4)))]
            for reply in self._devices.get(address, lambda _: ())(datagram):
                self._socket.sendmsg([reply], source, 0, asker)
