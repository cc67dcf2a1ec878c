"""Columns keep the data rules on both stores: aware instants, closed lists, ids that can be read out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from inventory.audit.models import Action, AuditRecord
from inventory.core.database import transaction
from inventory.core.types import PUBLIC_ID_LENGTH, new_public_id
from inventory.organization.models import Entity


def record(**values):
    given = {"action": Action.CREATED, "object_type": "x", "object_id": "y", "actor_kind": "system", **values}
    return AuditRecord(**given)


def test_a_naive_instant_is_refused(database):
    with pytest.raises(StatementError, match="naive"), transaction():
        database.add(record(recorded_at=datetime(2026, 11, 23)))  # noqa: DTZ001 - that is the point


def test_an_instant_comes_back_the_same_in_utc(database):
    given = datetime(2026, 7, 14, 0, 30, 1, 123456, tzinfo=timezone(timedelta(hours=2)))
    with transaction():
        database.add(record(recorded_at=given))
    database.expire_all()
    found = database.scalar(select(AuditRecord.recorded_at))
    assert found == given
    assert found.tzinfo is UTC


def test_instants_order_by_time_and_not_by_text(database):
    east = datetime(2026, 7, 14, 1, 0, tzinfo=timezone(timedelta(hours=11)))
    west = datetime(2026, 7, 13, 23, 0, tzinfo=UTC)
    with transaction():
        database.add_all([record(recorded_at=west), record(recorded_at=east)])
    assert list(database.scalars(select(AuditRecord.recorded_at).order_by(AuditRecord.recorded_at))) == [
        east,
        west,
    ]


def test_a_code_outside_its_list_never_reaches_the_store(database):
    with pytest.raises(StatementError), transaction():
        database.add(record(action="invented"))


def test_a_code_in_the_store_that_nobody_knows_is_not_read_as_something_else(cast, database):
    database.execute(text("UPDATE entity SET kind = 'space_station' WHERE code = 'LBX'"))
    database.expire_all()
    with pytest.raises(ValueError, match="space_station"):
        database.scalar(select(Entity).where(Entity.code == "LBX"))


def test_public_ids_are_long_unlike_and_easy_to_read_out():
    ids = {new_public_id() for _ in range(5000)}
    assert len(ids) == 5000
    assert {len(each) for each in ids} == {PUBLIC_ID_LENGTH}
    assert not set("".join(ids)) & set("ilou ABC")
