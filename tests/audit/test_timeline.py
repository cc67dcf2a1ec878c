"""The stream of an object: every kind of entry in one order, narrowed, paged, within its entity; and the past by taking changes back."""

from datetime import UTC, date, datetime

import pytest

from inventory.assets import past, queries, services
from inventory.assets.services import Handover
from inventory.assets.states import State
from inventory.audit import timeline as stream
from inventory.core.database import transaction
from inventory.notes import services as notes
from tests import factories
from tests.assets.conftest import ALICE, laptop, place  # noqa: F401 - fixtures

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def lived(place, laptop):  # noqa: F811
    """A laptop that was handed over, repaired, renamed and written about."""
    with transaction():
        services.hand_over(laptop, Handover(on=date(2026, 4, 1)), actor=ALICE, person=place.marie)
        services.change_state(laptop, State.IN_REPAIR, actor=ALICE, on=date(2026, 5, 1))
        services.update_asset(laptop, {"name": "pc-112"}, actor=ALICE)
        notes.write_note("asset", laptop, "Charger missing.", actor=ALICE, entity_id=laptop.entity_id)
    return laptop


def titles(found):
    return [entry["title"] for entry in found.entries]


def test_all_kinds_stand_in_one_stream_and_each_may_be_asked_for(lived, reading):
    reading("en")
    whole = stream.timeline("asset", lived)
    assert titles(whole)[0].startswith("Note")
    assert {"edits", "states", "custody", "notes", "seen"} <= {key for key, _label in whole.kinds}
    assert titles(stream.timeline("asset", lived, shown="custody")) == ["Handed over from 1 Apr 2026 on"]
    assert len(stream.timeline("asset", lived, shown="states").entries) == 2
    assert stream.timeline("asset", lived, shown="nonsense").shown == ""


def test_a_long_history_is_read_in_pieces_without_losing_an_entry(lived, reading, time_machine, monkeypatch):
    monkeypatch.setattr(stream, "SHOWN", 4)
    for n in range(9):
        time_machine.move_to(datetime(2026, 7, 1 + n, tzinfo=UTC))
        with transaction():
            services.update_asset(lived, {"name": f"pc-{n}"}, actor=ALICE)
    reading("en")
    seen, before = [], None
    while True:
        piece = stream.timeline("asset", lived, shown="edits", before=before)
        seen += [entry["at"] for entry in piece.entries]
        if piece.earlier is None:
            break
        before = datetime.fromisoformat(piece.earlier)
    assert len(seen) == len(set(seen)) >= 10
    assert seen == sorted(seen, reverse=True)


def test_the_page_and_its_pieces_are_within_the_entity(place, lived, sign_in):  # noqa: F811
    address = f"/history/asset/{lived.public_id}"
    alice, oscar = sign_in(place.cast.alice), sign_in(place.cast.oscar)
    piece = alice.get(f"{address}?show=notes", headers={**ENGLISH, "HX-Request": "true"}).get_data(
        as_text=True
    )
    assert "Charger missing." in piece
    assert "<h1" not in piece
    assert "<h1" in alice.get(address).get_data(as_text=True)
    assert alice.get(f"{address}?before=nonsense").status_code == 200
    assert oscar.get(address).status_code == 404
    assert alice.get(f"/history/user/{lived.public_id}").status_code == 404


def test_every_noun_has_its_history_on_its_page(place, sign_in):  # noqa: F811
    alice = sign_in(place.cast.alice)
    for address in (f"/people/{place.marie.public_id}", f"/places/{place.room.public_id}", "/entities/LBX"):
        assert 'id="history-stream"' in alice.get(address).get_data(as_text=True)


def was(asset, day):
    return {
        row.name: (row.then, row.now) for row in past.as_it_was(asset, day, queries.custodies(asset)) or []
    }


def test_an_asset_is_shown_as_it_was(place, lived, time_machine):  # noqa: F811
    time_machine.move_to("2026-09-01 10:00:00+00:00")
    with transaction():
        services.update_asset(lived, {"name": "pc-900", "order_number": "BC-1"}, actor=ALICE)
    found = was(lived, date(2026, 6, 20))
    assert found["name"] == ("pc-112", "pc-900")
    assert found["order_number"] == (None, "BC-1")
    assert found["state"] == ("in_repair", "in_repair")
    assert was(lived, date(2026, 4, 15))["state"] == ("in_service", "in_repair")
    assert was(lived, date(2026, 4, 15))["holder"] == ("Marie Durand", "Marie Durand")
    assert was(lived, date(2026, 3, 15))["holder"] == (None, "Marie Durand")
    assert past.as_it_was(lived, date(2025, 12, 31), []) is None


def test_what_was_undone_since_is_not_taken_back_twice(place, lived, time_machine):  # noqa: F811
    from inventory.audit import services as audit
    from inventory.audit import undo
    from inventory.audit.models import ChangeSetKind

    time_machine.move_to("2026-09-01 10:00:00+00:00")
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Rename", actor=ALICE) as opened:
        services.update_asset(lived, {"name": "wrong"}, actor=ALICE)
    with transaction():
        services.update_asset(lived, {"order_number": "BC-1"}, actor=ALICE)
    with transaction():
        undo.undo(opened, actor=ALICE)
    assert was(lived, date(2026, 6, 20))["name"] == ("pc-112", "pc-112")


def test_the_page_shows_then_beside_today(place, lived, sign_in):  # noqa: F811
    alice = sign_in(place.cast.alice)
    page = alice.get(f"/assets/{lived.public_id}?on=15/04/2026", headers=ENGLISH).get_data(as_text=True)
    assert "As it was on 15 Apr 2026" in page
    assert 'class="differs"' in page
    page = alice.get(f"/assets/{lived.public_id}?on=15/04/2050", headers=ENGLISH).get_data(as_text=True)
    assert "This day has not come yet." in page
    assert 'class="differs"' not in page
    assert factories.create_asset(place.entity).public_id not in page


@pytest.mark.parametrize(("language", "said"), [("en", "€1,873.99"), ("fr", "1\u202f873,99\u00a0€")])
def test_an_amount_is_written_as_the_reader_writes_amounts(lived, reading, language, said):
    with transaction():
        services.update_asset(lived, {"price_cents": 187399}, actor=ALICE)
    reading(language)
    changes = [
        change for entry in stream.timeline("asset", lived).entries for change in entry.get("changes", ())
    ]
    assert said in [new for _field, _old, new in changes]
