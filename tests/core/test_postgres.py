"""How PostgreSQL is spoken to: plans of lookups outlive a read, and nothing else of it does."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import bindparam, create_engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from inventory.core import bulk
from inventory.core.database import Base, db, lookup, transaction
from inventory.organization.models import Entity, EntityKind

BY_CODE = select(Entity.name).where(Entity.code == bindparam("code"))


@pytest.fixture
def served(apart: Flask) -> Flask:
    """A store on PostgreSQL with one entity."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("about PostgreSQL")
    Base.metadata.create_all(db.engine, tables=[Entity.__table__])
    with db.engine.begin() as connection:
        connection.execute(
            insert(Entity).values(name="Bourg", code="BG", kind=EntityKind.COMMUNE, path="/1/")
        )
    return apart


def prepared() -> list[str]:
    """The questions about entities whose plans the present connection keeps."""
    return list(
        db.session.scalars(
            text("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%FROM entity%'")
        )
    )


def ask(statement) -> str | None:
    """Ask as a page does: what was read ends with it."""
    found: str | None = db.session.scalar(statement, {"code": "BG"})
    db.session.remove()
    return found


def test_the_plan_of_a_lookup_outlives_the_read_that_asked_it(served):
    assert [ask(lookup(BY_CODE)) for _ in range(2)] == ["Bourg", "Bourg"]
    (kept,) = prepared()
    assert "entity.code = $1" in kept


def test_any_other_question_is_planned_for_its_values_however_often_it_is_asked(served):
    assert {ask(BY_CODE) for _ in range(12)} == {"Bourg"}
    assert prepared() == []


def test_what_was_written_outside_of_any_transaction_goes_with_the_read(served):
    ask(lookup(BY_CODE))
    db.session.execute(text("UPDATE entity SET name = 'changed in passing'"))
    assert ask(lookup(BY_CODE)) == "changed in passing"
    assert ask(lookup(BY_CODE)) == "Bourg"


def test_a_connection_is_handed_on_outside_of_any_transaction(served):
    ask(lookup(BY_CODE))
    driver = db.session.connection().connection.driver_connection
    db.session.remove()
    assert driver.info.transaction_status.name == "IDLE"


def test_after_a_question_that_failed_the_next_one_is_answered_and_plans_are_made_anew(served):
    ask(lookup(BY_CODE))
    with pytest.raises(DBAPIError, match="division by zero"):
        db.session.execute(text("SELECT 1 / 0"))
    db.session.remove()
    assert prepared() == []
    assert ask(lookup(BY_CODE)) == "Bourg"


def test_a_lookup_is_answered_again_once_its_table_has_changed_under_it(served):
    """An upgrade may widen a column while a process still serves: one page says that it failed, not every one."""
    ask(lookup(BY_CODE))
    upgrade = create_engine(db.engine.url)
    with upgrade.begin() as connection:
        connection.execute(text("ALTER TABLE entity ALTER COLUMN name TYPE varchar(333)"))
    upgrade.dispose()
    with pytest.raises(DBAPIError, match="cached plan"):
        ask(lookup(BY_CODE))
    db.session.remove()
    assert ask(lookup(BY_CODE)) == "Bourg"


def test_what_a_transaction_that_fails_wrote_is_gone_and_its_connection_serves_on(served):
    def interrupted() -> None:
        with transaction() as session:
            session.execute(text("UPDATE entity SET name = 'half done'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert ask(lookup(BY_CODE)) == "Bourg"


def test_columns_are_described_by_plain_tuples(served):
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 AS one, 'a'::text AS letter")
        assert [(column[0], len(column)) for column in cursor.description] == [("one", 7), ("letter", 7)]
        cursor.execute("SET search_path TO public")
        assert cursor.description is None


def send(connection, *numbers: int) -> None:
    """Send entities of these numbers, each with so long a name that some hundreds are worth sending while one goes on."""
    rows = [
        {"id": n, "name": "x" * 100, "code": f"C{n}", "kind": EntityKind.COMMUNE, "path": f"/{n}/"}
        for n in numbers
    ]
    bulk.complete(Entity.__table__, rows)
    bulk.insert(connection, Entity.__table__, rows)


def entities(connection) -> int:
    return connection.scalar(select(func.count()).select_from(Entity))


def saved() -> int:
    with db.engine.connect() as connection:
        return entities(connection)


def test_many_rows_are_sent_while_one_goes_on_and_are_there_for_the_next_statement(served):
    with db.engine.begin() as connection:
        send(connection, *range(100, 400))
        send(connection, *range(400, 700))
        assert connection.connection.driver_connection._meanwhile is not None
        assert entities(connection) == 601
        assert connection.connection.driver_connection._meanwhile is None
        send(connection, *range(700, 1000))
    assert saved() == 901


def test_rows_that_are_refused_are_told_by_the_commit_and_nothing_is_saved(served):
    with db.engine.connect() as connection:
        transaction = connection.begin()
        for numbers in (range(100, 400), range(350, 650), range(800, 1100)):
            send(connection, *numbers)
        with pytest.raises(IntegrityError, match="duplicate key"):
            transaction.commit()
    assert saved() == 1


def test_rows_that_are_refused_are_told_by_the_next_statement_few_rows_after_them_or_not(served):
    for few in ((), (7,)):
        with db.engine.connect() as connection:
            send(connection, *range(100, 400), 100)
            for number in few:
                send(connection, number)
            with pytest.raises(IntegrityError, match="duplicate key"):
                entities(connection)
    assert saved() == 1


def test_many_changes_are_sent_while_one_goes_on_and_told_by_the_next_statement_where_refused(served):
    table, numbers = Entity.__table__, range(100, 400)
    changes = [{"id": n, "code": f"D{n}", "path": "/" + "y" * 100} for n in numbers]
    with db.engine.begin() as connection:
        send(connection, *numbers)
        bulk.update(connection, table, ("code", "path"), changes)
        assert connection.connection.driver_connection.is_under_way
        assert connection.scalar(select(func.count()).where(table.c.code.like("D%"))) == 300
        with pytest.raises(IntegrityError, match="duplicate key"), connection.begin_nested():
            bulk.update(connection, table, ("code", "path"), [{**one, "code": "D"} for one in changes])
        assert connection.scalar(select(table.c.code).where(table.c.id == 100)) == "D100"


def test_rows_of_a_savepoint_are_told_at_its_end_and_the_rest_goes_on(served):
    with db.engine.begin() as connection:
        send(connection, *range(100, 400))
        with pytest.raises(IntegrityError, match="duplicate key"), connection.begin_nested():
            send(connection, *range(399, 700))
        send(connection, *range(400, 700))
    assert saved() == 601


def test_a_trial_of_rows_that_would_be_refused_is_told_of_it(served):
    with db.engine.begin() as connection:
        trial = connection.begin_nested()
        send(connection, *range(100, 400), 100)
        with pytest.raises(IntegrityError, match="duplicate key"):
            trial.rollback()


def test_rows_on_their_way_go_with_the_transaction_that_is_taken_back(served):
    for numbers in (range(100, 400), [*range(100, 400), 100]):
        with db.engine.connect() as connection:
            transaction = connection.begin()
            send(connection, *numbers)
            transaction.rollback()
            assert entities(connection) == 1
