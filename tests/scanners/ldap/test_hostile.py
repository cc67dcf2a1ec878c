"""What a hostile or broken directory sends changes nothing but its own text, and never crashes the reader."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from scanners.coverage import Cause, Coverage, Failure
from scanners.ldap import DirectoryOptions, reading, session
from scanners.observation import Observation
from tests.scanners.ldap.conftest import reader
from tests.servers import Slapd, entries, entry

SUCCESS = bytes.fromhex("0a010004000400")
ROOT = bytes.fromhex("04003000")  # a root DSE without a name, without attributes


# the paged results control (RFC 2696) with the cookie "more"
MORE = b"\xa0\x27\x30\x25\x04\x161.2.840.113556.1.4.319\x04\x0b\x30\x09\x02\x01\x00\x04\x04more"


def message(number: int, tag: int, body: bytes, controls: bytes = b"") -> bytes:
    """An LDAPMessage (RFC 4511 §4.1.1) with that operation."""
    operation = bytes([tag]) + _length(body) + body
    inside = b"\x02\x04" + number.to_bytes(4, "big") + operation + controls
    return b"\x30" + _length(inside) + inside


def _length(body: bytes) -> bytes:
    return bytes([0x84]) + len(body).to_bytes(4, "big")


def stranger(search: Callable[[int], Iterator[bytes]]) -> contextlib.AbstractContextManager[str]:
    """A server that lets everybody in, shows an empty root DSE, and answers searches with `search(number)`."""

    def talk(client: socket.socket) -> None:
        asked = 0
        with contextlib.suppress(OSError), client:
            while request := client.recv(4096):
                start = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)  # after a short or long length
                end = start + 2 + request[start + 1]
                number, operation = int.from_bytes(request[start + 2 : end], "big"), request[end]
                if operation == 0x60:
                    client.sendall(message(number, 0x61, SUCCESS))
                elif operation == 0x63 and not asked:
                    asked += 1
                    client.sendall(message(number, 0x64, ROOT) + message(number, 0x65, SUCCESS))
                elif operation == 0x63:
                    for octets in search(number):
                        client.sendall(octets)

    @contextlib.contextmanager
    def serve() -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def accept() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        client, _ = listener.accept()
                        threading.Thread(target=talk, args=(client,), daemon=True).start()

            threading.Thread(target=accept, daemon=True).start()
            yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
            listener.shutdown(socket.SHUT_RDWR)

    return serve()


def read(url: str) -> tuple[list[Cause], Coverage]:
    options = DirectoryOptions(url=url, tls="none", anonymous=True, base="dc=example", timeout=1)
    found = list(reading.read(options, subjects=["computers"]))
    (coverage,) = (one for one in found if isinstance(one, Coverage))
    return [one.cause for one in found if isinstance(one, Failure)], coverage


NESTED = b"\x30\x84" + (4 * 5000).to_bytes(4, "big") + b"\x30\x82\x40\x00" * 5000


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda number: [b"\xff" * 40], Cause.TIMEOUT_MIDWAY),
        (lambda number: [b"HTTP/1.1 400 Bad Request\r\n".ljust(0x54 + 2)], Cause.MALFORMED),
        (lambda number: [message(number, 0x64, b"\x04\x02dc\x30\x84\x7f\xff\xff\xff")], Cause.MALFORMED),
        (lambda number: [message(number, 0x65, b"\x0a\x01")], Cause.MALFORMED),
        (lambda number: [message(number, 0x65, b"")], Cause.MALFORMED),
        (lambda number: [NESTED], Cause.MALFORMED),
        (lambda number: [b"\x30\x84\x7f\xff\xff\xff\x02\x01"], Cause.TIMEOUT_MIDWAY),
        (lambda number: [message(number + 1, 0x65, SUCCESS)], Cause.HALF_READ),
        (lambda number: [message(0, 0x78, SUCCESS + b"\x8a\x161.3.6.1.4.1.1466.20036")], Cause.HALF_READ),
        (lambda number: [message(number, 0x65, b"\x0a\x01\x50\x04\x00\x04\x04busy")], Cause.SERVER_ERROR),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure(
    answer: Callable[[int], Iterator[bytes]], cause: Cause
) -> None:
    with stranger(answer) as url:
        causes, coverage = read(url)
    assert causes == [cause]
    assert not coverage.complete


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_PAGE_BYTES", 1_000_000)
    entry_without_end = b"\x04\x01x\x30\x84\x00\x00\x00\x00"

    def endless(number: int) -> Iterator[bytes]:
        while True:
            yield message(number, 0x64, entry_without_end) * 500

    with stranger(endless) as url:
        causes, coverage = read(url)
    assert causes == [Cause.CAP_REACHED]
    assert not coverage.complete


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_PAGE_SECONDS", 0.5)

    def dripping(number: int) -> Iterator[bytes]:
        yield b"\x30\x84\x00\xff\xff\xff"
        while True:
            time.sleep(0.05)
            yield b"\0"

    with stranger(dripping) as url:
        causes, _ = read(url)
    assert causes == [Cause.CAP_REACHED]


def test_pages_without_end_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_EMPTY_PAGES", 5)
    pages = []

    def empty(number: int) -> Iterator[bytes]:
        pages.append(number)
        yield message(number, 0x65, SUCCESS, MORE)

    with stranger(empty) as url:
        causes, coverage = read(url)
    assert causes == [Cause.CAP_REACHED]
    assert len(pages) == 6
    assert not coverage.complete


def test_a_directory_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_ENTRIES", 3)
    pages = []

    def one_more(number: int) -> Iterator[bytes]:
        pages.append(number)
        name = f"cn={len(pages)}".encode()
        yield message(number, 0x64, bytes([4, len(name)]) + name + b"\x30\x00")
        yield message(number, 0x65, SUCCESS, MORE)

    with stranger(one_more) as url:
        causes, coverage = read(url)
    assert causes == [Cause.CAP_REACHED]
    assert (coverage.read, coverage.complete) == (4, False)


def test_referrals_to_other_servers_are_not_followed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.1)
        elsewhere = f"ldap://127.0.0.1:{trap.getsockname()[1]}/dc=trap".encode()

        def referring(number: int) -> Iterator[bytes]:
            yield message(number, 0x73, bytes([4, len(elsewhere)]) + elsewhere)
            yield message(number, 0x65, SUCCESS)

        with stranger(referring) as url:
            causes, coverage = read(url)
        assert causes == []
        assert (coverage.read, coverage.complete) == (0, True)
        with pytest.raises(TimeoutError):
            trap.accept()


def test_an_entry_without_any_name_is_a_failure_of_its_own() -> None:
    def nameless(number: int) -> Iterator[bytes]:
        yield message(number, 0x64, ROOT) + message(number, 0x65, SUCCESS)

    with stranger(nameless) as url:
        causes, coverage = read(url)
    assert causes == [Cause.MALFORMED]
    assert (coverage.asked, coverage.read, coverage.complete) == (1, 0, False)


@pytest.mark.slapd
def test_hostile_values_change_nothing_but_their_own_text(small: Callable[..., Slapd]) -> None:
    unit = entries.UNITS[0]
    slapd = small(
        entry(
            f"cn=evil,ou={unit},{Slapd.base}",
            objectClass="computer",
            objectCategory="computer",
            cn="evil",
            dNSHostName="=cmd()|' /C calc'!A0",
            description="<script>alert(1)</script>\x00\x1b[2J\u202e" + "x" * 10_000_000,
            operatingSystem="Windows\r\n Server\t2022\u0007",
            objectGUID=b"short",
            userAccountControl="-1",
            lastLogonTimestamp="9223372036854775806",
        ),
        *entries.computers(1),
        active_directory=True,
    )
    found = list(reading.read(reader(slapd), subjects=["computers"]))
    evil = next(one for one in found if isinstance(one, Observation) and "evil" in str(one.facts["dn"]))
    description = str(evil.facts["description"])
    assert description.startswith("<script>alert(1)</script>[2Jxxx")
    assert len(description) == 1024
    assert evil.facts["os_name"] == "Windows Server 2022"
    assert evil.facts["name"] == "=cmd()|' /C calc'!A0"
    assert evil.source_key == f"dn:cn=evil,ou={unit},dc=metropole,dc=example".lower()
    assert evil.identifiers == ()
    assert "last_logon_at" not in evil.facts
    assert Observation.from_json(evil.to_json()).digest() == evil.digest()
    (coverage,) = (one for one in found if isinstance(one, Coverage))
    assert (coverage.read, coverage.complete) == (2, True)
