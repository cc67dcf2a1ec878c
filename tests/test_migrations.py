"""Migrations lead from nothing to the models, on both stores, in one line without branches."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect, text

from inventory.core import migrations
from inventory.core.database import Base, db

pytestmark = pytest.mark.database

# Rows that point at each other: SQLite builds a table anew to change it, and none of them may be lost or refused.
OF_THE_FIRST_SHAPE = (
    (
        "INSERT INTO entity (id, public_id, version, name, code, kind, path, time_zone)"
        " VALUES (1, '0123456789ab', 1, 'Le Bouscat', 'LBX', 'commune', '/1/', 'Europe/Paris')"
    ),
    (
        "INSERT INTO site (id, public_id, version, code, name, entity_id, time_zone)"
        " VALUES (1, '0123456789ac', 1, 'LBX', 'Le Bouscat', 1, 'Europe/Paris')"
    ),
    (
        "INSERT INTO address_range (id, public_id, version, site_id, entity_id, name, addresses, exclude, port, rate,"
        " timeout_ms, retries, credential_ids, enabled)"
        " VALUES (1, '0123456789ad', 1, 1, 1, 'Town hall', '10.0.0.0/24', '', 161, 1000, 1000, 2, '[]', true)"
    ),
    (
        "INSERT INTO run (id, public_id, kind, title, scope, requested_by, site_id, entity_id, range_id, asked, answered,"
        " read, failed, complete, outcome, started_at)"
        " VALUES (1, '0123456789ae', 'snmp', 'Night', '10.0.0.0/24', '', 1, 1, 1, 254, 9, 9, 0, true, '{}',"
        " '2026-11-20 20:00:00+00:00')"
    ),
)


def test_migrating_an_empty_store_makes_the_tables_of_the_models(apart):
    assert not migrations.is_current()
    assert migrations.upgrade()
    assert migrations.is_current()
    assert migrations.differences() == []
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_a_store_that_is_up_to_date_is_left_alone(apart):
    migrations.upgrade()
    assert not migrations.upgrade()


def test_a_migration_that_was_forgotten_would_show(apart):
    migrations.upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE supplier ADD COLUMN forgotten INTEGER"))
    assert any("forgotten" in str(each) for each in migrations.differences())


def test_what_is_stored_survives_the_next_migrations(apart):
    """From the first shape, with rows in it, to the present one."""
    from alembic import command

    with db.engine.connect() as connection, connection.execution_options(parc_writing=True).begin():
        configuration = migrations._config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0001")
    with db.engine.begin() as connection:
        for row in OF_THE_FIRST_SHAPE:
            connection.execute(text(row))
    migrations.upgrade()
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM entity WHERE code = 'LBX'")).scalar() == "Le Bouscat"
        pointing = text(
            "SELECT r.title, a.name, s.code FROM run r JOIN address_range a ON a.id = r.range_id"
            " JOIN site s ON s.id = a.site_id"
        )
        assert connection.execute(pointing).all() == [("Night", "Town hall", "LBX")]
    assert migrations.differences() == []


def test_migrations_stand_in_one_line():
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations.FOLDER))
    assert script.get_heads() == [migrations.latest()]
    assert len(script.get_bases()) == 1
    assert sum(1 for _each in script.walk_revisions()) == len(
        list((migrations.FOLDER / "versions").glob("0*.py"))
    )


def test_each_migration_is_named_by_its_number_and_what_it_does():
    for path in (migrations.FOLDER / "versions").glob("*.py"):
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name), path.name


def test_every_constraint_of_the_models_has_a_name():
    """Without a name a later migration could not find it on SQLite."""
    unnamed = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert not unnamed
