"""People who go or have gone and still hold equipment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only

from inventory.assets.models import Asset
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Person

SOON = timedelta(days=30)
SHOWN = 300
SHOWN_OF_PERSON = (
    Person.public_id,
    Person.display_name,
    Person.department,
    Person.leaves_on,
    Person.absent_since,
    Person.disabled,
)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who goes or has gone, and what they hold."""

    person: Person
    assets: Sequence[Asset]


def _leaving(today: date) -> ColumnElement[bool]:
    return or_(
        Person.disabled,
        Person.absent_since.is_not(None),
        Person.leaves_on <= today + SOON,
    )


def leavers(scope: Scope) -> list[Leaver]:
    """Return the people of the scope's equipment who go within a month or have gone, by name, in one query."""
    statement = (
        select(Asset)
        .join(Person, Person.id == Asset.holder_id)
        .where(organization.within(Asset.entity_id, scope), _leaving(clock.today()))
        .options(
            load_only(Asset.public_id, Asset.tag, Asset.name, Asset.serial, Asset.holder_id, Asset.entity_id),
            contains_eager(Asset.holder)
            .load_only(*SHOWN_OF_PERSON)
            .joinedload(Person.entity)
            .load_only(Entity.name),
            joinedload(Asset.model).load_only(Model.name),
            joinedload(Asset.manufacturer).load_only(Manufacturer.name),
            joinedload(Asset.category).load_only(Category.name, Category.kind),
        )
        .order_by(Person.display_name, Person.id, Asset.id)
        .limit(SHOWN)
    )
    held: dict[int, list[Asset]] = {}
    for asset in db.session.scalars(statement):
        held.setdefault(asset.holder_id or 0, []).append(asset)
    return [Leaver(assets[0].holder, assets) for assets in held.values() if assets[0].holder is not None]
