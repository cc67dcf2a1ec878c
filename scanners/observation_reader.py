"""Reads an observation back from JSON that anybody may have written: every length, count and type is bounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from scanners.identity import canonical_ip, canonical_mac
from scanners.observation import (
    FORMAT,
    Component,
    Counter,
    Fact,
    Identifier,
    Interface,
    Learnt,
    Neighbour,
    Observation,
    ObservationError,
    Resolved,
    Supply,
    WirelessClient,
)
from scanners.text import clean

MOST_ROWS: Mapping[str, int] = {
    "identifiers": 512,
    "interfaces": 4096,
    "supplies": 256,
    "counters": 512,
    "components": 1024,
    "neighbours": 1024,
    "learnt": 8192,
    "clients": 4096,
    "resolved": 4096,
}
MOST_LEARNT = 16384
MOST_FACTS = 256
MOST_LIST_ITEMS = 1024
LONGEST_NAME = 64
LONGEST_TEXT = 4096
LARGEST_NUMBER = 2**64
PLAUSIBLE_YEARS = range(1970, 2101)

Row = TypeVar("Row")


def read(found: Any) -> Observation:
    """The observation in a decoded JSON value; raises ObservationError with a sentence naming the field."""
    if not isinstance(found, dict):
        raise ObservationError("observation: a JSON object is expected.")
    if found.get("format") != FORMAT:
        raise ObservationError(f"format: only format {FORMAT} is known.")
    return Observation(
        source=_needed(found, "source"),
        site=_text(found.get("site", ""), "site", 64) or "",
        target=_text(found.get("target", ""), "target") or "",
        observed_at=_instant(found.get("observed_at")),
        source_key=_needed(found, "source_key"),
        subject=_needed(found, "subject"),
        facts=_facts(found.get("facts", {})),
        identifiers=_rows(found, "identifiers", _identifier),
        interfaces=_rows(found, "interfaces", _interface),
        supplies=_rows(found, "supplies", _supply),
        counters=_rows(found, "counters", _counter),
        components=_rows(found, "components", _component),
        neighbours=_rows(found, "neighbours", _neighbour),
        learnt=_forwarding(found),
        clients=_rows(found, "clients", _client),
        resolved=_rows(found, "resolved", _resolved),
        evidence=_evidence(found.get("evidence", {})),
    )


def _text(value: Any, where: str, limit: int = 255) -> str | None:
    if not isinstance(value, str):
        raise ObservationError(f"{where}: text is expected.")
    if len(value) > LONGEST_TEXT * 4:
        raise ObservationError(f"{where}: the text is longer than {LONGEST_TEXT * 4} characters.")
    return clean(value, limit)


def _needed(found: Mapping[str, Any], name: str) -> str:
    text = _text(found.get(name, ""), name)
    if text is None:
        raise ObservationError(f"{name}: it is missing.")
    return text


def _number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ObservationError(f"{where}: a whole number is expected.")
    if abs(value) > LARGEST_NUMBER:
        raise ObservationError(f"{where}: the number is too large.")
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ObservationError(f"{where}: true or false is expected.")
    return value


def _instant(value: Any) -> datetime:
    text = _text(value if value is not None else "", "observed_at", 40)
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        raise ObservationError("observed_at: an ISO 8601 instant is expected.") from None
    if instant.tzinfo is None:
        raise ObservationError("observed_at: the time zone is missing.")
    if instant.year not in PLAUSIBLE_YEARS:
        # The edges of the calendar have no equivalent in another time zone.
        raise ObservationError("observed_at: the year is not plausible.")
    return instant


def _fact(value: Any, where: str) -> Fact | None:
    if isinstance(value, bool | float):
        if not math.isfinite(value):
            raise ObservationError(f"{where}: a finite number is expected.")
        return value
    if isinstance(value, int):
        return _number(value, where)
    if isinstance(value, list):
        if len(value) > MOST_LIST_ITEMS:
            raise ObservationError(f"{where}: more than {MOST_LIST_ITEMS} values.")
        return tuple(text for item in value if (text := _text(item, where, LONGEST_TEXT)))
    return _text(value, where, LONGEST_TEXT)


def _facts(value: Any) -> dict[str, Fact]:
    facts = {}
    for name, given in _named(value, "facts"):
        fact = _fact(given, f"facts.{name}")
        if fact is not None and fact != ():
            facts[name] = fact
    return facts


def _evidence(value: Any) -> dict[str, str]:
    return {
        name: text
        for name, given in _named(value, "evidence")
        if (text := _text(given, f"evidence.{name}", 1024))
    }


def _named(value: Any, where: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise ObservationError(f"{where}: a JSON object is expected.")
    if len(value) > MOST_FACTS:
        raise ObservationError(f"{where}: more than {MOST_FACTS} entries.")
    pairs = []
    for name, given in value.items():
        label = clean(name, LONGEST_NAME)
        if label is None or label != name:
            raise ObservationError(f"{where}: a name is empty, too long or holds control characters.")
        pairs.append((label, given))
    return pairs


def _rows(
    found: Mapping[str, Any], name: str, make: Callable[[Mapping[str, Any], str], Row]
) -> tuple[Row, ...]:
    rows = found.get(name, [])
    if not isinstance(rows, list):
        raise ObservationError(f"{name}: a list is expected.")
    if len(rows) > MOST_ROWS[name]:
        raise ObservationError(f"{name}: more than {MOST_ROWS[name]} rows.")
    made = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ObservationError(f"{name}[{number}]: a JSON object is expected.")
        made.append(make(row, f"{name}[{number}]"))
    return tuple(made)


def _texts(row: Mapping[str, Any], where: str, *names: str) -> dict[str, Any]:
    return {name: _text(row[name], f"{where}.{name}") for name in names if row.get(name) is not None}


def _numbers(row: Mapping[str, Any], where: str, *names: str) -> dict[str, Any]:
    return {name: _number(row[name], f"{where}.{name}") for name in names if row.get(name) is not None}


def _identifier(row: Mapping[str, Any], where: str) -> Identifier:
    return Identifier(
        kind=_text(row.get("kind", ""), f"{where}.kind", 64) or "",
        value=_text(row.get("value", ""), f"{where}.value") or "",
        scope=_text(row.get("scope", ""), f"{where}.scope") or "",
    )


def _list(row: Mapping[str, Any], where: str, name: str, most: int = MOST_LIST_ITEMS) -> tuple[str, ...]:
    found = row.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise ObservationError(f"{where}.{name}: a list of at most {most} texts is expected.")
    return tuple(text for one in found if (text := _text(one, f"{where}.{name}", 64)))


def _interface(row: Mapping[str, Any], where: str) -> Interface:
    return Interface(
        **_texts(row, where, "name", "description", "mac", "kind"),
        **_numbers(row, where, "index", "speed_bps"),
        admin_up=_truth(row["admin_up"], f"{where}.admin_up") if "admin_up" in row else None,
        oper_up=_truth(row["oper_up"], f"{where}.oper_up") if "oper_up" in row else None,
        addresses=_list(row, where, "addresses"),
    )


def _supply(row: Mapping[str, Any], where: str) -> Supply:
    return Supply(
        **_texts(row, where, "name", "kind", "color", "unit", "state"),
        **_numbers(row, where, "level", "capacity"),
    )


def _counter(row: Mapping[str, Any], where: str) -> Counter:
    return Counter(
        name=_text(row.get("name", ""), f"{where}.name") or "",
        unit=_text(row["unit"], f"{where}.unit") if "unit" in row else None,
        value=_number(row.get("value"), f"{where}.value"),
    )


def _component(row: Mapping[str, Any], where: str) -> Component:
    return Component(
        kind=_text(row.get("kind", ""), f"{where}.kind", 64) or "other",
        **_texts(row, where, "name", "model", "serial", "firmware", "manufacturer"),
    )


def _neighbour(row: Mapping[str, Any], where: str) -> Neighbour:
    return Neighbour(
        **_texts(row, where, "protocol", "chassis", "name", "description", "remote_port"),
        **_numbers(row, where, "port"),
        addresses=_list(row, where, "addresses"),
        capabilities=_list(row, where, "capabilities"),
    )


def _forwarding(found: Mapping[str, Any]) -> tuple[Learnt, ...]:
    rows = _rows(found, "learnt", _learnt)
    if sum(len(row.macs) for row in rows) > MOST_LEARNT:
        raise ObservationError(f"learnt: more than {MOST_LEARNT} addresses.")
    return rows


def _learnt(row: Mapping[str, Any], where: str) -> Learnt:
    return Learnt(
        port=_number(row.get("port"), f"{where}.port"),
        **_numbers(row, where, "vlan"),
        macs=_list(row, where, "macs", MOST_LEARNT),
    )


def _client(row: Mapping[str, Any], where: str) -> WirelessClient:
    return WirelessClient(
        mac=_needed(row, "mac"),
        **_texts(row, where, "access_point", "ssid"),
        **_numbers(row, where, "port"),
    )


def _resolved(row: Mapping[str, Any], where: str) -> Resolved:
    address = canonical_ip(_text(row.get("address", ""), f"{where}.address", 64))
    mac = canonical_mac(_text(row.get("mac", ""), f"{where}.mac", 64))
    if address is None or mac is None:
        raise ObservationError(f"{where}: an IP address and a MAC are expected.")
    return Resolved(address, mac)
