"""The yearly sixth in whole numbers: contract years, the target, whether it is reached, and what counts as renewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.assets.ages import Age, months_between
from inventory.core.types import Code
from inventory.core.wording import N_

SMALL_BASE = 12
# A device recorded as in use for longer than this when it takes a position was somewhere else before.
CASCADE_AFTER = timedelta(days=60)


class Rounding(Code):
    """How the target is rounded."""

    YEARLY = "yearly", N_("Each year by itself")
    CUMULATIVE = "cumulative", N_("Cumulative over the years")
    AUTO = "auto", N_("Cumulative for fewer than 12 devices")


class Verdict(Code):
    """What a base and its renewals come to; without a base nothing is said to be reached."""

    REACHED = "reached", N_("target reached"), "good", "circle-check"
    MISSING = "missing", N_("below the target"), "warn", "alert-triangle"
    NO_BASE = "no_base", N_("no base"), "neutral", "help-circle"


class Reason(Code):
    """Why a replacement counts as a renewal, or does not."""

    COUNTED = "counted", N_("Counts: a position got a younger device."), "good", "check"
    OLD_OUT_OF_BASE = (
        "old_out_of_base",
        N_("The old device is outside of the base by its owner, its usage or its scope."),
    )
    OLD_NOT_IN_SERVICE = "old_not_in_service", N_("The old device was not in service before.")
    REPAIR_SWAP = "repair_swap", N_("The old device is in repair and comes back: a swap.")
    OTHER_SORT = "other_sort", N_("The two are not the same sort of equipment.")
    LOAN = "loan", N_("The new device is only on loan.")
    SPARE = "spare", N_("The new device is a spare from the reserve.")
    NEW_NOT_IN_SERVICE = "new_not_in_service", N_("The new device was not in service on that day.")
    NEW_AGE_UNKNOWN = "new_age_unknown", N_("The age of the new device is unknown."), "warn", "question-mark"
    OLD_AGE_UNKNOWN = (
        "old_age_unknown",
        N_("The age of the old device is unknown, and its time in service does not prove a gain."),
        "warn",
        "question-mark",
    )
    NOT_YOUNGER = "not_younger", N_("The new device is not younger than the old one.")
    SMALL_GAIN = (
        "small_gain",
        N_("The new device served elsewhere, and the gain in age is below the minimum."),
    )
    OLD_COUNTED = "old_counted", N_("The old device counts in another replacement of this year.")
    NEW_COUNTED = "new_counted", N_("The new device counts in another replacement.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a renewal rule says about counting; months and days as stored, the fraction in whole numbers."""

    numerator: int = 1
    denominator: int = 6
    year_starts: tuple[int, int] = (1, 1)
    reference_offset_days: int = 0
    rounding: Rounding = Rounding.AUTO
    minimum_gain_months: int = 24
    cumulative_from_year: int | None = None

    def start(self, year: int) -> date:
        """Return the first day of contract year `year`, which is named by the calendar year it starts in."""
        return date(year, *self.year_starts)

    def end(self, year: int) -> date:
        """Return the last day of a contract year."""
        return self.start(year + 1) - timedelta(days=1)

    def year_of(self, day: date) -> int:
        """Return the contract year that a day belongs to."""
        return day.year if day >= self.start(day.year) else day.year - 1

    def reference_day(self, year: int) -> date:
        """Return the day on which a contract year's base is counted."""
        return self.start(year) + timedelta(days=self.reference_offset_days)

    def years_counted(self, year: int) -> range:
        """Return the years that a cumulative target of `year` adds up, oldest first; `year` alone otherwise."""
        first = year if self.cumulative_from_year is None else min(self.cumulative_from_year, year)
        return range(year if self.rounding is Rounding.YEARLY else first, year + 1)


@dataclass(frozen=True, slots=True)
class YearCount:
    """One contract year's base D and renewed R."""

    year: int
    base: int
    renewed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a year stands: D, R, what this year had to reach, what is missing, and since when it is added up."""

    year: int
    base: int
    renewed: int
    target: int
    missing: int
    verdict: Verdict
    cumulative_since: int | None = None

    @property
    def share(self) -> float | None:
        """R / D for display only; nothing is decided by it."""
        return self.renewed / self.base if self.base else None


def target(base: int, numerator: int = 1, denominator: int = 6) -> int:
    """Return ⌈base × numerator / denominator⌉; raises ValueError for a negative base or an impossible fraction."""
    if base < 0 or not 0 < numerator <= denominator:
        raise ValueError((base, numerator, denominator))
    return -(-base * numerator // denominator)


def outcome(counts: Sequence[YearCount], terms: Terms) -> Outcome:
    """Return how the last of `counts` stands (oldest first, at least one).

    Added up, Σ R must reach ⌈Σ D × fraction⌉: this year's target is then what earlier years left to do.
    """
    asked = counts[-1]
    added = terms.rounding is Rounding.CUMULATIVE or (
        terms.rounding is Rounding.AUTO and asked.base < SMALL_BASE
    )
    together = list(counts) if added else [asked]
    due = target(sum(count.base for count in together), terms.numerator, terms.denominator)
    goal = max(0, due - sum(count.renewed for count in together[:-1]))
    missing = max(0, goal - asked.renewed)
    verdict = Verdict.MISSING if missing else Verdict.REACHED
    return Outcome(
        year=asked.year,
        base=asked.base,
        renewed=asked.renewed,
        target=goal,
        missing=missing if asked.base else 0,
        verdict=verdict if asked.base else Verdict.NO_BASE,
        cumulative_since=together[0].year if len(together) > 1 else None,
    )


@dataclass(frozen=True, slots=True)
class OldDevice:
    """What a judgement needs of the device that left: its age, since when it is known to have served, where it is."""

    age: Age | None
    in_use_since: date | None
    in_base_by_rule: bool = True
    in_repair: bool = False
    counted_this_year: bool = False

    @property
    def at_least_from(self) -> date | None:
        """The day its age counts from; without one, the day since when it served: it is at least that old."""
        return self.age.from_on if self.age else self.in_use_since


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a judgement needs of the device that came."""

    age: Age | None
    in_use_since: date | None
    in_service: bool = True
    on_loan: bool = False
    spare: bool = False
    counted_before: bool = False


def judge(
    old: OldDevice, new: NewDevice, *, replaced_on: date, minimum_gain_months: int, same_sort: bool
) -> Reason:
    """Return COUNTED, or the first reason for which a replacement is no renewal.

    A device that served elsewhere before must be younger by the minimum gain; any other, by a day.
    """
    for refused, reason in (
        (not old.in_base_by_rule, Reason.OLD_OUT_OF_BASE),
        (old.in_use_since is None or old.in_use_since >= replaced_on, Reason.OLD_NOT_IN_SERVICE),
        (old.in_repair, Reason.REPAIR_SWAP),
        (not same_sort, Reason.OTHER_SORT),
        (new.on_loan, Reason.LOAN),
        (new.spare, Reason.SPARE),
        (not new.in_service, Reason.NEW_NOT_IN_SERVICE),
        (old.counted_this_year, Reason.OLD_COUNTED),
        (new.counted_before, Reason.NEW_COUNTED),
    ):
        if refused:
            return reason
    return _judge_ages(old, new, replaced_on, minimum_gain_months)


def _judge_ages(old: OldDevice, new: NewDevice, replaced_on: date, minimum_gain_months: int) -> Reason:
    if new.age is None:
        return Reason.NEW_AGE_UNKNOWN
    since = old.at_least_from
    unproven = Reason.OLD_AGE_UNKNOWN if old.age is None else None
    if since is None or new.age.from_on <= since:
        return unproven or Reason.NOT_YOUNGER
    served_elsewhere = new.in_use_since is not None and new.in_use_since < replaced_on - CASCADE_AFTER
    if served_elsewhere and months_between(since, new.age.from_on) < minimum_gain_months:
        return unproven or Reason.SMALL_GAIN
    return Reason.COUNTED
