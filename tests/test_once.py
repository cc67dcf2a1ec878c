"""The cast that is copied into a test's store is the one that the services make, as if they made it now."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from inventory.audit.models import AuditRecord
from inventory.auth.models import User
from inventory.core import clock
from inventory.core.database import Base, db, transaction
from inventory.core.permissions import Role
from inventory.search.models import SearchDocument
from tests import factories
from tests.factories import Cast
from tests.once import once

OWN = ("id", "_id", "_at", "_hash", "path", "argument", "digest", "token")
"""What columns are called that hold what each row has of its own."""


@pytest.fixture
def copied(database: Any) -> Cast:
    """A cast that is certainly not the first of this store."""
    once(factories.create_cast)
    empty()
    return once(factories.create_cast)


def empty() -> None:
    with transaction() as session:
        for table in ("search_index", "search_near"):
            session.execute(text(f"DELETE FROM {table}"))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


def contents() -> dict[str, list[str]]:
    """Return the rows of every table that has some, without their own."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if not column.name.endswith(OWN)]
        rows = db.session.execute(select(table.primary_key.columns[0], *columns)).all()
        found[table.name] = sorted(repr(tuple(row[1:])) for row in rows)
    return {name: rows for name, rows in found.items() if rows}


def test_it_leaves_the_same_rows_as_the_services(copied: Cast) -> None:
    found = contents()
    empty()
    factories.create_cast()
    assert found == contents()
    assert {"entity", "user_account", "grant_role", "audit_record", "search_document"} <= found.keys()


def test_it_is_found_by_its_words(copied: Cast, sign_in: Callable[..., Any]) -> None:
    documents = db.session.scalar(select(func.count()).select_from(SearchDocument))
    indexed = db.session.scalar(text("SELECT count(*) FROM search_index"))
    assert documents == indexed == 4
    assert "Pessac" in sign_in(copied.diane).get("/search/?q=pessac").get_data(as_text=True)


def test_it_was_made_at_the_instant_of_its_test(database: Any, time_machine: Any) -> None:
    once(factories.create_cast)
    empty()
    time_machine.move_to("2031-02-03 10:00:00+00:00", tick=False)
    once(factories.create_cast)
    instants = set(db.session.scalars(select(AuditRecord.recorded_at))) | set(
        db.session.scalars(select(User.created_at))
    )
    assert all(abs((clock.now() - instant).total_seconds()) < 60 for instant in instants)


def test_where_somebody_is_already_the_services_make_it(database: Any) -> None:
    root = factories.create_entity(name="Bordeaux Métropole", code="BX")
    cast = once(factories.create_cast)
    assert cast.le_bouscat.parent.parent == root


def test_its_people_hold_their_roles(copied: Cast) -> None:
    assert [(grant.entity, grant.role) for grant in copied.bruno.grants] == [
        (copied.le_bouscat, Role.MANAGER)
    ]
