"""Printing: what printers used day by day, when their supplies run out, and what to order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Keep what runs read of printers, and show what they use and need."""
    from inventory.core import registry
    from inventory.printing import hooks, panels, views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.panel("asset", panels.SUPPLIES)
    registry.panel("asset", panels.USE)
    registry.hook("run.closing", hooks.closing)
    registry.hook("asset.merged", hooks.merged)
