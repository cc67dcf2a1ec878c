"""The pages that delete a category, a maker or a model, or say what uses it and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.catalog import deleting, uses
from inventory.catalog.merge_views import bp
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, done, load, page, undo_own_url
from inventory.core.wording import N_

# Importing this adds its routes to the catalogue's blueprint.
__all__ = ["bp"]


@dataclass(frozen=True, slots=True)
class Noun:
    """What differs between deleting a category, a maker and a model: the list, the row's page, and what to do with one in use."""

    model: type[Any]
    back: str
    page: str
    instead: str
    merge: str | None = None


CATEGORY = Noun(
    Category, "catalog.categories", "catalog.edit_category",
    N_("Untick “May be chosen” instead: what is of it stays so, and nothing new becomes it."),
)  # fmt: skip
MANUFACTURER = Noun(
    Manufacturer, "catalog.manufacturers", "catalog.edit_manufacturer",
    N_("Merge it into another instead: what uses it follows."), "catalog.merge_manufacturers",
)  # fmt: skip
MODEL = Noun(
    Model, "catalog.models", "catalog.edit_model",
    N_("Merge it into another instead: what uses it follows."), "catalog.merge_models",
)  # fmt: skip


@bp.route("/categories/<public_id>/delete", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def delete_category(public_id: str) -> Response:
    """Delete a category that nothing uses."""
    return _delete(CATEGORY, public_id)


@bp.route("/manufacturers/<public_id>/delete", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def delete_manufacturer(public_id: str) -> Response:
    """Delete a maker that nothing uses."""
    return _delete(MANUFACTURER, public_id)


@bp.route("/models/<public_id>/delete", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def delete_model(public_id: str) -> Response:
    """Delete a model that nothing uses."""
    return _delete(MODEL, public_id)


def _delete(noun: Noun, public_id: str) -> Response:
    """Ask, or say what stands in the way; delete when asked again."""
    row = load(noun.model, public_id, Permission.INSTANCE_ADMIN)
    name, needed, used = _(row.name), deleting.needed(row), uses.uses_of(row)
    if request.method == "POST" and not needed and not used:
        with transaction():
            opened = deleting.delete(row, actor=g.actor, entity_id=access().root_id)
        words = _("%(name)s is deleted.", name=name)
        return done(words, to=url_for(noun.back), undo_url=undo_own_url(opened.public_id))
    status = 409 if request.method == "POST" else 200
    return page("catalog/delete.html", status=status, noun=noun, row=row, name=name, needed=needed, used=used)
