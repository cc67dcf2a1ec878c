"""Opens the TCP ports of who is there and reads what is said at the door: banners, certificates, titles."""

from __future__ import annotations

import asyncio
import re
import ssl
import warnings
from collections.abc import Awaitable, Callable
from html import unescape

from cryptography import x509
from cryptography.x509.oid import NameOID

from scanners.presence import ipp
from scanners.presence.record import Hint, Name, hints, names

SECONDS_TO_OPEN, SECONDS_TO_READ = 1.5, 3.0
LONGEST_BANNER, LONGEST_PAGE = 255, 65_536
MOST_ALTERNATIVES = 8
Said = tuple[tuple[Name, ...], tuple[Hint, ...]]
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,400})", re.IGNORECASE)


class ClosedError(Exception):
    """Nothing listens at this port, or says nothing in time."""


async def knock(address: str, port: int, protocol: str) -> Said:
    """Return what is learnt at a port by its protocol (see PORTS); raises ClosedError."""
    try:
        async with asyncio.timeout(SECONDS_TO_OPEN + SECONDS_TO_READ):
            found_names, found = await _READERS[protocol](address, port)
    except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError, ValueError) as error:
        raise ClosedError from error
    return found_names, (Hint("port", str(port)), *found)


async def _connect(
    address: str, port: int, tls: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(SECONDS_TO_OPEN + (SECONDS_TO_READ if tls else 0)):
        return await asyncio.open_connection(address, port, ssl=tls)


async def _open(address: str, port: int) -> Said:
    _reader, writer = await _connect(address, port)
    writer.transport.abort()
    return (), ()


async def _ssh(address: str, port: int) -> Said:
    reader, writer = await _connect(address, port)
    try:
        banner = await _some(reader, LONGEST_BANNER)
    finally:
        writer.transport.abort()
    line = banner.split(b"\n", 1)[0]
    return (), hints([("ssh", line)] if line.startswith(b"SSH-") else [])


async def _http(address: str, port: int) -> Said:
    head, _break, body = (await fetch(address, port, "/")).partition(b"\r\n\r\n")
    server = next((line[7:] for line in head.split(b"\r\n")[:64] if line[:7].lower() == b"server:"), None)
    title = _TITLE.search(body)
    found: list[tuple[str, str | bytes]] = [("http_server", server)] if server else []
    if title:
        found.append(("http_title", unescape(title.group(1).decode("utf-8", "replace"))))
    return (), hints(found)


async def fetch(address: str, port: int, path: str, *, body: bytes | None = None, kind: str = "") -> bytes:
    """Return the head and the beginning of the body that an HTTP server answers, or what came of it in time; raises OSError."""
    reader, writer = await _connect(address, port)
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.0\r\nHost: {address}\r\n"
    if body is not None:
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    try:
        writer.write(head.encode("ascii", "ignore") + b"\r\n" + (body or b""))
        return await _some(reader, LONGEST_PAGE, until_end=True)
    finally:
        writer.transport.abort()


async def _some(reader: asyncio.StreamReader, most: int, *, until_end: bool = False) -> bytes:
    """Return at most `most` octets: a first piece, or all that comes within the time to read."""
    found = b""
    try:
        async with asyncio.timeout(SECONDS_TO_READ):
            while len(found) < most:
                piece = await reader.read(most - len(found))
                found += piece
                if not piece or not until_end:
                    break
    except (TimeoutError, ConnectionError):
        return found  # small devices reset what they have answered
    return found


async def _ipp(address: str, port: int) -> Said:
    answer = await fetch(address, port, ipp.PATH, body=ipp.question(address), kind="application/ipp")
    _head, _break, body = answer.partition(b"\r\n\r\n")
    model = ipp.make_and_model(body)
    return (), hints([("ipp", model)] if model else [])


async def _https(address: str, port: int) -> Said:
    _reader, writer = await _connect(address, port, _any_certificate())
    try:
        octets = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return certificate(octets or b"")


def _any_certificate() -> ssl.SSLContext:
    """A context that accepts whatever stands at the door: the certificate is read, nothing is trusted or sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # printers of 2010 speak nothing newer
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def certificate(octets: bytes) -> Said:
    """Return the names and the organisation in an X.509 certificate (DER); raises ValueError for what is none."""
    found = x509.load_der_x509_certificate(octets)
    called = [str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        called += extension.value.get_values_for_type(x509.DNSName)[:MOST_ALTERNATIVES]
    except x509.ExtensionNotFound:
        pass
    owners = [str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    said = [("certificate", ", ".join(dict.fromkeys([*called[:2], *owners[:1]])))]
    return names((name, "certificate") for name in called), hints(said if called or owners else [])


_READERS: dict[str, Callable[[str, int], Awaitable[Said]]] = {
    "open": _open,
    "ssh": _ssh,
    "http": _http,
    "https": _https,
    "ipp": _ipp,
}
