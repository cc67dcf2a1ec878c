"""The pages of discovery."""

from __future__ import annotations

from inventory.discovery.views import (
    credentials,
    directories,
    identifying,
    presences,
    results,
    runs,
    sightings,
    sources,
)
from inventory.discovery.views.blueprint import MENU, bp

__all__ = [
    "MENU",
    "bp",
    "credentials",
    "directories",
    "identifying",
    "presences",
    "results",
    "runs",
    "sightings",
    "sources",
]
