"""Undoing many rows: in a few statements, in the order that the store needs, and again by undoing the undo."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit import reverting, undo
from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.core.access import SYSTEM, Scope
from inventory.core.database import Base, db, transaction
from inventory.search import queries as search
from tests import factories


@pytest.fixture
def fleet(cast: factories.Cast) -> list[Any]:
    return [factories.create_asset(cast.le_bouscat, tag=f"LBX-{number}") for number in range(12)]


def change(*changes: Any) -> ChangeSet:
    """Make changes (asset, values) one after the other as one change set."""
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM) as opened:
        for asset, values in changes:
            assets.update_asset(asset, values, actor=SYSTEM)
    return opened


def undone(opened: ChangeSet) -> list[str]:
    """Undo a change set; returns what was said to the store."""
    sent: list[str] = []
    note = lambda *told: sent.append(told[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    with transaction():
        undo.undo(opened, actor=SYSTEM)
    event.remove(db.engine, "before_cursor_execute", note)
    return sent


def tags(fleet: list[Any]) -> list[str]:
    return list(db.session.scalars(select(Asset.tag).where(Asset.id <= fleet[-1].id).order_by(Asset.id)))


def noted(fleet: list[Any]) -> ChangeSet:
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM) as opened:
        assets.update_many([(asset, {"notes": "x"}) for asset in fleet], actor=SYSTEM)
    return opened


def test_many_rows_take_as_few_statements_as_few_rows(fleet):
    few, many = noted(fleet[:3]), noted(fleet[3:])
    assert len(undone(many)) <= len(undone(few))
    db.session.expire_all()
    assert {asset.notes for asset in fleet} == {None}


def test_tags_that_were_passed_on_go_back_to_whom_they_belong(fleet):
    before = tags(fleet)
    first, second, third = fleet[:3]
    opened = change(
        (first, {"tag": "OUT"}), (second, {"tag": "LBX-0"}), (third, {"tag": "LBX-1"}), (first, {"tag": "LBX-2"})
    )  # fmt: skip
    undone(opened)
    assert tags(fleet) == before
    again = db.session.scalars(select(ChangeSet).where(ChangeSet.kind == ChangeSetKind.UNDO)).one()
    undone(again)
    assert tags(fleet)[:3] == ["LBX-2", "LBX-0", "LBX-1"]


def test_whoever_has_one_open_learns_of_it_and_the_search_finds_the_old_words(cast, fleet):
    opened = change(*((asset, {"name": f"zebra{asset.tag[4:]}"}) for asset in fleet))
    db.session.expire_all()
    versions = [asset.version for asset in fleet]
    undone(opened)
    db.session.expire_all()
    assert all(asset.version > version for asset, version in zip(fleet, versions, strict=True))
    assert search.find("zebra", Scope(frozenset({cast.le_bouscat.id})), noun="asset").total == 0


def test_rows_that_go_back_one_by_one_may_be_stopped_as_well(fleet):
    first, second, third = fleet[:3]
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM) as opened:
        # What differs in more columns is put back after the others: too late for who waits for its tag.
        for asset, values in ((third, {"tag": "OUT"}), (second, {"tag": "LBX-2", "notes": "x"}), (first, {"tag": "LBX-1"})):  # fmt: skip
            for name, value in values.items():
                setattr(asset, name, value)
            db.session.flush()
    told: list[int] = []
    with transaction():
        undo.undo(opened, actor=SYSTEM, tell=told.append)
    assert (tags(fleet)[:3], told) == (["LBX-0", "LBX-1", "LBX-2"], [0])


@pytest.mark.database
def test_nobody_changes_what_was_looked_at_before_it_is_put_back(apart, monkeypatch):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite takes no other writer meanwhile")
    Base.metadata.create_all(db.engine)
    entity, revert_all = factories.create_entity(name="Bourg"), reverting.revert_all
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM) as opened:
        entity.name = "Le Bourg"

    def late(*told: Any) -> None:
        with db.engine.connect() as other:
            other.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(OperationalError, match="lock timeout"):
                other.execute(text("UPDATE entity SET name = 'late'"))
        revert_all(*told)

    monkeypatch.setattr(reverting, "revert_all", late)
    undone(opened)
    assert entity.name == "Bourg"
