"""Files of the lists: what Parc wrote is read back as it was, row by row, whatever its tags and names; edits of them are applied."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from inventory.applications import services as applications
from inventory.assets.models import Asset
from inventory.audit import undo
from inventory.audit.models import ChangeSet
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.exchange.models import Outcome
from inventory.organization.models import Location, LocationKind, Person
from tests import factories
from tests.exchange.conftest import carry_out, line, number_of

pytestmark = pytest.mark.database

LISTS = {
    "asset": "/assets/",
    "person": "/people/",
    "location": "/places/",
    "application": "/applications/",
}


@pytest.fixture
def commune(cast, laptops):
    """Returns what a file tells apart by nothing but numbers: twins of one name, and items without tag and serial."""
    schools = [factories.create_entity(cast.le_bouscat, name="École Jean-Moulin") for _ in range(2)]
    for school in schools:
        hall = factories.create_location(school, name="Bâtiment A", kind=LocationKind.BUILDING)
        room = factories.create_location(school, hall, name="Salle 1/2", kind=LocationKind.ROOM)
        person = factories.create_person(
            school, display_name="Marie Dupont", given_name="Marie", family_name="Dupont", mobile="0612345678",
            employee_number="00042", leaves_on=date(2031, 6, 30),
        )  # fmt: skip
        factories.create_asset(
            school, laptops, tag=None, serial=None, name="PC", location_id=room.id, holder_id=person.id
        )
        with transaction():
            applications.create_application(
                {"name": "Cantine", "entity_id": school.id, "business_owner_id": person.id}, actor=SYSTEM
            )
    return schools


@pytest.fixture
def export(cast, sign_in):
    """Returns a function that downloads a list as a manager does."""
    browser = sign_in(cast.bruno)

    def exported(noun: str, form: str = "csv", language: str = "fr") -> bytes:
        answer = browser.get(f"{LISTS[noun]}?format={form}", headers={"Accept-Language": language})
        assert answer.status_code == 200
        return answer.data

    return exported


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("noun", LISTS)
def test_what_a_list_exports_comes_back_unchanged(commune, bring, export, noun, form, language):
    kept = bring(export(noun, form, language), noun=noun)
    said = [(row.outcome, row.remarks, row.changes) for row in (line(kept, n + 2) for n in range(kept.lines))]
    assert (kept.match_key, kept.counts) == ("public_id", {"unchanged": kept.lines}), said
    assert kept.lines >= 2


def changed(data: bytes, old: str, new: str) -> bytes:
    text = data.decode()
    assert old in text
    return text.replace(old, new).encode()


def test_an_item_that_has_nothing_but_its_number_is_changed_and_not_added_again(commune, bring, export):
    kept = carry_out(bring(changed(export("asset"), ";PC;", ";PC-ACCUEIL;"), noun="asset"))
    assert (kept.counts, number_of(Asset)) == ({"updated": 2}, 2)
    assert db.session.scalars(select(Asset.name)).all() == ["PC-ACCUEIL"] * 2


def test_a_person_is_renamed_by_number(commune, bring, export):
    kept = carry_out(bring(changed(export("person"), "Marie Dupont", "Marie Durand"), noun="person"))
    assert kept.counts["updated"] == 2
    assert number_of(Person) == kept.lines


def test_a_building_is_renamed_with_its_number_and_its_rooms_stay(commune, bring, export):
    file = changed(export("location"), "Bâtiment A;;", "Bâtiment Alpha;;")
    kept = carry_out(bring(file, noun="location"))
    # The rooms' rows say the old name of what they stand in, as the file of a person who changed one cell does.
    assert (kept.counts, number_of(Location)) == ({"updated": 2, "unchanged": 2}, 4)
    names = db.session.scalars(select(Location.name).where(Location.parent_id.is_(None))).all()
    assert names == ["Bâtiment Alpha"] * 2
    with transaction():
        undo.undo(db.session.get_one(ChangeSet, kept.change_set_id), actor=SYSTEM)
    assert "Bâtiment A" in db.session.scalars(select(Location.name)).all()


def test_a_name_that_is_replaced_everywhere_renames_and_moves_nothing(commune, bring, export):
    kept = carry_out(bring(changed(export("location"), "Bâtiment A", "Bâtiment Alpha"), noun="location"))
    assert (kept.counts, number_of(Location)) == ({"updated": 2, "unchanged": 2}, 4)


def test_a_room_is_moved_to_what_its_row_says_that_it_stands_in(commune, bring, export):
    annexe = factories.create_location(commune[0], name="Annexe", kind=LocationKind.BUILDING)
    room = db.session.scalars(
        select(Location).where(Location.entity_id == commune[0].id, Location.name == "Salle 1/2")
    ).one()
    moved = changed(export("location"), "Salle 1/2;Bâtiment A;", "Salle 1/2;Annexe;")
    kept = carry_out(bring(moved, noun="location"))
    # The other school has no annexe.
    assert kept.counts == {"updated": 1, "refused": 1, "unchanged": 3}
    assert (room.parent_id, room.path) == (annexe.id, f"{annexe.path}{room.id}/")
    [told] = [row for row in (line(kept, n) for n in range(2, 7)) if row.outcome is Outcome.UPDATED]
    assert told.changes == {"parent": ["Bâtiment A", "Annexe"]}
    with transaction():
        undo.undo(db.session.get_one(ChangeSet, kept.change_set_id), actor=SYSTEM)
    hall = db.session.get_one(Location, room.parent_id)
    assert (hall.name, room.path) == ("Bâtiment A", f"{hall.path}{room.id}/")


def test_a_name_longer_than_a_place_may_have_and_a_path_that_is_too_deep_are_refused(commune, bring, export):
    for cells in (f"{'y' * 121};Bâtiment A;", f"Salle 1/2;{' > '.join(map(str, range(12)))};"):
        kept = bring(changed(export("location"), "Salle 1/2;Bâtiment A;", cells), noun="location")
        refused = [row for row in (line(kept, n) for n in range(2, 6)) if row.outcome is Outcome.REFUSED]
        assert [row.remarks[0]["column"] for row in refused] == ["name", "name"]


@pytest.mark.parametrize("noun", LISTS)
def test_a_number_that_nothing_has_is_refused_and_says_what_to_do(commune, bring, export, noun):
    known = export(noun).decode()
    number = known.splitlines()[1].rsplit(";", 1)[1]
    kept = bring(changed(known.encode(), number, "zzzzzzzzzzzz"), noun=noun)
    assert (line(kept, 2).outcome, line(kept, 2).remarks[0]["column"]) == (Outcome.REFUSED, "public_id")
    assert "leave the cell empty" in line(kept, 2).remarks[0]["message"]


@pytest.mark.parametrize("noun", ["location", "application"])
def test_what_stays_in_its_entity_is_not_moved_by_a_file(commune, bring, export, noun):
    kept = bring(changed(export(noun), "École Jean-Moulin", "Le Bouscat"), noun=noun)
    refused = [
        row for row in (line(kept, n + 2) for n in range(kept.lines)) if row.outcome is Outcome.REFUSED
    ]
    assert refused
    assert {row.remarks[0]["column"] for row in refused} == {"entity"}
