"""Counts what figures are made of: asks with the same rule and days are counted together, entity by entity."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset, Period
from inventory.assets.orders import started as age_started
from inventory.assets.orders import started_for_sure
from inventory.core.database import db
from inventory.renewal.models import Replacement
from inventory.renewal.queries import selections
from inventory.renewal.queries.perimeters import Ask
from inventory.renewal.queries.selections import LeftOut

# SQLite joins at most 500 selects (SQLITE_MAX_COMPOUND_SELECT).
MOST_PARTS = 400

Counts = Counter[tuple[int, int, int]]
"""How many by (place of the ask, year, category id)."""


@dataclass(slots=True)
class Alike:
    """Asks that one statement answers: any one of them, and the places of those that an entity counts for."""

    one: Ask
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def _alike(asks: Sequence[Ask], key: Callable[[Ask], Hashable]) -> list[Alike]:
    """Return the asks by what their statement depends on beside their entities."""
    found: dict[Hashable, Alike] = {}
    for place, one in enumerate(asks):
        group = found.setdefault((one.rule.ownerships, one.rule.usages, key(one)), Alike(one))
        for id_ in one.perimeter.entity_ids:
            group.places[id_].append(place)
    return list(found.values())


def _counted(groups: Sequence[Alike], part: Callable[[int, Alike], Any]) -> Iterator[tuple[int, Any]]:
    """Yield (place, row) of each group's statement, whose first columns are the group's place and the entity."""
    parts = [part(number, group) for number, group in enumerate(groups)]
    for start in range(0, len(parts), MOST_PARTS):
        for row in db.session.execute(union_all(*parts[start : start + MOST_PARTS])):
            for place in groups[row.part].places[row.entity_id]:
                yield place, row


def bases(asks: Sequence[Ask]) -> Counts:
    """Return D by (place, year, category id)."""
    width = max(len(one.years) for one in asks)

    def part(number: int, group: Alike) -> Any:
        days = [group.one.base_day(year) for year in group.one.years]
        on_day = [and_(*selections.running_on(day)) for day in days]
        sums: list[Any] = [func.sum(case((running, 1), else_=0)) for running in on_day]
        sums += [literal(0)] * (width - len(sums))
        return (
            select(
                literal(number).label("part"),
                Period.entity_id,
                Period.category_id,
                *(one.label(f"year_{place}") for place, one in enumerate(sums)),
            )
            .join(Asset, Asset.id == Period.asset_id)
            .where(
                Period.entity_id.in_(group.places),
                Period.from_on <= max(days),
                or_(Period.until_on.is_(None), Period.until_on > min(days)),
                Period.state.in_(IN_USE),
                Period.category_id.in_(group.one.rule.workplace_ids),
                *selections.by_rule(group.one),
            )
            .group_by(Period.entity_id, Period.category_id)
        )

    def key(one: Ask) -> Hashable:
        return one.rule.workplace_ids, tuple((year, one.base_day(year)) for year in one.years)

    found: Counts = Counter()
    for place, row in _counted(_alike(asks, key), part):
        for year, number in zip(asks[place].years, row[3:], strict=False):
            found[place, year, row.category_id] += number
    return found


def replaced(asks: Sequence[Ask]) -> tuple[Counts, dict[int, set[tuple[int, int]]]]:
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


def fleets(asks: Sequence[Ask]) -> dict[int, list[Any]]:
    """Return per place rows (category_id, started, number, estimated, warranty_over) of what is in service."""
    started = age_started().label("started")
    is_estimate = and_(age_started().is_not(None), started_for_sure().is_(None))

    def part(number: int, group: Alike) -> Any:
        one = group.one
        return (
            select(
                literal(number).label("part"),
                Period.entity_id,
                Period.category_id,
                started,
                func.count().label("number"),
                func.sum(case((is_estimate, 1), else_=0)).label("estimated"),
                func.sum(case((Asset.warranty_ends_on < one.as_of, 1), else_=0)).label("warranty_over"),
            )
            .join(Asset, Asset.id == Period.asset_id)
            .where(
                Period.entity_id.in_(group.places),
                *selections.running_on(one.as_of),
                Period.state.in_(IN_USE),
                Period.category_id.in_(one.rule.workplace_ids),
                *selections.by_rule(one),
            )
            .group_by(Period.entity_id, Period.category_id, started)
        )

    found: dict[int, list[Any]] = defaultdict(list)
    for place, row in _counted(_alike(asks, lambda one: (one.rule.workplace_ids, one.as_of)), part):
        found[place].append(row)
    return found


def left_out(asks: Sequence[Ask]) -> dict[int, list[tuple[LeftOut, int]]]:
    """Return per place how many main terminals are left out for each reason on the reference day."""

    def part(number: int, group: Alike) -> Any:
        one, cases = group.one, selections.left_out_case(group.one)
        reason = case(*((condition, code.value) for code, condition in cases.items())).label("reason")
        return (
            select(literal(number).label("part"), Period.entity_id, reason, func.count().label("number"))
            .join(Asset, Asset.id == Period.asset_id)
            .where(
                Period.entity_id.in_(group.places),
                *selections.running_on(one.base_on),
                Period.category_id.in_(one.rule.main_ids),
                or_(*cases.values()),
            )
            .group_by(Period.entity_id, "reason")
        )

    totals: dict[int, Counter[LeftOut]] = defaultdict(Counter)
    for place, row in _counted(_alike(asks, lambda one: (one.rule.main_ids, one.base_on)), part):
        totals[place][LeftOut(row.reason)] += row.number
    order = list(LeftOut)
    shown = {
        place: sorted(own.items(), key=lambda item: order.index(item[0])) for place, own in totals.items()
    }
    return defaultdict(list, shown)
