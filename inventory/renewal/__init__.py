"""The yearly sixth: rules, dated replacements, figures, and what was presented.

Panels of the noun "sixth" (given a `queries.Figures`) stand among the acts of the page of one entity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages, the words of the history, and what proposes replacements."""
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.renewal import fields, panels, proposals, uses, views, wording

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.panel("entity", panels.SIXTH)
    uses.register()
    registry.hook("asset.custody_changed", proposals.custody_changed, plural=proposals.custodies_changed)
    registry.hook("asset.discovered", proposals.asset_discovered, plural=proposals.assets_discovered)
    registry.hook("review.answered", proposals.review_answered)
    presentation.describe(fields.DESCRIBED)
    presentation.read_by("category_ids", wording.category_names)
