"""Moves an application between its states, and retires it with everything that used it, as one change set."""

from __future__ import annotations

from datetime import date

from inventory.applications import lifecycle
from inventory.applications.models import Application
from inventory.applications.services import sheets, uses
from inventory.applications.services.uses import Leaving
from inventory.applications.states import ApplicationState
from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_, Sentence

__all__ = ["Leaving", "change_state", "retire"]


def change_state(
    application: Application,
    to: ApplicationState,
    *,
    actor: Actor,
    on: date | None = None,
    note: str | None = None,
) -> None:
    """Make a move that needs no reason; raises Refused when the table has none, or for a retirement, which needs one.

    Coming into service fills the day where there is none; coming back forgets the retirement.
    """
    lifecycle.move(application.state, to)
    if to is ApplicationState.RETIRED:
        raise Refused(N_("Retire it with a reason."))
    day = sheets.day_of_act(application.entity, on)
    old = application.state
    audit.bump(application, None)
    application.state = to
    if to is ApplicationState.IN_SERVICE:
        if old is ApplicationState.PLANNED or application.in_service_on is None:
            application.in_service_on = day
        application.retired_on = application.retirement_reason = application.replaced_by_id = None
    _record(application, {"application_state": [old, to]}, actor, day, note=note)
    db.session.expire(application, ["replaced_by"])
    sheets.rescore(application)


def retire(
    application: Application, leaving: Leaving, *, actor: Actor, version: int | None = None
) -> ChangeSet:
    """Retire an application and end every use of it the same day; return the change set, which undoes it as one.

    Raises Invalid for a missing reason or a day before something of it began, Refused when it is retired already.
    """
    lifecycle.move(application.state, ApplicationState.RETIRED)
    uses.check_leaving(application, leaving)
    on = sheets.day_of_act(application.entity, leaving.on)
    running = uses.open_uses(application)
    if any(use.since_on > on for use in running):
        raise Invalid("on", N_("Some entity began to use it after this day. Choose a later day."))
    title = Sentence(N_("Retirement of %(name)s"), name=application.name)
    with audit.change_set(ChangeSetKind.BULK, title, actor=actor, entity_id=application.entity_id) as opened:
        audit.bump(application, version)
        old = application.state
        application.state, application.retired_on = ApplicationState.RETIRED, on
        application.retirement_reason = leaving.reason.strip()
        application.replaced_by_id = leaving.replaced_by.id if leaving.replaced_by else None
        db.session.flush()
        ended = Leaving(leaving.exit, leaving.reason, on, leaving.replaced_by)
        for use in running:
            uses.end_use(use, ended, actor=actor)
        changes: audit.Changes = {
            "application_state": [old, ApplicationState.RETIRED],
            "exit": [None, leaving.exit],
            "exit_reason": [None, application.retirement_reason],
        }
        if leaving.replaced_by is not None:
            changes["replaced_by"] = [None, leaving.replaced_by.name]
        _record(application, changes, actor, on)
        db.session.expire(application, ["replaced_by"])
        sheets.rescore(application)
    return opened


def _record(
    application: Application,
    changes: audit.Changes,
    actor: Actor,
    on: date,
    *,
    note: str | None = None,
) -> None:
    db.session.flush()
    audit.record(Action.STATE, "application", application, changes, actor=actor, effective_on=on, note=note)
