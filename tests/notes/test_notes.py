"""Notes: written, changed by their author alone, pinned, deleted and brought back, on any noun."""

import pytest

from inventory.audit import queries as trail
from inventory.core.database import db, transaction
from inventory.notes import queries, services
from inventory.notes.models import Note
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def asset(cast):
    return factories.create_asset(cast.le_bouscat, tag="LBX-000001")


@pytest.fixture
def alice(cast, sign_in):
    return sign_in(cast.alice)


def text_of(answer):
    return answer.get_data(as_text=True)


def write(browser, asset, text="Charger missing."):
    return browser.post(f"/notes/on/asset/{asset.public_id}", data={"text": text}, headers=ENGLISH)


def only_note():
    return db.session.query(Note).one()


def test_a_note_stands_on_the_page_with_its_author_and_in_the_history(asset, alice):
    assert write(alice, asset).status_code == 303
    page = text_of(alice.get(f"/assets/{asset.public_id}", headers=ENGLISH))
    assert "Charger missing." in page
    assert "Alice Martin" in page
    assert trail.history_of("asset", asset.public_id)[0].changes == {"note": [None, "Charger missing."]}


@pytest.mark.parametrize("noun", ["person", "location", "entity", "asset"])
def test_every_noun_takes_notes(cast, alice, noun):
    rows = {
        "person": factories.create_person(cast.le_bouscat),
        "location": factories.create_location(cast.le_bouscat),
        "entity": cast.le_bouscat,
        "asset": factories.create_asset(cast.le_bouscat),
    }
    answer = alice.post(f"/notes/on/{noun}/{rows[noun].public_id}", data={"text": "Seen today."})
    assert answer.status_code == 303
    assert "Seen today." in text_of(alice.get(answer.headers["Location"]))


def test_an_empty_note_is_refused_and_an_unknown_noun_is_not_found(asset, alice):
    assert write(alice, asset, "  \u200b ").status_code == 422
    assert alice.post(f"/notes/on/user/{asset.public_id}", data={"text": "x"}).status_code == 404


def test_another_commune_neither_writes_nor_reads(cast, asset, alice, sign_in):
    write(alice, asset)
    oscar = sign_in(cast.oscar)
    assert write(oscar, asset).status_code == 404
    assert oscar.post(f"/notes/{only_note().public_id}", data={"text": "x"}).status_code == 404


def test_only_its_author_changes_a_note(cast, asset, alice, sign_in):
    write(alice, asset)
    note = only_note()
    assert (
        sign_in(cast.bruno)
        .post(f"/notes/{note.public_id}", data={"text": "No."}, headers=ENGLISH)
        .status_code
        == 409
    )
    assert (
        alice.post(
            f"/notes/{note.public_id}", data={"text": "Charger found.", "version": note.version}
        ).status_code
        == 303
    )
    assert only_note().text == "Charger found."
    assert only_note().edited_at is not None
    change = trail.history_of("asset", asset.public_id)[0].changes
    assert change == {"note": ["Charger missing.", "Charger found."]}


def test_a_note_changed_in_two_windows_shows_both_versions(asset, alice):
    write(alice, asset)
    note = only_note()
    assert alice.post(f"/notes/{note.public_id}", data={"text": "One.", "version": 1}).status_code == 303
    stale = alice.post(f"/notes/{note.public_id}", data={"text": "Two.", "version": 1}, headers=ENGLISH)
    assert stale.status_code == 409
    assert "One." in text_of(stale)
    assert "Two." in text_of(stale)


def test_a_pinned_note_stands_first(asset, alice):
    write(alice, asset, "first")
    first = only_note()
    write(alice, asset, "second")
    alice.post(f"/notes/{first.public_id}/pin", data={"pinned": "1"})
    assert [note.text for note in queries.notes_of("asset", asset.public_id)] == ["first", "second"]
    alice.post(f"/notes/{first.public_id}/pin", data={"pinned": "0"})
    assert [note.text for note in queries.notes_of("asset", asset.public_id)] == ["second", "first"]


def test_a_deleted_note_comes_back_by_its_authors_undo(cast, asset, alice, sign_in):
    write(alice, asset)
    note = only_note()
    oscar, bruno = sign_in(cast.oscar), sign_in(cast.bruno)
    page = text_of(alice.post(f"/notes/{note.public_id}/delete", headers=ENGLISH, follow_redirects=True))
    assert "The note is deleted." in page
    assert db.session.query(Note).count() == 0
    address = page.split('action="/changes/own/')[1].split('"')[0]
    for stranger in (oscar, bruno):
        assert stranger.post(f"/changes/own/{address}").status_code == 404
    assert (
        alice.post(f"/changes/own/{address}", data={"next": "//evil.example"})
        .headers["Location"]
        .startswith("/")
    )
    assert only_note().text == "Charger missing."


def test_a_technician_does_not_delete_anothers_note_and_a_manager_may(cast, asset, sign_in, alice):
    with transaction():
        services.write_note("asset", asset, "By a scan.", actor=factories.SYSTEM, entity_id=asset.entity_id)
    assert alice.post(f"/notes/{only_note().public_id}/delete").status_code == 409
    assert sign_in(cast.bruno).post(f"/notes/{only_note().public_id}/delete").status_code == 303


def test_hostile_text_is_shown_as_text(asset, alice):
    write(alice, asset, "<script>alert(1)</script> \u202egpj.exe")
    page = text_of(alice.get(f"/assets/{asset.public_id}"))
    assert "<script>alert(1)" not in page
    assert "\u202e" not in page
