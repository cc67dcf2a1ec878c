"""Suppliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of suppliers."""
    from inventory.core import registry
    from inventory.procurement import searched, views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    searched.register()
