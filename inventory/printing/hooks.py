"""Follows runs and assets: entry points of the hooks, each one service call."""

from __future__ import annotations

from typing import Any

from inventory.assets.models import Asset
from inventory.core.database import db
from inventory.discovery.models import Run
from inventory.printing import services


def closing(*, run_id: int, **_rest: Any) -> None:
    """Keep what this run read of printers."""
    services.take_in(db.session.get_one(Run, run_id))


def merged(*, kept: Asset, absorbed: Asset, **_rest: Any) -> None:
    """Follow an asset that was merged into another."""
    services.follow_merge(kept, absorbed)
