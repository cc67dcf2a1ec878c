"""The base, the renewed, ages and perimeters of a real fleet, and the assets behind each number."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.states import State
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.organization.models import Entity
from inventory.renewal import queries, services
from inventory.renewal.queries import Family, Figure, LeftOut, Part, Selection
from inventory.renewal.sixth import Reason, Verdict
from tests import factories
from tests.renewal.conftest import MANAGER, TODAY, Place, counted_queries

pytestmark = pytest.mark.any_store

JANUARY = date(2026, 1, 1)
RUN = Actor("run", "r", "Nightly scan")


def base(place: Place, **choice: object) -> int:
    return queries.figures(place.town, **choice).main.outcome.base  # type: ignore[arg-type]


def behind(ask: queries.Ask, figure: Figure, family: Family = Family.MAIN, **narrowed: object) -> int:
    statement = queries.assets(ask, Selection(figure, family, **narrowed))  # type: ignore[arg-type]
    return len(db.session.execute(statement).all())


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (State.IN_SERVICE, True),
        (State.ON_LOAN, True),
        (State.IN_REPAIR, True),
        (State.ON_ORDER, False),
        (State.IN_STOCK, False),
        (State.IN_PREPARATION, False),
        (State.IN_RESERVE, False),
        (State.MISSING, False),
        (State.RETIRED, False),
        (State.LOST, False),
    ],
)
def test_only_what_is_in_use_on_the_reference_day_is_in_the_base(
    place: Place, *, state: State, counts: bool
) -> None:
    place.add(state=state)
    assert base(place) == int(counts)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"ownership": "leased"}, LeftOut.OWNERSHIP),
        ({"ownership": "holder"}, LeftOut.OWNERSHIP),
        ({"usage": "pupil"}, LeftOut.USAGE),
        ({"usage": "reserve"}, LeftOut.USAGE),
        ({"in_scope": False}, LeftOut.SCOPE),
        ({"state": "in_reserve"}, LeftOut.RESERVE),
        ({"state": "missing"}, LeftOut.MISSING),
    ],
)
def test_what_the_rule_leaves_out_is_reported_apart(
    place: Place, values: dict[str, object], reason: LeftOut
) -> None:
    place.add(**values)
    figures = queries.figures(place.town)
    assert (figures.main.outcome.base, figures.left_out) == (0, [(reason, 1)])
    assert behind(figures.ask, Figure.LEFT_OUT, left_out=reason) == 1


def test_the_base_is_that_of_the_day_and_not_of_today(place: Place) -> None:
    gone, come = place.add(), place.add(since=date(2026, 3, 1))
    with transaction():
        assets.change_state(gone, State.RETIRED, actor=MANAGER, on=date(2026, 2, 1))
    figures = queries.figures(place.town)
    assert (figures.main.outcome.base, figures.main.fleet) == (1, 1)
    ids = [row[0].id for row in db.session.execute(queries.assets(figures.ask, Selection(Figure.BASE)))]
    assert ids == [gone.id]
    ids = [row[0].id for row in db.session.execute(queries.assets(figures.ask, Selection(Figure.FLEET)))]
    assert ids == [come.id]


def test_a_device_counts_where_it_was_on_the_reference_day(place: Place) -> None:
    moved = place.add()
    with transaction():
        assets.place(moved, actor=MANAGER, on=date(2026, 6, 1), entity=place.cast.pessac)
    assert base(place) == 1
    assert queries.figures(place.cast.pessac).main.outcome.base == 0
    assert queries.figures(place.cast.pessac).main.fleet == 1


def test_a_commune_counts_with_its_schools_with_or_without_its_social_centre(place: Place) -> None:
    place.add()
    place.add(place.school)
    place.add(place.cast.ccas)
    place.add(place.cast.pessac)
    found = {part: base(place, part=part) for part in Part}
    assert found == {Part.BOTH: 3, Part.OWN: 2, Part.CCAS: 1}


def test_main_terminals_and_the_whole_workplace_stand_side_by_side(place: Place) -> None:
    place.add()
    place.add(category=place.printer)
    place.add(category=place.server)
    figures = queries.figures(place.town)
    assert (figures.main.outcome.base, figures.workplace.outcome.base) == (1, 2)
    assert [(line.sort.code, line.base) for line in figures.lines] == [("desktop", 1), ("printer", 1)]


def test_a_dated_replacement_of_the_year_is_renewed_and_one_of_last_year_is_not(place: Place) -> None:
    old = [place.add() for _ in range(6)]
    place.replace(old[0], place.add(since=date(2026, 5, 4)), date(2026, 5, 4))
    place.replace(old[1], place.add(since=date(2025, 12, 31)), date(2025, 12, 31))
    figures = queries.figures(place.town)
    # The new one of last year is in the base too: nothing said that the old one left.
    assert (figures.main.outcome.base, figures.main.outcome.renewed) == (7, 1)
    assert figures.main.outcome.verdict is Verdict.MISSING
    assert queries.figures(place.town, year=2025).main.outcome.renewed == 1


def test_a_replacement_after_the_day_asked_for_is_not_there_yet(place: Place) -> None:
    place.replace(place.add(), place.add(since=date(2026, 5, 4)), date(2026, 5, 4))
    assert queries.figures(place.town, as_of=date(2026, 5, 3)).main.outcome.renewed == 0
    assert queries.figures(place.town, as_of=date(2026, 5, 4)).main.outcome.renewed == 1


def test_without_anything_in_service_there_is_no_base_and_nothing_is_reached(place: Place) -> None:
    outcome = queries.figures(place.town).main.outcome
    assert (outcome.verdict, outcome.share) == (Verdict.NO_BASE, None)


def test_what_a_scan_meets_first_has_no_age(place: Place) -> None:
    with transaction():
        assets.create_asset(
            {"entity_id": place.town.id, "category_id": place.desktop.id, "state": "in_service"}, actor=RUN
        )
    main = queries.figures(place.town).main
    assert (main.fleet, main.unknown, main.years) == (1, 1, [])


def test_estimates_are_told_apart_and_unknown_ages_are_left_out_of_the_pyramid(place: Place) -> None:
    certain, estimate, unknown = (place.add() for _ in range(3))
    with transaction():
        for asset in (estimate, unknown):
            asset.commissioned_on = None
        estimate.bios_on = date(2016, 1, 4)
    main = queries.figures(place.town).main
    assert (main.fleet, main.known, main.unknown, main.estimated, main.over_life) == (3, 2, 1, 1, 2)
    assert [year for year, number in main.years if number] == [6, 10]
    assert certain.commissioned_on == date(2020, 3, 2)


def fill(place: Place) -> None:
    """A fleet with ages at the edges of months, both families, three entities, replaced and left out."""
    days = [
        TODAY - timedelta(days=round(n * 30.44) + shift) for n in range(0, 130, 6) for shift in (-1, 0, 1)
    ]
    spread = product(
        [place.town, place.school, place.cast.ccas], [place.desktop, place.laptop, place.printer]
    )
    where = list(spread)
    rows = []
    for number, day in enumerate(day for day in days if day <= TODAY):
        entity, category = where[number % len(where)]
        rows.append(
            place.add(entity, since=day, category=category, warranty_ends_on=date(2024 + number % 5, 1, 1))
        )
    with transaction():
        for number, row in enumerate(rows):
            if number % 7 == 0:
                row.commissioned_on, row.warranty_starts_on = None, row.commissioned_on
            if number % 11 == 0:
                row.commissioned_on = row.warranty_starts_on = None
            if number % 13 == 0:
                row.ownership = "leased"
    for old, day in zip(rows[30:40], (date(2026, 2, 3), date(2026, 7, 9)) * 5, strict=True):
        place.replace(old, place.add(since=day, category=place.laptop), day)
    place.replace(rows[41], rows[42], date(2026, 8, 1))


@pytest.mark.parametrize("part", Part)
def test_each_number_is_that_of_the_very_assets_behind_it(place: Place, part: Part) -> None:
    fill(place)
    figures = queries.figures(place.town, part=part)
    for family in figures.families:
        for figure, number in (
            (Figure.BASE, family.outcome.base),
            (Figure.RENEWED, family.outcome.renewed),
            (Figure.NOT_COUNTED, family.not_counted),
            (Figure.FLEET, family.fleet),
            (Figure.OVER_LIFE, family.over_life),
            (Figure.UNKNOWN_AGE, family.unknown),
            (Figure.ESTIMATED_AGE, family.estimated),
            (Figure.WARRANTY_OVER, family.warranty_over),
        ):
            assert behind(figures.ask, figure, family.family) == number, (family.family, figure)
        for age, number in family.years:
            assert behind(figures.ask, Figure.FLEET, family.family, age=age) == number, age
        assert sum(number for _age, number in family.years) == family.known
    for line in figures.lines:
        chosen = {"family": Family.WORKPLACE, "category": line.sort.code}
        assert behind(figures.ask, Figure.BASE, **chosen) == line.base
        assert behind(figures.ask, Figure.RENEWED, **chosen) == line.renewed
        assert behind(figures.ask, Figure.OVER_LIFE, **chosen) == line.over_life
    for reason, number in figures.left_out:
        assert behind(figures.ask, Figure.LEFT_OUT, left_out=reason) == number


def test_the_number_of_queries_depends_neither_on_assets_nor_on_communes(place: Place) -> None:
    town = place.town
    db.session.refresh(town)
    with counted_queries() as empty:
        queries.figures(town)
    fill(place)
    for _ in range(5):
        place.add(factories.create_entity(place.cast.root))
    db.session.refresh(town)
    with counted_queries() as full:
        queries.figures(town)
    towns = queries.communes(frozenset(db.session.scalars(select(Entity.id))))
    with counted_queries() as many:
        queries.overview(towns)
    assert len(empty) == len(full) == len(many) == 8


def test_candidates_are_the_oldest_first_then_those_out_of_warranty_and_never_the_replaced(
    place: Place,
) -> None:
    young, old = place.add(since=date(2024, 1, 8)), place.add(since=date(2016, 1, 4))
    unknown, replaced = place.add(), place.add(since=date(2015, 1, 5))
    with transaction():
        unknown.commissioned_on, unknown.warranty_ends_on = None, date(2023, 1, 1)
    new = place.add(since=date(2026, 5, 4))
    place.replace(replaced, new, date(2026, 5, 4))
    ask = queries.figures(place.town).ask
    assert queries.candidates(ask, 10) == [old, young, new, unknown]


def test_a_small_base_is_added_up_from_the_year_that_the_rule_says(place: Place) -> None:
    for _ in range(5):
        place.add()
    with transaction():
        services.set_rule(place.town, {"cumulative_from_year": 2025}, actor=MANAGER)
    outcome = queries.figures(place.town).main.outcome
    assert (outcome.base, outcome.target, outcome.cumulative_since) == (5, 2, 2025)


def test_a_whole_branch_may_have_its_own_contract_year(place: Place) -> None:
    place.add(since=date(2026, 8, 1))
    with transaction():
        services.set_rule(place.town, {"year_starts_month": 9}, actor=MANAGER)
    figures = queries.figures(place.town)
    assert (figures.ask.year, figures.ask.base_on, figures.main.outcome.base) == (2026, date(2026, 9, 1), 1)


def test_a_reference_day_to_come_gives_provisional_figures_of_today(place: Place) -> None:
    place.add(since=date(2026, 8, 1))
    with transaction():
        services.set_rule(place.town, {"reference_offset_days": 364}, actor=MANAGER)
    ask = queries.figures(place.town).ask
    assert (ask.provisional, ask.base_on) == (True, TODAY)


def test_a_past_year_is_seen_from_its_last_day_and_a_future_one_is_not_there(place: Place) -> None:
    assert queries.ask(place.town, year=2024).as_of == date(2024, 12, 31)
    assert queries.ask(place.town, year=2031).year == 2026


def test_the_reasons_that_do_not_count_are_counted_apart(place: Place) -> None:
    old = place.add()
    row = place.replace(old, place.add(since=date(2019, 1, 1)), date(2026, 5, 4))
    assert row.reason is Reason.NOT_YOUNGER
    main = queries.figures(place.town).main
    assert (main.outcome.renewed, main.not_counted) == (0, 1)
    assert queries.recorded(queries.ask(place.town)) == [row]
