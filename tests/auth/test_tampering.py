"""Addresses and forms as people who tamper with them, or who come back to old ones, send them."""

from __future__ import annotations

import base64
import json

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSetKind, RowChange
from inventory.audit.services import change_set
from inventory.core.access import SYSTEM
from inventory.core.database import after_commit, db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.core.types import HasVersion
from inventory.organization import queries, services
from inventory.organization.models import LocationKind, Person
from tests.factories import create_cast, create_entity, create_location, create_person
from tests.once import once

pytestmark = pytest.mark.any_store


def place(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def page_of(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def crowd(database):
    return once(_crowd)


def _crowd():
    cast = once(create_cast)
    with transaction():
        for n in range(60):
            create_person(cast.le_bouscat, display_name=f"Agent {n:02d}")
    return cast


TAMPERED = [
    "endpoint=x",
    "_scheme=javascript&_external=1",
    "_method=POST&_anchor=x",
    "seen=%C2%B2",
    "seen=99999999",
    "after=%C3%A9",
    "after=" + "W1tb" * 300,
    "after=" + place("a", 10**30),
    "after=" + place({"a": 1}, 1),
    "after=" + place("a\x00", 1),
    "after=" + place("\ud800", 1),
    "after=" + place(None, None),
    "before=zzz",
    "sort=-nothing",
    "sort=",
    "kind=nothing",
    "entity=NOTHING",
    "q=%25_%5C",
]


@pytest.mark.parametrize("arguments", TAMPERED)
def test_a_tampered_address_shows_a_page(crowd, sign_in, arguments):
    # An address that says nothing of its own is led to the plain one.
    answer = sign_in(crowd.alice).get(f"/people/?{arguments}", follow_redirects=True)
    assert answer.status_code == 200
    assert "javascript:" not in page_of(answer)


@pytest.mark.parametrize("arguments", ["before=zzz", "seen=40", "after=" + place("zz", 1) + "&seen=50"])
def test_a_place_that_is_gone_leads_to_the_top(crowd, sign_in, arguments):
    page = page_of(sign_in(crowd.alice).get(f"/people/?{arguments}"))
    assert "Agent 00" in page
    assert "1–50" in page


def test_an_unknown_sort_falls_back_whole(crowd, sign_in):
    page = page_of(sign_in(crowd.alice).get("/people/?sort=-nothing"))
    assert page.index("Agent 00") < page.index("Agent 01")


def test_the_entity_switch_keeps_filters_and_starts_at_the_top(crowd, sign_in):
    page = page_of(sign_in(crowd.alice).get(f"/people/?q=Agent&seen=50&after={place('Agent 49', 50)}"))
    assert "/people/?q=Agent&amp;entity=LBX" in page


def test_editing_a_person_shows_the_place_and_keeps_another_chosen_after_a_refusal(cast, sign_in):
    here = create_location(cast.le_bouscat, name="Bureau 1")
    there = create_location(cast.le_bouscat, name="Bureau 2")
    person = create_person(cast.le_bouscat, location_id=here.id)
    browser = sign_in(cast.bruno)
    page = page_of(browser.get(f"/people/{person.public_id}/edit"))
    assert f'value="{here.public_id}"' in page
    assert 'data-text="Bureau 1"' in page
    data = {"display_name": "X" * 300, "kind": "agent", "location": there.public_id}
    answer = browser.post(f"/people/{person.public_id}/edit", data=data)
    assert answer.status_code == 422
    assert 'data-text="Bureau 2"' in page_of(answer)


def test_the_place_of_a_foreign_entity_is_neither_taken_nor_named(cast, sign_in):
    foreign = create_location(cast.pessac, name="Secret")
    person = create_person(cast.le_bouscat)
    data = {"display_name": "X", "kind": "agent", "location": foreign.public_id}
    answer = sign_in(cast.bruno).post(f"/people/{person.public_id}/edit", data=data)
    assert answer.status_code == 422
    assert "Secret" not in page_of(answer)


def test_a_moved_person_is_recorded_with_the_names_of_the_places(cast, sign_in):
    here = create_location(cast.le_bouscat, name="Bureau 1")
    person = create_person(cast.le_bouscat)
    data = {"display_name": person.display_name, "kind": "agent", "location": here.public_id}
    assert sign_in(cast.bruno).post(f"/people/{person.public_id}/edit", data=data).status_code == 303
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record.changes["location"] == [None, "Bureau 1"]


def test_clearing_the_name_shown_builds_it_again(cast, sign_in):
    person = create_person(cast.le_bouscat, given_name="Anne", family_name="Roy", display_name="A. R.")
    data = {"display_name": "", "given_name": "Anne", "family_name": "Roy", "kind": "agent"}
    assert sign_in(cast.bruno).post(f"/people/{person.public_id}/edit", data=data).status_code == 303
    assert db.session.get(Person, person.id).display_name == "Anne Roy"


@pytest.mark.parametrize("kind", ["", "king", None])
def test_a_kind_that_is_not_in_the_list_is_refused_beside_its_field(cast, sign_in, kind):
    data = {"display_name": "X", "entity": cast.le_bouscat.public_id}
    if kind is not None:
        data["kind"] = kind
    assert sign_in(cast.bruno).post("/people/new", data=data).status_code == 422


def test_two_schools_of_one_name_keep_their_own_children(cast):
    one = create_entity(cast.le_bouscat, name="École Jean-Jaurès", code="EJJ1")
    two = create_entity(cast.le_bouscat, name="École Jean-Jaurès", code="EJJ2")
    first = create_entity(one, name="Cantine", code="CA1")
    second = create_entity(two, name="Cantine", code="CA2")
    codes = [row.code for row in queries.tree([one.id, two.id, first.id, second.id])]
    assert codes == ["EJJ1", "CA1", "EJJ2", "CA2"]


def test_an_entity_whose_parent_is_not_seen_stands_at_the_edge(cast):
    rows = queries.outline(queries.tree([cast.ccas.id, cast.pessac.id]))
    assert [(row.code, depth) for row, depth in rows] == [("LBX-CCAS", 0), ("PES", 0)]


@pytest.mark.parametrize("siret", ["73282932000075", "1234", "abc"])
def test_a_wrong_siret_is_refused(cast, siret):
    with pytest.raises(Invalid), transaction():
        services.update_entity(cast.ccas, {"siret": siret}, version=None, actor=SYSTEM)


def test_a_siret_is_kept_without_its_spaces(cast):
    with transaction():
        services.update_entity(cast.ccas, {"siret": "732 829 320 00074"}, version=None, actor=SYSTEM)
    assert cast.ccas.siret == "73282932000074"


def test_a_callback_that_fails_after_the_commit_holds_up_no_other(cast, caplog):
    done = []

    def fails() -> None:
        raise ValueError("wire cut")

    with transaction():
        after_commit(fails)
        after_commit(lambda: done.append(1))
    assert done == [1]
    assert "wire cut" in caplog.text


def test_nothing_can_be_put_off_to_a_commit_that_will_not_come(database):
    with pytest.raises(RuntimeError):
        after_commit(lambda: None)


def changed(cast):
    person = create_person(cast.le_bouscat, phone="1", mobile="1")
    with transaction(), change_set(ChangeSetKind.BULK, "Phones", actor=SYSTEM) as opened:
        services.update_person(person, {"mobile": "2"}, version=None, actor=SYSTEM)
        db.session.flush()
        services.update_person(person, {"phone": "2"}, version=None, actor=SYSTEM)
    return person, opened


def test_an_undo_does_not_overwrite_a_later_edit_of_a_column_that_an_earlier_flush_changed(cast):
    person, opened = changed(cast)
    with transaction():
        services.update_person(person, {"mobile": "3"}, version=None, actor=SYSTEM)
    with pytest.raises(Refused), transaction():
        undo.undo(opened, actor=SYSTEM)
    assert db.session.get(Person, person.id).mobile == "3"


def test_what_an_undo_of_an_undo_brought_back_can_be_undone_again(cast):
    person, opened = changed(cast)
    with transaction():
        undo.undo(opened, actor=SYSTEM)
    assert (person.phone, person.mobile) == ("1", "1")
    with transaction():
        undo.undo(opened.undone_by, actor=SYSTEM)
    assert (person.phone, person.mobile, opened.undone_at) == ("2", "2", None)
    with transaction():
        undo.undo(opened, actor=SYSTEM)
    assert (person.phone, person.mobile) == ("1", "1")


def test_an_undo_makes_open_forms_stale(cast):
    person, opened = changed(cast)
    version = person.version
    with transaction():
        undo.undo(opened, actor=SYSTEM)
    assert isinstance(person, HasVersion)
    assert person.version > version


def test_what_something_later_stands_on_is_not_undone(cast):
    with transaction(), change_set(ChangeSetKind.IMPORT, "Places", actor=SYSTEM) as opened:
        above = services.create_location(
            {"name": "Annexe", "kind": LocationKind.BUILDING}, entity=cast.ccas, parent=None, actor=SYSTEM
        )
    create_location(cast.ccas, above)
    with pytest.raises(Refused), transaction():
        undo.undo(opened, actor=SYSTEM)
    assert above in db.session.scalars(select(type(above))).all()


def test_a_flush_that_failed_leaves_nothing_for_the_next_one_to_journal(cast):
    def make(name: str) -> None:
        db.session.add(Person(display_name=name, entity_id=cast.ccas.id, directory_guid="one"))

    with transaction(), change_set(ChangeSetKind.BULK, "Half", actor=SYSTEM) as opened:
        make("Kept")
        db.session.flush()
        twin = db.session.begin_nested()
        make("Twin")
        with pytest.raises(IntegrityError):
            db.session.flush()
        twin.rollback()
        services.create_person({"display_name": "After"}, entity=cast.ccas, actor=SYSTEM)
        kept = db.session.scalars(select(RowChange).where(RowChange.change_set_id == opened.id)).all()
    assert [row.after["display_name"] for row in kept] == ["Kept", "After"]
