"""Computes the figures of the sixth with a fixed number of queries, whatever the number of entities and assets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, or_, select, union_all

from inventory.assets.ages import months_between
from inventory.assets.models import Asset, Period
from inventory.assets.queries import started as age_started
from inventory.assets.queries import started_for_sure
from inventory.core.database import db
from inventory.organization.models import Entity
from inventory.renewal.models import Replacement
from inventory.renewal.queries import selections
from inventory.renewal.queries.perimeters import Ask, Part, ask, asks_for
from inventory.renewal.queries.rules import Sort
from inventory.renewal.queries.selections import Family, LeftOut
from inventory.renewal.sixth import Outcome, YearCount, outcome

# SQLite joins at most 500 selects (SQLITE_MAX_COMPOUND_SELECT).
MOST_PARTS = 400


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
    bases, fleets, left_out = _bases(asks), _fleets(asks), _left_out(asks)
    renewed, not_counted = _replaced(asks)
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


Counts = Counter[tuple[int, int, int]]


class _Tally:
    """Adds up one ask: bases and renewals come by (place of the ask, year, category id), ages row by row."""

    def __init__(self, one: Ask, place: int, bases: Counts, renewed: Counts) -> None:
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
    line.estimated += row.number if row.certain is None else 0
    age = max(0, months_between(row.started, as_of))
    months[age] += row.number
    if line.sort.life_months and age >= line.sort.life_months:
        line.over_life += row.number


def _together(parts: Sequence[Any]) -> Iterator[Any]:
    """Run the parts as few statements as the stores allow."""
    for start in range(0, len(parts), MOST_PARTS):
        yield from db.session.execute(union_all(*parts[start : start + MOST_PARTS]))


def _bases(asks: Sequence[Ask]) -> Counts:
    """Return D by (place of the ask, year, category id)."""
    parts = [
        select(
            literal(place).label("place"),
            literal(year).label("year"),
            Period.category_id,
            func.count().label("number"),
        )
        .join(Asset, Asset.id == Period.asset_id)
        .where(*selections.in_use_on(one, one.base_day(year)), Period.category_id.in_(one.rule.workplace_ids))
        .group_by(Period.category_id)
        for place, one in enumerate(asks)
        for year in one.years
    ]
    found: Counts = Counter()
    for row in _together(parts):
        found[row.place, row.year, row.category_id] += row.number
    return found


def _replaced(asks: Sequence[Ask]) -> tuple[Counts, dict[int, set[tuple[int, int]]]]:
    """Return R by (place, year, category id), and per place the old assets of the year that do not count."""
    category = selections.replaced_category()
    old = case((Replacement.counted, 0), else_=Replacement.old_asset_id)
    first = min(one.rule.terms.start(one.years[0]) for one in asks)
    ids = frozenset().union(*(one.perimeter.entity_ids for one in asks))
    statement = (
        select(
            Replacement.entity_id,
            Replacement.replaced_on,
            category.label("category_id"),
            old.label("old_id"),
            func.count().label("number"),
        )
        .join(Asset, Asset.id == Replacement.old_asset_id)
        .outerjoin(Period, selections.before_replacement())
        .where(
            Replacement.entity_id.in_(ids),
            Replacement.replaced_on.between(first, max(one.as_of for one in asks)),
        )
        .group_by(Replacement.entity_id, Replacement.replaced_on, category, "old_id")
    )
    places: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(asks):
        for id_ in one.perimeter.entity_ids:
            places[id_].append(place)
    counted: Counts = Counter()
    others: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for row in db.session.execute(statement):
        for place in places[row.entity_id]:
            year = asks[place].rule.terms.year_of(row.replaced_on)
            if row.replaced_on > asks[place].as_of:
                continue
            if row.old_id == 0:
                counted[place, year, row.category_id] += row.number
            elif year == asks[place].year:
                others[place].add((row.category_id, row.old_id))
    return counted, others


def _fleets(asks: Sequence[Ask]) -> dict[int, list[Any]]:
    """Return per place rows (category_id, started, certain, number, warranty_over) of what is in service."""
    started = age_started().label("started")
    certain = started_for_sure().label("certain")
    parts = [
        select(
            literal(place).label("place"),
            Period.category_id,
            started,
            certain,
            func.count().label("number"),
            func.sum(case((Asset.warranty_ends_on < one.as_of, 1), else_=0)).label("warranty_over"),
        )
        .join(Asset, Asset.id == Period.asset_id)
        .where(*selections.in_use_on(one, one.as_of), Period.category_id.in_(one.rule.workplace_ids))
        .group_by(Period.category_id, started, certain)
        for place, one in enumerate(asks)
    ]
    found: dict[int, list[Any]] = defaultdict(list)
    for row in _together(parts):
        found[row.place].append(row)
    return found


def _left_out(asks: Sequence[Ask]) -> dict[int, list[tuple[LeftOut, int]]]:
    """Return per place how many main terminals are left out for each reason on the reference day."""
    parts = []
    for place, one in enumerate(asks):
        cases = selections.left_out_case(one)
        reason = case(*((condition, code.value) for code, condition in cases.items())).label("reason")
        parts.append(
            select(literal(place).label("place"), reason, func.count().label("number"))
            .join(Asset, Asset.id == Period.asset_id)
            .where(
                *selections.held_on(one, one.base_on),
                Period.category_id.in_(one.rule.main_ids),
                or_(*cases.values()),
            )
            .group_by("reason")
        )
    found: dict[int, list[tuple[LeftOut, int]]] = defaultdict(list)
    for row in _together(parts):
        found[row.place].append((LeftOut(row.reason), row.number))
    order = list(LeftOut)
    return defaultdict(list, {k: sorted(v, key=lambda item: order.index(item[0])) for k, v in found.items()})
