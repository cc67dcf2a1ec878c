"""Reads the figures of the home page: a fixed number of queries, whatever the size of the fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from inventory.assets.ages import months_between
from inventory.assets.lifecycle import IN_USE
from inventory.assets.models import Asset
from inventory.assets.orders import started
from inventory.assets.states import State
from inventory.catalog.models import Category
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.discovery import queries as discovery
from inventory.discovery.models import Run
from inventory.exchange.models import Import, Stage
from inventory.organization import queries as organization

SHOWN = 6
WARRANTY_DAYS = 90
RUNS_DAYS = 7
OLDEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Fleet:
    """The fleet at a glance: items by state and by category, main terminals in use by whole years of age."""

    states: Mapping[State, int]
    categories: Sequence[tuple[Category, int]]
    years: Sequence[tuple[int, int]]
    unknown_ages: int
    over_life: int
    usual_life_months: int | None
    warranty_ending: int

    @property
    def in_use(self) -> int:
        return sum(self.states[state] for state in IN_USE)


def fleet(scope: Scope, today: date) -> Fleet:
    """Count the fleet of a scope; four queries."""
    known = {row.id: row for row in db.session.scalars(select(Category))}
    states: Counter[State] = Counter()
    used: Counter[int] = Counter()
    within = organization.within(Asset.entity_id, scope)
    grouped = select(Asset.category_id, Asset.state, func.count()).where(within)
    for category_id, state, number in db.session.execute(grouped.group_by(Asset.category_id, Asset.state)):
        states[state] += number
        if state in IN_USE:
            used[category_id] += number
    years, unknown, over_life, lives = _ages(scope, today, known)
    return Fleet(
        states={state: states[state] for state in State},
        categories=[(known[id_], number) for id_, number in used.most_common()],
        years=[(age, years[age]) for age in range(max(years, default=-1) + 1)],
        unknown_ages=unknown,
        over_life=over_life,
        usual_life_months=lives.most_common(1)[0][0] if lives else None,
        warranty_ending=_warranty_ending(scope, today),
    )


def _ages(
    scope: Scope, today: date, known: Mapping[int, Category]
) -> tuple[Counter[int], int, int, Counter[int]]:
    """Return main terminals in use by whole years, how many have no age, how many are too old, and their lives."""
    main = [id_ for id_, category in known.items() if category.in_renewal_base]
    statement = (
        select(Asset.category_id, started(), func.count())
        .where(
            organization.within(Asset.entity_id, scope), Asset.state.in_(IN_USE), Asset.category_id.in_(main)
        )
        .group_by(Asset.category_id, started())
    )
    years: Counter[int] = Counter()
    lives: Counter[int] = Counter()
    unknown = over_life = 0
    for category_id, day, number in db.session.execute(statement):
        if day is None:
            unknown += number
            continue
        months, life = months_between(day, today), known[category_id].service_life_months
        years[months // 12] += number
        if life:
            lives[life] += number
            over_life += number if months >= life else 0
    return years, unknown, over_life, lives


def _warranty_ending(scope: Scope, today: date) -> int:
    statement = select(func.count()).where(
        organization.within(Asset.entity_id, scope),
        Asset.state.in_(IN_USE),
        Asset.warranty_ends_on.between(today, today + timedelta(days=WARRANTY_DAYS)),
    )
    return db.session.scalar(statement) or 0


def latest_runs(scope: Scope) -> Sequence[Run]:
    """Return the scope's latest scans and directory readings, with what they found."""
    statement = discovery.runs(scope).order_by(None).order_by(Run.started_at.desc(), Run.id.desc())
    return [row[0] for row in db.session.execute(statement.limit(SHOWN))]


def troubled_runs(scope: Scope) -> int:
    """Return how many runs of the scope ended lately without reading everything."""
    statement = discovery.troubled(select(Run.id).where(organization.within(Run.entity_id, scope)), RUNS_DAYS)
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def waiting_imports(user_id: int) -> Sequence[Import]:
    """Return the files that a user has tried and not imported, the latest first."""
    statement = (
        select(Import)
        .where(Import.user_id == user_id, Import.stage == Stage.TRIED)
        .options(joinedload(Import.entity))
    )
    return db.session.scalars(statement.order_by(Import.id.desc()).limit(SHOWN)).all()
