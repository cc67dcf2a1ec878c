"""A commune with its school and social centre, categories of both families, and short ways to fill them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.organization.models import Entity, EntityKind
from inventory.renewal import services
from tests import factories

NOW = "2026-11-24 09:00:00+01:00"
TODAY = date(2026, 11, 24)
MANAGER = Actor("user", "u", "Bruno Petit")


@dataclass
class Place:
    """The cast, a school of Le Bouscat, and one category of each sort that matters."""

    cast: factories.Cast
    school: Entity
    desktop: Category
    laptop: Category
    printer: Category
    server: Category

    @property
    def town(self) -> Entity:
        return self.cast.le_bouscat

    def add(self, entity: Entity | None = None, *, since: date = date(2020, 3, 2), **values: Any) -> Any:
        """Put a device in service since a day; its age counts from then unless given."""
        category = values.pop("category", self.desktop)
        return factories.create_asset(
            entity or self.town, category, on=since, commissioned_on=since, **values
        )

    def replace(self, old: Any, new: Any, on: date) -> Any:
        """Record that a device took the place of another."""
        with transaction():
            return services.record_replacement(old, new, on=on, actor=MANAGER)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(cast: factories.Cast) -> Place:
    """An empty fleet in a known world."""
    with transaction():
        school = factories.create_entity(
            cast.le_bouscat, name="École Jaurès", code="LBX-J", kind=EntityKind.SCHOOL
        )
        base: dict[str, Any] = {"in_renewal_base": True, "in_workplace": True, "service_life_months": 72}
        return Place(
            cast,
            school,
            factories.create_category(Kind.DESKTOP, code="desktop", name="Desktop computer", **base),
            factories.create_category(Kind.LAPTOP, code="laptop", name="Laptop", **base),
            factories.create_category(
                Kind.PRINTER, code="printer", name="Printer", in_workplace=True, service_life_months=84
            ),
            factories.create_category(Kind.SERVER, code="server", name="Server"),
        )


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that the block runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
