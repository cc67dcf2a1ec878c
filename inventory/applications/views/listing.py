"""The portfolio, its exports, and the searches that pickers ask."""

from __future__ import annotations

from flask import Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from inventory.applications import lists, presentation, queries, services
from inventory.applications.views.blueprint import bp
from inventory.core.database import transaction
from inventory.core.errors import Invalid
from inventory.core.forms import translated
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import access, current_scope, page
from inventory.procurement import services as procurement


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the applications that the entities of the scope keep or use."""
    may_add = access().allows(Permission.APPLICATIONS_EDIT)
    listing = lists.portfolio().empty(
        _("No application is known here yet: add those that people work with, the critical ones first.")
        if not request.args
        else _("No application is like this."),
        url_for(".create") if may_add and not request.args else "",
        _("Add an application"),
    )
    if listing.wants_export:
        return listing.export(_("Applications"))
    tabs = presentation.tabs(queries.figures(current_scope().entity_ids))
    return page("applications/list.html", listing=listing, tabs=tabs)


@bp.route("/search")
@requires(Permission.VIEW)
def search() -> Response:
    """Applications by name or code, for a picker."""
    rows = queries.search(set(access().roles), clean(request.args.get("q", ""), 60) or "")
    items = [
        {"value": row.public_id, "text": row.name, "detail": f"{row.entity.name} · {_(row.state.label)}"}
        for row in rows
    ]
    return jsonify({"items": items})


@bp.route("/editors", methods=["POST"])
@requires(Permission.APPLICATIONS_EDIT)
def add_editor() -> tuple[Response, int]:
    """Add an editor to the makers by its name, for a picker that did not find it."""
    return _added(services.editor_named)


@bp.route("/suppliers", methods=["POST"])
@requires(Permission.APPLICATIONS_EDIT)
def add_supplier() -> tuple[Response, int]:
    """Add a supplier by its name, for a picker that did not find it."""
    return _added(lambda name, actor: procurement.create_supplier({"name": name}, actor=actor))


def _added(add: object) -> tuple[Response, int]:
    """Answer a picker with the row that its text makes, or with why it makes none."""
    name = clean(request.form.get("text", ""), 120)
    if name is None:
        return jsonify({"error": _("Type a name.")}), 422
    try:
        with transaction():
            row = add(name, actor=g.actor)  # type: ignore[operator]
    except Invalid as error:
        return jsonify({"error": translated(error.message, error.params)}), 422
    return jsonify({"value": row.public_id, "text": row.name}), 200
