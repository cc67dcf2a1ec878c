"""Reads which wireless client is on which access point, from the tables that makers publish: no standard MIB has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanners.identity import canonical_ip, canonical_mac
from scanners.observation import WirelessClient
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.snmp.tables import CLIENT_TABLES, MOST_CLIENTS, ClientTable
from scanners.text import clean, is_printable


def clients(reading: Reading) -> tuple[WirelessClient, ...]:
    """The wireless clients that the device knows, by their MAC address."""
    found: dict[str, WirelessClient] = {}
    for table in CLIENT_TABLES:
        radios = _radios(reading, table)
        for index, value in reading.column(table.column).items():
            mac = _mac(index[:6])
            if mac is None:
                continue
            found[mac] = WirelessClient(
                mac=mac,
                access_point=_access_point(value, radios) if table.access_point else None,
                ssid=_text(reading.column(table.ssid).get(index)) if table.ssid else None,
                port=index[6] if table.on_interface and len(index) == 7 else None,
            )
    return tuple(found[mac] for mac in sorted(found)[:MOST_CLIENTS])


def _radios(reading: Reading, table: ClientTable) -> Mapping[str, str]:
    rows: Iterable[tuple[Oid, Value]] = reading.column(table.radios).items() if table.radios else ()
    pairs = (
        (_mac(index[-6:]), _mac(index[:6]))
        if table.radio_last
        else (_mac(index), canonical_mac(value) if isinstance(value, bytes) else None)
        for index, value in rows
    )
    return {radio: own for radio, own in pairs if radio and own}


def _access_point(value: Value, radios: Mapping[str, str]) -> str | None:
    """The access point's own MAC, else its radio's, else its IP address."""
    if isinstance(value, str):
        return canonical_ip(value)
    radio = canonical_mac(value) if isinstance(value, bytes) else None
    return radios.get(radio, radio) if radio else None


def _mac(numbers: Oid) -> str | None:
    if len(numbers) != 6 or not all(0 <= one < 256 for one in numbers):
        return None
    return canonical_mac(bytes(numbers))


def _text(value: Value) -> str | None:
    return clean(value, 64) if isinstance(value, bytes) and is_printable(value) else None
