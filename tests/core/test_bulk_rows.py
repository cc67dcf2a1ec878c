"""Rows loaded in bulk are completed by their columns' defaults, read back as they were, and refused as others are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from inventory.assets.models import Asset
from inventory.assets.states import Ownership, State
from inventory.audit.models import ChangeSetKind, RowChange
from inventory.audit.services import change_set
from inventory.core import bulk
from inventory.core.access import SYSTEM
from inventory.core.database import bulk_load, bulk_update, db, transaction
from inventory.discovery.models import Credential, CredentialKind
from tests import factories

pytestmark = pytest.mark.database


@pytest.fixture
def rows(cast):
    category = factories.create_category(name="Laptops")
    return [
        {
            "tag": f"T-{n}", "name": "é\tà \\ 'x' \"y\"\n", "entity_id": cast.le_bouscat.id,
            "category_id": category.id, "state": State.IN_STOCK, "received_on": date(2025, 3, n) if n > 1 else None,
        }
        for n in (1, 2, 3)
    ]  # fmt: skip


def test_values_are_read_back_as_they_were_and_defaults_filled(rows):
    with transaction():
        bulk_load(Asset.__table__, rows)
    found = db.session.scalars(select(Asset).order_by(Asset.tag)).all()
    assert [row.received_on for row in found] == [None, date(2025, 3, 2), date(2025, 3, 3)]
    assert {row.name for row in found} == {"é\tà \\ 'x' \"y\"\n"}
    assert {(row.state, row.ownership, row.version) for row in found} == {
        (State.IN_STOCK, Ownership.OWNED, 1)
    }
    assert len({row.public_id for row in found}) == 3
    assert abs((found[0].created_at - datetime.now(UTC)).total_seconds()) < 60


def test_postgresql_knows_how_much_was_loaded_into_what_was_empty(rows):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite checks references by the index that they name")
    # What other tests have loaded on this connection and taken back counts too.
    db.session.connection().info.pop(bulk.LOADED, None)
    with transaction():
        bulk_load(Asset.__table__, [{**rows[0], "tag": f"T-{n}"} for n in range(1_500)])
        known = db.session.scalar(
            text("SELECT reltuples FROM pg_class WHERE oid = CAST('asset' AS regclass)")
        )
    assert known >= 1_500


def test_json_is_kept_and_nothing_is_null(cast):
    with transaction(), change_set(ChangeSetKind.BULK, "x", actor=SYSTEM) as opened:
        row = {
            "change_set_id": opened.id, "table_name": "asset", "row_key": {"id": [1, "é"]}, "operation": "insert",
            "before": None, "after": {"tag": None},
        }  # fmt: skip
        bulk_load(RowChange.__table__, [row])
    kept = db.session.scalars(select(RowChange)).one()
    assert (kept.row_key, kept.before, kept.after) == ({"id": [1, "é"]}, None, {"tag": None})


def test_octets_are_read_back_as_they_were(cast):
    octets = [bytes(range(256)), b"\\x\t\n\\N", b"", b"\0"]
    made = {"entity_id": cast.le_bouscat.id, "kind": CredentialKind.SNMP_COMMUNITY}
    with transaction():
        bulk_load(
            Credential.__table__, [{**made, "name": str(n), "secret": one} for n, one in enumerate(octets)]
        )
    assert list(db.session.scalars(select(Credential.secret).order_by(Credential.name))) == octets


# What either store, or the text that rows travel as, might take for something else.
ODD = ["NULL", "null", "", None, "{}", 'a,"b"', "\\N", "\\", "a\tb", "a\r\nb", "é’œ€", "'; --"]


def test_odd_texts_days_and_numbers_come_through_new_rows_and_changes_alike(rows):
    made = [{**rows[0], "tag": f"T-{n:02d}", "name": name} for n, name in enumerate(ODD)]
    with transaction():
        bulk_load(Asset.__table__, made)
    kept = db.session.scalars(select(Asset).order_by(Asset.tag)).all()
    assert [row.name for row in kept] == ODD
    days = [date(2025, 1, n + 1) if n % 2 else None for n in range(len(ODD))]
    values = zip(kept, reversed(ODD), days, range(len(ODD)), strict=True)
    changes = [
        {"id": row.id, "name": name, "received_on": day, "in_scope": bool(n % 2), "version": n}
        for row, name, day, n in values
    ]
    with transaction():
        bulk_update(Asset.__table__, ("name", "received_on", "in_scope", "version"), changes)
    found = db.session.scalars(select(Asset).order_by(Asset.tag)).all()
    assert [row.name for row in found] == ODD[::-1]
    assert [row.received_on for row in found] == days
    assert [(row.in_scope, row.version) for row in found] == [(bool(n % 2), n) for n in range(len(ODD))]


def test_changed_octets_are_read_back_as_they_were(cast):
    octets = [bytes(range(256)), b'"\\x', b""]
    made = {"entity_id": cast.le_bouscat.id, "kind": CredentialKind.SNMP_COMMUNITY, "secret": b"old"}
    with transaction():
        bulk_load(Credential.__table__, [{**made, "name": str(n)} for n in range(3)])
        ids = db.session.scalars(select(Credential.id).order_by(Credential.name)).all()
        changes = [{"id": id_, "secret": secret} for id_, secret in zip(ids, octets, strict=True)]
        bulk_update(Credential.__table__, ("secret",), changes)
    assert list(db.session.scalars(select(Credential.secret).order_by(Credential.name))) == octets


def test_a_second_equal_value_is_refused_and_leaves_the_transaction_usable(rows):
    with transaction():
        with pytest.raises(IntegrityError, match="tag"), db.session.begin_nested():
            bulk_load(Asset.__table__, [*rows, {**rows[0]}])
        bulk_load(Asset.__table__, rows[:1])
    assert db.session.scalars(select(Asset.tag)).all() == ["T-1"]
