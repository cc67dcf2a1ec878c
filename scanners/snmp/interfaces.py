"""Reads the network interfaces and addresses of a device from IF-MIB and IP-MIB."""

from __future__ import annotations

import ipaddress
from collections import defaultdict

from scanners.identity import canonical_ip, canonical_mac, is_locally_administered, is_virtual_mac
from scanners.observation import Interface
from scanners.snmp import tables
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.text import printable

MOST_INTERFACES = 2048

# IANAifType: the names worth telling apart; others stay unnamed.
_KINDS = {
    1: "other",
    6: "ethernet",
    7: "ethernet",
    23: "ppp",
    24: "loopback",
    53: "virtual",
    62: "ethernet",
    69: "ethernet",
    71: "wifi",
    117: "ethernet",
    131: "tunnel",
    135: "vlan",
    136: "vlan",
    161: "aggregate",
    209: "bridge",
}
PHYSICAL = frozenset({"ethernet", "wifi"})
_SPEED_UNKNOWN = 2**32 - 1
_UNICAST = 1  # IpAddressType


def interfaces(reading: Reading) -> tuple[Interface, ...]:
    """All interfaces in the order of their index."""
    addresses = _addresses(reading)
    found = []
    for index, kind in sorted(reading.column(tables.IF_TYPE).items())[:MOST_INTERFACES]:
        if len(index) != 1:
            continue

        def read(column: Oid, index: Oid = index) -> Value:
            return reading.column(column).get(index)

        description = printable(read(tables.IF_DESCR))
        name = printable(read(tables.IF_NAME)) or description
        alias = printable(read(tables.IF_ALIAS))
        mac = read(tables.IF_MAC)
        found.append(
            Interface(
                index=index[0],
                name=name,
                description=alias or (description if description != name else None),
                mac=canonical_mac(mac) if isinstance(mac, bytes) else None,
                speed_bps=_speed(read(tables.IF_HIGH_SPEED), read(tables.IF_SPEED)),
                admin_up=_is_up(read(tables.IF_ADMIN)),
                oper_up=_is_up(read(tables.IF_OPER)),
                addresses=tuple(sorted(addresses.get(index[0], ()))),
                kind=_KINDS.get(kind) if isinstance(kind, int) else None,
            )
        )
    return tuple(found)


def physical_macs(found: tuple[Interface, ...]) -> tuple[str, ...]:
    """MACs that are burned into real ports: neither chosen by software nor a hypervisor's or a redundancy protocol's."""
    macs = {one.mac for one in found if one.mac and one.kind in PHYSICAL}
    return tuple(sorted(mac for mac in macs if not is_locally_administered(mac) and not is_virtual_mac(mac)))


def own_addresses(reading: Reading) -> frozenset[str]:
    """Every address that the device says is its own."""
    return frozenset(address for group in _addresses(reading).values() for address in group)


def _addresses(reading: Reading) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for suffix, index in reading.column(tables.IP_IF_INDEX).items():
        if isinstance(index, int) and len(suffix) == 4 and max(suffix) < 256:
            _put(found, index, ".".join(map(str, suffix)))
    types = reading.column(tables.IP_ADDRESS_TYPE)
    for suffix, index in reading.column(tables.IP_ADDRESS_IF_INDEX).items():
        if types.get(suffix, _UNICAST) != _UNICAST:
            continue
        # InetAddressType (1 IPv4, 2 IPv6), then the length and the octets (RFC 4001)
        if (
            isinstance(index, int)
            and len(suffix) > 2
            and suffix[0] in (1, 2)
            and len(suffix) == suffix[1] + 2
            and max(suffix) < 256
        ):
            octets = bytes(suffix[2:])
            if len(octets) in (4, 16):
                _put(found, index, str(ipaddress.ip_address(octets)))
    return found


def _put(found: dict[int, set[str]], index: int, text: str) -> None:
    address = canonical_ip(text)
    if address is not None:
        found[index].add(address)


def _speed(high: Value, low: Value) -> int | None:
    """Bit/s: ifHighSpeed counts millions; ifSpeed stops at 2^32-1."""
    if isinstance(high, int) and 0 < high < 10**8:
        return high * 1_000_000
    return low if isinstance(low, int) and 0 < low < _SPEED_UNKNOWN else None


def _is_up(value: Value) -> bool | None:
    return {1: True, 2: False}.get(value) if isinstance(value, int) else None
