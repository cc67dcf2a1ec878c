"""What is said at TCP ports: by honest servers on loopback, and by those that want to be a nuisance."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.presence import Presence, PresenceOptions, doors, ipp, look
from tests.servers.certificates import Authority

ADDRESS = "127.33.0.1"
Talk = Callable[[socket.socket], None]


class Door:
    """A TCP server that talks to one caller after another."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._listening = socket.create_server((ADDRESS, 0))
        self._listening.settimeout(0.05)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = self._listening.getsockname()[1]

    def __enter__(self) -> Door:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                caller, _ = self._listening.accept()
            except TimeoutError:
                continue
            with caller:
                caller.settimeout(5)
                try:
                    self._talk(caller)
                except OSError:  # the caller has had enough
                    continue


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "SECONDS_TO_READ", 0.5)


@pytest.fixture
def seen_at() -> Iterator[Callable[[Talk, str], Presence]]:
    """Returns what is noticed of a host with one port, whatever it says there."""

    def see(talk: Talk, protocol: str) -> Presence:
        with Door(talk) as door:
            options = PresenceOptions(
                tcp_hints=True, reverse_dns=False, timeout=0.2, ports={door.port: protocol, 9: "open"}
            )
            found = [one for one in look([ADDRESS], options) if isinstance(one, Presence)]
        assert [one.address for one in found] == [ADDRESS]
        return found[0]

    return see


See = Callable[[Talk, str], Presence]


def said(found: Presence) -> list[tuple[str, str]]:
    return [(hint.code, hint.text) for hint in found.hints if hint.code != "port"]


def ports(found: Presence) -> list[str]:
    return [hint.text for hint in found.hints if hint.code == "port"]


def saying(*pieces: bytes) -> Talk:
    return lambda caller: [caller.sendall(piece) for piece in pieces] and None


def answering(page: bytes) -> Talk:
    def talk(caller: socket.socket) -> None:
        # A server that closes on a question it has not read resets the connection, and its answer is lost.
        caller.recv(4096)
        caller.sendall(page)

    return talk


def test_an_ssh_banner_is_read(seen_at: See) -> None:
    assert said(seen_at(saying(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "ssh")) == [
        ("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2")
    ]


def test_a_port_that_is_open_is_said_to_be_and_a_closed_one_is_not(seen_at: See) -> None:
    found = seen_at(saying(), "open")
    assert len(ports(found)) == 1
    assert "9" not in ports(found)


def test_a_web_server_says_its_name_and_its_title(seen_at: See) -> None:
    page = (
        b"HTTP/1.0 200 OK\r\nServer: Boa/0.94\r\n\r\n<html><title>R\xc3\xa9gulation &amp; chaufferie</title>"
    )
    assert said(seen_at(answering(page), "http")) == [
        ("http_server", "Boa/0.94"),
        ("http_title", "Régulation & chaufferie"),
    ]


def test_the_name_on_a_certificate_is_read_though_nobody_trusts_it(seen_at: See, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Authority().issue(tmp_path))

    def talk(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as secured:
            secured.recv(1)

    found = seen_at(talk, "https")
    assert [(name.value, name.source) for name in found.names] == [("localhost", "certificate")]
    assert said(found) == [("certificate", "localhost")]


def _answer_of_a_printer(model: bytes, status: int = 0) -> bytes:
    name = ipp.WANTED.encode()
    value = struct.pack(f"!BH{len(name)}sH", 0x41, len(name), name, len(model)) + model
    return b"HTTP/1.1 200 OK\r\n\r\n" + struct.pack("!BBHIB", 1, 1, status, 1, 4) + value + b"\x03"


def test_a_printer_says_its_make_and_model(seen_at: See) -> None:
    heard: list[bytes] = []

    def talk(caller: socket.socket) -> None:
        heard.append(caller.recv(4096))
        caller.sendall(_answer_of_a_printer(b"Brother HL-L5100DN series"))

    assert said(seen_at(talk, "ipp")) == [("ipp", "Brother HL-L5100DN series")]
    assert heard[0].startswith(b"POST /ipp/print HTTP/1.0\r\n")
    assert b"printer-make-and-model" in heard[0]


def test_a_printer_that_refuses_says_nothing(seen_at: See) -> None:
    assert said(seen_at(saying(_answer_of_a_printer(b"Brother", status=0x0400)), "ipp")) == []


@pytest.mark.parametrize("protocol", ["ssh", "http", "https", "ipp"])
def test_who_opens_and_says_nothing_holds_nobody_up(seen_at: See, protocol: str) -> None:
    assert said(seen_at(lambda caller: caller.recv(9) and caller.recv(9) and None, protocol)) == []


@pytest.mark.parametrize("protocol", ["ssh", "http", "https", "ipp"])
def test_who_never_stops_talking_is_left(seen_at: See, protocol: str) -> None:
    def talk(caller: socket.socket) -> None:
        for _ in range(2000):
            caller.sendall(b"SSH-" + b"\x1b[2J\x00" * 4096)

    found = seen_at(talk, protocol)
    assert all(len(text) <= 160 and text.isprintable() for _code, text in said(found))


def test_what_hides_or_reorders_text_is_taken_out(seen_at: See) -> None:
    found = seen_at(saying("SSH-2.0-\u202eevil\x07\x1b[31m\n".encode()), "ssh")
    assert said(found) == [("ssh", "SSH-2.0-evil[31m")]


@given(st.binary(max_size=200))
def test_no_answer_of_a_printer_breaks_anything(octets: bytes) -> None:
    found = ipp.make_and_model(octets)
    assert found is None or len(found) <= 200


def test_a_name_server_is_given_by_its_address() -> None:
    with pytest.raises(ValueError, match="IP address"):
        PresenceOptions(dns_server="ns1.example")
