"""Finds the other halves of hands that changed: comparable devices that left or came to the same holder or place around that day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from inventory.assets.models import Asset, Custody
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core.database import among, db
from inventory.core.registry import Calls

# Days between one device leaving a holder or place and another coming, either way round.
WITHIN = timedelta(days=30)
# Of one device, who held several that left around that day is asked about the latest alone.
MOST = 3
COMPUTERS = (Kind.DESKTOP, Kind.LAPTOP, Kind.TABLET, Kind.THIN_CLIENT, Kind.COMPUTER)

# A person, or a place where nobody is named.
_Holder = tuple[int | None, int | None]


def are_comparable(one: Kind, other: Kind) -> bool:
    """Say whether a device of one kind may take the place of one of the other."""
    return one is other or (one in COMPUTERS and other in COMPUTERS)


class Halves:
    """The custodies around those that `calls` of "asset.custody_changed" end and begin, read in a fixed number of queries."""

    def __init__(self, calls: Calls) -> None:
        days = [call["on"] for call in calls]
        first, last = min(days) - WITHIN, max(days) + WITHIN
        self._left = _held(_holders(calls, "new"), Custody.until_on.between(first, last))
        self._came = _held(_holders(calls, "old"), Custody.from_on.between(first, last))

    def left(self, asset: Asset, came: Custody, on: date) -> list[Any]:
        """Return the custodies of other devices that ended with the same holder around a day, the latest first."""
        near = (row for row in self._left.get(_holder(came), ()) if abs(row.until_on - on) <= WITHIN)
        return _comparable(asset, near)

    def came(self, asset: Asset, left: Custody, on: date) -> list[Any]:
        """Return the custodies of other devices that began with the same holder around a day, the latest first."""
        near = (row for row in self._came.get(_holder(left), ()) if abs(row.from_on - on) <= WITHIN)
        return _comparable(asset, near)


def _holder(custody: Any) -> _Holder:
    return custody.person_id, None if custody.person_id else custody.location_id


def _holders(calls: Calls, side: str) -> set[_Holder]:
    hands = (call[side] for call in calls)
    return {_holder(hand) for hand in hands if hand is not None and (side == "new" or hand.until_on)}


def _held(holders: Iterable[_Holder], when: ColumnElement[bool]) -> dict[_Holder, list[Any]]:
    """Return by holder the custodies of devices that people work at, the latest first."""
    people = [person for person, _place in holders if person]
    places = [place for person, place in holders if place and not person]
    found: dict[_Holder, list[Any]] = {}
    for ids, whose in (
        (people, among(Custody.person_id, people)),
        (places, among(Custody.location_id, places) & Custody.person_id.is_(None)),
    ):
        for row in db.session.execute(_HANDS.where(whose, when)) if ids else ():
            found.setdefault(_holder(row), []).append(row)
    return found


_HANDS = (
    select(
        Custody.asset_id,
        Custody.person_id,
        Custody.location_id,
        Custody.from_on,
        Custody.until_on,
        Category.kind,
    )
    .join(Asset, Asset.id == Custody.asset_id)
    .join(Category, Category.id == Asset.category_id)
    .where(or_(Category.in_workplace.is_(True), Category.in_renewal_base.is_(True)))
    .order_by(Custody.from_on.desc(), Custody.id.desc())
)


def _comparable(asset: Asset, rows: Iterator[Any]) -> list[Any]:
    kind = asset.category.kind
    found = [row for row in rows if row.asset_id != asset.id and are_comparable(row.kind, kind)]
    return found[:MOST]
