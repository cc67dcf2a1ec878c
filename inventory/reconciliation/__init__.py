"""From sightings to assets and people, and the questions between.

Hooks called inside the transaction: "asset.discovered" with asset=Asset, sighting=Sighting, actor=Actor and previous=the id
of the asset that this sighting was before, or None; "review.answered" with review=Review, answer=Answer, actor=Actor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Follow what discovery stores and what assets become, and show what must be reviewed."""
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.discovery.views import results, sightings
    from inventory.reconciliation import hooks, jobs, panels, views
    from inventory.reconciliation.models import Answer

    app.register_blueprint(views.bp)
    registry.job(jobs.TRIAGE, jobs.triage)
    registry.menu(views.MENU)
    for panel in panels.ASSET:
        registry.panel("asset", panel)
    registry.stream("asset", panels.SEEN)
    registry.panel("sighting", panels.SIGHTING)
    sightings.add_filter(panels.RECOGNISED)
    results.add_column(panels.EQUIPMENT)
    results.add_column(panels.QUESTION)
    results.add_filter(panels.ASKED)
    presentation.describe({"answer": (N_("Answer"), Answer)})
    registry.hook("sightings.stored", hooks.stored)
    registry.hook("sightings.alive", hooks.alive)
    registry.hook("sightings.absent", hooks.absent)
    registry.hook("run.closing", hooks.closing)
    registry.hook("asset.merged", hooks.merged)
    registry.hook("changes.undone", hooks.undone)
