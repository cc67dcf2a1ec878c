"""The pages of equipment."""

from __future__ import annotations

from inventory.assets.views import (
    bulk,
    bulk_hands,
    changes,
    connections,
    deliveries,
    detail,
    handing,
    in_place,
    leavers,
    listing,
    records,
    scan,
)
from inventory.assets.views.blueprint import MENU, bp

# Importing a module adds its routes to the blueprint.
__all__ = [
    "MENU",
    "bp",
    "bulk",
    "bulk_hands",
    "changes",
    "connections",
    "deliveries",
    "detail",
    "handing",
    "in_place",
    "leavers",
    "listing",
    "records",
    "scan",
]
