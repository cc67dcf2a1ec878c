"""Import and export of rows for any noun: files read as they are, tried dry, undone as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages and the background work of imports, and the nouns on the left that files fill."""
    from inventory.core import registry
    from inventory.exchange import importers, jobs, nouns, presentation, services, views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.job(services.TRY, jobs.try_out)
    registry.job(services.RUN, jobs.run)
    registry.hook("job.finished", jobs.job_finished)
    registry.panel("job", presentation.OF_JOB)
    for importer in nouns.IMPORTERS:
        importers.register(importer)
