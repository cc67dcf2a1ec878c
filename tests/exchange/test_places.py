"""Places of files: added with what they stand in, described anew, in a number of queries that does not grow, and undone as one."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.exchange.models import Outcome
from inventory.organization import places
from inventory.organization.models import Location, LocationKind
from inventory.organization.places import NewPlace
from tests import factories
from tests.exchange.conftest import carry_out, line, number_of

pytestmark = pytest.mark.database


def rooms(number: int, address: str = "") -> str:
    return "Lieu;Adresse\n" + "".join(f"Mairie > 1er étage > Bureau {n};{address}\n" for n in range(number))


def queries_of(act) -> int:
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", listener := lambda *args: seen.append(args[2]))
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    return len(seen)


def test_places_are_added_with_what_they_stand_in_and_taken_out_as_one(bring):
    # More than one piece of what is deleted at once: rooms go before their floor.
    kept = carry_out(bring(rooms(620), noun="location"))
    assert (kept.counts, number_of(Location)) == ({"created": 620}, 622)
    room = db.session.scalars(select(Location).where(Location.name == "Bureau 7")).one()
    floor = db.session.get_one(Location, room.parent_id)
    assert (room.kind, floor.kind, floor.name) == (LocationKind.ROOM, LocationKind.FLOOR, "1er étage")
    assert room.path == f"{floor.path}{room.id}/"
    told = select(AuditRecord).where(AuditRecord.object_id == room.public_id)
    assert db.session.scalars(told).one().changes == {"name": [None, "Bureau 7"]}
    with transaction():
        undo.undo(db.session.get_one(ChangeSet, kept.change_set_id), actor=SYSTEM)
    assert number_of(Location) == 0


def test_a_place_that_only_others_name_is_added_with_a_warning(bring):
    text = "Lieu;Dans\nAnnexe;\nBureau 1;Annexe\nBureau 2;Anexe\nBureau 3;Anexe\n"
    kept = bring(text, noun="location")
    assert kept.counts == {"created": 4}
    warned = {n: [remark["params"]["place"] for remark in line(kept, n).remarks] for n in (2, 3, 4, 5)}
    assert warned == {2: [], 3: [], 4: ["Anexe"], 5: []}


def test_what_exists_is_described_and_unchanged_the_second_time(bring):
    carry_out(bring(rooms(3), noun="location"))
    kept = carry_out(bring(rooms(3, "1 place Gambetta"), noun="location"))
    assert (kept.counts, line(kept, 2).changes) == ({"updated": 3}, {"address": [None, "1 place Gambetta"]})
    assert {
        row.version for row in db.session.scalars(select(Location).where(Location.address.is_not(None)))
    } == {2}
    assert bring(rooms(3, "1 place Gambetta"), noun="location").counts == {"unchanged": 3}


def test_the_number_of_queries_does_not_grow_with_the_rows(bring):
    few, many = (queries_of(lambda n=n: bring(rooms(n), noun="location")) for n in (5, 60))
    assert few == many


def test_a_name_that_is_too_long_or_stands_too_deep_is_refused_by_its_column(bring):
    deep = " > ".join("x" * n for n in range(1, 15))
    kept = bring(f"Lieu\n{'y' * 121}\n{deep}\nMairie\n", noun="location")
    assert [line(kept, n).outcome for n in (2, 3, 4)] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.CREATED]
    assert {line(kept, n).remarks[0]["column"] for n in (2, 3)} == {"name"}


def test_what_somebody_added_meanwhile_is_refused_with_what_stands_in_it(cast):
    there = factories.create_location(cast.le_bouscat, name="Mairie", kind=LocationKind.BUILDING)
    wanted = [
        NewPlace({"name": there.name, "kind": LocationKind.BUILDING}, cast.le_bouscat.id),
        NewPlace({"name": "Salle 1", "kind": LocationKind.ROOM}, cast.le_bouscat.id, 0),
        NewPlace({"name": "École", "kind": LocationKind.BUILDING}, cast.le_bouscat.id),
    ]
    with transaction():
        added = places.create_locations(wanted, actor=SYSTEM)
    assert (set(added.refused), set(added.made)) == ({0, 1}, {2})


def test_kinds_are_read_by_the_words_that_offices_use(bring):
    kept = bring("Lieu;Type\nBureau 12;Pièce\nMairie;Immeuble\n", noun="location")
    assert kept.counts == {"created": 2}
    carry_out(kept)
    found = db.session.execute(select(Location.name, Location.kind).order_by(Location.name)).all()
    assert [tuple(row) for row in found] == [
        ("Bureau 12", LocationKind.ROOM),
        ("Mairie", LocationKind.BUILDING),
    ]


def test_a_place_inside_of_another_is_what_its_name_says_when_the_file_does_not(bring):
    carry_out(bring("Lieu\nMairie > Bureau 7\nMairie > Baie 2\nMairie > Aile nord\n", noun="location"))
    found = dict(db.session.execute(select(Location.name, Location.kind)).all())
    assert found == {
        "Mairie": LocationKind.BUILDING,
        "Bureau 7": LocationKind.ROOM,
        "Baie 2": LocationKind.RACK,
        "Aile nord": LocationKind.FLOOR,
    }
