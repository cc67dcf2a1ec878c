"""An asset as it was on a day: what is dated from its periods and custody, the other fields by taking later changes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from inventory.assets import custom, fields, queries
from inventory.assets.models import Asset, Custody, Period
from inventory.audit import queries as trail
from inventory.audit.models import CUSTOM, Action
from inventory.core import clock
from inventory.fields import queries as custom_fields
from inventory.fields import values

# What periods and custody know by the day it took effect, whenever it was recorded.
DATED = ("state", "entity", "category", "location", "holder")


@dataclass(frozen=True, slots=True)
class Was:
    """One field on a day and today, both as history keeps values; `name` as history calls the field."""

    name: str
    then: Any
    now: Any

    @property
    def differs(self) -> bool:
        return bool(self.then != self.now)


def as_it_was(asset: Asset, day: date, custodies: Sequence[Custody]) -> list[Was] | None:
    """Return every field that had a value on a day or has one now, its custodies given; None before its record begins."""
    period = queries.period_on(asset, day)
    if period is None:
        return None
    now = _today(asset, custodies)
    then = {**_taken_back(asset, now, day), **_dated(period, _holder(custodies, day))}
    names = [*DATED, *(name for name in now if name not in DATED)]
    return [
        Was(name, then.get(name), now.get(name))
        for name in [*names, *(name for name in then if name not in now)]
        if then.get(name) is not None or now.get(name) is not None
    ]


def _today(asset: Asset, custodies: Sequence[Custody]) -> dict[str, Any]:
    columns = [*sorted(fields.EDITABLE, key=_place), "entity_id", "location_id"]
    found = {fields.public_name(name): fields.display(name, getattr(asset, name)) for name in columns}
    found["state"] = asset.state.value
    found["holder"] = _holder(custodies, clock.today(asset.entity.time_zone))
    kept = custom_fields.values_of(custom.NOUN, [asset.public_id], named=True)
    for row in kept.get(asset.public_id, {}).values():
        found[CUSTOM + row.field.label] = values.shown(row.field, row)
    return found


def _place(name: str) -> int:
    return list(fields.LABELS).index(fields.public_name(name))


def _taken_back(asset: Asset, now: dict[str, Any], day: date) -> dict[str, Any]:
    """Return the fields as they were at the end of a day: the old side of each later change, the latest first."""
    ends = datetime.combine(day, time.max, ZoneInfo(asset.entity.time_zone))
    then = dict(now)
    for record in trail.changes_since("asset", asset.public_id, ends):
        # What was typed when the record was made may well have been so before; a note is nobody's field.
        if record.action not in (Action.CREATED, Action.NOTED, Action.ATTACHED):
            for name, (old, _new) in record.changes.items():
                if name in then or name.startswith(CUSTOM):
                    then[name] = old
    return then


def _dated(period: Period, holder: str | None) -> dict[str, Any]:
    return {
        "state": period.state.value,
        "entity": period.entity.name,
        "category": period.category.name,
        "location": period.location.name if period.location else None,
        "holder": holder,
    }


def _holder(custodies: Sequence[Custody], day: date) -> str | None:
    """Return who or what answered for it on a day, in words."""
    custody = next((row for row in custodies if row.from_on <= day and not _ended(row, day)), None)
    if custody is None:
        return None
    names = (custody.person and custody.person.display_name, custody.location and custody.location.name)
    return " · ".join(name for name in names if name) or None


def _ended(custody: Custody, day: date) -> bool:
    return custody.until_on is not None and custody.until_on <= day
