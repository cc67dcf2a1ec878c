"""Reads who holds or held what, and counts the fleet by place and entity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import joinedload

from inventory.assets import lifecycle, orders, queries
from inventory.assets.models import Asset, Custody
from inventory.audit import remembering
from inventory.core.access import Scope
from inventory.core.database import among, db, lookup
from inventory.organization.models import Location, Person
from inventory.organization.queries import within

MOST_HELD = 300
# A page of these has a large part of the fleet between them.
LARGE = frozenset({"entity_id", "category_id", "manufacturer_id", "model_id"})


def past_custodies(person: Person, *, limit: int = 100) -> Sequence[Custody]:
    """Return the custodies of a person that have ended, the latest first."""
    return db.session.scalars(_past_custodies().limit(limit), {"person": person.id}).all()


@cache
def _past_custodies() -> Select[Custody]:
    return lookup(
        select(Custody)
        .where(Custody.person_id == bindparam("person"), Custody.until_on.is_not(None))
        .options(joinedload(Custody.asset).options(joinedload(Asset.model), joinedload(Asset.category)))
        .options(joinedload(Custody.asset).joinedload(Asset.manufacturer))
        .order_by(Custody.until_on.desc(), Custody.id.desc())
    )


def ever_held(person: Person, entity_ids: Collection[int]) -> Sequence[str]:
    """Return the public ids of what a person holds or held, of the entities given, the latest handed over first."""
    statement = (
        select(Asset.public_id)
        .join(Custody, Custody.asset_id == Asset.id)
        .where(Custody.person_id == person.id, among(Asset.entity_id, entity_ids))
        .group_by(Asset.public_id)
        .order_by(func.max(Custody.from_on).desc(), Asset.public_id)
        .limit(MOST_HELD)
    )
    return db.session.scalars(lookup(statement)).all()


def held_since(person: Person) -> dict[int, Custody]:
    """Return the open custodies of a person by their asset's id."""
    statement = select(Custody).where(Custody.person_id == person.id, Custody.until_on.is_(None))
    return {row.asset_id: row for row in db.session.scalars(lookup(statement))}


def counts_by(column: str, ids: Collection[int], scope: Scope | None = None) -> dict[int, int]:
    """Return how many assets that have not left the fleet each row has that `column` (`location_id`, `model_id`…) names.

    Of what is everybody's, such as a model, only the assets of a scope are counted.
    """
    if column not in LARGE:
        return _counts_by(column, ids, scope)
    within_ids = None if scope is None or scope.whole else scope.entity_ids
    asked = ("assets by", column, frozenset(ids), within_ids)
    return remembering.memory().exact(asked, lambda: _counts_by(column, ids, scope))


def _counts_by(column: str, ids: Collection[int], scope: Scope | None) -> dict[int, int]:
    named = getattr(Asset, column)
    statement = (
        select(named, func.count())
        .where(among(named, ids), Asset.state.not_in(lifecycle.GONE))
        .group_by(named)
    )
    if scope is not None:
        statement = statement.where(within(Asset.entity_id, scope))
    return {id_: number for id_, number in db.session.execute(statement)}  # noqa: C416 - rows are no pairs


def figures(scope: Scope) -> dict[str, int]:
    """Return how many assets of the scope are of the fleet, in use, and of those over life, out of warranty, of unknown age."""
    view = queries.View()
    in_use = Asset.state.in_(lifecycle.IN_USE)
    tests = {
        "fleet": Asset.state.not_in(lifecycle.GONE),
        "in_use": in_use,
        "over_life": and_(in_use, queries.over_life(view)),
        "out_of_warranty": and_(in_use, Asset.warranty_ends_on < view.day),
        "unknown_age": and_(in_use, orders.started().is_(None)),
    }
    counted = [func.coalesce(func.sum(case((test, 1), else_=0)), 0).label(key) for key, test in tests.items()]
    row = db.session.execute(select(*counted).where(Asset.entity_id.in_(scope.entity_ids))).one()
    return {key: int(getattr(row, key)) for key in tests}


def standing_at(location: Location, scope: Scope, *, limit: int = 50) -> tuple[Sequence[Asset], int]:
    """Return what the scope sees of what stands at a place or inside it and has not left the fleet, at most `limit`,
    with how many there are.
    """
    inside = select(Location.id).where(Location.path.startswith(location.path, autoescape=True))
    here = (
        Asset.location_id.in_(inside),
        Asset.state.not_in(lifecycle.GONE),
        within(Asset.entity_id, scope),
    )
    rows = db.session.scalars(queries.named_rows().where(*here).order_by(Asset.id).limit(limit)).all()
    if len(rows) < limit:
        return rows, len(rows)
    return rows, db.session.scalar(select(func.count()).select_from(Asset).where(*here)) or 0
