"""Says which entity uses an application since when, and how and why it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services import sheets
from inventory.applications.states import ApplicationState, Exit, Origin
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Entity

MAX_USERS = 1_000_000


@dataclass(frozen=True, slots=True)
class UseTerms:
    """Since when an entity uses an application (None: today), by how many people, and how it came to it."""

    since_on: date | None = None
    users: int | None = None
    origin: Origin = Origin.ADDED


@dataclass(frozen=True, slots=True)
class Leaving:
    """How, when (None: today) and why a use ends, and what takes the place."""

    exit: Exit
    reason: str
    on: date | None = None
    replaced_by: Application | None = None


def add_use(application: Application, entity: Entity, terms: UseTerms, *, actor: Actor) -> ApplicationUse:
    """Record that an entity uses an application from a day on; raises Invalid where another use covers that day.

    Raises Refused for what is planned or retired.
    """
    if application.state is ApplicationState.PLANNED:
        raise Refused(N_("It is only planned. Put it in service first."))
    if application.state is ApplicationState.RETIRED:
        raise Refused(N_("It is retired. Bring it back in service first."))
    since_on = sheets.day_of_act(entity, terms.since_on, field="since_on")
    check_users(terms.users)
    _check_apart(application, entity.id, since_on, None)
    use = ApplicationUse(
        application=application,
        entity_id=entity.id,
        since_on=since_on,
        users=terms.users,
        origin=terms.origin,
    )
    db.session.add(use)
    db.session.flush()
    audit.record_all([entry(application, entity, UseTerms(since_on, terms.users, terms.origin), actor)])
    sheets.rescore(application)
    return use


def beginning(application: Application, terms: UseTerms) -> dict[str, Any]:
    """Return as a row of ApplicationUse that the entity of a new application uses it, since a day that was checked."""
    return {
        "application_id": application.id,
        "entity_id": application.entity_id,
        "since_on": terms.since_on,
        "users": terms.users,
        "origin": terms.origin,
    }


def entry(application: Application, entity: Entity, terms: UseTerms, actor: Actor) -> dict[str, Any]:
    """Return the columns of the record that an entity uses an application since a day."""
    changes: audit.Changes = {
        "used_by": [None, entity.name],
        "used_since_on": [None, terms.since_on],
        "users": [None, terms.users],
        "origin": [None, terms.origin],
    }
    told = {name: pair for name, pair in changes.items() if pair[1] is not None}
    made = audit.entry(
        Action.UPDATED, "application", application, told, actor=actor, effective_on=terms.since_on
    )
    return {**made, "entity_id": entity.id}


def update_use(
    use: ApplicationUse, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Correct a use: `since_on`, `users` and `origin`; raises Stale, and Invalid as `add_use` does."""
    given = {name: values[name] for name in ("since_on", "users", "origin") if name in values}
    audit.bump(use, version, given)
    given["since_on"] = sheets.day_of_act(use.entity, given.get("since_on", use.since_on), field="since_on")
    if use.until_on is not None and given["since_on"] > use.until_on:
        raise Invalid("since_on", N_("It cannot begin after it has ended."))
    check_users(given.get("users"))
    _check_apart(use.application, use.entity_id, given["since_on"], use)
    changes = audit.apply(use, given)
    db.session.flush()
    if changes:
        said = {("used_since_on" if name == "since_on" else name): pair for name, pair in changes.items()}
        _record(use, {"used_by": [use.entity.name, use.entity.name], **said}, actor)
        sheets.rescore(use.application)
    return changes


def end_use(use: ApplicationUse, leaving: Leaving, *, actor: Actor, version: int | None = None) -> None:
    """Record that an entity stopped using an application: retired or replaced there, and why.

    Raises Invalid for a missing reason, a day before it began or a replacement by itself; Refused when it ended already.
    """
    audit.bump(use, version)
    if use.until_on is not None:
        raise Refused(N_("This use has ended already."))
    check_leaving(use.application, leaving)
    on = sheets.day_of_act(use.entity, leaving.on)
    if on < use.since_on:
        raise Invalid("on", N_("It cannot end before it has begun."))
    use.until_on, use.exit, use.exit_reason = on, leaving.exit, leaving.reason.strip()
    use.replaced_by_id = leaving.replaced_by.id if leaving.replaced_by else None
    db.session.flush()
    changes: audit.Changes = {
        "used_by": [use.entity.name, None],
        "exit": [None, leaving.exit],
        "exit_reason": [None, use.exit_reason],
    }
    if leaving.replaced_by is not None:
        changes["replaced_by"] = [None, leaving.replaced_by.name]
    _record(use, changes, actor, on)
    sheets.rescore(use.application)


def reopen_use(use: ApplicationUse, *, actor: Actor) -> None:
    """Take back that a use ended: it was recorded by mistake, and the entity goes on using the application.

    Raises Refused for a use that runs, for what is retired, and where the entity has taken it up again since.
    """
    ended = use.until_on
    if ended is None:
        raise Refused(N_("This use has not ended."))
    if use.application.state is ApplicationState.RETIRED:
        raise Refused(N_("It is retired. Bring it back in service first."))
    again = select(ApplicationUse.id).where(
        ApplicationUse.application_id == use.application_id,
        ApplicationUse.entity_id == use.entity_id,
        ApplicationUse.id != use.id,
        ApplicationUse.since_on >= ended,
    )
    if db.session.scalar(again.limit(1)) is not None:
        raise Refused(
            N_("%(entity)s has taken it up again since: there is nothing to take back."),
            entity=use.entity.name,
        )
    changes: audit.Changes = {
        "used_by": [None, use.entity.name],
        "used_until_on": [ended, None],
        "exit": [use.exit, None],
    }
    audit.bump(use, None)
    use.until_on = use.exit = use.exit_reason = use.replaced_by_id = None
    db.session.flush()
    _record(use, changes, actor)
    sheets.rescore(use.application)


def check_leaving(application: Application, leaving: Leaving) -> None:
    """Raise Invalid for an exit without its reason, or a replacement by nothing or by the application itself."""
    if not (leaving.reason or "").strip():
        raise Invalid("reason", N_("Say why: each exit stands on the annex with its reason."))
    if leaving.exit is Exit.REPLACED and leaving.replaced_by is None:
        raise Invalid("replaced_by", N_("Say which application takes its place."))
    if leaving.replaced_by is not None and leaving.replaced_by.id == application.id:
        raise Invalid("replaced_by", N_("It cannot replace itself."))


def open_uses(application: Application) -> list[ApplicationUse]:
    """Return the uses of an application that have not ended."""
    statement = select(ApplicationUse).where(
        ApplicationUse.application_id == application.id, ApplicationUse.until_on.is_(None)
    )
    return list(db.session.scalars(statement.order_by(ApplicationUse.id)))


def check_users(users: int | None) -> None:
    """Raise Invalid for what is no number of people."""
    if users is not None and not 0 <= users <= MAX_USERS:
        raise Invalid("users", N_("Give a number of people."))


def _check_apart(
    application: Application, entity_id: int, since_on: date, own: ApplicationUse | None
) -> None:
    """Raise Invalid when another use of the same entity covers this day or begins after it without an end between."""
    statement = select(ApplicationUse).where(
        ApplicationUse.application_id == application.id,
        ApplicationUse.entity_id == entity_id,
        ApplicationUse.id != (own.id if own else 0),
    )
    ends = own.until_on if own else None
    for other in db.session.scalars(statement):
        begins_before_it_ends = other.until_on is None or since_on < other.until_on
        ends_after_it_begins = ends is None or ends > other.since_on
        # A use that ended the day it began covers no day, yet two of one beginning cannot be told apart.
        if (begins_before_it_ends and ends_after_it_begins) or since_on == other.since_on:
            field = "since_on" if own else "entity"
            raise Invalid(field, N_("This entity uses it already on that day."))


def _record(use: ApplicationUse, changes: audit.Changes, actor: Actor, on: date | None = None) -> None:
    audit.record(
        Action.UPDATED,
        "application",
        use.application,
        changes,
        actor=actor,
        entity_id=use.entity_id,
        effective_on=on,
    )
