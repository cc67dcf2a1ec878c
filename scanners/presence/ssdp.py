"""SSDP (UPnP Device Architecture 1.1): a search for root devices, its answers, and the description they point to."""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scanners.presence.record import Hint, Name, hints, names

GROUP, HOPS = ("239.255.255.250", 1900), 2
_QUESTION = (
    "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    'MAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)


def question() -> bytes:
    """Return a search for root devices."""
    return _QUESTION.encode()


def _headers(data: bytes) -> dict[str, str]:
    lines = data[:4096].decode("utf-8", "replace").split("\r\n")
    if not lines[0].startswith("HTTP/1."):
        return {}
    pairs = (line.partition(":") for line in lines[1:64])
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def read(_address: str, data: bytes) -> tuple[tuple[Name, ...], tuple[Hint, ...]]:
    """Return the hints of an answer to a search."""
    server = _headers(data).get("server")
    return (), hints([("ssdp_server", server)] if server else [])


def description(address: str, data: bytes) -> tuple[int, str] | None:
    """Return port and path of the description that an answer points to; None if that is not the sender's own."""
    try:
        place = urlsplit(_headers(data).get("location", ""))
        port = place.port or 80
    except ValueError:
        return None
    # Whoever answers could point this machine at any other: only the sender itself is asked.
    if place.scheme != "http" or place.hostname != address or not place.path.isascii():
        return None
    return port, (place.path or "/")[:500]


def read_description(data: bytes) -> tuple[tuple[Name, ...], tuple[Hint, ...]]:
    """Return the name and hints of a device description; nothing for what is malformed or declares a DTD."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return (), ()
    said: dict[str, str] = {}
    for one in root.iter():
        if isinstance(one.tag, str) and one.text:
            said.setdefault(one.tag.rpartition("}")[2], one.text)
    model = " ".join(said[name] for name in ("manufacturer", "modelName") if name in said)
    kind = said.get("deviceType", "").split(":")
    found = [("ssdp_type", kind[3])] if len(kind) > 3 else []
    return names([(said.get("friendlyName"), "ssdp")]), hints(
        [*found, *([("ssdp_model", model)] if model else [])]
    )
