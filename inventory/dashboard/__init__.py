"""The first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the home page."""
    from inventory.core import registry
    from inventory.dashboard import views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.menu(views.HEALTH)
