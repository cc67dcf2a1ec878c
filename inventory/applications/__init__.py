"""The application portfolio: what is kept for whom, who answers for it, what it runs on, and the yearly annex."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of applications, and what equipment, people and entities show of them."""
    from inventory.applications import fields, hooks, importing, panels, searched, uses, views
    from inventory.applications.models import Application
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.core.permissions import Permission
    from inventory.core.registry import Noun
    from inventory.core.wording import N_
    from inventory.exchange import importers

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.noun(
        Noun("application", N_("Application"), Application, "applications.detail", Permission.ASSETS_EDIT)
    )
    searched.register()
    uses.register()
    importers.register(importing.IMPORTER)
    registry.panel("asset", panels.RUNNING)
    registry.panel("person", panels.ANSWERED)
    registry.panel("entity", panels.KEPT)
    registry.hook("asset.merged", hooks.asset_merged)
    registry.hook("manufacturer.merged", hooks.manufacturer_merged)
    presentation.describe(fields.DESCRIBED)
