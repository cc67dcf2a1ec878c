"""Gives a new instance the built-in categories when it starts."""

from __future__ import annotations

from flask import Flask

from inventory.catalog import services
from inventory.core.database import db, transaction


def install_categories(app: Flask) -> None:
    """Install the built-in categories that the store of `app` lacks."""
    with app.app_context():
        with transaction():
            services.install_builtin()
        db.session.remove()
