"""Reads the supplies of an observation: which is which night after night, and how much of each is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FULL = 1000
LONGEST_KEY, LONGEST_NAME, LONGEST_COLOR, LONGEST_KIND, LONGEST_STATE = 120, 120, 40, 40, 20
# Paper is no supply that is ordered for one printer.
PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Read:
    """A supply as it was read: `left` in thousandths, None where the printer gives no amount."""

    key: str
    kind: str
    name: str
    color: str
    left: int | None
    state: str


def keyed(rows: Iterable[Mapping[str, Any]]) -> list[Read]:
    """Return the supplies of an observation, paper left out; two of one name are told apart by their order."""
    found: dict[str, Read] = {}
    for row in rows:
        kind = str(row.get("kind") or "other")[:LONGEST_KIND]
        if kind == PAPER:
            continue
        name, color = str(row.get("name") or "")[:LONGEST_NAME], str(row.get("color") or "")[:LONGEST_COLOR]
        key = _free(f"{kind}:{color}:{name}"[: LONGEST_KEY - 4], found)
        state = str(row.get("state") or "")[:LONGEST_STATE]
        found[key] = Read(key, kind, name, color, left_of(row), state)
    return list(found.values())


def _free(key: str, taken: Mapping[str, Read]) -> str:
    number, free = 2, key
    while free in taken:
        free, number = f"{key}#{number}", number + 1
    return free


def left_of(row: Mapping[str, Any]) -> int | None:
    """Return how much is left in thousandths; RFC 3805's unlimited, unknown and some left are no amounts.

    A level in percent needs no capacity: it is one of 100.
    """
    level = row.get("level")
    capacity = row.get("capacity") or (100 if row.get("unit") == "percent" else None)
    if level is None or not capacity or row.get("state"):
        return None
    return max(0, min(FULL, round(FULL * level / capacity)))


def meters_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the meters of an observation by name."""
    return {
        str(row["name"]): int(row["value"]) for row in rows if row.get("name") and row.get("value", -1) >= 0
    }
