"""Rows loaded in one piece are undone with their change set, come back with its undo, and are watched as others are."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset, Custody, Provenance
from inventory.assets.services import Draft, create_many, update_asset
from inventory.audit import loads
from inventory.audit.models import ChangeSet, ChangeSetKind, RowChange
from inventory.audit.services import change_set
from inventory.audit.undo import preview, undo
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.search.models import SearchDocument
from tests import factories

pytestmark = pytest.mark.database
IMPORT = Actor("import", "imp000000000", "parc.csv")


@pytest.fixture
def loaded(cast):
    """Three laptops with a holder and a price each, made by an import."""
    laptop = factories.create_category(name="Laptops")
    drafts = [
        Draft({
            "entity_id": cast.le_bouscat.id, "category_id": laptop.id, "tag": f"LBX-{n}", "state": "in_service",
            "price_cents": 100 * n or None, "received_on": date(2025, 3, 1),
            "holder_id": factories.create_person(cast.le_bouscat, display_name=f"Agent {n}").id,
        })
        for n in range(3)
    ]  # fmt: skip
    with transaction(), change_set(ChangeSetKind.IMPORT, "parc.csv", actor=IMPORT) as opened:
        create_many(drafts, actor=IMPORT)
    return db.session.get_one(ChangeSet, opened.id)


def everything():
    tables = (Asset, Custody, Provenance)
    found = [row.__dict__ for table in tables for row in db.session.scalars(select(table).order_by(table.id))]
    return [{n: v for n, v in row.items() if n in ("id", "tag", "price_cents", "received_on", "state", "person_id",
                                                   "value", "field", "said_at", "public_id")} for row in found]  # fmt: skip


def take_back(opened):
    with transaction():
        undo(db.session.get_one(ChangeSet, opened.id), actor=SYSTEM)
    kept = select(ChangeSet).where(ChangeSet.kind == ChangeSetKind.UNDO).order_by(ChangeSet.id.desc())
    return db.session.scalars(kept).first()


def test_a_piece_is_one_row_of_the_journal_for_each_table(loaded):
    kept = db.session.scalars(select(RowChange).where(RowChange.change_set_id == loaded.id)).all()
    assert {change.operation for change in kept} == {loads.LOAD}
    assert len(kept) == len({change.table_name for change in kept})


def test_undo_takes_everything_out_and_its_undo_brings_it_back_as_it_was(loaded):
    before = everything()
    taken = take_back(loaded)
    assert everything() == []
    assert db.session.scalars(select(SearchDocument).where(SearchDocument.noun == "asset")).all() == []
    take_back(taken)
    assert everything() == before
    found = db.session.scalars(select(SearchDocument.title).where(SearchDocument.noun == "asset")).all()
    assert sorted(found) == ["LBX-0", "LBX-1", "LBX-2"]


def test_a_row_changed_since_is_named_and_nothing_is_undone(loaded):
    with transaction():
        asset = db.session.scalars(select(Asset).where(Asset.tag == "LBX-1")).one()
        update_asset(asset, {"price_cents": 999}, actor=IMPORT)
    report = preview(loaded)
    assert ("asset", {"id": asset.id}, ["price_cents"]) in report.conflicts
    with pytest.raises(Refused, match="changed since"), transaction():
        undo(loaded, actor=SYSTEM)
    assert len(db.session.scalars(select(Asset)).all()) == 3


def test_what_the_same_change_set_changed_later_is_no_conflict(cast):
    laptop = factories.create_category(name="Laptops")
    with transaction(), change_set(ChangeSetKind.IMPORT, "parc.csv", actor=IMPORT) as opened:
        draft = Draft({"entity_id": cast.le_bouscat.id, "category_id": laptop.id, "tag": "LBX-1"})
        asset = create_many([draft], actor=IMPORT).assets[0]
        update_asset(asset, {"tag": "LBX-2"}, actor=IMPORT)
    take_back(opened)
    assert db.session.scalars(select(Asset)).all() == []


def test_objects_saved_in_one_go_are_journalled_as_their_flush_would(loaded):
    opened, journals = [], []
    for tag, save in (
        ("LBX-0", lambda _row: db.session.flush()),
        ("LBX-1", lambda row: loads.save(Asset, [row])),
    ):
        with transaction(), change_set(ChangeSetKind.BULK, "x", actor=SYSTEM) as changes:
            row = db.session.scalars(select(Asset).where(Asset.tag == tag)).one()
            row.order_number, row.received_on, row.state = "BC-7", date(2025, 4, 1), row.state
            before = row.updated_at
            save(row)
            assert (row.order_number, row.received_on) == ("BC-7", date(2025, 4, 1))
            assert row.updated_at > before
        opened.append(changes.id)
        (kept,) = db.session.scalars(select(RowChange).where(RowChange.change_set_id == changes.id))
        journals.append([{**side, "updated_at": None} for side in (kept.before, kept.after)])
    assert journals[0] == journals[1]
    take_back(db.session.get_one(ChangeSet, opened[1]))
    row = db.session.scalars(select(Asset).where(Asset.tag == "LBX-1")).one()
    assert (row.order_number, row.received_on) == (None, date(2025, 3, 1))
