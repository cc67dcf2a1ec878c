"""Notes of any noun, by (type, public id)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of notes, their panel and their words in history."""
    from inventory.audit import attached, presentation
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.notes import panels, services, views
    from inventory.notes.models import Note

    app.register_blueprint(views.bp)
    registry.panel(registry.EVERY, panels.NOTES)
    registry.hook("asset.merged", services.follow_merge)
    attached.keeps(Note, "note")
    presentation.describe({"note": (N_("Note"), None), "text": (N_("Text"), None)})
