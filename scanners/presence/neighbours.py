"""Reads the kernel's neighbour table (ARP, IPv6 neighbour discovery) over netlink (rtnetlink(7), RTM_GETNEIGH)."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.identity import canonical_mac

RTM_NEWNEIGH, RTM_GETNEIGH, NLMSG_DONE, NLMSG_ERROR = 28, 30, 3, 2
NLM_F_REQUEST_DUMP = 0x0301
NDA_DST, NDA_LLADDR = 1, 2
INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
MOST_ENTRIES = 65_536
_HEADER, _NEIGHBOUR, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BxxxiHBB"), struct.Struct("=HH")


@dataclass(frozen=True, slots=True)
class Entry:
    """One neighbour: its address, its MAC once known, and the kernel's state of it."""

    address: str
    mac: str | None
    state: int

    @property
    def is_sure(self) -> bool:
        """Whether it has answered just now."""
        return bool(self.state & REACHABLE) and self.mac is not None

    @property
    def is_open(self) -> bool:
        """Whether the kernel still asks, or is about to."""
        return bool(self.state & (INCOMPLETE | DELAY | PROBE))


def table() -> list[Entry]:
    """Return the neighbours of this machine; empty where the system keeps no such table (not Linux)."""
    if not hasattr(socket, "AF_NETLINK"):
        return []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(2)
        sock.bind((0, 0))
        body = _NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        size = _HEADER.size + len(body)
        sock.send(_HEADER.pack(size, RTM_GETNEIGH, NLM_F_REQUEST_DUMP, 1, 0) + body)
        found: list[Entry] = []
        while len(found) < MOST_ENTRIES:
            try:
                data = sock.recv(262_144)
            except OSError:  # nothing more comes: what was read is kept
                return found
            for kind, message in messages(data):
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return found
                entry = parse(message) if kind == RTM_NEWNEIGH else None
                if entry is not None:
                    found.append(entry)
        return found


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body) of each netlink message in a datagram."""
    place = 0
    while place + _HEADER.size <= len(data):
        length, kind, *_ = _HEADER.unpack_from(data, place)
        if length < _HEADER.size:
            return
        yield kind, data[place + _HEADER.size : place + length]
        place += (length + 3) & ~3


def parse(body: bytes) -> Entry | None:
    """Return the neighbour in an RTM_NEWNEIGH, None for one without an address."""
    if len(body) < _NEIGHBOUR.size:
        return None
    _family, _index, state, _flags, _kind = _NEIGHBOUR.unpack_from(body)
    attributes = dict(_attributes(body[_NEIGHBOUR.size :]))
    octets = attributes.get(NDA_DST, b"")
    if len(octets) not in (4, 16):
        return None
    return Entry(str(ipaddress.ip_address(octets)), canonical_mac(attributes.get(NDA_LLADDR, b"")), state)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, place)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[place + _ATTRIBUTE.size : place + length]
        place += (length + 3) & ~3
