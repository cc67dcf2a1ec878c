"""One application's page."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from inventory.applications import lifecycle, presentation, queries, services
from inventory.applications.models import Application
from inventory.applications.states import ApplicationState
from inventory.applications.views.blueprint import bp, load_application
from inventory.audit import queries as trail
from inventory.core import clock
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, page, panels_of

HISTORY = 60


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show an application: whom it serves, who answers for it, what it runs on, what is missing of its sheet."""
    application = load_application(public_id)
    own = access().allows(Permission.VIEW, application.entity_id)
    return page(
        "applications/detail.html",
        application=application,
        own=own,
        facts={key: presentation.facts(application, key, own=own) for key in presentation.GROUPS},
        remarks=presentation.remarks(application, clock.today(application.entity.time_zone)) if own else [],
        moves=_moves(application),
        score=services.score_of(application),
        panels=panels_of("application", application, application.entity_id),
        history=_history(application),
        undo_url=_undo_url(application),
        **_related(application),
    )


def _moves(application: Application) -> tuple[lifecycle.Move, ...]:
    may = access().allows(Permission.APPLICATIONS_EDIT, application.entity_id)
    return lifecycle.moves(application.state) if may else ()


def _undo_url(application: Application) -> str | None:
    """Return where a retirement is undone, for who may."""
    may = access().allows(Permission.CHANGES_UNDO, application.entity_id)
    if application.state is not ApplicationState.RETIRED or not may:
        return None
    retirement = queries.retirement_of(application)
    return url_for("changes.undo_all", public_id=retirement.public_id) if retirement else None


def _history(application: Application) -> list[Any]:
    """Return what happened to it, as far as it is about entities that the user sees."""
    records = trail.history_of("application", application.public_id, limit=HISTORY)
    return [record for record in records if record.entity_id in access().roles]


def _related(application: Application) -> dict[str, Any]:
    uses = queries.uses_of(application)
    seen_uses, other_uses = presentation.seen_and_others(uses, lambda use: use.entity_id)
    components = queries.components_of(application)
    seen, others = presentation.seen_and_others(components, lambda row: row.asset.entity_id)
    running = [use for use in uses if use.until_on is None]
    counted = [use.users for use in running if use.users is not None]
    return {
        "uses": [use for use in seen_uses if use.until_on is None],
        "ended": [use for use in seen_uses if use.until_on is not None],
        "other_uses": other_uses,
        "components": seen,
        "other_components": others,
        "users": sum(counted) if counted else None,
        "used_by": len(running),
    }
