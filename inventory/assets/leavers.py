"""People who go or have gone and still hold equipment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from inventory.assets.models import Asset
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import among, db
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Person

SOON = timedelta(days=30)
# How much of what somebody holds is named.
NAMED = 3
SHOWN_OF_PERSON = (
    Person.public_id,
    Person.display_name,
    Person.department,
    Person.leaves_on,
    Person.absent_since,
    Person.disabled,
)


class Going(Code):
    """How somebody goes or has gone; of several the first."""

    CLOSED = "closed", N_("no longer works here"), "neutral", "user-off"
    LEFT = "left", N_("has left"), "warn", "calendar-due"
    ABSENT = "absent", N_("no longer in the directory"), "warn", "user-x"
    SOON = "soon", N_("leaves soon"), "warn", "calendar-due"


@dataclass(slots=True)
class Held:
    """What a leaver holds: how many items, and the first of them."""

    count: int = 0
    first: list[Asset] = field(default_factory=list)


def leavers(scope: Scope) -> Select[Person]:
    """Return the people who go within a month or have gone and hold some of the scope's equipment."""
    holds = select(Asset.id).where(Asset.holder_id == Person.id, organization.within(Asset.entity_id, scope))
    today = clock.today()
    leaving = or_(Person.disabled, Person.absent_since.is_not(None), Person.leaves_on <= today + SOON)
    return (
        select(Person)
        .where(leaving, holds.exists())
        .options(load_only(*SHOWN_OF_PERSON), joinedload(Person.entity).load_only(Entity.name))
    )


def going_of(person: Person, today: date) -> Going:
    """Return how one of the leavers goes or has gone."""
    if person.disabled:
        return Going.CLOSED
    if person.leaves_on is not None and person.leaves_on <= today:
        return Going.LEFT
    return Going.ABSENT if person.absent_since is not None else Going.SOON


def is_going(how: str) -> ColumnElement[bool]:
    """Return the condition that `going_of` a leaver is `how`."""
    found = case(
        (Person.disabled, Going.CLOSED.value),
        (Person.leaves_on <= clock.today(), Going.LEFT.value),
        (Person.absent_since.is_not(None), Going.ABSENT.value),
        else_=Going.SOON.value,
    )
    return found == how


def held_by(person_ids: Collection[int], scope: Scope) -> dict[int, Held]:
    """Return what these people hold of the scope's equipment, in one query however much that is."""
    ranked = (
        select(
            Asset.id,
            func.count().over(partition_by=Asset.holder_id).label("count"),
            func.row_number().over(partition_by=Asset.holder_id, order_by=Asset.id).label("place"),
        )
        .where(among(Asset.holder_id, person_ids), organization.within(Asset.entity_id, scope))
        .subquery()
    )
    statement = (
        select(Asset, ranked.c.count)
        .join(ranked, ranked.c.id == Asset.id)
        .where(ranked.c.place <= NAMED)
        .options(
            load_only(Asset.public_id, Asset.tag, Asset.name, Asset.serial, Asset.holder_id),
            joinedload(Asset.model).load_only(Model.name),
            joinedload(Asset.manufacturer).load_only(Manufacturer.name),
            joinedload(Asset.category).load_only(Category.name),
        )
        .order_by(Asset.id)
    )
    found: dict[int, Held] = {}
    for asset, count in db.session.execute(statement):
        held = found.setdefault(asset.holder_id, Held(count))
        held.first.append(asset)
    return found
