"""Reads what stands on the annex of a commune's branch: on a day from the record, or as it was frozen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from inventory.applications import annex
from inventory.applications.annex import Change, Left, Line
from inventory.applications.models import Application, ApplicationAnnex, ApplicationUse
from inventory.applications.states import ApplicationState, Exit
from inventory.core import clock
from inventory.core.database import db
from inventory.core.text import folded
from inventory.organization import queries as organization
from inventory.organization.models import Entity, EntityKind, Person


@dataclass(frozen=True, slots=True)
class Annex:
    """The lines of a branch on a day, and how they differ from those of the annex before.

    `before` is the frozen annex that they were compared with; None: with what the record says of the year before.
    """

    entity: Entity
    year: int
    on: date
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    before: ApplicationAnnex | None

    @property
    def is_over(self) -> bool:
        """Say whether the day of the annex has come, so that it can be frozen."""
        return self.on == annex.last_day(self.year)

    def as_kept(self) -> dict[str, Any]:
        """Return what an edition of it keeps when it is frozen."""
        compared = {
            "year": self.year - 1,
            "annex": self.before.public_id if self.before else None,
            "edition": self.before.edition if self.before else None,
        }
        return annex.as_json(self.lines, self.changes, compared)

    def stands_in(self, edition: ApplicationAnnex | None) -> bool:
        """Say whether an edition says the same: freezing it once more would add nothing."""
        return edition is not None and edition.content == self.as_kept()


def of_year(entity: Entity, year: int) -> Annex:
    """Return the annex of a year from the record: on 31 December, or today while the year runs."""
    on = min(annex.last_day(year), clock.today(entity.time_zone))
    branch = organization.branch_ids(entity)
    lines = lines_on(branch, on)
    before = latest(entity, year - 1)
    earlier = (
        annex.lines_of(before.content) if before else lines_on(branch, min(annex.last_day(year - 1), on))
    )
    passed = _lines_between(branch, annex.last_day(year - 1), on)
    changes = annex.compare(earlier, lines, exits_of(branch, on), passed)
    return Annex(entity, year, on, tuple(lines), changes, before)


def lines_on(entity_ids: Collection[int], on: date) -> list[Line]:
    """Return what the entities used on a day, by name; what is only planned stands on no annex."""
    return _lines(
        entity_ids,
        on,
        ApplicationUse.since_on <= on,
        or_(ApplicationUse.until_on.is_(None), ApplicationUse.until_on > on),
    )


def _lines_between(entity_ids: Collection[int], after: date, until: date) -> list[Line]:
    """Return what the entities began to use after a day and no longer used on another."""
    use = ApplicationUse
    return _lines(entity_ids, until, use.since_on > after, use.since_on < use.until_on, use.until_on <= until)


def _lines(entity_ids: Collection[int], on: date, *when: ColumnElement[bool]) -> list[Line]:
    statement = _uses(entity_ids).where(*when, Application.state != ApplicationState.PLANNED)
    lines = [_line(use, on) for use in db.session.scalars(statement)]
    return sorted(lines, key=lambda line: folded(line.name))


def _uses(entity_ids: Collection[int]) -> Select[Any]:
    relations = (
        joinedload(Application.editor),
        joinedload(Application.business_owner),
        joinedload(Application.technical_owner),
        joinedload(Application.contract_supplier),
    )
    return (
        select(ApplicationUse)
        .join(Application, Application.id == ApplicationUse.application_id)
        .join(Entity, Entity.id == ApplicationUse.entity_id)
        .where(ApplicationUse.entity_id.in_(entity_ids))
        .options(
            joinedload(ApplicationUse.application).options(*relations), joinedload(ApplicationUse.entity)
        )
        .order_by(func.lower(Application.name), Application.id, Entity.path, ApplicationUse.id)
    )


def _line(use: ApplicationUse, on: date) -> Line:
    app = use.application
    return Line(
        application=app.public_id,
        entity=use.entity.code,
        name=app.name,
        entity_name=use.entity.name,
        origin=use.origin.value,
        since_on=use.since_on.isoformat(),
        code=app.code,
        editor=app.editor.name if app.editor else None,
        release=app.release,
        area=app.area.value if app.area else None,
        hosting=app.hosting.value if app.hosting else None,
        criticality=app.criticality.value if app.criticality else None,
        users=use.users,
        business_owner=app.business_owner.public_id if app.business_owner else None,
        supplier=app.contract_supplier.name if app.contract_supplier else None,
        contract_reference=app.contract_reference,
        contract_ends_on=app.contract_ends_on.isoformat() if app.contract_ends_on else None,
        maintained=annex.is_maintained(
            has_owner=app.business_owner_id is not None,
            contract_ends_on=app.contract_ends_on,
            has_internal=app.technical_owner_id is not None,
            on=on,
        ),
    )


def exits_of(entity_ids: Collection[int], on: date) -> dict[tuple[str, str], Left]:
    """Return how each use that has ended by a day ended, the last time: {(application, entity code): Left}."""
    statement = (
        _uses(entity_ids)
        .where(ApplicationUse.until_on <= on)
        .options(joinedload(ApplicationUse.replaced_by))
        .order_by(None)
        .order_by(ApplicationUse.until_on, ApplicationUse.id)
    )
    return {
        (use.application.public_id, use.entity.code): Left(
            (use.exit or Exit.RETIRED).value,
            use.until_on.isoformat() if use.until_on else "",
            use.exit_reason or "",
            use.replaced_by.name if use.replaced_by else None,
        )
        for use in db.session.scalars(statement)
    }


def frozen(entity: Entity) -> Sequence[ApplicationAnnex]:
    """Return an entity's frozen annexes, newest year and edition first."""
    statement = (
        select(ApplicationAnnex)
        .where(ApplicationAnnex.entity_id == entity.id)
        .order_by(ApplicationAnnex.year.desc(), ApplicationAnnex.edition.desc())
    )
    return db.session.scalars(statement).all()


def latest(entity: Entity, year: int) -> ApplicationAnnex | None:
    """Return the last edition of an entity's annex of a year, or None."""
    return next((row for row in frozen(entity) if row.year == year), None)


def standing(entities: Sequence[Entity]) -> dict[int, int]:
    """Return how many applications the branch of each entity uses today, by entity id, in one query."""
    day = clock.today()
    statement = (
        select(Entity.path, ApplicationUse.application_id)
        .join(ApplicationUse, ApplicationUse.entity_id == Entity.id)
        .join(Application, Application.id == ApplicationUse.application_id)
        .where(
            ApplicationUse.since_on <= day,
            or_(ApplicationUse.until_on.is_(None), ApplicationUse.until_on > day),
            Application.state != ApplicationState.PLANNED,
        )
    )
    used = db.session.execute(statement).all()
    return {
        entity.id: len({application for path, application in used if path.startswith(entity.path)})
        for entity in entities
    }


def last_year_of(entity_ids: Collection[int]) -> dict[int, int]:
    """Return the last year that was frozen, by entity id."""
    statement = (
        select(ApplicationAnnex.entity_id, func.max(ApplicationAnnex.year))
        .where(ApplicationAnnex.entity_id.in_(entity_ids))
        .group_by(ApplicationAnnex.entity_id)
    )
    return {entity_id: year for entity_id, year in db.session.execute(statement)}  # noqa: C416 - rows are no pairs


def bearers(entity_ids: Collection[int]) -> list[Entity]:
    """Return the entities that have annexes of their own: communes, and the top of what a user sees when there is none."""
    rows = organization.tree(entity_ids)
    return [row for row in rows if row.kind is EntityKind.COMMUNE] or rows[:1]


def owner_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return the names of the people that lines name; one who was erased since has none."""
    statement = select(Person.public_id, Person.display_name).where(Person.public_id.in_(public_ids))
    return {public_id: name for public_id, name in db.session.execute(statement)}  # noqa: C416 - rows are no pairs
