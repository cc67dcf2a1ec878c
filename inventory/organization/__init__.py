"""Entities, places and people."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of entities, places and people, with the pickers that search them."""
    from inventory.core import registry
    from inventory.organization import entities, locations, people, search

    for blueprint in (entities.bp, locations.bp, people.bp, search.bp):
        app.register_blueprint(blueprint)
    registry.menu(people.MENU)
    registry.menu(locations.MENU)
    registry.menu(entities.MENU)
