"""Equipment: its records, life, custody and history.

Hooks called inside the transaction that changes an asset, each with actor=Actor:
"asset.created" with asset; "asset.state_changed" with asset, old, new (State) and on (date);
"asset.custody_changed" with asset, old and new (Custody or None) and on; "asset.moved" with asset, changes and on;
"asset.merged" with kept and absorbed, before the absorbed record is deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of equipment, and what people and places show of it."""
    from inventory.assets import fields, importing, jobs, panels, searched, uses, views
    from inventory.assets.lists import holding
    from inventory.assets.models import Asset
    from inventory.assets.presentation import model_words
    from inventory.assets.services import catalogue, connections
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.core.permissions import Permission
    from inventory.core.registry import Noun
    from inventory.core.wording import N_
    from inventory.exchange import importers
    from inventory.fields import homes
    from inventory.organization import settings

    for blueprint in (views.bp, views.leavers.bp, views.handing.bp, views.scan.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.filters["model_words"] = model_words
    registry.menu(views.MENU)
    registry.menu(views.leavers.MENU)
    registry.noun(Noun("asset", N_("Item of equipment"), Asset, "assets.detail", Permission.ASSETS_EDIT))
    searched.register()
    uses.register()
    jobs.register()
    homes.add(homes.Home("asset", "asset", N_("All equipment")), holding.THINGS)
    importers.register(importing.IMPORTER)
    settings.add(fields.DEPRECIATION)
    registry.hook("asset.state_changed", connections.follow_state, plural=connections.follow_states)
    registry.hook("asset.merged", connections.follow_merge)
    registry.hook("model.merged", catalogue.follow_model)
    registry.hook("manufacturer.merged", catalogue.follow_manufacturer)
    panels.register()
    presentation.describe(fields.DESCRIBED)
    presentation.worded("category", "pinned", "unpinned")
