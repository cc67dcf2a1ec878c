"""Custom fields: declared by an administrator on a noun or a category, held by any object by (type, public id)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of custom fields and how history calls them."""
    from inventory.audit import attached
    from inventory.audit import presentation as history
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.fields import homes, presentation, values, views
    from inventory.fields.kinds import FieldKind
    from inventory.fields.models import CustomValue

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.hook("asset.merged", values.follow_merge)
    attached.keeps(CustomValue, "custom_value")
    history.read_by("home", presentation.home_words)
    history.read_by("home_id", lambda id_: id_ and homes.named(id_))
    history.numbers_are(presentation.number_labels)
    history.describe(
        {
            "home": (N_("Of what"), None),
            "home_id": (N_("For"), None),
            "field_kind": (N_("Kind"), FieldKind),
            "label": (N_("Label"), None),
            "help": (N_("Help"), None),
            "choices": (N_("Choices"), None),
            "required": (N_("Must be filled in"), None),
            "is_unique": (N_("No two may have the same"), None),
            "position": (N_("Rank"), None),
            "in_use": (N_("In use"), None),
        }
    )
