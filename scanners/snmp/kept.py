"""Keeps what a device was identified by in a few hundred octets, and identifies it again by today's rules without asking it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from scanners.observation import Identifier, Observation
from scanners.snmp import tables
from scanners.snmp.ber import Oid, Value
from scanners.snmp.collect import Reading
from scanners.snmp.identify import identify
from scanners.snmp.observe import identified_by, source_key_of
from scanners.snmp.profile import Profiles, dotted

LARGEST = 64 * 1024
"""Octets of JSON that are kept of a device before compression; the longest columns are left out beyond that."""
LARGEST_UNPACKED = 4 * LARGEST
IDENTIFYING = ("kind", "manufacturer", "model", "serial", "firmware")
"""The facts that rules find; all others are what the device says, whatever the rules."""

# What rules do not read, or as much of it as they may need: an observation keeps the rest in words.
_FIRST = {
    **dict.fromkeys((tables.PRT_SUPPLY_TYPE, tables.PRT_LIFE_COUNT, tables.IF_DESCR), 8),
    **dict.fromkeys((tables.HR_DEVICE_TYPE, tables.HR_DEVICE_DESCR), 256),
    tables.IF_MAC: 32,
    tables.IF_TYPE: 1024,
}
_LEFT_OUT = frozenset(
    {
        *(tables.IF_SPEED, tables.IF_ADMIN, tables.IF_OPER, tables.IF_NAME),
        *(tables.IF_HIGH_SPEED, tables.IF_ALIAS, tables.SYS_UP_TIME),
        *(tables.IP_IF_INDEX, tables.IP_ADDRESS_IF_INDEX, tables.IP_ADDRESS_TYPE, tables.PRT_LIFE_UNIT),
        *(tables.PRT_SUPPLY_COLORANT, tables.PRT_SUPPLY_CLASS, tables.PRT_SUPPLY_DESCR),
        *(tables.PRT_SUPPLY_UNIT, tables.PRT_SUPPLY_MAX, tables.PRT_SUPPLY_LEVEL, tables.PRT_COLORANT),
        *(tables.PRT_TRAY_UNIT, tables.PRT_TRAY_MAX, tables.PRT_TRAY_LEVEL, tables.PRT_TRAY_NAME),
        *(tables.PRT_TRAY_DESCR, tables.PRT_ALERT_SEVERITY, tables.PRT_ALERT_DESCR),
    }
)
# Rules ask of tables that tell of other devices (neighbours, addresses learnt) only whether there is anything in them.
_OF_OTHERS = frozenset(
    column
    for table in tables.TABLES
    if not table.identity
    for column in table.columns
    if column not in _FIRST
)


class KeptReadingError(ValueError):
    """Octets that are no kept reading."""


def trimmed(reading: Reading) -> Reading:
    """Return the reading with the columns that rules may need; the values are shared, not copied."""
    columns = {
        name: dict(islice(instances.items(), _FIRST.get(name, 1 if name in _OF_OTHERS else None)))
        for name, instances in reading.columns.items()
        if name not in _LEFT_OUT
    }
    return Reading(reading.address, columns)


def pack(reading: Reading, engine_id: bytes = b"") -> bytes:
    """Return a trimmed reading as compressed JSON, bounded: of a device that says too much the longest columns are left out."""
    columns = {
        dotted(name): {dotted(index): _written(value) for index, value in instances.items()}
        for name, instances in reading.columns.items()
    }
    found = {"engine": engine_id.hex(), "objects": columns}
    text = json.dumps(found, separators=(",", ":"))
    while len(text) > LARGEST and columns:
        del columns[max(columns, key=lambda name: len(str(columns[name])))]
        text = json.dumps(found, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def _written(value: Value) -> Any:
    """Numbers as they are; octets as text where they are ASCII, else in hexadecimal; what they are is their first letter."""
    if isinstance(value, bytes):
        return "t" + value.decode("ascii") if value.isascii() else "x" + value.hex()
    if isinstance(value, tuple):
        return "o" + dotted(value)
    return "a" + value if isinstance(value, str) else value


def unpack(octets: bytes, address: str) -> tuple[Reading, bytes]:
    """Return the reading and the engine id that `pack` kept; raises KeptReadingError."""
    try:
        inflating = zlib.decompressobj()
        text = inflating.decompress(octets, LARGEST_UNPACKED)
        if inflating.unconsumed_tail:
            raise ValueError
        found = json.loads(text)
        columns = {
            tables.oid(name): {_index(index): _value(value) for index, value in instances.items()}
            for name, instances in found["objects"].items()
        }
        return Reading(address, columns), bytes.fromhex(found["engine"])
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeptReadingError("These octets are no kept reading.") from error


def _index(text: str) -> Oid:
    return tables.oid(text) if text else ()


def _value(kept: Any) -> Value:
    if not isinstance(kept, str):
        return kept if kept is None else int(kept)
    kind, rest = kept[:1], kept[1:]
    if kind == "t":
        return rest.encode("ascii")
    if kind == "x":
        return bytes.fromhex(rest)
    return _index(rest) if kind == "o" else rest


def identify_again(reading: Reading, engine_id: bytes, profiles: Profiles, seen: Observation) -> Observation:
    """Return an observation as today's rules make it of the objects kept of the device; all else is as it was seen."""
    found = identify(reading, profiles)
    facts = {name: value for name, value in seen.facts.items() if name not in IDENTIFYING}
    facts |= {name: found.facts[name] for name in IDENTIFYING if name in found.facts}
    found.facts = dict(facts)
    computed = identified_by(reading, found, seen.interfaces, site=seen.site, engine_id=engine_id)
    addresses = tuple(one for one in seen.identifiers if one.kind == "ip")
    identifiers: tuple[Identifier, ...] = (*(one for one in computed if one.kind != "ip"), *addresses)
    return replace(
        seen,
        facts=facts,
        identifiers=identifiers,
        components=found.components,
        evidence=_evidence(seen.evidence, found.evidence, facts),
        source_key=source_key_of(identifiers, seen.target),
    )


def _evidence(before: Mapping[str, str], now: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, str]:
    """What each fact was read from: of those that rules find, what they say today."""
    renewed = {*IDENTIFYING, "base_mac"}
    kept = {name: why for name, why in before.items() if name not in renewed}
    return kept | {
        name: now[name] for name in renewed if name in now and (name in facts or name == "base_mac")
    }
