"""The arithmetic of the sixth and what counts in it, as tables of cases and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.assets.ages import Age, AgeBasis
from inventory.renewal.sixth import (
    NewDevice,
    OldDevice,
    Reason,
    Rounding,
    Terms,
    Verdict,
    YearCount,
    judge,
    outcome,
    target,
)

SIXTH = Terms()
YEARLY = Terms(rounding=Rounding.YEARLY)
FRACTIONS = st.integers(1, 40).flatmap(lambda d: st.tuples(st.integers(1, d), st.just(d)))


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (0, 0),
        (1, 1),
        (5, 1),
        (6, 1),
        (7, 2),
        (12, 2),
        (13, 3),
        (83, 14),
        (84, 14),
        (85, 15),
        (99_999, 16_667),
    ],
)
def test_the_target_is_a_sixth_rounded_up(base: int, expected: int) -> None:
    assert target(base) == expected


@pytest.mark.parametrize(("base", "numerator", "denominator"), [(-1, 1, 6), (6, 0, 6), (6, 7, 6), (6, 1, 0)])
def test_an_impossible_fraction_or_base_is_refused(base: int, numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match=str(base)):
        target(base, numerator, denominator)


@pytest.mark.parametrize(
    ("base", "renewed", "verdict", "missing"),
    [
        (83, 14, Verdict.REACHED, 0),
        (83, 13, Verdict.MISSING, 1),
        (83, 11, Verdict.MISSING, 3),
        (84, 14, Verdict.REACHED, 0),
        (85, 14, Verdict.MISSING, 1),
        (6, 1, Verdict.REACHED, 0),
        (7, 1, Verdict.MISSING, 1),
        (1, 0, Verdict.MISSING, 1),
        (0, 0, Verdict.NO_BASE, 0),
        (0, 5, Verdict.NO_BASE, 0),
    ],
)
def test_a_year_by_itself_is_compared_in_whole_numbers(
    base: int, renewed: int, verdict: Verdict, missing: int
) -> None:
    result = outcome([YearCount(2026, base, renewed)], YEARLY)
    assert (result.verdict, result.missing) == (verdict, missing)


def test_without_a_base_nothing_is_reached_and_there_is_no_rate() -> None:
    result = outcome([YearCount(2026, 0, 3)], SIXTH)
    assert result.verdict is Verdict.NO_BASE
    assert result.share is None


@pytest.mark.parametrize(
    ("counts", "expected_target", "missing"),
    [
        # Five devices: a sixth of a device a year, so one every six years and not one each year.
        ([(5, 1)], 1, 0),
        ([(5, 1), (5, 0)], 1, 1),
        ([(6, 1), (6, 1), (5, 0)], 1, 1),
        ([(4, 1), (4, 0), (4, 0)], 1, 1),
        ([(3, 1), (3, 0)], 0, 0),
        ([(6, 3), (6, 0), (6, 0)], 0, 0),
    ],
)
def test_a_small_base_is_added_up_over_the_years(
    counts: list[tuple[int, int]], expected_target: int, missing: int
) -> None:
    years = [YearCount(2024 + n, base, renewed) for n, (base, renewed) in enumerate(counts)]
    result = outcome(years, SIXTH)
    assert (result.target, result.missing) == (expected_target, missing)


def test_a_base_of_twelve_is_counted_by_the_year_and_of_eleven_added_up() -> None:
    before = YearCount(2025, 60, 0)
    assert outcome([before, YearCount(2026, 12, 2)], SIXTH).verdict is Verdict.REACHED
    assert outcome([before, YearCount(2026, 11, 2)], SIXTH).verdict is Verdict.MISSING
    assert outcome([before, YearCount(2026, 11, 2)], SIXTH).cumulative_since == 2025
    assert outcome([before, YearCount(2026, 11, 2)], YEARLY).cumulative_since is None


@given(st.integers(0, 10**7), FRACTIONS)
def test_the_target_is_the_least_whole_number_not_below_the_exact_share(
    base: int, fraction: tuple[int, int]
) -> None:
    exact = base * Fraction(*fraction)
    assert exact <= target(base, *fraction) < exact + 1


@given(st.integers(1, 10**7), st.integers(0, 10**7))
def test_reached_means_exactly_that_six_times_the_renewed_is_at_least_the_base(
    base: int, renewed: int
) -> None:
    result = outcome([YearCount(2026, base, renewed)], YEARLY)
    assert (result.verdict is Verdict.REACHED) == (6 * renewed >= base)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_twice_the_fleet_with_twice_the_renewals_still_reaches_it(base: int, renewed: int) -> None:
    if outcome([YearCount(2026, base, renewed)], YEARLY).verdict is Verdict.REACHED:
        assert outcome([YearCount(2026, 2 * base, 2 * renewed)], YEARLY).verdict is Verdict.REACHED


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 100)), min_size=1, max_size=8), FRACTIONS)
def test_added_up_a_year_is_reached_when_all_years_together_are(
    counts: list[tuple[int, int]], fraction: tuple[int, int]
) -> None:
    terms = Terms(*fraction, rounding=Rounding.CUMULATIVE)
    result = outcome([YearCount(2020 + n, d, r) for n, (d, r) in enumerate(counts)], terms)
    due = target(sum(d for d, _r in counts), *fraction)
    if counts[-1][0]:
        assert (result.verdict is Verdict.REACHED) == (sum(r for _d, r in counts) >= due)
    assert isinstance(result.target, int)
    assert isinstance(result.missing, int)


@pytest.mark.parametrize(
    ("starts", "day", "year"),
    [
        ((1, 1), date(2026, 1, 1), 2026),
        ((1, 1), date(2025, 12, 31), 2025),
        ((9, 1), date(2026, 8, 31), 2025),
        ((9, 1), date(2026, 9, 1), 2026),
        ((7, 14), date(2026, 7, 13), 2025),
    ],
)
def test_a_contract_year_is_named_by_the_year_that_it_starts_in(
    starts: tuple[int, int], day: date, year: int
) -> None:
    assert Terms(year_starts=starts).year_of(day) == year


def test_a_contract_year_ends_the_day_before_the_next_and_has_its_reference_day() -> None:
    terms = Terms(year_starts=(9, 1), reference_offset_days=30)
    assert (terms.start(2026), terms.end(2026)) == (date(2026, 9, 1), date(2027, 8, 31))
    assert terms.reference_day(2026) == date(2026, 10, 1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 28))
def test_every_day_is_in_exactly_its_own_contract_year(day: date, month: int, first: int) -> None:
    terms = Terms(year_starts=(month, first))
    year = terms.year_of(day)
    assert terms.start(year) <= day <= terms.end(year)
    assert terms.end(year) + timedelta(days=1) == terms.start(year + 1)


@pytest.mark.parametrize(
    ("first", "rounding", "expected"),
    [
        (2024, Rounding.AUTO, [2024, 2025, 2026]),
        (None, Rounding.AUTO, [2026]),
        (2028, Rounding.CUMULATIVE, [2026]),
        (2024, Rounding.YEARLY, [2026]),
    ],
)
def test_years_are_added_up_from_the_rule_s_first(
    first: int | None, rounding: Rounding, expected: list[int]
) -> None:
    assert list(Terms(cumulative_from_year=first, rounding=rounding).years_counted(2026)) == expected


DAY = date(2026, 5, 4)
OLD = OldDevice(Age(date(2019, 3, 1), AgeBasis.FIRST_USED), in_use_since=date(2019, 3, 1))
NEW = NewDevice(Age(date(2026, 4, 20), AgeBasis.COMMISSIONED), in_use_since=date(2026, 5, 2))
CASCADED = NewDevice(Age(date(2022, 1, 10), AgeBasis.COMMISSIONED), in_use_since=date(2022, 1, 10))


def judged(old: OldDevice = OLD, new: NewDevice = NEW, *, gain: int = 24, same_sort: bool = True) -> Reason:
    return judge(old, new, replaced_on=DAY, minimum_gain_months=gain, same_sort=same_sort)


def test_a_younger_device_in_an_old_one_s_place_counts() -> None:
    assert judged() is Reason.COUNTED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"in_base_by_rule": False}, Reason.OLD_OUT_OF_BASE),
        ({"in_use_since": None}, Reason.OLD_NOT_IN_SERVICE),
        ({"in_use_since": DAY}, Reason.OLD_NOT_IN_SERVICE),
        ({"in_repair": True}, Reason.REPAIR_SWAP),
        ({"counted_this_year": True}, Reason.OLD_COUNTED),
        ({"age": Age(date(2026, 4, 20), AgeBasis.RECEIVED)}, Reason.NOT_YOUNGER),
        ({"age": Age(date(2026, 4, 19), AgeBasis.RECEIVED)}, Reason.COUNTED),
        ({"age": Age(date(2019, 1, 1), AgeBasis.BIOS)}, Reason.COUNTED),
    ],
)
def test_what_the_old_device_must_be(change: dict[str, object], reason: Reason) -> None:
    assert judged(old=replace(OLD, **change)) is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"on_loan": True}, Reason.LOAN),
        ({"spare": True}, Reason.SPARE),
        ({"in_service": False}, Reason.NEW_NOT_IN_SERVICE),
        ({"counted_before": True}, Reason.NEW_COUNTED),
        ({"age": None}, Reason.NEW_AGE_UNKNOWN),
    ],
)
def test_what_the_new_device_must_be(change: dict[str, object], reason: Reason) -> None:
    assert judged(new=replace(NEW, **change)) is reason


def test_a_phone_does_not_renew_a_computer() -> None:
    assert judged(same_sort=False) is Reason.OTHER_SORT


@pytest.mark.parametrize(
    ("gain", "reason"),
    [(24, Reason.COUNTED), (34, Reason.COUNTED), (35, Reason.SMALL_GAIN), (0, Reason.COUNTED)],
)
def test_a_cascaded_device_must_be_younger_by_the_minimum_gain(gain: int, reason: Reason) -> None:
    assert judged(new=CASCADED, gain=gain) is reason


def test_a_device_older_than_the_one_it_replaces_never_counts() -> None:
    assert (
        judged(new=replace(CASCADED, age=Age(date(2018, 1, 1), AgeBasis.RECEIVED)), gain=0)
        is Reason.NOT_YOUNGER
    )


def test_an_unknown_old_age_counts_only_as_far_as_its_time_in_service_proves_it() -> None:
    unknown = replace(OLD, age=None, in_use_since=date(2025, 1, 1))
    assert judged(old=unknown) is Reason.COUNTED
    assert judged(old=unknown, new=CASCADED) is Reason.OLD_AGE_UNKNOWN
    assert judged(old=replace(unknown, in_use_since=date(2026, 4, 25))) is Reason.OLD_AGE_UNKNOWN
