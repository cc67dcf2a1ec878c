"""How fast a supply is used and a meter grows, from what was read day by day: refills and meters that begin again are told apart."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WINDOW = timedelta(days=90)
LEAST_DAYS = 7
LONGEST = timedelta(days=730)
# Levels tremble by a hundredth or two; a rise of a twentieth is a new cartridge.
REFILL = 50
Series = Sequence[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Wear:
    """How a supply goes: thousandths a day, the day on which it is empty at that pace, and its last refill."""

    per_day: float | None = None
    runs_out_on: date | None = None
    replaced_on: date | None = None


def wear(levels: Series) -> Wear:
    """Return how a supply goes, from its levels (0–1000) by day, oldest first.

    The pace is what was used in the last 90 days over the days between; nothing is guessed from less than a week, nor
    of what does not go down. What is empty has run out on the day that it was read.
    """
    if not levels:
        return Wear()
    last_day, left = levels[-1]
    recent = [one for one in levels if one[0] >= last_day - WINDOW]
    replaced = _refilled_on(levels)
    days = (last_day - recent[0][0]).days
    used = sum(max(0, before - after) for (_d, before), (_e, after) in itertools.pairwise(recent))
    per_day = used / days if used and days >= LEAST_DAYS else None
    if left <= 0:
        return Wear(per_day, last_day, replaced)
    if per_day is None or left / per_day > LONGEST.days:
        return Wear(per_day, None, replaced)
    return Wear(per_day, last_day + timedelta(days=math.ceil(left / per_day)), replaced)


def _refilled_on(levels: Series) -> date | None:
    pairs = itertools.pairwise(levels)
    return max((day for (_d, before), (day, after) in pairs if after - before >= REFILL), default=None)


@dataclass(frozen=True, slots=True)
class Reset:
    """A meter that began again on a day: another engine, or somebody set it back."""

    meter: str
    on: date
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Use:
    """How much each meter grew: (year, month) → meter → number; and the meters that began again."""

    months: Mapping[tuple[int, int], Mapping[str, int]]
    resets: Sequence[Reset]


def use(readings: Sequence[tuple[date, Mapping[str, int]]]) -> Use:
    """Return the use of a printer by month, from its meters by day, oldest first.

    What was printed between two readings is spread evenly over the days between them. Where a meter is lower than
    before, nobody knows what was printed in between: nothing is counted, and the reset is told.
    """
    months: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    resets = []
    last: dict[str, tuple[date, int]] = {}
    for day, meters in readings:
        for name, value in sorted(meters.items()):
            since, before = last.get(name, (day, value))
            if value < before:
                resets.append(Reset(name, day, before, value))
            elif since < day:
                for month, number in _spread(since, day, value - before):
                    months[month][name] += number
            last[name] = (day, value)
    return Use({month: dict(found) for month, found in months.items()}, resets)


def _spread(since: date, until: date, number: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Share a number out to the months between two days by their days; the parts add up to it."""
    days, given, start = (until - since).days, 0, since
    while start < until:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(following, until)
        reached = number * (end - since).days // days
        yield (start.year, start.month), reached - given
        given, start = reached, end
