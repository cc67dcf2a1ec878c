"""Rows that change equipment which exists: many at once, each held to the rules of one, undone exactly."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from inventory.assets import services as assets
from inventory.assets.models import Asset, AssetIdentifier, Custody, Period, Provenance
from inventory.assets.states import DisposalRoute, State
from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.core.access import SYSTEM, Actor, Scope
from inventory.core.database import db, transaction
from inventory.fields import services as custom_fields
from inventory.fields.kinds import FieldKind
from inventory.search.queries import find
from tests import factories
from tests.exchange.conftest import carry_out, line

pytestmark = pytest.mark.database
HEADINGS = "Étiquette;Nom;Prix;Lieu;Détenteur;Statut\n"
TABLES = (Asset, Period, Custody, Provenance, AssetIdentifier)
# What an undo leaves for those who have the row open, and what no later change is judged by.
LEFT = {"version", "updated_at"}


@pytest.fixture
def fleet(cast, laptops):
    """Four laptops with tags, and a place and two people of their commune."""
    factories.create_location(cast.le_bouscat, name="Bureau 12")
    for name in ("Alice Ferrand", "Paul Roux"):
        factories.create_person(cast.le_bouscat, display_name=name)
    return [
        factories.create_asset(
            cast.le_bouscat, laptops, tag=f"LBX-00010{n}", name=f"PC-{n}", state=State.IN_STOCK
        )
        for n in range(4)
    ]


def contents() -> dict[str, list[dict[str, object]]]:
    """Every row of what is kept of equipment, but for what an undo may leave."""
    db.session.flush()
    return {
        model.__tablename__: [
            {name: value for name, value in row.items() if name not in LEFT}
            for row in db.session.execute(select(model.__table__).order_by(model.__table__.c.id)).mappings()
        ]
        for model in TABLES
    }


def rows(fleet, *said: str) -> str:
    return HEADINGS + "".join(f"{asset.tag};{words}\n" for asset, words in zip(fleet, said, strict=False))


def test_fields_place_holder_and_state_change_in_one_row_and_history_tells_each(bring, fleet):
    kept = carry_out(bring(rows(fleet, "PORT-1;1 234,56 €;Bureau 12;Alice Ferrand;")))
    assert (kept.counts, set(line(kept, 2).changes)) == (
        {"updated": 1},
        {"name", "price_cents", "location", "holder"},
    )
    asset = db.session.get_one(Asset, fleet[0].id, populate_existing=True)
    assert (asset.name, asset.price_cents, asset.location.name) == ("PORT-1", 123456, "Bureau 12")
    assert (asset.holder.display_name, asset.state) == ("Alice Ferrand", State.IN_SERVICE)
    assert [held.person_id for held in assets.custodies_of(asset)] == [asset.holder_id]
    told = select(AuditRecord.changes).where(
        AuditRecord.object_id == asset.public_id, AuditRecord.change_set_id == kept.change_set_id
    )
    assert {name for changes in db.session.scalars(told) for name in changes} >= {
        "name", "price_cents", "location", "holder", "state",
    }  # fmt: skip


def test_a_refused_row_changes_nothing_and_takes_no_other_with_it(bring, fleet, cast, laptops):
    ordered = factories.create_asset(
        cast.le_bouscat, laptops, tag="LBX-000199", name="PC-1", state=State.ON_ORDER
    )
    fleet[1] = ordered
    kept = carry_out(bring(rows(fleet, "PORT-0;;;Paul Roux;", "PORT-1;;;Paul Roux;", "PORT-2;;;;")))
    assert kept.counts == {"updated": 2, "refused": 1}
    names = [db.session.get_one(Asset, asset.id, populate_existing=True).name for asset in fleet]
    assert names == ["PORT-0", "PC-1", "PORT-2", "PC-3"]
    assert db.session.scalars(select(Custody.asset_id)).all() == [fleet[0].id]
    told = select(AuditRecord.object_label).where(AuditRecord.change_set_id == kept.change_set_id)
    assert ordered.tag not in db.session.scalars(told).all()


def test_undoing_puts_every_row_back_as_it_was(bring, fleet, cast):
    carry_out(bring(rows(fleet, "A;10;Bureau 12;Alice Ferrand;", "B;10;;Paul Roux;en réserve")))
    before = contents()
    kept = carry_out(
        bring(rows(fleet, "C;20;;Paul Roux;", "D;20;Bureau 12;Alice Ferrand;", "E;;;;en réserve"))
    )
    assert contents() != before
    with transaction():
        change_set = db.session.get_one(ChangeSet, kept.change_set_id)
        undo.undo(change_set, actor=Actor("user", cast.bruno.public_id, cast.bruno.name))
    assert contents() == before


def test_what_changed_is_found_by_its_new_name(bring, fleet, cast):
    carry_out(bring(rows(fleet, "ZANZIBAR;;;;")))
    found = find("zanzibar", Scope(frozenset({cast.le_bouscat.id})))
    assert [document.row_id for group in found.groups for document in group.documents] == [fleet[0].id]


def test_a_version_is_raised_so_that_an_open_form_notices(bring, fleet):
    before = fleet[0].version
    carry_out(bring(rows(fleet, "PORT-1;;;;")))
    assert db.session.get_one(Asset, fleet[0].id, populate_existing=True).version > before
    carry_out(bring(rows(fleet, "PORT-1;;;;")))
    assert db.session.get_one(Asset, fleet[0].id).version == before + 1


def test_a_tag_that_two_are_to_have_goes_to_the_first(fleet):
    with transaction():
        refused = assets.change_many(
            [assets.Change(one, {"tag": "LBX-000111"}) for one in fleet[:2]], actor=Actor("import", "x", "x")
        )
    assert {place: why.message for place, why in refused.items()} == {1: "The tag %(tag)s is taken."}
    assert [asset.tag for asset in fleet[:2]] == ["LBX-000111", "LBX-000101"]


def test_a_tag_that_another_has_is_refused(fleet):
    changes = [assets.Change(fleet[0], {"tag": "LBX-000103"}), assets.Change(fleet[1], {"tag": "LBX-000111"})]
    with transaction():
        refused = assets.change_many(changes, actor=Actor("import", "x", "x"))
    assert {place: why.message for place, why in refused.items()} == {0: "The tag %(tag)s is taken."}
    assert [asset.tag for asset in fleet[:2]] == ["LBX-000100", "LBX-000111"]


def test_the_number_of_queries_does_not_grow_with_the_rows(bring, fleet, cast, laptops):
    more = [
        factories.create_asset(cast.le_bouscat, laptops, tag=f"LBX-0002{n:02d}", name=f"X-{n}")
        for n in range(20)
    ]
    with transaction():
        given = {"home": "asset", "home_id": "", "label": "Lot", "kind": FieldKind.TEXT}
        custom_fields.create_field(given, actor=SYSTEM)
    texts = [
        rows(some, *["N;10;Bureau 12;;;A"] * len(some)).replace("Statut", "Statut;Lot")
        for some in (fleet[:2], more)
    ]
    asked: list[str] = []

    def note(*executed: object) -> None:
        asked.append(str(executed[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        carry_out(bring(texts[0]))
        few = len(asked)
        carry_out(bring(texts[1]))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    # Eighteen rows more, and not one query for each.
    assert len(asked) - 2 * few < 18


def test_what_is_disposed_of_and_named_where_it_stands_is_unchanged(bring, cast, laptops):
    room = factories.create_location(cast.le_bouscat, name="Réserve")
    factories.create_asset(
        cast.le_bouscat, laptops, tag="LBX-000900", state=State.DISPOSED, disposal_route=DisposalRoute.SOLD,
        location_id=room.id,
    )  # fmt: skip
    factories.create_location(cast.le_bouscat, name="Bureau 12")
    kept = bring("Étiquette;Lieu\nLBX-000900;Réserve\n")
    assert kept.counts == {"unchanged": 1}
    moved = bring("Étiquette;Lieu\nLBX-000900;Bureau 12\n")
    assert "cannot be moved" in line(moved, 2).remarks[0]["message"]
