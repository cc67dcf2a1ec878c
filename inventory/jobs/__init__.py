"""Background work and schedules.

Hook called inside the transaction that ends a job: "job.finished" (job=Job).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the jobs' pages."""
    from inventory.audit.presentation import describe
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.jobs import undoing, views

    app.register_blueprint(views.bp)
    registry.job(undoing.UNDO, undoing.undo_whole)
    registry.starter(undoing.UNDO, undoing.start)
    registry.menu(views.MENU)
    describe({"cron": (N_("Cron text"), None), "time_zone": (N_("Time zone"), None)})
