"""The pages of topology: the sites whose switches are read, and the drawing of one."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from inventory.assets import queries as assets
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.text import clean
from inventory.core.web import current_scope, load, page
from inventory.core.wording import N_
from inventory.discovery.models import Site
from inventory.discovery.views.blueprint import tabs
from inventory.topology import presentation, queries, sites

bp = Blueprint("topology", __name__, url_prefix="/discovery/topology")
LABEL = N_("Topology")
MENU = MenuEntry(
    Group.DISCOVERY, LABEL, "topology.index", "topology-star-3", Permission.VIEW, order=52, shortcut="g t"
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the sites of the scope with what is known of their switches."""
    found = queries.sites_drawn(current_scope().entity_ids)
    return page("topology/index.html", tabs=tabs("topology.index"), sites=found)


@bp.route("/switches")
@requires(Permission.VIEW)
def search_switches() -> Response:
    """Network gear by tag, serial, name or model, for a picker."""
    rows = assets.search(current_scope(), clean(request.args.get("q", ""), 60) or "", kinds=queries.GEAR)
    return jsonify({"items": [presentation.choice(row) for row in rows]})


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def site(public_id: str) -> Response:
    """Draw a site: its switches from the core outwards, and what hangs on those that are opened."""
    row = load(Site, public_id)
    asked = sites.Asked.of(request.args.getlist("open"), request.args.get("q", ""))
    unlisted = sites.unlisted(row)
    shown = sites.shown(row, asked, unlisted)
    return page(
        "topology/site.html", site=row, shown=shown, unlisted=unlisted, tabs=tabs("topology.index"),
        more_unlisted=len(unlisted) >= queries.MOST_UNLISTED,
    )  # fmt: skip
