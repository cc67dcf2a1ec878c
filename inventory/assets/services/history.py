"""Keeps an asset's dated rows: reads them as stretches, writes stretches back, and copies today's values to the asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset, Period
from inventory.assets.periods import Stretch
from inventory.assets.services.dossiers import Dossier
from inventory.core import clock
from inventory.core.database import db, row_of
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.models import Entity


def rows_of(asset: Asset) -> list[Period]:
    """Return an asset's periods, oldest first."""
    statement = select(Period).where(Period.asset_id == asset.id).order_by(Period.from_on)
    return list(db.session.scalars(statement))


def stretches_of(asset: Asset) -> list[Stretch]:
    """Return an asset's history, oldest first; never empty for a saved asset."""
    return [_stretch(row) for row in rows_of(asset)]


def _stretch(row: Period) -> Stretch:
    return Stretch(row.from_on, row.state, row.entity_id, row.category_id, row.location_id)


def beginning(asset: Any, on: date) -> dict[str, Any]:
    """Return as a row of Period a new asset's first one, from day `on`."""
    return {"asset_id": asset.id, "from_on": on, **{name: getattr(asset, name) for name in periods.FIELDS}}


def change(asset: Asset, on: date, values: dict[str, Any]) -> None:
    """Set dated fields from day `on` (see `periods.change`) and today's values on the asset."""
    write(asset, periods.change(stretches_of(asset), on, values))


def write(asset: Asset, stretches: Sequence[Stretch]) -> None:
    """Make the asset's periods say exactly `stretches`, touching only the rows that differ."""
    _lay(Dossier(asset, periods=rows_of(asset)), stretches)
    db.session.flush()


def note_change(dossier: Dossier, on: date | None, values: dict[str, Any]) -> None:
    """Do as `change` does, in a dossier: the caller saves.

    Without a day, the values hold as long as the present ones of those fields have.
    """
    stretches = stretches_in(dossier)
    for name, value in values.items():
        since = periods.since(stretches, name) if on is None else on
        stretches = periods.change(stretches, since, {name: value})
    dossier.periods = _lay(dossier, stretches)


def stretches_in(dossier: Dossier) -> list[Stretch]:
    """Return the history that a dossier holds, read where nobody has read it yet."""
    if dossier.periods is None:
        dossier.periods = rows_of(dossier.asset)
    return [_stretch(row) for row in dossier.periods]


def note_use(dossier: Dossier, on: date) -> None:
    """Note that what has been in use since its record began was so from day `on`, if that is earlier; the caller saves."""
    stretches = stretches_in(dossier)
    if stretches[0].state in lifecycle.IN_USE:
        dossier.periods = _lay(dossier, periods.begin_at(stretches, on))


def _lay(dossier: Dossier, stretches: Sequence[Stretch]) -> list[Period]:
    asset = dossier.asset
    kept = {row.from_on: row for row in dossier.periods or []}
    laid = []
    ends = [*(stretch.from_on for stretch in stretches[1:]), None]
    for stretch, until_on in zip(stretches, ends, strict=True):
        said = {name: getattr(stretch, name) for name in periods.FIELDS} | {"until_on": until_on}
        row = kept.pop(stretch.from_on, None)
        if row is None:
            row = dossier.add(Period, asset_id=asset.id, from_on=stretch.from_on, **said)
        else:
            _set(row, said)
        laid.append(row)
    for row in kept.values():
        dossier.drop(row)
    last = {name: getattr(stretches[-1], name) for name in periods.FIELDS}
    if _set(asset, last) - {"state"}:
        fields.forget_relations(asset)
    return laid


def _set(row: Any, values: Mapping[str, Any]) -> set[str]:
    """Set what differs and return its names: the session takes every value that is set for a change."""
    differing = {name for name, value in values.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, values[name])
    return differing


def effective_day(entity_id: int, on: date | None) -> date:
    """Return the day an act takes effect: today in the entity's time zone unless given; Invalid in the future."""
    today = today_of(entity_id)
    if on is None:
        return today
    if on > today:
        raise Invalid("on", N_("This day has not come yet. Record it when it happens."))
    if on.year < 1980:
        raise Invalid("on", N_("This day is too long ago."))
    return on


def today_of(entity_id: int) -> date:
    """Return the present day in an entity's time zone."""
    entity = row_of(Entity, entity_id)
    return clock.today(entity.time_zone) if entity else clock.today()
