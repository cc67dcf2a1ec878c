"""The index follows every change inside its transaction: edits, names of others, bulk loads, undo, deletions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, event, update

from inventory.assets import services as assets
from inventory.assets.models import Asset, AssetIdentifier, Period
from inventory.assets.states import IdentifierKind, SourceKind
from inventory.audit import services as audit
from inventory.audit import undo
from inventory.audit.models import ChangeSetKind
from inventory.core.access import SYSTEM, Scope
from inventory.core.database import bulk_load, db, transaction
from inventory.organization.models import Person
from inventory.search import queries
from inventory.search import services as index
from inventory.search.models import SearchDocument
from tests import factories


@pytest.fixture
def laptop(cast: factories.Cast) -> Any:
    holder = factories.create_person(cast.le_bouscat, display_name="Gaëlle Dupont")
    return factories.create_asset(cast.le_bouscat, tag="LBX-1", holder_id=holder.id)


def found(text: str, cast: factories.Cast) -> list[str]:
    groups = queries.find(text, Scope(frozenset({cast.le_bouscat.id})), noun="asset").groups
    return [document.title for group in groups for document in group.documents]


def test_a_new_name_replaces_the_old_one(cast, laptop):
    for name in ("Okapi", "Zebra"):
        with transaction():
            assets.update_asset(laptop, {"name": name}, actor=SYSTEM)
    assert found("zebra", cast) == ["LBX-1"]
    assert found("okapi", cast) == []


def test_a_person_s_new_name_is_on_what_they_hold(cast, laptop):
    with transaction():
        laptop.holder.display_name = "Zoé Quentin"
    assert found("quentin", cast) == ["LBX-1"]
    assert found("gaelle", cast) == []


def test_a_place_s_new_name_is_on_all_that_stands_in_it(cast, database):
    hall = factories.create_location(cast.le_bouscat, name="Town hall")
    floor = factories.create_location(cast.le_bouscat, hall, name="First floor")
    office = factories.create_location(cast.le_bouscat, floor, name="Office 12")
    beside = factories.create_location(cast.le_bouscat, name="Town hall annex")
    with transaction():
        hall.name = "Kiosk"
    scope = Scope(frozenset({cast.le_bouscat.id}))
    kept = {
        words: {d.row_id for group in queries.find(words, scope).groups for d in group.documents}
        for words in ("kiosk", "town hall")
    }
    assert kept == {"kiosk": {hall.id, floor.id, office.id}, "town hall": {beside.id}}


def test_an_address_that_is_taken_away_no_longer_leads_there(cast, laptop):
    with transaction():
        row = AssetIdentifier(
            asset_id=laptop.id, kind=IdentifierKind.IP, value="10.9.8.7", source=SourceKind.SNMP
        )
        db.session.add(row)
    assert found("10.9.8.7", cast) == ["LBX-1"]
    with transaction():
        db.session.delete(row)
    assert found("10.9.8.7", cast) == []


def test_an_identifier_given_to_another_asset_leads_to_that_one(cast, laptop):
    other = factories.create_asset(cast.le_bouscat, tag="LBX-2")
    with transaction():
        row = AssetIdentifier(
            asset_id=laptop.id, kind=IdentifierKind.IMEI, value="490154203237518", source=SourceKind.PERSON
        )
        db.session.add(row)
    with transaction():
        row.asset_id = other.id
    assert found("490154203237518", cast) == ["LBX-2"]


def test_what_is_deleted_is_forgotten(cast, database):
    left = factories.create_person(cast.le_bouscat, display_name="Gaëlle Dupont")
    everything = Scope(frozenset({cast.le_bouscat.id}))
    assert queries.find("gaelle", everything).total == 1
    with transaction():
        db.session.delete(left)
    assert queries.find("gaelle", everything).total == 0


def test_rows_loaded_in_bulk_are_found(cast, laptop):
    rows = [
        {"id": 9000 + n, "public_id": f"bulk{n:08d}", "version": 1, "entity_id": cast.le_bouscat.id, "kind": "agent",
         "display_name": f"Bulk {n}", "pinned_fields": [], "disabled": False, "created_at": factories.clock.now()}
        for n in range(3)
    ]  # fmt: skip
    with transaction():
        bulk_load(Person.__table__, rows)
    groups = queries.find("bulk", Scope(frozenset({cast.le_bouscat.id}))).groups
    assert [document.title for document in groups[0].documents] == ["Bulk 0", "Bulk 1", "Bulk 2"]


def test_rows_changed_without_objects_are_found_as_they_are_now(cast, laptop):
    with transaction():
        db.session.execute(update(Asset).where(Asset.id == laptop.id).values(serial="ZZTOP99"))
    assert found("zztop99", cast) == ["LBX-1"]
    with transaction():
        db.session.execute(delete(AssetIdentifier).where(AssetIdentifier.asset_id == laptop.id))
    assert found("zztop99", cast) == ["LBX-1"]


def test_what_is_changed_in_the_transaction_that_made_it_is_found_as_it_is_in_the_end(cast, laptop):
    with transaction():
        made = assets.create_asset(
            {"entity_id": cast.le_bouscat.id, "category_id": laptop.category_id, "name": "Okapi"},
            actor=SYSTEM,
        )
        assets.update_asset(made, {"name": "Zebra"}, actor=SYSTEM)
    assert found("zebra", cast) == [made.label]
    assert found("okapi", cast) == []


def test_what_is_taken_back_in_the_transaction_that_made_it_is_not_found(cast, laptop):
    values = {"entity_id": cast.le_bouscat.id, "category_id": laptop.category_id}
    with transaction():
        tried = db.session.begin_nested()
        assets.create_asset(values | {"name": "Okapi"}, actor=SYSTEM)
        tried.rollback()
    with transaction():
        made = assets.create_asset(values | {"name": "Zebra"}, actor=SYSTEM)
        for beside in (AssetIdentifier, Period):
            db.session.execute(delete(beside).where(beside.asset_id == made.id))
        db.session.execute(delete(Asset).where(Asset.id == made.id))
    assert found("okapi", cast) == found("zebra", cast) == []


def test_an_undo_brings_the_old_words_back(cast, laptop):
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM) as change_set:
        assets.update_asset(laptop, {"tag": "LBX-ZEBRA"}, actor=SYSTEM)
    with transaction():
        undo.undo(change_set, actor=SYSTEM)
    assert found("zebra", cast) == []
    assert found("lbx-1", cast) == ["LBX-1"]


def test_a_transaction_that_fails_leaves_the_index_as_it_was(cast, laptop):
    def fail() -> None:
        with transaction():
            laptop.tag = "LBX-ZEBRA"
            db.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction():
        factories.create_person(cast.le_bouscat)
    assert found("zebra", cast) == []


def test_a_change_of_nothing_searched_writes_nothing(cast, laptop, database):
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    connection = database.get_bind()
    event.listen(connection, "before_cursor_execute", note)
    try:
        with transaction():
            assets.note_seen(laptop, factories.clock.now(), SourceKind.SNMP)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    assert said
    assert not [statement for statement in said if "search_" in statement]


def test_documents_of_which_a_release_says_other_words_are_made_anew_at_the_next_start(cast, laptop):
    assert not index.start(), "all are as they are to be"
    with transaction():
        # As a migration leaves them.
        db.session.execute(update(SearchDocument).where(SearchDocument.noun == "person").values(digest=""))
    assert index.start()
    index.rebuild()
    assert not index.start()


def test_a_savepoint_that_is_taken_back_leaves_what_was_changed_before_it_to_be_found(cast, laptop):
    with transaction():
        assets.update_asset(laptop, {"name": "Zebra"}, actor=SYSTEM)
        db.session.begin_nested().rollback()
    assert found("zebra", cast) == ["LBX-1"]
