"""Reads who a router or a switch exchanges packets with: its ARP and IPv6 neighbour tables (IP-MIB, RFC 4293)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from scanners.identity import canonical_ip, canonical_mac
from scanners.observation import Resolved
from scanners.snmp import tables
from scanners.snmp.ber import Oid
from scanners.snmp.collect import Reading
from scanners.snmp.interfaces import own_addresses

_INVALID, _LOCAL = 2, 5  # ipNetToPhysicalType
# InetAddressType and length → octets of the address itself: types 3 and 4 add a zone of four octets.
_OCTETS = {(1, 4): 4, (2, 16): 16, (3, 8): 4, (4, 20): 16}


def resolved(reading: Reading) -> tuple[Resolved, ...]:
    """Return each address of another device with its MAC, once, the addresses ascending."""
    own = own_addresses(reading)
    found = {address: mac for address, mac in _entries(reading) if address not in own}
    order = sorted(found, key=lambda text: (":" in text, ipaddress.ip_address(text)))
    return tuple(Resolved(address, found[address]) for address in order[: tables.MOST_RESOLVED])


def _entries(reading: Reading) -> Iterator[tuple[str, str]]:
    # The older table first: where both are told, the newer one wins.
    for index, value in reading.column(tables.ARP_MAC).items():
        if len(index) == 5 and max(index[1:]) < 256:
            yield from _entry(bytes(index[1:]), value)
    types = reading.column(tables.RESOLVED_TYPE)
    for index, value in reading.column(tables.RESOLVED_MAC).items():
        if types.get(index) not in (_INVALID, _LOCAL) and (octets := _address(index)):
            yield from _entry(octets, value)


def _address(index: Oid) -> bytes | None:
    """Octets of an address in ifIndex, InetAddressType, length, octets (RFC 4001)."""
    if len(index) < 4 or len(index) != index[2] + 3 or max(index[3:]) > 255:
        return None
    octets = _OCTETS.get((index[1], index[2]))
    return bytes(index[3 : 3 + octets]) if octets else None


def _entry(octets: bytes, value: object) -> Iterator[tuple[str, str]]:
    mac = canonical_mac(value) if isinstance(value, bytes) else None
    address = canonical_ip(str(ipaddress.ip_address(octets))) if len(octets) in (4, 16) else None
    if mac is not None and address is not None:
        yield address, mac
