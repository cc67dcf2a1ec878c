"""What equipment is sorted by, and the day that its age counts from, as SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, String, func, literal, literal_column

from inventory.assets.ages import CERTAIN, AgeBasis
from inventory.assets.models import Asset, LastSeen
from inventory.core.types import UtcDateTime

NEVER = date(9999, 12, 31)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def started() -> ColumnElement[Any]:
    """Return the day an asset's age counts from, in the order of `ages.age_of`; null when unknown."""
    return func.coalesce(*(getattr(Asset, basis.value) for basis in AgeBasis), type_=Date)


def newest_first() -> ColumnElement[Any]:
    """Return the same for an order that goes down: an unknown day comes after all others; the index ix_asset_newest holds it."""
    return _started_or("0001-01-01")


def oldest_first() -> ColumnElement[Any]:
    """Return the same for an order that goes up: an unknown day comes last here too; the index ix_asset_oldest holds it."""
    return _started_or("9999-12-31")


def _started_or(day: str) -> ColumnElement[Any]:
    days = [getattr(Asset, basis.value) for basis in AgeBasis]
    return func.coalesce(*days, literal_column(f"'{day}'", Date), type_=Date)


def last_seen() -> ColumnElement[Any]:
    """Return when an asset was last seen; what nobody has seen yet stands before all."""
    return func.coalesce(LastSeen.last_seen_at, literal(LONG_AGO, UtcDateTime()))


def started_until(day: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an asset's age counts from a day or one before, which leaves out what is unknown.

    Said in the words of both orders: whichever a list is in, a store begins there in its index instead of walking to it.
    """
    return newest_first() <= day, oldest_first() <= day


def started_after(day: date) -> tuple[ColumnElement[bool], ...]:
    """Return the same for a day after a day."""
    return newest_first() > day, oldest_first() > day


def in_order(column: Any) -> ColumnElement[Any]:
    """Return the sort expression of a text: what is unknown comes after all others.

    Indexes hold those of tag, serial and name; a value that is bound instead of written would keep a store from using them.
    """
    return func.coalesce(column, literal_column("'~'", String))


def started_for_sure() -> ColumnElement[Any]:
    """Return the same without the dates that are only estimates."""
    return func.coalesce(*(getattr(Asset, basis.value) for basis in CERTAIN), type_=Date)
