"""The pages of the renewal."""

from __future__ import annotations

from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.wording import N_
from inventory.renewal.views import acts, figures, rule  # noqa: F401 (they add their routes)
from inventory.renewal.views.blueprint import bp

__all__ = ["MENU", "bp"]

MENU = MenuEntry(
    Group.RENEWAL,
    N_("Renewal"),
    "renewal.index",
    "target-arrow",
    Permission.VIEW,
    order=60,
    shortcut="g 6",
)
