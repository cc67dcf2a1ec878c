"""Finds the renewal rule in force on an entity: its own, else the nearest one above it, else Parc's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select

from inventory.assets.states import Ownership, Usage
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core.database import among, db, lookup
from inventory.organization.models import Entity
from inventory.renewal.models import RenewalRule
from inventory.renewal.sixth import Terms

OWNERSHIPS = (Ownership.OWNED,)
USAGES = (Usage.STAFF, Usage.PUBLIC)


@dataclass(frozen=True, slots=True)
class Sort:
    """A category as the figures need it: its service life in months, and its part in the renewal."""

    id: int
    code: str
    name: str
    kind: Kind
    life_months: int | None
    in_renewal_base: bool
    in_workplace: bool


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule as it applies to one entity; `source` is the entity that it comes from, None for Parc's own."""

    terms: Terms
    main: tuple[Sort, ...]
    workplace: tuple[Sort, ...]
    ownerships: tuple[Ownership, ...] = OWNERSHIPS
    usages: tuple[Usage, ...] = USAGES
    source: Entity | None = None
    row: RenewalRule | None = None

    @property
    def main_ids(self) -> frozenset[int]:
        return frozenset(sort.id for sort in self.main)

    @property
    def workplace_ids(self) -> frozenset[int]:
        return frozenset(sort.id for sort in self.workplace)


def sorts() -> dict[int, Sort]:
    """Return every category by id, in the order of ids; one query."""
    return {row.id: Sort(*row) for row in db.session.execute(_all_sorts())}


@cache
def _all_sorts() -> Any:
    columns = (
        Category.id,
        Category.code,
        Category.name,
        Category.kind,
        Category.service_life_months,
        Category.in_renewal_base,
        Category.in_workplace,
    )
    return lookup(select(*columns).order_by(Category.id))


def rules_in_force(entities: Sequence[Entity], known: Mapping[int, Sort]) -> dict[int, RuleInForce]:
    """Return the rule in force of each entity by its id; two queries, however many there are."""
    lines = {entity.id: _line(entity) for entity in entities}
    wanted = {id_ for line in lines.values() for id_ in line}
    of_lines = select(RenewalRule).where(among(RenewalRule.entity_id, wanted))
    rows = db.session.scalars(lookup(of_lines.order_by(RenewalRule.version))).all()
    latest = {row.entity_id: row for row in rows}
    latest = {id_: row for id_, row in latest.items() if not row.inherits}
    given_on = db.session.scalars(lookup(select(Entity).where(among(Entity.id, latest))))
    sources = {entity.id: entity for entity in given_on}
    found = {}
    for entity in entities:
        row = next((latest[id_] for id_ in lines[entity.id] if id_ in latest), None)
        found[entity.id] = _in_force(row, sources[row.entity_id] if row else None, known)
    return found


def rule_in_force(entity: Entity) -> RuleInForce:
    """Return the rule in force on one entity."""
    return rules_in_force([entity], sorts())[entity.id]


def own_rules(entity: Entity) -> Sequence[RenewalRule]:
    """Return the versions of the rule set on this very entity, newest first."""
    statement = select(RenewalRule).where(RenewalRule.entity_id == entity.id)
    return db.session.scalars(statement.order_by(RenewalRule.version.desc())).all()


def _line(entity: Entity) -> list[int]:
    """Return an entity's id and those above it, nearest first."""
    return [int(part) for part in reversed(entity.path.strip("/").split("/")) if part]


def _in_force(row: RenewalRule | None, source: Entity | None, known: Mapping[int, Sort]) -> RuleInForce:
    chosen = frozenset(row.category_ids) if row is not None and row.category_ids is not None else None
    main = tuple(s for s in known.values() if (s.in_renewal_base if chosen is None else s.id in chosen))
    workplace = tuple(s for s in known.values() if s.in_workplace or s in main)
    if row is None:
        return RuleInForce(Terms(), main, workplace)
    return RuleInForce(
        terms=Terms(
            row.fraction_numerator,
            row.fraction_denominator,
            (row.year_starts_month, row.year_starts_day),
            row.reference_offset_days,
            row.rounding,
            row.minimum_age_gain_months,
            row.cumulative_from_year,
        ),
        main=main,
        workplace=workplace,
        ownerships=tuple(Ownership(code) for code in row.ownerships),
        usages=tuple(Usage(code) for code in row.usages),
        source=source,
        row=row,
    )
