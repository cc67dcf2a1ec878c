"""The equipment list, its exports, and the search that pickers ask."""

from __future__ import annotations

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from inventory.assets import lists, queries
from inventory.assets.views.blueprint import bp
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import current_scope, page


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the equipment of the scope, today or as it was on a day."""
    listing = lists.equipment().empty(
        _("No equipment here yet: scan a network, read a directory, or log a delivery by hand.")
        if not request.args
        else _("No equipment is like this."),
        url_for(".create") if not request.args else "",
        _("Log equipment"),
    )
    if listing.wants_export:
        return listing.export()
    return page("assets/list.html", listing=listing, as_of=lists.chosen_day())


@bp.route("/search")
@requires(Permission.VIEW)
def search() -> Response:
    """Equipment by tag, serial, name, model or holder, for a picker."""
    rows = queries.search(current_scope(), clean(request.args.get("q", ""), 60) or "")
    items = [
        {
            "value": row.public_id,
            "text": row.label,
            "detail": " · ".join(
                text for text in (lists.model_words(row), row.holder and row.holder.display_name) if text
            ),
        }
        for row in rows
    ]
    return jsonify({"items": items})
