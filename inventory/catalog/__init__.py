"""Categories, makers and models.

Hooks called inside the transaction that merges, each with kept, absorbed, actor=Actor and tell (a function of how many rows
have followed, called as they do), before the absorbed row is deleted:
"model.merged", and "manufacturer.merged" after its models were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of the catalogue and how history calls its fields."""
    from inventory.audit import presentation
    from inventory.catalog import delete_views, kinds, lists, own_uses, searched, start, views
    from inventory.catalog import jobs as own_jobs
    from inventory.core import registry
    from inventory.core.wording import N_
    from inventory.fields import homes

    # The blueprint of `views`, to which importing the others adds their routes.
    app.register_blueprint(delete_views.bp)
    registry.menu(views.MENU)
    searched.register()
    own_uses.register()
    registry.job(own_jobs.MERGE, own_jobs.merge)
    registry.hook("instance.started", start.install_categories)
    homes.add(homes.Home("category", "asset", N_("Category"), lists.category_options, views.category_url))
    presentation.worded_nouns("category")
    presentation.describe(
        {
            "kind": (N_("Kind"), kinds.Kind),
            "service_life_months": (N_("Service life in months"), None),
            "in_renewal_base": (N_("Counts in the yearly sixth"), None),
            "in_workplace": (N_("Digital workplace"), None),
            "is_default": (N_("Default of its kind"), None),
            "part_number": (N_("Part number"), None),
            "is_standard": (N_("Standard configuration"), None),
        }
    )
