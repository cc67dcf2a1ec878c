"""Ages: which date counts, what is an estimate, whole months and years."""

from datetime import date
from types import SimpleNamespace

import pytest

from inventory.assets import ages
from inventory.assets.ages import AgeBasis

DATES = {basis.value: None for basis in AgeBasis}


@pytest.mark.parametrize(
    ("known", "basis", "estimated"),
    [
        ({"first_used_on": 2018, "commissioned_on": 2021}, AgeBasis.FIRST_USED, False),
        ({"commissioned_on": 2021, "received_on": 2020}, AgeBasis.COMMISSIONED, False),
        ({"received_on": 2020, "invoiced_on": 2020}, AgeBasis.RECEIVED, False),
        ({"invoiced_on": 2020, "bios_on": 2017}, AgeBasis.INVOICED, False),
        ({"warranty_starts_on": 2019, "bios_on": 2017}, AgeBasis.WARRANTY, True),
        ({"bios_on": 2017}, AgeBasis.BIOS, True),
    ],
)
def test_an_age_counts_from_the_best_known_date(known, basis, estimated):
    asset = SimpleNamespace(**DATES | {name: date(year, 6, 1) for name, year in known.items()})
    age = ages.age_of(asset)
    assert (age.basis, age.estimated) == (basis, estimated)


def test_an_age_without_any_date_is_unknown_and_the_order_or_first_sight_is_no_age():
    assert (
        ages.age_of(SimpleNamespace(**DATES, ordered_on=date(2020, 1, 1), created_at=date(2020, 1, 1)))
        is None
    )


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2020, 1, 15), date(2026, 1, 14), 71),
        (date(2020, 1, 15), date(2026, 1, 15), 72),
        (date(2020, 2, 29), date(2026, 2, 28), 71),
        (date(2020, 2, 29), date(2026, 3, 1), 72),
        (date(2026, 1, 2), date(2026, 1, 1), -1),
    ],
)
def test_months_are_whole(start, end, months):
    assert ages.months_between(start, end) == months


@pytest.mark.parametrize("on", [date(2026, 1, 31), date(2026, 3, 30), date(2024, 2, 29), date(2026, 1, 1)])
@pytest.mark.parametrize("months", [1, 6, 11, 12, 72])
def test_the_day_some_months_before_is_the_last_that_is_so_old(on, months):
    day = ages.months_before(on, months)
    assert ages.months_between(day, on) == months
    assert ages.months_between(date.fromordinal(day.toordinal() + 1), on) == months - 1
