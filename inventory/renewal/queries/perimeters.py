"""Says which entities a figure is of: a commune with its schools and departments, its social centre, or both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from inventory.core import clock
from inventory.core.database import db, lookup
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, EntityKind
from inventory.renewal.queries.rules import RuleInForce, rules_in_force, sorts

EARLIEST_YEAR = 2000


class Part(Code):
    """Which part of an entity's branch is counted."""

    BOTH = "both", N_("Commune and CCAS")
    OWN = "own", N_("Commune alone")
    CCAS = "ccas", N_("CCAS alone")


@dataclass(frozen=True, slots=True)
class Perimeter:
    """An entity, the part of its branch that is counted, the ids of that part, and the rule in force."""

    entity: Entity
    part: Part
    entity_ids: frozenset[int]
    rule: RuleInForce
    has_ccas: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What figures are asked for: of whom, for which contract year, as known on which day."""

    perimeter: Perimeter
    year: int
    as_of: date

    @property
    def rule(self) -> RuleInForce:
        return self.perimeter.rule

    @property
    def base_on(self) -> date:
        """The day that the base is counted on: the reference day, or today while that is still to come."""
        return self.base_day(self.year)

    @property
    def provisional(self) -> bool:
        return self.rule.terms.reference_day(self.year) > self.as_of

    def base_day(self, year: int) -> date:
        """Return the day on which the base of a year is counted."""
        return min(self.rule.terms.reference_day(year), self.as_of)

    @property
    def years(self) -> range:
        return self.rule.terms.years_counted(self.year)


def asks_for(
    entities: Sequence[Entity],
    *,
    part: Part = Part.BOTH,
    year: int | None = None,
    as_of: date | None = None,
    within: Collection[int] | None = None,
) -> list[Ask]:
    """Return one Ask for each entity; four queries, however many there are.

    The year is the contract year of `as_of` (today unless given) unless given; a past year is seen from its
    last day. `within` keeps only those entities of a branch (ids).
    """
    rules = rules_in_force(entities, sorts())
    tree = db.session.execute(lookup(select(Entity.id, Entity.path, Entity.kind))).all()
    social = [row.path for row in tree if row.kind is EntityKind.CCAS]
    found = []
    for entity in entities:
        branch = [row for row in tree if row.path.startswith(entity.path)]
        below = [path for path in social if path.startswith(entity.path) and path != entity.path]
        ids = frozenset(
            row.id
            for row in branch
            if (within is None or row.id in within) and _is_in(part, row.path.startswith(tuple(below)))
        )
        perimeter = Perimeter(entity, part, ids, rules[entity.id], has_ccas=bool(below))
        found.append(_dated(perimeter, year, as_of or clock.today(entity.time_zone)))
    return found


def _is_in(part: Part, of_ccas: bool) -> bool:
    return part is Part.BOTH or of_ccas == (part is Part.CCAS)


def _dated(perimeter: Perimeter, year: int | None, as_of: date) -> Ask:
    terms = perimeter.rule.terms
    current = terms.year_of(as_of)
    asked = max(EARLIEST_YEAR, min(year if year is not None else current, current))
    return Ask(perimeter, asked, min(as_of, terms.end(asked)))


def ask(
    entity: Entity,
    *,
    part: Part = Part.BOTH,
    year: int | None = None,
    as_of: date | None = None,
    within: Collection[int] | None = None,
) -> Ask:
    """Return what is asked of one entity (see `asks_for`)."""
    return asks_for([entity], part=part, year=year, as_of=as_of, within=within)[0]


def communes(entity_ids: Collection[int]) -> list[Entity]:
    """Return the communes among `entity_ids`, and what else of them stands below none of these, but the root.

    A user who only sees a school or a social centre so still has a line of its own.
    """
    rows = organization.tree(entity_ids)
    found = [row for row in rows if row.kind is EntityKind.COMMUNE]
    others = [
        row
        for row in rows
        if row.kind not in (EntityKind.COMMUNE, EntityKind.METROPOLIS)
        and not any(row.path.startswith(one.path) for one in found)
    ]
    tops = [r for r in others if not any(r.path.startswith(o.path) and r is not o for o in others)]
    return found + tops
