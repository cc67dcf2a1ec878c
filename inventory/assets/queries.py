"""Reads equipment: within a scope, today or as it was on a day, narrowed by the parameters of list addresses.

Parameters of `/assets` (all may be combined; those marked * take several values with commas between):

    q           words in tag, serial, name, maker, model, holder, MAC or IP address
    as_of       2026-01-01: state, entity, category, place and holder as they were on that day
    state*      codes of State; `in_use` means in_service,on_loan,in_repair, `in_fleet` what has not left, `any` everything;
                an address that asks for nothing is asked for `in_fleet`
    category*   codes of categories
    family      main (categories in the renewal base) or workplace (the whole digital workplace)
    age         unknown, estimated, over_life, 6 (six whole years) or 6+ (six years or more), on the day of as_of
    maker*, model*, place*, holder*    public ids; a place includes those inside it; holder=none: held by nobody
    owner       public id or code of exactly one entity (the entity switch, `entity`, includes those below it)
    ownership*, usage*             codes; in_scope    1 or 0
    warranty    ended, running, unknown, or 90 (ends within so many days), on the day of as_of
    unseen      30: not seen for so many days; never: seen by no source yet
    branch      public id or code of an entity: with those below it
    source*     which source saw it last; supplier    public id; pinned    1 or 0
    missing*    tag, serial, model, place, holder, warranty or price: what the record lacks
    received, commissioned    days: 2026-01-01..2026-03-31, either end left out
    id*         public ids, as a row of scanned labels gives them

Each filter may be turned round (not=state) and they may be asked for one or the other (match=any): see core/listing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload, load_only

from inventory.assets import lifecycle, orders
from inventory.assets.ages import months_before
from inventory.assets.models import Asset, AssetRedirect, Custody, LastSeen, Period, Provenance
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import db, lookup
from inventory.core.listing.declaring import Join
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Location, Person
from inventory.procurement.models import Supplier
from inventory.search import queries as search_queries

NONE = "none"
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
    def holder_id(self) -> Any:
        return Asset.holder_id if self.as_of is None else Custody.person_id

    @property
    def day(self) -> date:
        return self.as_of or clock.today()


def visible(scope: Scope) -> Select[Any]:
    """Return the assets that belong to the scope's entities today."""
    return select(Asset).where(organization.within(Asset.entity_id, scope))


def ids_of(scope: Scope, public_ids: Sequence[str]) -> list[int]:
    """Return the ids of those of these assets that belong to the scope."""
    known = visible(scope).with_only_columns(Asset.public_id, Asset.id).where(Asset.public_id.in_(public_ids))
    found = {public_id: id_ for public_id, id_ in db.session.execute(known)}  # noqa: C416 - rows are no pairs to a type checker
    return [found[public_id] for public_id in dict.fromkeys(public_ids) if public_id in found]


def listed(scope: Scope, view: View) -> Select[Any]:
    """Return the assets of the scope with what a list shows, in one query; on a past day with period and custody.

    The category, the maker, the model and the holder (as `Holder`) are joined under their own names, for sorts and filters.
    """
    statement = listed_bare(scope, view)
    for join in joins(view):
        statement = statement.outerjoin(join.target, join.on)
        if join.shown:
            statement = statement.add_columns(join.target).options(*join.options)
    return statement


def listed_bare(scope: Scope, view: View) -> Select[Any]:
    """Return the same without the joins: rows are the same, but nothing may be asked of what `joins` adds."""
    if view.as_of is None:
        statement = select(Asset).options(_named(Asset.holder, Person.display_name))
    else:
        both: Any = select(Asset, Period)
        statement = as_of(both, view.as_of)
    return statement.options(
        _named(view.dated.category, Category.name),
        _named(view.dated.entity, Entity.name),
        _named(view.dated.location, Location.name),
        _named(Asset.model, Model.name),
        _named(Asset.manufacturer, Manufacturer.name),
        joinedload(Asset.last_seen),
    ).where(organization.within(view.dated.entity_id, scope))


def _named(relation: Any, name: Any) -> Any:
    """Read of what a row names no more than its page and its name: a list has fifty of each."""
    return joinedload(relation).load_only(name.class_.public_id, name)


def joins(view: View) -> tuple[Join, ...]:
    """Return what a list's sorts and filters may speak of: each is one row of an asset's or none."""
    custody = []
    if view.as_of is not None:
        holding = _named(Custody.person, Person.display_name)
        custody.append(Join(Custody, _custody_on(view.as_of), shown=True, options=(holding,)))
    return (
        *custody,
        Join(Holder, Holder.id == view.holder_id, by=view.holder_id),
        Join(Category, Category.id == view.dated.category_id, by=view.dated.category_id),
        Join(Model, Model.id == Asset.model_id, by=Asset.model_id),
        Join(Manufacturer, Manufacturer.id == Asset.manufacturer_id, by=Asset.manufacturer_id),
        Join(LastSeen, LastSeen.asset_id == Asset.id, by=LastSeen.asset_id, id=LastSeen.asset_id, least=True),
    )


def used_categories() -> dict[int, str]:
    """Return the categories that any asset is or was of: their stored names by id, which each reads in their language."""
    named = select(Category.id, Category.name).where(exists().where(Period.category_id == Category.id))
    return {id_: name for id_, name in db.session.execute(lookup(named))}  # noqa: C416 - rows are no pairs to a type checker


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
    statement = lookup(
        as_of(select(Period).select_from(Asset), day)
        .where(Asset.id == asset.id)
        .options(joinedload(Period.category), joinedload(Period.entity), joinedload(Period.location))
    )
    return db.session.scalar(statement)


def custodies(asset: Asset) -> Sequence[Custody]:
    """Return an asset's custodies with their people and places, newest first."""
    return db.session.scalars(_custodies(), {"asset": asset.id}).all()


@cache
def _custodies() -> Select[Custody]:
    return lookup(
        select(Custody)
        .where(Custody.asset_id == bindparam("asset"))
        .options(joinedload(Custody.person), joinedload(Custody.location))
        .order_by(Custody.from_on.desc(), Custody.id.desc())
    )


def held_by(person: Person) -> Sequence[Asset]:
    """Return what a person holds."""
    return db.session.scalars(_held(), {"person": person.id}).all()


@cache
def _held() -> Select[Any]:
    return lookup(named_rows().where(Asset.holder_id == bindparam("person")).order_by(Asset.id))


def named_rows() -> Select[Any]:
    """Return assets with the rows that a line about them names."""
    return select(Asset).options(
        joinedload(Asset.category).load_only(Category.public_id, Category.name, Category.kind),
        _named(Asset.model, Model.name),
        _named(Asset.manufacturer, Manufacturer.name),
        _named(Asset.location, Location.name),
        _named(Asset.entity, Entity.name),
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
    same = [Asset.serial == asset.serial, Asset.id != asset.id]
    if asset.manufacturer_id is not None:
        same.append(or_(Asset.manufacturer_id.is_(None), Asset.manufacturer_id == asset.manufacturer_id))
    called = (Asset.public_id, Asset.tag, Asset.name, Asset.serial, Asset.entity_id)
    return db.session.scalars(lookup(select(Asset).where(*same).options(load_only(*called)).limit(5))).all()


def matching(statement: Select[Any], text: str) -> Select[Any]:
    """Keep assets that the words of `text` lead to, as the search reads them: by identifiers, names, product, holder, place."""
    return statement.where(search_queries.matching("asset", Asset.id, text))


def by_age(statement: Select[Any], wanted: str, view: View) -> Select[Any]:
    """Narrow by age: unknown, estimated, over_life, N (whole years) or N+; anything else narrows nothing."""
    if wanted == "unknown":
        return statement.where(orders.started().is_(None))
    if wanted == "estimated":
        return statement.where(orders.started().is_not(None), orders.started_for_sure().is_(None))
    if wanted == "over_life":
        return statement.where(over_life(view))
    years = wanted.removesuffix("+")
    if not (years.isascii() and years.isdigit() and len(years) <= 2):
        return statement
    if int(years) or wanted.endswith("+"):
        statement = statement.where(*orders.started_until(months_before(view.day, 12 * int(years))))
    if not wanted.endswith("+"):
        statement = statement.where(*orders.started_after(months_before(view.day, 12 * (int(years) + 1))))
    return statement


def over_life(view: View) -> ColumnElement[bool]:
    """Return what tells assets that are older than their category's service life on the view's day."""
    lives: dict[int, list[int]] = {}
    rows = db.session.execute(
        select(Category.id, Category.service_life_months).where(Category.service_life_months.is_not(None))
    )
    for id_, months in rows:
        lives.setdefault(months or 0, []).append(id_)
    conditions = [
        and_(view.dated.category_id.in_(ids), orders.started() <= months_before(view.day, months))
        for months, ids in lives.items()
    ]
    return or_(literal(False), *conditions)


def at_place(statement: Select[Any], public_id: str, view: View) -> Select[Any]:
    """Keep what stands at a place or inside it; "none": what stands nowhere that is known."""
    if public_id == NONE:
        return statement.where(view.dated.location_id.is_(None))
    path = select(Location.path).where(Location.public_id == public_id).scalar_subquery()
    inside = select(Location.id).where(Location.path.startswith(func.coalesce(path, "?")))
    return statement.where(view.dated.location_id.in_(inside))


def in_branch(statement: Select[Any], public_id: str, view: View, *, below: bool) -> Select[Any]:
    """Keep what belongs to an entity, named by public id or code, and with `below` to those below it."""
    named = or_(Entity.public_id == public_id, Entity.code == public_id.upper())
    if not below:
        return statement.where(view.dated.entity_id.in_(select(Entity.id).where(named)))
    path = select(Entity.path).where(named).scalar_subquery()
    inside = select(Entity.id).where(Entity.path.startswith(func.coalesce(path, "?")))
    return statement.where(view.dated.entity_id.in_(inside))


def by_warranty(statement: Select[Any], wanted: str, view: View) -> Select[Any]:
    """Narrow by warranty on the day: ended, running, unknown, or 90: it ends within so many days."""
    conditions = {
        "ended": Asset.warranty_ends_on < view.day,
        "running": Asset.warranty_ends_on >= view.day,
        "unknown": Asset.warranty_ends_on.is_(None),
    }
    if is_days(wanted):
        return statement.where(
            Asset.warranty_ends_on >= view.day,
            Asset.warranty_ends_on <= view.day + timedelta(days=int(wanted)),
        )
    return statement.where(conditions[wanted]) if wanted in conditions else statement


def is_days(text: str) -> bool:
    """Say whether a value is a number of days."""
    return text.isascii() and text.isdigit() and len(text) <= 4


def by_days(statement: Select[Any], column: Any, wanted: str) -> Select[Any]:
    """Keep rows whose day is in a range "2026-01-01..2026-03-31", either end left out; nonsense narrows nothing."""
    for text, is_end in zip(wanted.partition("..")[::2], (False, True), strict=True):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        statement = statement.where(column <= day if is_end else column >= day)
    return statement


# What may be missing of a record, and how that shows.
MISSING: Mapping[str, Any] = {
    "tag": Asset.tag.is_(None),
    "serial": Asset.serial.is_(None),
    "model": Asset.model_id.is_(None),
    "place": Asset.location_id.is_(None),
    "holder": Asset.holder_id.is_(None),
    "warranty": Asset.warranty_ends_on.is_(None),
    "price": Asset.price_cents.is_(None),
}


def pinned(statement: Select[Any], wanted: bool) -> Select[Any]:
    """Keep assets of which a person has pinned some field against the machines, or the others."""
    has = exists().where(Provenance.asset_id == Asset.id, Provenance.pinned).correlate(Asset)
    return statement.where(has if wanted else ~has)


def by_last_seen(statement: Select[Any], wanted: str) -> Select[Any]:
    """Keep what no source has seen for some days, from midnight (all day the same is asked for), or ever ("never")."""
    if wanted == "never":
        return statement.where(LastSeen.asset_id.is_(None))
    if not is_days(wanted):
        return statement
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return statement.where(LastSeen.last_seen_at < today - timedelta(days=int(wanted)))


def search(
    scope: Scope,
    text: str,
    *,
    limit: int = 20,
    kinds: Collection[Kind] | None = None,
    first: Sequence[Any] = (),
) -> Sequence[Asset]:
    """Return assets for a picker, of these kinds if given: those not gone first, then by `first`, then by tag."""
    statement = matching(listed(scope, View()), text)
    if kinds is not None:
        statement = statement.where(
            Asset.category_id.in_(select(Category.id).where(Category.kind.in_(kinds)))
        )
    order = (Asset.state.in_(lifecycle.GONE), *first, orders.in_order(Asset.tag), Asset.id)
    return db.session.scalars(statement.order_by(*order).limit(limit)).all()


def makers() -> Sequence[Manufacturer]:
    """Return the makers of equipment, by name."""
    made = select(Manufacturer).where(Manufacturer.id.in_(select(Model.manufacturer_id)))
    return db.session.scalars(made.order_by(Manufacturer.name_order)).all()


def sold_by(public_id: str) -> ColumnElement[bool]:
    """Return the condition that a supplier sold an asset."""
    return Asset.supplier_id.in_(select(Supplier.id).where(Supplier.public_id == public_id))


def rows_named(model: type[Any], names: Sequence[str]) -> Sequence[Any]:
    """Return the rows with these public ids; entities also by code."""
    named = model.public_id.in_(names)
    if model is Entity:
        named = or_(named, Entity.code.in_([name.upper() for name in names]))
    return db.session.scalars(select(model).where(named)).all() if any(names) else []


def row_named(model: type[Any], public_id: str) -> Any:
    """Return the row of this public id, or None."""
    return db.session.scalar(lookup(select(model).where(model.public_id == public_id)))


def by_id(model: type[Any], id_: int) -> Any:
    """Return the row of this id of the store, or None."""
    return db.session.get(model, id_)


def public_id_of(model: type[Any], id_: int) -> str | None:
    """Return the public id of a row of the store, or None."""
    return getattr(by_id(model, id_), "public_id", None)
