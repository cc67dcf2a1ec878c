"""Attachments of any noun, by (type, public id)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of attachments, their panel, their words in history and their nightly clearing away."""
    from inventory.audit import attached, presentation
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.files import jobs, panels, services, start, views
    from inventory.files.models import Attachment
    from inventory.files.storage import storage

    storage.open(Path(app.instance_path))
    app.register_blueprint(views.bp)
    registry.panel(registry.EVERY, panels.ATTACHMENTS)
    registry.job(jobs.CLEAR_AWAY, jobs.clear_away)
    registry.hook("instance.started", start.install_schedule)
    registry.hook("asset.merged", services.follow_merge)
    attached.keeps(Attachment, "attachment")
    presentation.describe({"attachment": (N_("File"), None)})
