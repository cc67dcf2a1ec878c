"""What applications do when other features change something: entry points of the hooks, each one service call."""

from __future__ import annotations

from typing import Any

from inventory.applications import services
from inventory.assets.models import Asset
from inventory.catalog.models import Manufacturer
from inventory.core.access import Actor


def asset_merged(*, kept: Asset, absorbed: Asset, **_rest: Any) -> None:
    """Follow equipment that was merged into another record."""
    services.follow_merge(kept, absorbed)


def manufacturer_merged(*, kept: Manufacturer, absorbed: Manufacturer, actor: Actor, **_rest: Any) -> None:
    """Follow an editor that was merged into another maker."""
    services.follow_editor(kept, absorbed, actor=actor)
