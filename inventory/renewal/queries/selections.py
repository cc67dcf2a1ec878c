"""The very assets behind each figure: one set of conditions that counts and lists alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import joinedload

from inventory.assets.ages import months_before
from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset, Period
from inventory.assets.orders import NEVER, started, started_for_sure
from inventory.assets.queries import View, listed_bare
from inventory.assets.states import State
from inventory.core.access import Scope
from inventory.core.database import among, db, lookup
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization.models import Entity
from inventory.renewal.models import Replacement
from inventory.renewal.queries.perimeters import Ask
from inventory.renewal.queries.rules import Sort


class Family(Code):
    """Which part of the fleet a figure is of."""

    MAIN = "main", N_("Main terminals")
    WORKPLACE = "workplace", N_("Whole workplace fleet")


class Figure(Code):
    """A figure whose assets can be listed."""

    BASE = "base", N_("In the base on the reference day")
    RENEWED = "renewed", N_("Renewed in the year")
    NOT_COUNTED = "not_counted", N_("Replaced without counting")
    FLEET = "fleet", N_("In service")
    OVER_LIFE = "over_life", N_("Over their service life")
    UNKNOWN_AGE = "unknown_age", N_("Of unknown age")
    ESTIMATED_AGE = "estimated_age", N_("Of estimated age")
    WARRANTY_OVER = "warranty_over", N_("Out of warranty")
    CANDIDATES = "candidates", N_("Candidates for renewal")
    LEFT_OUT = "left_out", N_("Outside of the base")


OF_REPLACEMENTS = (Figure.RENEWED, Figure.NOT_COUNTED)


class LeftOut(Code):
    """Why equipment held on the reference day is not in the base; the first that applies."""

    SCOPE = "scope", N_("out of the scope of the service")
    OWNERSHIP = "ownership", N_("not owned: leased, lent or the holder's own")
    USAGE = "usage", N_("for a usage that the rule leaves out")
    RESERVE = "reserve", N_("in reserve or in stock")
    MISSING = "missing", N_("missing until found")


_LEFT_OUT_STATES = {
    LeftOut.RESERVE: (State.IN_RESERVE, State.IN_STOCK, State.IN_PREPARATION),
    LeftOut.MISSING: (State.MISSING,),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """One figure: which, of which family, and narrowed to a category, a year of age or a reason."""

    figure: Figure
    family: Family = Family.MAIN
    category: str | None = None
    age: int | None = None
    left_out: LeftOut | None = None


def family_sorts(ask: Ask, family: Family) -> tuple[Sort, ...]:
    """Return the categories of a family by the rule in force."""
    return ask.rule.main if family is Family.MAIN else ask.rule.workplace


def held_on(ask: Ask, day: date) -> list[ColumnElement[bool]]:
    """Return the conditions on Period for the stretch of each asset of the perimeter on a day."""
    return [Period.entity_id.in_(ask.perimeter.entity_ids), *running_on(day)]


def running_on(day: date) -> list[ColumnElement[bool]]:
    """Return the conditions on Period for the stretches that a day lies in."""
    return [Period.from_on <= day, or_(Period.until_on.is_(None), Period.until_on > day)]


def by_rule(ask: Ask) -> list[ColumnElement[bool]]:
    """Return what the rule asks of an asset's owner, usage and scope."""
    return [
        Asset.in_scope.is_(True),
        Asset.ownership.in_(ask.rule.ownerships),
        Asset.usage.in_(ask.rule.usages),
    ]


def in_use_on(ask: Ask, day: date) -> list[ColumnElement[bool]]:
    """Return the conditions of what counts as in service on a day (Period joined to Asset)."""
    return [*held_on(ask, day), Period.state.in_(IN_USE), *by_rule(ask)]


def left_out_case(ask: Ask) -> dict[LeftOut, ColumnElement[bool]]:
    """Return for each reason the condition that leaves equipment out; `LeftOut` gives their order."""
    in_use = Period.state.in_(IN_USE)
    return {
        LeftOut.SCOPE: and_(in_use, not_(Asset.in_scope)),
        LeftOut.OWNERSHIP: and_(in_use, Asset.in_scope, Asset.ownership.not_in(ask.rule.ownerships)),
        LeftOut.USAGE: and_(
            in_use,
            Asset.in_scope,
            Asset.ownership.in_(ask.rule.ownerships),
            Asset.usage.not_in(ask.rule.usages),
        ),
        **{reason: Period.state.in_(states) for reason, states in _LEFT_OUT_STATES.items()},
    }


def over_life(ask: Ask, kept: tuple[Sort, ...]) -> ColumnElement[bool]:
    """Return the condition of being as old as the category's service life, or older, on the day asked for."""
    by_life: dict[int, list[int]] = {}
    for sort in kept:
        if sort.life_months:
            by_life.setdefault(sort.life_months, []).append(sort.id)
    return or_(
        literal(False),
        *(
            and_(Period.category_id.in_(ids), started() <= months_before(ask.as_of, life))
            for life, ids in by_life.items()
        ),
    )


def of_age(ask: Ask, years: int) -> ColumnElement[bool]:
    """Return the condition of being `years` whole years old on the day asked for."""
    conditions = [started() > months_before(ask.as_of, 12 * (years + 1))]
    if years:
        conditions.append(started() <= months_before(ask.as_of, 12 * years))
    return and_(*conditions)


def replaced_in_year(ask: Ask, year: int | None = None) -> list[ColumnElement[bool]]:
    """Return the conditions on Replacement for the contract year, as far as the day asked for."""
    terms, asked = ask.rule.terms, ask.year if year is None else year
    return [
        Replacement.entity_id.in_(ask.perimeter.entity_ids),
        Replacement.replaced_on.between(terms.start(asked), min(terms.end(asked), ask.as_of)),
    ]


def before_replacement() -> ColumnElement[bool]:
    """Return the join of a replacement to the old asset's stretch on the day before it."""
    return and_(
        Period.asset_id == Replacement.old_asset_id,
        Period.from_on < Replacement.replaced_on,
        or_(Period.until_on.is_(None), Period.until_on >= Replacement.replaced_on),
    )


def replaced_category() -> ColumnElement[int]:
    """Return the old asset's category when it was replaced, else its present one."""
    return func.coalesce(Period.category_id, Asset.category_id)


def asset_ids(ask: Ask, selection: Selection) -> Select[Any]:
    """Return the ids of the assets behind a figure, each once."""
    kept = tuple(
        sort
        for sort in family_sorts(ask, selection.family)
        if selection.category is None or sort.code == selection.category
    )
    ids = [sort.id for sort in kept]
    if selection.figure in OF_REPLACEMENTS:
        return _replaced(ask, ids, selection.figure is Figure.RENEWED)
    day = shown_day(ask, selection) or ask.as_of
    left_out = selection.figure is Figure.LEFT_OUT
    return (
        select(Period.asset_id)
        .join(Asset, Asset.id == Period.asset_id)
        .where(
            *(held_on(ask, day) if left_out else in_use_on(ask, day)),
            Period.category_id.in_(ids),
            *_narrowed(ask, selection, kept),
        )
    )


def shown_day(ask: Ask, selection: Selection) -> date | None:
    """Return the day that a figure's assets are shown as of; None for today, wherever they are now."""
    if selection.figure in OF_REPLACEMENTS:
        return None
    return ask.base_on if selection.figure in (Figure.BASE, Figure.LEFT_OUT) else ask.as_of


def assets(ask: Ask, selection: Selection) -> Select[Any]:
    """Return the assets behind a figure as `assets.queries.listed_bare` does: with the period of the day shown."""
    day = shown_day(ask, selection)
    inside = ask.perimeter.entity_ids if day else frozenset(db.session.scalars(select(Entity.id)))
    return listed_bare(Scope(inside), View(day)).where(Asset.id.in_(asset_ids(ask, selection)))


def _replaced(ask: Ask, category_ids: list[int], counted: bool) -> Select[Any]:
    return (
        select(Replacement.old_asset_id)
        .join(Asset, Asset.id == Replacement.old_asset_id)
        .outerjoin(Period, before_replacement())
        .where(
            *replaced_in_year(ask),
            Replacement.counted == counted,
            replaced_category().in_(category_ids),
        )
    )


def _narrowed(ask: Ask, selection: Selection, kept: tuple[Sort, ...]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if selection.age is not None:
        found.append(of_age(ask, selection.age))
    if selection.figure is Figure.OVER_LIFE:
        found.append(over_life(ask, kept))
    elif selection.figure is Figure.UNKNOWN_AGE:
        found.append(started().is_(None))
    elif selection.figure is Figure.ESTIMATED_AGE:
        found.append(and_(started().is_not(None), started_for_sure().is_(None)))
    elif selection.figure is Figure.WARRANTY_OVER:
        found.append(Asset.warranty_ends_on < ask.as_of)
    elif selection.figure is Figure.CANDIDATES:
        # Not "not in": PostgreSQL would read all equipment rather than look that up for each of the perimeter.
        replaced = exists().where(Replacement.old_asset_id == Asset.id, *replaced_in_year(ask))
        found += [or_(started().is_not(None), Asset.warranty_ends_on < ask.as_of), not_(replaced)]
    elif selection.figure is Figure.LEFT_OUT:
        cases = left_out_case(ask)
        found.append(or_(*([cases[selection.left_out]] if selection.left_out else cases.values())))
    return found


def candidates(ask: Ask, limit: int) -> Sequence[Asset]:
    """Return the main terminals to renew first: the oldest, then those of unknown age whose warranty ended first."""
    ids = first_ids(ask, (Figure.CANDIDATES,), limit)[Figure.CANDIDATES]
    rows = named_rows(ids)
    return [rows[id_] for id_ in ids]


def first_ids(ask: Ask, figures: Sequence[Figure], limit: int) -> dict[Figure, list[int]]:
    """Return the first main terminals of figures about what is in use today, in the order of candidates.

    The stretches of the day are read once for all figures.
    """
    main = [sort.id for sort in ask.rule.main]
    stretches = select(Period.asset_id).where(*held_on(ask, ask.as_of), Period.state.in_(IN_USE))
    held = stretches.where(Period.category_id.in_(main)).cte("held")
    parts = []
    for place, figure in enumerate(figures):
        part = (
            select(literal(place).label("place"), *candidate_order())
            .where(
                Asset.id.in_(select(held.c.asset_id)),
                *by_rule(ask),
                *_narrowed(ask, Selection(figure), ask.rule.main),
            )
            .order_by(*candidate_order())
            .limit(limit)
        )
        parts.append(select(part.subquery()))
    found = sorted(tuple(row) for row in db.session.execute(union_all(*parts)))
    return {figure: [row[-1] for row in found if row[0] == place] for place, figure in enumerate(figures)}


def named_rows(ids: Collection[int]) -> dict[int, Asset]:
    """Return equipment by id, with the rows that a line about it names."""
    # Without the stretch and the custody of the day, which a list needs: sixteen joined tables take long to plan alone.
    named = (joinedload(one) for one in (Asset.model, Asset.manufacturer, Asset.category, Asset.entity))
    statement = lookup(select(Asset).where(among(Asset.id, ids)).options(*named))
    return {row.id: row for row in db.session.scalars(statement)}


def candidate_order() -> tuple[Any, ...]:
    """Return the order in which candidates are renewed."""
    return (func.coalesce(started(), NEVER), func.coalesce(Asset.warranty_ends_on, NEVER), Asset.id)
