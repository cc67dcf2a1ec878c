"""The blueprint of the equipment pages and their place in the menu."""

from __future__ import annotations

from flask import Blueprint

from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.wording import N_

bp = Blueprint("assets", __name__, url_prefix="/assets")
MENU = MenuEntry(
    Group.MAIN, N_("Equipment"), "assets.index", "devices", Permission.VIEW, order=10, shortcut="g e"
)
