"""Fake SNMP agents on loopback: a thread, a socket, and whatever answer a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Sequence

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
        request = ber.Request(
            asked.pdu, oids, asked.error_status if bulk else 0, asked.error_index if bulk else 0
        )
        varbinds = recording.answer(request)
        while bulk and len(varbinds) > 1 and len(response(asked, varbinds)) > most:
            varbinds = varbinds[: len(varbinds) // 2]
        yield response(asked, varbinds)

    return answer


class FakeAgent:
    """An agent on one loopback address; `heard` counts datagrams."""

    def __init__(self, answer: Answer, address: str = "127.31.0.1", port: int = 0) -> None:
        self.heard = 0
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
            self.heard += 1
            for reply in self._answer(datagram):
                self._socket.sendto(reply, asker)
