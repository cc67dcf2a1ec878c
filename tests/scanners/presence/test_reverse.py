"""Names of addresses, asked of a real name server on loopback, of one that is silent, and of none."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from scanners.presence import reverse

NAMES = {"7.0.1.10.in-addr.arpa.": "imp-1.mairie.example.", "8.0.1.10.in-addr.arpa.": "\\027[2Jévil.example."}


class NameServer:
    """Answers what it knows over UDP, NXDOMAIN otherwise; nothing at all when it is `silent`."""

    def __init__(self, *, silent: bool = False) -> None:
        self.heard = 0
        self._silent = silent
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                data, asker = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.heard += 1
            if not self._silent:
                self._socket.sendto(self._answer(data), asker)

    @staticmethod
    def _answer(data: bytes) -> bytes:
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        name = str(asked.question[0].name)
        if name in NAMES:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "PTR", NAMES[name]))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer() as one:
        yield one


def names(server: NameServer, *addresses: str, stopped: bool = False) -> dict[str, str]:
    asked = reverse.resolver("127.0.0.1", server.port)
    assert asked is not None
    return asyncio.run(reverse.names_of(addresses, asked, lambda: stopped))


def test_addresses_get_their_names_and_those_without_none(server: NameServer) -> None:
    assert names(server, "10.1.0.7", "10.1.0.99") == {"10.1.0.7": "imp-1.mairie.example"}


def test_whoever_stops_asks_no_more(server: NameServer) -> None:
    assert names(server, "10.1.0.7", stopped=True) == {}
    assert server.heard == 0


def test_a_silent_name_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reverse, "SECONDS_EACH", 0.2)
    monkeypatch.setattr(reverse, "AT_ONCE", 1)
    with NameServer(silent=True) as server:
        with pytest.raises(reverse.SilentServerError):
            names(server, *(f"10.1.0.{n}" for n in range(1, 60)))
        assert server.heard <= reverse.MOST_SILENCES * 2


def test_a_name_server_that_refuses_is_no_silent_one(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reverse, "MOST_SILENCES", 1)
    monkeypatch.setattr(NameServer, "_answer", staticmethod(refused))
    assert names(server, "10.1.0.7", "10.1.0.8") == {}


def refused(data: bytes) -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(data))
    answer.set_rcode(dns.rcode.REFUSED)
    return answer.to_wire()
