"""Where things hang: the switch port of each device, the links between switches, and the drawing of a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Follow what runs read of switches, and show where things hang."""
    from inventory.assets import lists
    from inventory.core import registry
    from inventory.discovery.views import blueprint
    from inventory.search import documents
    from inventory.topology import hooks, listed, panels, presentation, views

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    blueprint.add_tab("topology.index", views.LABEL)
    presentation.describe()
    lists.add("topology", listed.added)
    documents.also_find("topology", listed.words_on_port)
    registry.panel("asset", panels.WHERE)
    registry.panel("asset", panels.PORTS)
    registry.hook("run.closing", hooks.closing)
    registry.hook("asset.merged", hooks.merged)
