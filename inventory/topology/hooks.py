"""Follows runs and assets: entry points of the hooks, each one service call."""

from __future__ import annotations

from typing import Any

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.discovery import runs
from inventory.discovery.models import Run
from inventory.topology import queries, services


def closing(*, actor: Actor, run_id: int) -> None:
    """Decide again where things hang at the sites whose switches this run read."""
    run = db.session.get_one(Run, run_id)
    for site_code, at in sorted(queries.sites_read(run).items()):
        outcome = services.settle(site_code, actor=actor, at=at)
        runs.add_outcome(run, **outcome.counts)


def merged(*, kept: Asset, absorbed: Asset, **_rest: Any) -> None:
    """Follow an asset that was merged into another."""
    services.follow_merge(kept, absorbed, at=clock.now())
