"""Identifying again what was seen: tried for a range or for all, and applied from the page of the trial."""

from __future__ import annotations

from flask import Response, g, url_for

from inventory.core.database import transaction
from inventory.core.errors import NotFound, Refused
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import leave, load
from inventory.core.wording import N_
from inventory.discovery import identifying
from inventory.discovery.models import AddressRange, Run
from inventory.discovery.views.blueprint import bp
from inventory.organization import queries as organization

ADMIN = Permission.DISCOVERY_ADMIN


@bp.route("/identify", methods=["POST"])
@requires(Permission.INSTANCE_ADMIN)
def try_all() -> Response:
    """Try what today's rules make of all that was seen."""
    root = organization.root()
    if root is None:
        raise NotFound(N_("There is no entity yet."))
    with transaction():
        run = identifying.launch(None, entity_id=root.id, actor=g.actor, trial=True)
    return leave(url_for(".run", public_id=run.public_id))


@bp.route("/ranges/<public_id>/identify", methods=["POST"])
@requires(ADMIN)
def try_range(public_id: str) -> Response:
    """Try what today's rules make of what was seen in a range."""
    range_ = load(AddressRange, public_id, ADMIN)
    with transaction():
        run = identifying.launch(range_, entity_id=range_.entity_id, actor=g.actor, trial=True)
    return leave(url_for(".run", public_id=run.public_id))


@bp.route("/runs/<public_id>/apply", methods=["POST"])
@requires(ADMIN)
def apply_trial(public_id: str) -> Response:
    """Apply what a trial has shown, as a run of its own."""
    tried = load(Run, public_id, ADMIN)
    if not identifying.may_be_applied(tried):
        raise Refused(N_("There is nothing here to apply: try a new identification first."))
    with transaction():
        run = identifying.launch(
            tried.range, entity_id=tried.entity_id, actor=g.actor, trial=False, rules_tried=tried.rules
        )
    return leave(url_for(".run", public_id=run.public_id))
