"""The one search: any noun's rows, found by identifiers, words and near words.

A feature announces what of its own is searched with `documents.register`; the index then follows every change of the
watched tables inside the transaction that makes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the search's page, its job, and what is searched of people, places and entities."""
    from inventory.core import registry
    from inventory.search import hooks, jobs, queries, subjects, tabs, upkeep, views

    upkeep.listen()
    subjects.register()
    registry.matcher(queries.matching)
    app.register_blueprint(views.bp)
    app.register_blueprint(tabs.bp)
    tabs.provide(app)
    registry.job(jobs.REBUILD, jobs.rebuild)
    registry.hook("instance.started", hooks.instance_started)
