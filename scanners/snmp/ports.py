"""Reads what a device knows of its ports: the addresses learnt on each, and the neighbours that announce themselves there."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scanners.identity import canonical_ip, canonical_mac
from scanners.observation import Interface, Learnt, Neighbour
from scanners.snmp import tables
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.text import printable

HIGHEST_VLAN = 4094
# LldpChassisIdSubtype and LldpPortIdSubtype (IEEE 802.1AB-2005 §9.5.2.2, §9.5.3.2)
CHASSIS_MAC, CHASSIS_ADDRESS = 4, 5
PORT_MAC, PORT_ADDRESS = 3, 4
# LldpSystemCapabilitiesMap: the first octet, from its highest bit (§9.5.8.1)
_LLDP_CAPABILITIES = (
    (0x40, "repeater"), (0x20, "bridge"), (0x10, "access_point"), (0x08, "router"), (0x04, "telephone"),
    (0x02, "cable_device"), (0x01, "station"),
)  # fmt: skip
# CISCO-CDP-MIB cdpCacheCapabilities: the last octet
_CDP_CAPABILITIES = (
    (0x01, "router"), (0x02, "bridge"), (0x04, "bridge"), (0x08, "bridge"), (0x10, "station"),
    (0x40, "repeater"), (0x80, "telephone"),
)  # fmt: skip


def learnt(reading: Reading, own: Sequence[Interface]) -> tuple[Learnt, ...]:
    """The forwarding table, a row for each port and VLAN; what is its own, or on no port, is left out.

    Q-BRIDGE-MIB dot1qTpFdbPort where it is filled, else BRIDGE-MIB dot1dTpFdbPort with the port's own VLAN.
    """
    ports = _Ports(reading, own)
    mine = {one.mac for one in own}
    found: dict[tuple[int, int | None], set[str]] = defaultdict(set)
    for mac, number, vlan in _entries(reading, ports):
        index = ports.of_bridge(number)
        address = canonical_mac(bytes(mac))
        if index is not None and address is not None and address not in mine:
            found[(index, vlan)].add(address)
    rows = sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or 0))
    return tuple(Learnt(port, vlan, tuple(sorted(macs))) for (port, vlan), macs in rows)


def _entries(reading: Reading, ports: _Ports) -> Iterator[tuple[Oid, int, int | None]]:
    """(octets of the address, bridge port, VLAN) of each entry; junk is skipped."""
    vlans = _vlans_by_database(reading)
    for index, number in reading.column(tables.VLAN_LEARNT).items():
        if len(index) == 7 and _is_octets(index[1:]) and _is_port(number):
            yield index[1:], int(number), vlans.get(index[0], _vlan(index[0]))  # type: ignore[arg-type]
    if reading.column(tables.VLAN_LEARNT):
        return
    for index, number in reading.column(tables.BRIDGE_LEARNT).items():
        if len(index) == 6 and _is_octets(index) and _is_port(number):
            yield index, int(number), ports.vlan_of(int(number))  # type: ignore[arg-type]


def _is_port(number: Value) -> bool:
    return isinstance(number, int) and 0 < number < 2**31


def _is_octets(numbers: Oid) -> bool:
    return all(0 <= one < 256 for one in numbers)


def _vlans_by_database(reading: Reading) -> dict[int, int | None]:
    """dot1qVlanFdbId (index TimeMark.VlanIndex) turned round; a database that several VLANs share has none."""
    found: dict[int, int | None] = {}
    for index, database in reading.column(tables.VLAN_FDB_ID).items():
        if len(index) == 2 and isinstance(database, int):
            vlan = _vlan(index[1])
            found[database] = vlan if found.get(database, vlan) == vlan else None
    return found


def _vlan(number: Value) -> int | None:
    """A VLAN's number; some agents write it into the upper half of 32 bits."""
    if not isinstance(number, int):
        return None
    found = number if number < 2**16 else number >> 16
    return found if 0 < found <= HIGHEST_VLAN else None


class _Ports:
    """Which interface a port number of one protocol or another stands for."""

    def __init__(self, reading: Reading, own: Sequence[Interface]) -> None:
        self._bridge = {
            index[0]: port
            for index, port in reading.column(tables.BRIDGE_PORT).items()
            if len(index) == 1 and isinstance(port, int)
        }
        self._known = {one.index for one in own}
        self._by_text: dict[str, int | None] = {}
        for one in own:
            for text in {one.name, one.description, one.mac} - {None}:
                # A text that two interfaces share names neither.
                self._by_text[text] = None if text in self._by_text else one.index  # type: ignore[index]
        self._aggregates = {
            index[0]: aggregate
            for index, aggregate in reading.column(tables.AGGREGATE).items()
            if len(index) == 1 and isinstance(aggregate, int) and aggregate in self._known
        }
        self._vlans = {
            index[0]: _vlan(number) for index, number in reading.column(tables.PORT_VLAN).items() if index
        }
        self._lldp = _first_two_texts(reading)

    def of_bridge(self, number: int) -> int | None:
        """The ifIndex of a bridge port; where the device maps none at all, the numbers are the same."""
        index = self._bridge.get(number) if self._bridge else number
        return self.whole(index) if index in self._known else None

    def of_lldp(self, number: int) -> int | None:
        """The ifIndex of lldpLocPortNum: by the port's own id or description, else as a bridge port, else as an ifIndex."""
        for text in self._lldp.get(number, ()):
            named = self._by_text.get(text)
            if named is not None:
                return self.whole(named)
        index = self._bridge.get(number, number)
        return self.whole(index) if index in self._known else None

    def whole(self, index: int | None) -> int | None:
        """The aggregate that an interface is part of, else itself: a bridge learns on the whole."""
        return self._aggregates.get(index, index) if index is not None else None

    def vlan_of(self, number: int) -> int | None:
        """The VLAN of untagged frames (dot1qPvid)."""
        return self._vlans.get(number)


def _first_two_texts(reading: Reading) -> dict[int, tuple[str, ...]]:
    """What lldpLocPortTable calls each local port: its id, then its description."""
    subtypes, ids = reading.column(tables.LLDP_PORT_SUBTYPE), reading.column(tables.LLDP_PORT_ID)
    descriptions = reading.column(tables.LLDP_PORT_DESCR)
    return {
        index[0]: tuple(
            text
            for text in (
                _identity(ids.get(index), subtypes.get(index) == PORT_MAC),
                printable(descriptions.get(index)),
            )
            if text
        )
        for index in {*ids, *descriptions}
        if len(index) == 1
    }


def neighbours(reading: Reading, own: Sequence[Interface]) -> tuple[Neighbour, ...]:
    """What announces itself on each port, by LLDP (both versions of its MIB) and by CDP."""
    ports = _Ports(reading, own)
    found = [*_lldp(reading, ports), *_lldp_v2(reading, ports), *_cdp(reading, ports)]
    told = sorted({one for one in found if one.chassis or one.name or one.addresses}, key=repr)
    return tuple(told[: tables.MOST_NEIGHBOURS])


@dataclass(frozen=True, slots=True)
class _Remote:
    """The row of a remote table, read by the short names of its columns."""

    columns: Mapping[str, Mapping[Oid, Value]]
    index: Oid

    def value(self, column: str) -> Value:
        return self.columns[column].get(self.index)

    def text(self, column: str) -> str | None:
        return printable(self.value(column))


def _remotes(reading: Reading, columns: Mapping[str, Oid], length: int, key: str) -> Iterator[_Remote]:
    said = {name: reading.column(one) for name, one in columns.items()}
    for index in sorted(said[key]):
        if len(index) == length:
            yield _Remote(said, index)


def _lldp(reading: Reading, ports: _Ports) -> Iterator[Neighbour]:
    addresses = _management_addresses(reading)
    columns = {name: tables.lldp(name) for name in tables.LLDP_COLUMNS}
    for row in _remotes(reading, columns, 3, "chassis"):
        told = _announced(row, ports.of_lldp(row.index[1]))
        extra = addresses.get(row.index, ())
        yield replace(told, addresses=tuple(sorted({*told.addresses, *extra})))


def _lldp_v2(reading: Reading, ports: _Ports) -> Iterator[Neighbour]:
    columns = {name: tables.lldp_v2(name) for name in tables.LLDP_COLUMNS}
    for row in _remotes(reading, columns, 4, "chassis"):
        yield _announced(row, ports.whole(row.index[1]))


def _announced(row: _Remote, port: int | None) -> Neighbour:
    subtype, chassis = row.value("chassis_subtype"), row.value("chassis")
    address = _network_address(chassis) if subtype == CHASSIS_ADDRESS else None
    return Neighbour(
        port=port,
        protocol="lldp",
        chassis=None if address else _identity(chassis, subtype == CHASSIS_MAC),
        name=row.text("name"),
        description=row.text("description"),
        remote_port=_remote_port(row),
        addresses=(address,) if address else (),
        capabilities=_capabilities(row.value("enabled"), row.value("supported")),
    )


def _remote_port(row: _Remote) -> str | None:
    """The port at the other end as a person would call it: its id, unless that is only an address."""
    if row.value("port_subtype") in (PORT_MAC, PORT_ADDRESS):
        return row.text("port_description") or _identity(row.value("port"), is_mac=True)
    return row.text("port") or row.text("port_description")


def _capabilities(*said: Value) -> tuple[str, ...]:
    """The names of what is enabled, or else supported."""
    octets = next((one for one in said if isinstance(one, bytes) and any(one[:1])), b"\0")
    return tuple(name for bit, name in _LLDP_CAPABILITIES if octets[0] & bit)


def _management_addresses(reading: Reading) -> dict[Oid, list[str]]:
    """lldpRemManAddrTable: the index is that of the neighbour, then AddressFamilyNumber, the length and the octets."""
    found: dict[Oid, list[str]] = defaultdict(list)
    for index in reading.column(tables.LLDP_REMOTE_ADDRESS):
        if len(index) > 5 and len(index) == 5 + index[4] and _is_octets(index[5:]):
            address = _network_address(bytes((index[3], *index[5:])))
            if address is not None:
                found[index[:3]].append(address)
    return found


def _network_address(value: Value) -> str | None:
    """IANA AddressFamilyNumber (1 IPv4, 2 IPv6) and the octets."""
    if isinstance(value, bytes) and len(value) in (5, 17) and value[0] in (1, 2):
        return canonical_ip(str(ipaddress.ip_address(value[1:])))
    return None


def _cdp(reading: Reading, ports: _Ports) -> Iterator[Neighbour]:
    columns = {name: tables.cdp(name) for name in tables.CDP_COLUMNS}
    for row in _remotes(reading, columns, 2, "device"):
        octets = row.value("capabilities")
        bits = octets[-1] if isinstance(octets, bytes) and octets else 0
        told = _cdp_address(row)
        yield Neighbour(
            port=ports.whole(row.index[0]),
            protocol="cdp",
            chassis=_identity(row.value("device"), is_mac=False),
            name=row.text("name") or row.text("device"),
            description=row.text("platform"),
            remote_port=row.text("port"),
            addresses=(told,) if told else (),
            capabilities=tuple(dict.fromkeys(name for bit, name in _CDP_CAPABILITIES if bits & bit)),
        )


def _cdp_address(row: _Remote) -> str | None:
    """cdpCacheAddress: four octets where its type says IPv4 (1), or says nothing."""
    address = row.value("address")
    if row.value("address_type") in (1, None) and isinstance(address, bytes) and len(address) == 4:
        return canonical_ip(str(ipaddress.ip_address(address)))
    return None


def _identity(value: Value, is_mac: bool) -> str | None:
    """An id as text: the MAC address in its usual form where it is one, as six octets or, at some makers, written out."""
    if not isinstance(value, bytes):
        return None
    text = printable(value)
    mac = canonical_mac(value) if len(value) == 6 and (is_mac or text is None) else None
    if mac is None and is_mac and text is not None:
        mac = canonical_mac(text.replace(" ", ":"))
    return mac or text
