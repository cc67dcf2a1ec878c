"""The home page: what needs somebody today, and where the fleet and the sixth stand."""

from __future__ import annotations

from flask import Blueprint, Response

from inventory.core import charts
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, page
from inventory.core.wording import N_
from inventory.dashboard import queries
from inventory.reconciliation import queries as reviews
from inventory.renewal import presentation, wording
from inventory.renewal import queries as renewal

bp = Blueprint("dashboard", __name__)
MENU = MenuEntry(Group.MAIN, N_("Home"), "dashboard.home", "home", Permission.VIEW, order=1, shortcut="g h")


@bp.route("/")
@requires(Permission.SIGNED_IN)
def home() -> Response:
    """Answer the questions of the day for the scope, each with a link to what is behind it."""
    scope = current_scope()
    sixths = renewal.overview(renewal.communes(scope.entity_ids))
    bullets = [presentation.bullet(one, one.main, url=presentation.address(one.ask)) for one in sixths]
    return page(
        "dashboard/home.html",
        fleet=queries.fleet(scope),
        questions=reviews.open_count(scope.entity_ids),
        runs=queries.latest_runs(scope),
        sixths=sixths,
        bullets=charts.bullets(bullets),
        total=wording.total(sixths),
        unknown=sum(one.workplace.unknown for one in sixths),
        over_life=sum(one.main.over_life for one in sixths),
        warranty_over=sum(one.main.warranty_over for one in sixths),
    )
