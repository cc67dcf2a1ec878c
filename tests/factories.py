"""Makes rows for tests: `create_asset(state=…)`; what is not given has a sensible value."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from inventory.auth import services as auth
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.organization import services as organization
from inventory.organization.models import Entity, EntityKind, Location, LocationKind, Person

_numbers = count(1)
PASSWORD = "une phrase de passe facile"


def light_hasher() -> PasswordHasher:
    """Return a hasher of passwords for tests, which make hundreds: a real argon2 hash takes 50 ms."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def number() -> int:
    """Return a number that no other row of this session has."""
    return next(_numbers)


def create_entity(parent: Entity | None = None, **values: Any) -> Entity:
    """Make an entity: below `parent`, else below the root, else the root itself."""
    n = number()
    given = {"name": f"Commune {n}", "code": f"C{n}", "kind": EntityKind.COMMUNE, **values}
    with transaction():
        if parent is None:
            parent = db.session.scalar(select(Entity).where(Entity.parent_id.is_(None)))
        return organization.create_entity(given, parent=parent, actor=SYSTEM)


def create_user(role: Role | None = None, entity: Entity | None = None, **values: Any) -> User:
    """Make a user who can sign in with PASSWORD, with a role where one is given."""
    n = number()
    given = {"name": f"User {n}", "email": f"user{n}@example.org", "password": PASSWORD, **values}
    with transaction():
        user = auth.create_user(given, actor=SYSTEM)
        if role is not None and entity is not None:
            auth.grant(user, entity, role, actor=SYSTEM)
        return user


def create_location(entity: Entity, parent: Location | None = None, **values: Any) -> Location:
    """Make a place of an entity."""
    given = {"name": f"Room {number()}", "kind": LocationKind.ROOM, **values}
    with transaction():
        return organization.create_location(given, entity=entity, parent=parent, actor=SYSTEM)


def create_person(entity: Entity, **values: Any) -> Person:
    """Make a person of an entity, as a directory would."""
    given = {"display_name": f"Person {number()}", **values}
    with transaction():
        return organization.create_person(given, entity=entity, actor=SYSTEM)


def create_category(kind: Kind = Kind.LAPTOP, **values: Any) -> Category:
    """Make a category; the first of a kind is its default one."""
    n = number()
    first = db.session.scalar(select(Category.id).where(Category.kind == kind)) is None
    given = {
        "code": f"category-{n}",
        "name": f"Category {n}",
        "service_life_months": 72,
        "is_default": first,
        **values,
    }
    with transaction():
        row = Category(kind=kind, **given)
        db.session.add(row)
        db.session.flush()
        return row


def create_manufacturer(**values: Any) -> Manufacturer:
    """Make a maker."""
    n = number()
    with transaction():
        row = Manufacturer(**{"name": f"Maker {n}", "key": f"maker{n}", **values})
        db.session.add(row)
        db.session.flush()
        return row


def create_model(manufacturer: Manufacturer | None = None, **values: Any) -> Model:
    """Make a model of a maker."""
    made_by = manufacturer or create_manufacturer()
    with transaction():
        row = Model(manufacturer_id=made_by.id, **{"name": f"Model {number()}", **values})
        db.session.add(row)
        db.session.flush()
        return row


def create_asset(entity: Entity, category: Category | None = None, **values: Any) -> Any:
    """Make an asset in service through the service that everything else uses."""
    from inventory.assets import services as assets

    on = values.pop("on", clock.today())
    chosen = category or create_category(in_renewal_base=True)
    with transaction():
        return assets.create_asset(
            {"entity_id": entity.id, "category_id": chosen.id, "state": "in_service", **values},
            actor=SYSTEM,
            on=on,
        )


@dataclass(frozen=True)
class Cast:
    """Two communes, a social centre, and one person of each role; Oscar is another commune's technician."""

    root: Entity
    le_bouscat: Entity
    ccas: Entity
    pessac: Entity
    alice: User
    bruno: User
    chloe: User
    diane: User
    oscar: User


def create_cast() -> Cast:
    """Make the cast: alice technician, bruno manager, chloe reader of Le Bouscat; diane administers the root."""
    root = create_entity(name="Métropole", code="BM", kind=EntityKind.METROPOLIS)
    le_bouscat = create_entity(root, name="Le Bouscat", code="LBX")
    ccas = create_entity(le_bouscat, name="CCAS du Bouscat", code="LBX-CCAS", kind=EntityKind.CCAS)
    pessac = create_entity(root, name="Pessac", code="PES")
    return Cast(
        root,
        le_bouscat,
        ccas,
        pessac,
        alice=create_user(Role.TECHNICIAN, le_bouscat, name="Alice Martin", email="alice@example.org"),
        bruno=create_user(Role.MANAGER, le_bouscat, name="Bruno Petit", email="bruno@example.org"),
        chloe=create_user(Role.READER, le_bouscat, name="Chloé Durand", email="chloe@example.org"),
        diane=create_user(Role.ADMINISTRATOR, root, name="Diane Roux", email="diane@example.org"),
        oscar=create_user(Role.TECHNICIAN, pessac, name="Oscar Blanc", email="oscar@example.org"),
    )
