"""How fast supplies are used and meters grow: refills, meters that begin again, and what nobody can tell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inventory.printing.supplies import keyed, left_of
from inventory.printing.wear import Reset, Wear, use, wear

START = date(2026, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def test_the_pace_is_what_went_over_the_days_and_the_end_follows() -> None:
    assert wear([(day(0), 900), (day(10), 800), (day(20), 700)]) == Wear(10.0, day(90), None)


def test_a_refill_is_no_negative_use_and_is_told() -> None:
    found = wear([(day(0), 200), (day(10), 100), (day(11), 1000), (day(20), 900)])
    assert found.replaced_on == day(11)
    assert found.per_day == pytest.approx(200 / 20)
    assert found.runs_out_on == day(20 + 90)


def test_a_level_that_trembles_upwards_was_not_refilled() -> None:
    assert wear([(day(0), 500), (day(8), 480), (day(9), 490)]).replaced_on is None


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [(day(0), 500)],
        [(day(0), 500), (day(3), 400)],
        [(day(0), 500), (day(40), 500)],
        [(day(0), 500), (day(60), 700)],
    ],
    ids=["nothing", "one reading", "less than a week", "it does not go down", "it only rises"],
)
def test_nothing_is_guessed_from_too_little(levels: list[tuple[date, int]]) -> None:
    assert (wear(levels).per_day, wear(levels).runs_out_on) == (None, None)


def test_what_is_empty_has_run_out_on_the_day_it_was_read() -> None:
    assert wear([(day(3), 0)]).runs_out_on == day(3)


def test_what_lasts_longer_than_two_years_has_no_day() -> None:
    assert wear([(day(0), 1000), (day(80), 999)]).runs_out_on is None


def test_only_the_last_ninety_days_make_the_pace() -> None:
    assert wear([(day(0), 1000), (day(200), 500), (day(210), 490)]).per_day == 1.0


def test_pages_are_spread_over_the_days_between_two_readings() -> None:
    found = use(
        [(day(0), {"life": 100, "color": 5}), (day(20), {"life": 160, "color": 9}), (day(40), {"life": 200})]
    )
    # Eleven of the last twenty days are in January.
    assert found.months == {(2026, 1): {"life": 60 + 22, "color": 4}, (2026, 2): {"life": 18}}
    assert not found.resets


def test_the_parts_of_a_long_gap_add_up_to_what_was_printed() -> None:
    found = use([(day(0), {"life": 0}), (day(200), {"life": 1001})])
    assert sum(one["life"] for one in found.months.values()) == 1001
    assert len(found.months) == 7


def test_a_meter_that_begins_again_is_told_and_nothing_is_counted_across_it() -> None:
    found = use([(day(0), {"life": 90_000}), (day(10), {"life": 12}), (day(20), {"life": 50})])
    assert found.months == {(2026, 1): {"life": 38}}
    assert found.resets == [Reset("life", day(10), 90_000, 12)]


@pytest.mark.parametrize(
    ("row", "left"),
    [
        ({"level": 30, "capacity": 120}, 250),
        ({"level": 40, "unit": "percent"}, 400),
        ({"level": 700, "capacity": 500}, 1000),
        ({"level": 40, "unit": "items"}, None),
        ({"state": "some_left"}, None),
        ({"state": "unknown", "capacity": 100}, None),
        ({"state": "unlimited"}, None),
        ({}, None),
    ],
)
def test_words_of_the_printer_are_never_amounts(row: dict[str, object], left: int | None) -> None:
    assert left_of(row) == left


def test_two_supplies_of_one_name_are_told_apart_and_paper_is_left_out() -> None:
    rows = [
        {"kind": "toner", "name": "Black"},
        {"kind": "toner", "name": "Black"},
        {"kind": "paper", "name": "Tray 1"},
    ]
    assert [one.key for one in keyed(rows)] == ["toner::Black", "toner::Black#2"]
