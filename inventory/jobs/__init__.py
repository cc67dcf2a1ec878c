"""Background work and schedules.

Hook called inside the transaction that ends a job: "job.finished" (job=Job).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the jobs' pages."""
    from inventory.audit import presentation as history
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.jobs import presentation, undoing, views

    app.register_blueprint(views.bp)
    registry.job(undoing.UNDO, undoing.undo_whole)
    registry.starter(undoing.UNDO, undoing.start)
    registry.menu(views.MENU)
    history.describe({"cron": (N_("When"), None), "time_zone": (N_("Time zone"), None)})
    history.read_by("cron", lambda cron: cron and (presentation.cron_words(cron) or cron))
    history.worded_nouns("schedule")
