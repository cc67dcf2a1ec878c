"""One place commits: all of a block or nothing of it, and what follows a commit follows only that."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from inventory.core.access import SYSTEM, Scope
from inventory.core.database import after_commit, bulk_load, db, gather_statistics, transaction
from inventory.organization import queries, services
from inventory.organization.models import Entity, EntityKind
from tests.factories import create_person


def add(code: str, parent: Entity | None = None) -> Entity:
    return services.create_entity(
        {"name": code, "code": code, "kind": EntityKind.COMMUNE}, parent=parent, actor=SYSTEM
    )


def codes(session) -> list[str]:
    return list(session.scalars(select(Entity.code).order_by(Entity.id)))


def fail() -> None:
    raise ZeroDivisionError


def test_a_block_that_fails_leaves_nothing(database):
    def interrupted() -> None:
        with transaction():
            add("AA")
            fail()

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert codes(database) == []


def test_an_inner_block_belongs_to_the_outer_one(database):
    def nested(last) -> None:
        with transaction():
            with transaction():
                root = add("AA")
            with transaction():
                add("BB", root)
            last()

    with pytest.raises(ZeroDivisionError):
        nested(fail)
    assert codes(database) == []
    nested(lambda: None)
    assert codes(database) == ["AA", "BB"]


def test_an_error_caught_between_the_blocks_still_keeps_what_came_before(database):
    """The outer block decides: it went on, so what it did stays."""
    with transaction():
        root = add("AA")
        with pytest.raises(ZeroDivisionError), transaction():
            fail()
        add("BB", root)
    assert codes(database) == ["AA", "BB"]


def test_changes_made_outside_of_any_block_are_refused(database):
    with transaction():
        row = add("AA")
    row.name = "changed in passing"
    with pytest.raises(RuntimeError, match="outside"), transaction():
        pass
    database.rollback()
    assert database.scalar(select(Entity.name)) == "AA"


def test_what_follows_a_commit_runs_once_after_the_outermost_block(database):
    seen = []
    with transaction():
        with transaction():
            after_commit(lambda: seen.append("inner"))
        add("AA")
        assert seen == []
        after_commit(lambda: seen.append("outer"))
    assert seen == ["inner", "outer"]
    with transaction():
        pass
    assert seen == ["inner", "outer"]


def test_what_follows_a_commit_never_runs_when_there_was_none(database):
    seen = []

    def interrupted() -> None:
        with transaction():
            after_commit(lambda: seen.append(1))
            fail()

    with pytest.raises(ZeroDivisionError):
        interrupted()
    with transaction():
        pass
    assert seen == []


def test_a_follow_up_that_fails_is_logged_and_holds_up_no_other(database, caplog):
    seen = []
    with transaction():
        add("AA")
        after_commit(lambda: 1 / 0)
        after_commit(lambda: seen.append(1))
    assert seen == [1]
    assert "failed" in caplog.text
    assert codes(database) == ["AA"]


def test_a_follow_up_without_a_block_is_a_mistake_that_shows(database):
    with pytest.raises(RuntimeError):
        after_commit(lambda: None)


def test_rows_are_loaded_by_the_thousand_without_objects(database):
    with transaction():
        root = add("AA")
        rows = [
            {"public_id": f"id{n:010d}", "code": f"E{n}", "name": str(n), "kind": EntityKind.SCHOOL, "parent_id": root.id,
             "path": f"/{n}/", "version": 1, "time_zone": "Europe/Paris"}
            for n in range(2000)
        ]  # fmt: skip
        bulk_load(Entity.__table__, rows)
        bulk_load(Entity.__table__, [])
    assert database.scalar(select(func.count()).select_from(Entity)) == 2001


def test_a_foreign_key_is_enforced_on_both_stores(database):
    with pytest.raises(IntegrityError), transaction():
        database.add(Entity(name="x", code="XX", kind=EntityKind.SCHOOL, parent_id=999_999, path="/x/"))


def test_likeness_of_names_ignores_case_on_both_stores(cast, database):
    create_person(cast.le_bouscat, display_name="Hélène Dupont")
    scope = Scope(frozenset({cast.le_bouscat.id}))
    found = database.scalars(queries.matching_people(queries.people(scope), "DUPONT hél")).all()
    assert [row.display_name for row in found] == ["Hélène Dupont"]


def test_sqlite_is_let_know_how_large_its_tables_are(database):
    with transaction():
        add("LBX")
    gather_statistics()
    if db.engine.dialect.name == "sqlite":
        sampled = db.session.execute(text("SELECT tbl, stat FROM sqlite_stat1")).all()
        assert "entity" in {table for table, _stat in sampled}
