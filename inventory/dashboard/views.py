"""The home page: what needs somebody today, and where the fleet and the sixth stand."""

from __future__ import annotations

from flask import Blueprint, Response

from inventory.core import charts, clock
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, page
from inventory.core.wording import N_
from inventory.dashboard import counted, needs, presentation, queries
from inventory.dashboard import health as wellness
from inventory.renewal import presentation as renewal_shown
from inventory.renewal import wording

bp = Blueprint("dashboard", __name__)
MENU = MenuEntry(Group.MAIN, N_("Home"), "dashboard.home", "home", Permission.VIEW, order=1, shortcut="g h")
HEALTH = MenuEntry(
    Group.SETTINGS,
    N_("Instance health"),
    "dashboard.health",
    "heartbeat",
    Permission.INSTANCE_ADMIN,
    order=99,
    hint=N_("Whether the store, the disk and background work are well."),
)
SIXTHS_SHOWN = 12


@bp.route("/")
@requires(Permission.SIGNED_IN)
def home() -> Response:
    """Answer the questions of the day for the scope, each with a link to what is behind it."""
    scope = current_scope()
    fleet, sixths = counted.figures(scope, clock.today())
    rows = [renewal_shown.bullet(one, one.main, url=renewal_shown.address(one.ask)) for one in sixths]
    return page(
        "dashboard/home.html",
        fleet=fleet,
        needs=needs.needs(fleet),
        runs=queries.latest_runs(scope),
        bullets=charts.bullets(rows)[:SIXTHS_SHOWN],
        sixths=sixths,
        total=wording.total(sixths),
        shown=presentation,
    )


@bp.route("/settings/health")
@requires(Permission.INSTANCE_ADMIN)
def health() -> Response:
    """Say whether the instance is well, and what to do where it is not."""
    return page("dashboard/health.html", checks=wellness.checks(), about=wellness.about())
