"""The pages of equipment."""

from __future__ import annotations

from inventory.assets.views import (
    changes,
    connections,
    deliveries,
    detail,
    in_place,
    leavers,
    listing,
    records,
)
from inventory.assets.views.blueprint import MENU, bp

# Importing a module adds its routes to the blueprint.
__all__ = [
    "MENU",
    "bp",
    "changes",
    "connections",
    "deliveries",
    "detail",
    "in_place",
    "leavers",
    "listing",
    "records",
]
