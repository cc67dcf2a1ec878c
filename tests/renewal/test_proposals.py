"""Devices that change hands around the same days: what is asked about them, alone and by the thousand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.core.database import db, transaction
from inventory.reconciliation.models import Review
from tests import factories
from tests.renewal.conftest import MANAGER, TODAY, Place, counted_queries

EARLIER = TODAY - timedelta(days=20)


def give(device: Any, person: Any = None, on: date = TODAY, *, location: Any = None) -> None:
    with transaction():
        assets.hand_over(device, assets.Handover(on=on), actor=MANAGER, person=person, location=location)


def take(device: Any, on: date = TODAY) -> None:
    with transaction():
        assets.take_back(device, assets.Handover(on=on), actor=MANAGER)


def asked() -> list[tuple[str, str]]:
    """Return the (old, new) tags that people are asked about."""
    tags = {row.id: row.tag for row in db.session.scalars(select(Asset))}
    return sorted(
        (tags[one.asset_id], tags[one.candidate_ids[0]]) for one in db.session.scalars(select(Review))
    )


@pytest.fixture
def marie(place: Place) -> Any:
    with transaction():
        return factories.create_person(place.town, display_name="Marie Dupont")


def test_what_comes_to_a_person_may_replace_what_left_them_and_either_may_come_first(
    place: Place, marie: Any
) -> None:
    old, new = place.add(tag="OLD"), place.add(tag="NEW")
    give(old, marie, EARLIER)
    give(new, marie, TODAY - timedelta(days=1))
    assert asked() == []
    take(old)
    assert asked() == [("OLD", "NEW")]


def test_a_printer_does_not_replace_a_computer_nor_what_left_long_ago(place: Place, marie: Any) -> None:
    printer, long_gone = place.add(tag="PRN", category=place.printer), place.add(tag="GONE")
    for device, until in ((printer, TODAY), (long_gone, TODAY - timedelta(days=31))):
        give(device, marie, date(2026, 1, 5))
        take(device, until)
    give(place.add(tag="NEW", category=place.laptop), marie)
    assert asked() == []


def test_what_stands_in_a_room_is_compared_with_what_stood_there_and_with_nobody_s(
    place: Place, marie: Any
) -> None:
    with transaction():
        room = factories.create_location(place.town, name="Bureau 12")
    mine, shared = place.add(tag="MINE"), place.add(tag="SHARED")
    give(mine, marie, EARLIER, location=room)
    give(shared, None, EARLIER, location=room)
    take(mine)
    take(shared)
    give(place.add(tag="NEW"), None, location=room)
    assert asked() == [("SHARED", "NEW")]


def test_a_pair_that_is_recorded_is_not_asked_about_whichever_way_round(place: Place, marie: Any) -> None:
    old, new = place.add(tag="OLD"), place.add(tag="NEW", since=EARLIER)
    place.replace(new, old, EARLIER)
    give(old, marie, EARLIER)
    take(old)
    give(new, marie)
    assert asked() == []


def test_ten_hands_cost_the_queries_of_four(place: Place) -> None:
    with transaction():
        people = [factories.create_person(place.town, display_name=f"Agent {n}") for n in range(14)]
    for n, person in enumerate(people):
        give(place.add(tag=f"OLD-{n}"), person, EARLIER)
        place.add(tag=f"NEW-{n}")

    def swap(numbers: range) -> int:
        """Hand the new devices to these people, whose old ones go to their neighbours."""
        with transaction():
            held = {row.tag: row for row in db.session.scalars(select(Asset))}
            hands = [(held[f"NEW-{n}"], people[n]) for n in numbers]
            hands += [(held[f"OLD-{n}"], people[n - 1]) for n in numbers]
            with counted_queries() as seen:
                assets.change_many(
                    [assets.Change(device, {}, {}, who) for device, who in hands], actor=MANAGER
                )
        return len(seen)

    few, many = swap(range(4)), swap(range(4, 14))
    assert {(f"OLD-{n}", f"NEW-{n}") for n in range(14)} <= set(asked())
    assert few == many
