"""Computes the figures of the sixth with a fixed number of queries, whatever the number of entities and assets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from inventory.assets.ages import months_between
from inventory.organization.models import Entity
from inventory.renewal.queries import counting, selections
from inventory.renewal.queries.perimeters import Ask, Part, ask, asks_for
from inventory.renewal.queries.rules import Sort
from inventory.renewal.queries.selections import Family, LeftOut
from inventory.renewal.sixth import Outcome, YearCount, outcome


@dataclass(slots=True)
class CategoryLine:
    """One category, for information: lines are never added up into the figures above them."""

    sort: Sort
    base: int = 0
    renewed: int = 0
    fleet: int = 0
    over_life: int = 0
    unknown: int = 0
    estimated: int = 0
    warranty_over: int = 0

    @property
    def share(self) -> float | None:
        return self.renewed / self.base if self.base else None


@dataclass(slots=True)
class FamilyFigures:
    """One part of the fleet: how its year stands, and the ages of what is in service on the day asked for."""

    family: Family
    outcome: Outcome
    not_counted: int = 0
    fleet: int = 0
    over_life: int = 0
    unknown: int = 0
    estimated: int = 0
    warranty_over: int = 0
    months: Counter[int] = field(default_factory=Counter)

    @property
    def known(self) -> int:
        """How many have an age, estimates included."""
        return self.fleet - self.unknown

    @property
    def over_life_share(self) -> float | None:
        """Share over service life of those whose age is known."""
        return self.over_life / self.known if self.known else None

    @property
    def median_months(self) -> int | None:
        """The age that half of them have reached, in months."""
        half = (self.known + 1) // 2
        for months in sorted(self.months):
            half -= self.months[months]
            if half <= 0:
                return months
        return None

    @property
    def years(self) -> list[tuple[int, int]]:
        """(whole years of age, how many), from 0 to the oldest without a gap."""
        by_year: Counter[int] = Counter()
        for months, number in self.months.items():
            by_year[months // 12] += number
        return [(year, by_year[year]) for year in range(max(by_year, default=-1) + 1)]


@dataclass(slots=True)
class Figures:
    """The sixth of one perimeter: main terminals and the whole workplace fleet side by side."""

    ask: Ask
    main: FamilyFigures
    workplace: FamilyFigures
    lines: list[CategoryLine]
    left_out: list[tuple[LeftOut, int]]

    @property
    def entity(self) -> Entity:
        return self.ask.perimeter.entity

    @property
    def families(self) -> tuple[FamilyFigures, FamilyFigures]:
        return self.main, self.workplace


def figures(
    entity: Entity, *, part: Part = Part.BOTH, year: int | None = None, as_of: date | None = None
) -> Figures:
    """Return the figures of an entity's branch, its CCAS, or both; eight queries."""
    return figures_of([ask(entity, part=part, year=year, as_of=as_of)])[0]


def overview(entities: Sequence[Entity], *, year: int | None = None) -> list[Figures]:
    """Return the figures of several entities, each with its own rule; eight queries for up to hundreds of them."""
    return figures_of(asks_for(entities, year=year))


def figures_of(asks: Sequence[Ask]) -> list[Figures]:
    """Return the figures of each ask, in their order; four queries for all together."""
    if not asks:
        return []
    bases, fleets, left_out = counting.bases(asks), counting.fleets(asks), counting.left_out(asks)
    renewed, not_counted = counting.replaced(asks)
    found = []
    for place, one in enumerate(asks):
        tally = _Tally(one, place, bases, renewed)
        for row in fleets[place]:
            tally.add(row)
        main, workplace = tally.family(Family.MAIN), tally.family(Family.WORKPLACE)
        for part in (main, workplace):
            ids = {sort.id for sort in selections.family_sorts(one, part.family)}
            part.not_counted = len({old for id_, old in not_counted[place] if id_ in ids})
        found.append(Figures(one, main, workplace, tally.shown_lines(), left_out[place]))
    return found


class _Tally:
    """Adds up one ask: bases and renewals come by (place of the ask, year, category id), ages row by row."""

    def __init__(self, one: Ask, place: int, bases: counting.Counts, renewed: counting.Counts) -> None:
        self.one, self.place, self.bases, self.renewed = one, place, bases, renewed
        self.lines = {sort.id: CategoryLine(sort) for sort in one.rule.workplace}
        self.months: dict[int, Counter[int]] = defaultdict(Counter)
        for id_, line in self.lines.items():
            line.base, line.renewed = bases[place, one.year, id_], renewed[place, one.year, id_]

    def add(self, row: Any) -> None:
        """Add what is in service of one category with one starting day."""
        _add(self.lines[row.category_id], self.months[row.category_id], row, self.one.as_of)

    def family(self, family: Family) -> FamilyFigures:
        """Return the figures of a family's categories together."""
        ids = [sort.id for sort in selections.family_sorts(self.one, family)]
        kept = [self.lines[id_] for id_ in ids]
        result = FamilyFigures(
            family,
            outcome([self._year(year, ids) for year in self.one.years], self.one.rule.terms),
            fleet=sum(line.fleet for line in kept),
            over_life=sum(line.over_life for line in kept),
            unknown=sum(line.unknown for line in kept),
            estimated=sum(line.estimated for line in kept),
            warranty_over=sum(line.warranty_over for line in kept),
        )
        for id_ in ids:
            result.months.update(self.months[id_])
        return result

    def shown_lines(self) -> list[CategoryLine]:
        """Return the categories that have anything, main terminals first."""
        main = self.one.rule.main_ids
        found = [line for line in self.lines.values() if line.base or line.fleet or line.renewed]
        return sorted(found, key=lambda line: line.sort.id not in main)

    def _year(self, year: int, ids: Sequence[int]) -> YearCount:
        return YearCount(
            year,
            sum(self.bases[self.place, year, id_] for id_ in ids),
            sum(self.renewed[self.place, year, id_] for id_ in ids),
        )


def _add(line: CategoryLine, months: Counter[int], row: Any, as_of: date) -> None:
    line.fleet += row.number
    line.warranty_over += row.warranty_over
    if row.started is None:
        line.unknown += row.number
        return
    line.estimated += row.estimated
    age = _age(row.started, as_of)
    months[age] += row.number
    if line.sort.life_months and age >= line.sort.life_months:
        line.over_life += row.number


# A fleet begins on a few thousand days.
@lru_cache(maxsize=20_000)
def _age(started: date, as_of: date) -> int:
    return max(0, months_between(started, as_of))
