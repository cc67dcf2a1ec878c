"""The pages of the application portfolio."""

from __future__ import annotations

from inventory.applications.views import acts, annexes, components, detail, listing, records, uses  # noqa: F401 (they add their routes)
from inventory.applications.views.blueprint import MENU, bp

__all__ = ["MENU", "bp"]
