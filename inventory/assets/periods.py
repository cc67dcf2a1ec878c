"""Splits an asset's history into stretches of days, and lets a change reach as far as the next one of its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from inventory.assets.states import State

FIELDS = ("state", "entity_id", "category_id", "location_id")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days [from_on, next stretch) in which nothing dated changed; ids are those of the store."""

    from_on: date
    state: State
    entity_id: int
    category_id: int
    location_id: int | None = None

    def says(self, other: Stretch) -> bool:
        """Say whether both hold the same values, whatever their days."""
        return all(getattr(self, name) == getattr(other, name) for name in FIELDS)


def change(history: Sequence[Stretch], on: date, values: Mapping[str, Any]) -> list[Stretch]:
    """Return the history (oldest first, not empty) with `values` set from day `on`.

    Each field's value goes forward until that field's next recorded change; a change on the same day is
    overwritten. A day before the record begins makes it begin there. Neighbours that say the same are joined.
    """
    result = _cut(history, on)
    for name, value in values.items():
        end = _next_change(result, on, name)
        result = [
            replace(s, **{name: value}) if s.from_on >= on and (end is None or s.from_on < end) else s
            for s in result
        ]
    return _joined(result)


def begin_at(history: Sequence[Stretch], on: date) -> list[Stretch]:
    """Return the history beginning at `on` if that is earlier than it does; nothing else changes."""
    first = history[0]
    return [replace(first, from_on=min(on, first.from_on)), *history[1:]]


def at(history: Sequence[Stretch], on: date) -> Stretch | None:
    """Return what held on a day, or None before the record begins."""
    found = None
    for stretch in history:
        if stretch.from_on > on:
            break
        found = stretch
    return found


def before(history: Sequence[Stretch], on: date) -> Stretch | None:
    """Return what held just before a day, or None when nothing did."""
    earlier = [stretch for stretch in history if stretch.from_on < on]
    return earlier[-1] if earlier else None


def next_value(history: Sequence[Stretch], on: date, name: str) -> Any:
    """Return the value that the field takes at its next change after `on`, or None when there is none."""
    value = getattr(at(history, on) or history[0], name)
    for stretch in history:
        if stretch.from_on > on and getattr(stretch, name) != value:
            return getattr(stretch, name)
    return None


def since(history: Sequence[Stretch], name: str) -> date:
    """Return the day from which the field has had its present value without a break."""
    value, start = getattr(history[-1], name), history[-1].from_on
    for stretch in reversed(history):
        if getattr(stretch, name) != value:
            break
        start = stretch.from_on
    return start


def _cut(history: Sequence[Stretch], on: date) -> list[Stretch]:
    if any(stretch.from_on == on for stretch in history):
        return list(history)
    start = replace(at(history, on) or history[0], from_on=on)
    return sorted([*history, start], key=lambda stretch: stretch.from_on)


def _next_change(history: Sequence[Stretch], on: date, name: str) -> date | None:
    for earlier, later in pairwise(history):
        if later.from_on > on and getattr(earlier, name) != getattr(later, name):
            return later.from_on
    return None


def _joined(history: Sequence[Stretch]) -> list[Stretch]:
    result = [history[0]]
    for stretch in history[1:]:
        if not stretch.says(result[-1]):
            result.append(stretch)
    return result
