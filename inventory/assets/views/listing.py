"""The equipment list, its exports, and the search that pickers ask."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from inventory.assets import lists, queries
from inventory.assets.models import Asset
from inventory.assets.views.blueprint import bp
from inventory.core.addresses import PLACE
from inventory.core.guard import requires
from inventory.core.listing import BulkAction
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import access, current_scope, page
from inventory.core.wording import N_
from inventory.organization.search import nearest_first

# What is done to what is selected.
ACTS = (
    (N_("Edit"), ".bulk_edit", Permission.ASSETS_BULK),
    (N_("Hand over"), ".hand_over_many", Permission.ASSETS_HAND_OVER),
    (N_("Take back"), ".take_back_many", Permission.ASSETS_HAND_OVER),
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the equipment of the scope, today or as it was on a day."""
    may_log = not request.args and access().allows(Permission.ASSETS_EDIT)
    listing = lists.equipment().empty(
        _("No equipment here yet: scan a network, read a directory, or log a delivery by hand.")
        if not request.args
        else _("No equipment is like this."),
        url_for(".create") if may_log else "",
        _("Log equipment"),
    )
    if listing.wants_export:
        return listing.export(_("Equipment"))
    as_of = lists.chosen_day()
    if as_of is None:
        listing.offer(*(BulkAction(label, _bulk_url(to), permission) for label, to, permission in ACTS))
    return page("assets/list.html", listing=listing, as_of=as_of)


def _bulk_url(endpoint: str) -> str:
    """Return where the selection is sent for an act, with what the list is asked for: all that matches may be chosen too."""
    # What `url_for` would take for its own is not the address's to choose.
    not_asked = PLACE | {"endpoint"}
    asked: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if name not in not_asked and not name.startswith("_")
    }
    return url_for(endpoint, **asked)


@bp.route("/search")
@requires(Permission.VIEW)
def search() -> Response:
    """Equipment by tag, serial, name, model or holder, for a picker; `near`, an entity, has its own come first.

    With `free`, what nobody holds comes before what somebody does.
    """
    asked = clean(request.args.get("q", ""), 60) or ""
    order = [Asset.holder_id.is_not(None)] if request.args.get("free") else []
    rows = queries.search(current_scope(), asked, first=[*nearest_first(Asset.entity_id), *order])
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
