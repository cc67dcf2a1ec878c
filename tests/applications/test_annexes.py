"""The yearly annex of a commune: what stands on it, frozen as it was, compared with the one before."""

from datetime import date

import pytest

from inventory.applications import annex, annexes, services
from inventory.applications.annex import Movement
from inventory.applications.models import ApplicationAnnex
from inventory.applications.services import Leaving
from inventory.applications.states import ApplicationState, Exit, Origin
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from tests.applications import making
from tests.applications.conftest import BRUNO

pytestmark = pytest.mark.any_store

SUMMER = date(2025, 7, 1)


def names(found):
    return [line.name for line in found.lines]


def moved(found):
    return [(change.movement, change.name, change.reason) for change in found.changes]


def end(use, reason="Gone", way=Exit.RETIRED, on=SUMMER, replaced_by=None):
    with transaction():
        services.end_use(use, Leaving(way, reason, on, replaced_by), actor=BRUNO)


def test_a_use_stands_on_the_annexes_of_the_years_it_covers(place):
    made = making.create_application(place.town, name="Sedit", in_service_on=date(2024, 5, 1))
    end(making.use_of(made))
    on_it = [year for year in (2022, 2023, 2024, 2025, 2026) if names(annexes.of_year(place.town, year))]
    assert on_it == [2024]


@pytest.mark.parametrize(("until", "stands"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True)])
def test_what_ended_on_the_very_day_is_gone(place, until, stands):
    made = making.create_application(place.town)
    end(making.use_of(made), on=until)
    assert bool(annexes.of_year(place.town, 2025).lines) is stands


def test_what_began_on_the_very_day_stands_on_it(place):
    making.create_application(place.town, in_service_on=date(2025, 12, 31))
    assert annexes.of_year(place.town, 2025).lines
    assert not annexes.of_year(place.town, 2024).lines


def test_a_commune_answers_for_its_social_centre_and_no_neighbour(place):
    shared = making.create_application(place.root, name="Zimbra", used=False)
    for entity in (place.town, place.ccas, place.pessac):
        making.create_use(shared, entity)
    found = annexes.of_year(place.town, 2025)
    assert sorted(line.entity for line in found.lines) == ["LBX", "LBX-CCAS"]
    assert annex.applications_in(found.lines) == 1


def test_a_year_that_runs_is_read_today_and_what_is_planned_is_not_on_it(place):
    making.create_application(place.town, name="Sedit")
    making.create_application(place.town, name="Later", state="planned", in_service_on=None)
    found = annexes.of_year(place.town, 2026)
    assert (found.on, found.is_over, names(found)) == (date(2026, 6, 15), False, ["Sedit"])


def test_a_year_tells_what_was_transferred_added_retired_and_replaced(place):
    making.create_application(place.town, name="Kept")
    making.create_application(place.town, name="Came", in_service_on=SUMMER)
    making.create_application(place.town, name="Transferred", in_service_on=SUMMER, origin=Origin.TRANSFERRED)
    newer = making.create_application(place.town, name="Newer", in_service_on=SUMMER)
    end(making.use_of(making.create_application(place.town, name="Old")), "Paper is gone")
    end(
        making.use_of(making.create_application(place.town, name="Older")),
        "No longer supported",
        Exit.REPLACED,
        replaced_by=newer,
    )
    assert moved(annexes.of_year(place.town, 2025)) == [
        ("transferred", "Transferred", None),
        ("added", "Came", None),
        ("added", "Newer", None),
        ("replaced", "Older", "No longer supported"),
        ("retired", "Old", "Paper is gone"),
    ]


def test_what_came_and_left_within_the_year_is_told_with_its_reason(place):
    brief = making.create_application(place.town, name="Brief", in_service_on=date(2025, 3, 1))
    end(making.use_of(brief), "The trial was not taken up")
    for year, told in (
        (2024, []),
        (2025, [("added", "Brief", None), ("retired", "Brief", "The trial was not taken up")]),
        (2026, []),
    ):
        found = annexes.of_year(place.town, year)
        assert (names(found), moved(found)) == ([], told)


def test_a_frozen_annex_stays_as_it_was(place):
    made = making.create_application(place.town, name="Sedit", release="1")
    row = making.freeze(place.town, 2025)
    with transaction():
        services.update_application(made, {"name": "Sedit Finances", "release": "2"}, actor=BRUNO)
    db.session.expire_all()
    assert [(line.name, line.release) for line in annex.lines_of(row.content)] == [("Sedit", "1")]


def test_a_frozen_annex_can_be_neither_changed_nor_deleted(place):
    making.create_application(place.town)
    row = making.freeze(place.town, 2025)
    row.note = "better"
    with pytest.raises(Refused, match="kept as it was"):
        db.session.flush()
    db.session.rollback()
    db.session.delete(row)
    with pytest.raises(Refused, match="kept as it was"):
        db.session.flush()


def test_freezing_again_what_was_corrected_makes_another_edition_beside_the_first(place):
    making.create_application(place.town)
    first = making.freeze(place.town, 2025)
    making.create_application(place.town, name="Forgotten")
    second = making.freeze(place.town, 2025)
    assert [(row.year, row.edition) for row in annexes.frozen(place.town)] == [(2025, 2), (2025, 1)]
    assert annexes.latest(place.town, 2025) == second != first


def test_an_annex_that_says_the_same_is_not_frozen_twice(place):
    making.create_application(place.town)
    making.freeze(place.town, 2025)
    with pytest.raises(Refused, match="Nothing has changed since edition"):
        making.freeze(place.town, 2025)
    assert len(annexes.frozen(place.town)) == 1


def test_the_next_annex_is_compared_with_the_one_that_was_frozen(place):
    """What is corrected afterwards in the record of a past year shows against what was handed over."""
    making.create_application(place.town, name="Sedit")
    before = making.freeze(place.town, 2024)
    making.create_application(place.town, name="Forgotten", in_service_on=date(2018, 1, 1))
    found = annexes.of_year(place.town, 2025)
    assert found.before == before
    assert moved(found) == [("added", "Forgotten", None)]
    kept = making.freeze(place.town, 2025)
    assert kept.content["compared"] == {"year": 2024, "annex": before.public_id, "edition": 1}


def test_a_line_that_vanished_from_the_record_is_an_exit_that_nobody_explained(place):
    use = making.use_of(making.create_application(place.town, name="Sedit"))
    making.freeze(place.town, 2024)
    with transaction():
        services.update_use(use, {"since_on": date(2026, 2, 1)}, actor=BRUNO)
    (change,) = annexes.of_year(place.town, 2025).changes
    assert (change.movement, change.unexplained) == (Movement.RETIRED, True)


@pytest.mark.parametrize("year", [2026, 2027, 2009])
def test_a_year_that_is_not_over_or_long_ago_cannot_be_frozen(place, saving, year):
    making.create_application(place.town)
    with pytest.raises(Invalid):
        services.freeze(place.town, year, actor=BRUNO)


def test_nothing_cannot_be_frozen(place, saving):
    with pytest.raises(Refused, match="nothing to freeze"):
        services.freeze(place.town, 2025, actor=BRUNO)


def test_what_serves_until_it_is_retired_stands_while_it_is_being_retired(place):
    made = making.create_application(place.town)
    with transaction():
        services.change_state(made, ApplicationState.RETIRING, actor=BRUNO)
    assert annexes.of_year(place.town, 2026).lines


def test_an_annex_costs_the_same_number_of_queries_whatever_its_lines(place):
    from sqlalchemy import event

    def queries():
        seen = []

        def count(*found):
            seen.append(found[2])

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            annexes.of_year(place.town, 2025)
        finally:
            event.remove(db.engine, "before_cursor_execute", count)
        return len(seen)

    making.create_application(place.town)
    few = queries()
    for _ in range(12):
        making.create_application(place.town, business_owner_id=place.marie.id, editor_id=place.editor.id)
    assert queries() <= few
    assert db.session.scalar(db.select(db.func.count()).select_from(ApplicationAnnex)) == 0
