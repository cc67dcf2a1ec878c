"""Reads equipment: within a scope, today or as it was on a day, narrowed by the parameters of list addresses.

Parameters of `/assets` (all may be combined; those marked * take several values with commas between):

    q           words in tag, serial, name, maker, model, holder, MAC or IP address
    as_of       2026-01-01: state, entity, category, place and holder as they were on that day
    state*      codes of State; `in_use` means in_service,on_loan,in_repair
    category*   codes of categories
    family      main (categories in the renewal base) or workplace (the whole digital workplace)
    age         unknown, estimated, over_life, 6 (six whole years) or 6+ (six years or more), on the day of as_of
    maker, model, place, holder    public ids; a place includes those inside it; holder=none: held by nobody
    owner       code of exactly one entity (the entity switch, `entity`, includes those below it)
    ownership*, usage*             codes; in_scope    1 or 0
    warranty    ended, running or unknown, on the day of as_of
    unseen      30: not seen for so many days; never: seen by no source yet
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from inventory.assets import lifecycle
from inventory.assets.ages import CERTAIN, AgeBasis, months_before
from inventory.assets.models import Asset, AssetIdentifier, AssetRedirect, Custody, Period
from inventory.assets.states import IdentifierKind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.organization.models import Location, Person
from scanners import identity

NEVER = date(9999, 12, 31)
SEARCHED_IDENTIFIERS = (
    IdentifierKind.MAC,
    IdentifierKind.BASE_MAC,
    IdentifierKind.IP,
    IdentifierKind.IMEI,
    IdentifierKind.TAG,
    IdentifierKind.SERIAL,
)
# The holder whose name the search reads; joined once, so that the list costs one query.
Holder = aliased(Person, name="holder")


@dataclass(frozen=True, slots=True)
class View:
    """Where dated columns are read from: today's on the asset, or those of its period on a day."""

    as_of: date | None = None

    @property
    def dated(self) -> Any:
        return Asset if self.as_of is None else Period

    @property
    def day(self) -> date:
        return self.as_of or clock.today()


def visible(scope: Scope) -> Select[Any]:
    """Return the assets that belong to the scope's entities today."""
    return select(Asset).where(Asset.entity_id.in_(scope.entity_ids))


def listed(scope: Scope, view: View) -> Select[Any]:
    """Return the assets of the scope with what a list shows, in one query; on a past day with period and custody.

    The category and the holder (as `Holder`) are joined under their own names, for sorts and searches.
    """
    if view.as_of is None:
        statement = select(Asset).outerjoin(Holder, Holder.id == Asset.holder_id)
        eager = [joinedload(Asset.category), joinedload(Asset.entity), joinedload(Asset.location)]
        statement = statement.options(*eager, joinedload(Asset.holder))
    else:
        columns: Any = select(Asset, Period, Custody)
        statement = as_of(columns, view.as_of)
        statement = statement.outerjoin(Custody, _custody_on(view.as_of)).outerjoin(
            Holder, Holder.id == Custody.person_id
        )
        eager = [joinedload(Period.category), joinedload(Period.entity), joinedload(Period.location)]
        statement = statement.options(*eager, joinedload(Custody.person))
    dated = view.dated
    return (
        statement.join(Category, Category.id == dated.category_id)
        .outerjoin(Model, Model.id == Asset.model_id)
        .outerjoin(Manufacturer, Manufacturer.id == Asset.manufacturer_id)
        .options(joinedload(Asset.model), joinedload(Asset.manufacturer))
        .where(dated.entity_id.in_(scope.entity_ids))
    )


def as_of(statement: Select[Any], day: date) -> Select[Any]:
    """Join each asset's period of a day: Period's state, entity, category and place are those of then.

    An asset whose record begins later has no row.
    """
    return statement.join(
        Period,
        and_(
            Period.asset_id == Asset.id,
            Period.from_on <= day,
            or_(Period.until_on.is_(None), Period.until_on > day),
        ),
    )


def _custody_on(day: date) -> ColumnElement[bool]:
    return and_(
        Custody.asset_id == Asset.id,
        Custody.from_on <= day,
        or_(Custody.until_on.is_(None), Custody.until_on > day),
    )


def period_on(asset: Asset, day: date) -> Period | None:
    """Return what held of an asset on a day, or None before its record begins."""
    statement = (
        as_of(select(Period).select_from(Asset), day)
        .where(Asset.id == asset.id)
        .options(joinedload(Period.category), joinedload(Period.entity), joinedload(Period.location))
    )
    return db.session.scalar(statement)


def custody_on(asset: Asset, day: date) -> Custody | None:
    """Return who or what answered for an asset on a day, or None."""
    return db.session.scalar(
        select(Custody)
        .select_from(Asset)
        .join(Custody, _custody_on(day))
        .where(Asset.id == asset.id)
        .limit(1)
    )


def custodies(asset: Asset) -> Sequence[Custody]:
    """Return an asset's custodies with their people and places, newest first."""
    statement = (
        select(Custody)
        .where(Custody.asset_id == asset.id)
        .options(joinedload(Custody.person), joinedload(Custody.location))
        .order_by(Custody.from_on.desc(), Custody.id.desc())
    )
    return db.session.scalars(statement).all()


def held_by(person: Person) -> Sequence[Asset]:
    """Return what a person holds."""
    return db.session.scalars(_shown().where(Asset.holder_id == person.id).order_by(Asset.id)).all()


def standing_at(location: Location, *, limit: int = 50) -> Sequence[Asset]:
    """Return what stands at a place or inside it and has not left the fleet, at most `limit`."""
    statement = _shown().join(Location, Location.id == Asset.location_id)
    statement = statement.where(
        Location.path.startswith(location.path, autoescape=True), Asset.state.not_in(lifecycle.GONE)
    )
    return db.session.scalars(statement.order_by(Asset.id).limit(limit)).all()


def _shown() -> Select[Any]:
    return select(Asset).options(
        joinedload(Asset.category),
        joinedload(Asset.model),
        joinedload(Asset.manufacturer),
        joinedload(Asset.location),
        joinedload(Asset.entity),
    )


def redirected(public_id: str) -> str | None:
    """Return the public id of the asset that a merged one became part of, or None."""
    return db.session.scalar(
        select(Asset.public_id)
        .join(AssetRedirect, AssetRedirect.asset_id == Asset.id)
        .where(AssetRedirect.public_id == public_id)
    )


def twins(asset: Asset) -> Sequence[Asset]:
    """Return other assets of the same entity tree with the same serial and no other maker."""
    if asset.serial is None:
        return []
    statement = _shown().where(Asset.serial == asset.serial, Asset.id != asset.id)
    rows = db.session.scalars(statement.limit(5)).all()
    return [
        row
        for row in rows
        if None in (row.manufacturer_id, asset.manufacturer_id)
        or row.manufacturer_id == asset.manufacturer_id
    ]


def started() -> ColumnElement[Any]:
    """Return the day an asset's age counts from, in the order of `ages.age_of`; null when unknown."""
    return func.coalesce(*(getattr(Asset, basis.value) for basis in AgeBasis), type_=Date)


def started_for_sure() -> ColumnElement[Any]:
    """Return the same without the dates that are only estimates."""
    return func.coalesce(*(getattr(Asset, basis.value) for basis in CERTAIN), type_=Date)


def matching(statement: Select[Any], text: str) -> Select[Any]:
    """Keep assets where each word is in the tag, serial, name, model, maker or holder, or is an address of theirs.

    The statement is one of `listed`.
    """
    for word in text.split()[:6]:
        columns = (Asset.tag, Asset.serial, Asset.name, Model.name, Manufacturer.name, Holder.display_name)
        anywhere = [column.icontains(word, autoescape=True) for column in columns]
        statement = statement.where(or_(*anywhere, Asset.id.in_(_identified(word))))
    return statement


def _identified(word: str) -> Select[Any]:
    canonical = identity.canonical_mac(word) or identity.canonical_ip(word) or word
    return select(AssetIdentifier.asset_id).where(
        AssetIdentifier.kind.in_(SEARCHED_IDENTIFIERS),
        AssetIdentifier.value.in_({canonical, word, word.lower(), word.upper()}),
    )


def by_age(statement: Select[Any], wanted: str, view: View) -> Select[Any]:
    """Narrow by age: unknown, estimated, over_life, N (whole years) or N+; anything else narrows nothing."""
    if wanted == "unknown":
        return statement.where(started().is_(None))
    if wanted == "estimated":
        return statement.where(started().is_not(None), started_for_sure().is_(None))
    if wanted == "over_life":
        return statement.where(_over_life(view))
    years = wanted.removesuffix("+")
    if not (years.isdigit() and len(years) <= 2):
        return statement
    if int(years) or wanted.endswith("+"):
        statement = statement.where(started() <= months_before(view.day, 12 * int(years)))
    if not wanted.endswith("+"):
        statement = statement.where(started() > months_before(view.day, 12 * (int(years) + 1)))
    return statement


def _over_life(view: View) -> ColumnElement[bool]:
    lives: dict[int, list[int]] = {}
    rows = db.session.execute(
        select(Category.id, Category.service_life_months).where(Category.service_life_months.is_not(None))
    )
    for id_, months in rows:
        lives.setdefault(months or 0, []).append(id_)
    conditions = [
        and_(view.dated.category_id.in_(ids), started() <= months_before(view.day, months))
        for months, ids in lives.items()
    ]
    return or_(literal(False), *conditions)


def at_place(statement: Select[Any], public_id: str, view: View) -> Select[Any]:
    """Keep what stands at a place or inside it."""
    path = select(Location.path).where(Location.public_id == public_id).scalar_subquery()
    inside = select(Location.id).where(Location.path.startswith(func.coalesce(path, "?")))
    return statement.where(view.dated.location_id.in_(inside))


def by_warranty(statement: Select[Any], wanted: str, view: View) -> Select[Any]:
    """Narrow by warranty on the day: ended, running or unknown."""
    conditions = {
        "ended": Asset.warranty_ends_on < view.day,
        "running": Asset.warranty_ends_on >= view.day,
        "unknown": Asset.warranty_ends_on.is_(None),
    }
    return statement.where(conditions[wanted]) if wanted in conditions else statement


def by_last_seen(statement: Select[Any], wanted: str) -> Select[Any]:
    """Keep what no source has seen for some days, or ever ("never")."""
    if wanted == "never":
        return statement.where(Asset.last_seen_at.is_(None))
    if not (wanted.isdigit() and len(wanted) <= 4):
        return statement
    before: datetime = clock.now() - timedelta(days=int(wanted))
    return statement.where(Asset.last_seen_at < before)


def search(scope: Scope, text: str, *, limit: int = 20) -> Sequence[Asset]:
    """Return assets for a picker: those not gone first, then by tag."""
    statement = matching(listed(scope, View()), text)
    order = (Asset.state.in_(lifecycle.GONE), func.coalesce(Asset.tag, "~"), Asset.id)
    return db.session.scalars(statement.order_by(*order).limit(limit)).all()


def makers_in(scope: Scope) -> Sequence[Manufacturer]:
    """Return the makers of the scope's assets, by name."""
    used = select(Asset.manufacturer_id).where(Asset.entity_id.in_(scope.entity_ids))
    statement = select(Manufacturer).where(Manufacturer.id.in_(used)).order_by(func.lower(Manufacturer.name))
    return db.session.scalars(statement).all()


def row_named(model: type[Any], public_id: str) -> Any:
    """Return the row of this public id, or None."""
    return db.session.scalar(select(model).where(model.public_id == public_id))


def by_id(model: type[Any], id_: int) -> Any:
    """Return the row of this id of the store, or None."""
    return db.session.get(model, id_)


def public_id_of(model: type[Any], id_: int) -> str | None:
    """Return the public id of a row of the store, or None."""
    return getattr(by_id(model, id_), "public_id", None)
