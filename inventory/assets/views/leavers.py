"""The list of leavers who still hold equipment."""

from __future__ import annotations

from flask import Blueprint, Response

from inventory.assets import leavers as rules
from inventory.assets import lists
from inventory.core import clock
from inventory.core.addresses import pattern
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, page
from inventory.core.wording import N_

bp = Blueprint("leavers", __name__, url_prefix="/leavers")
MENU = MenuEntry(Group.MAIN, N_("Leavers"), "leavers.index", "user-x", Permission.ASSETS_HAND_OVER, order=25)


@bp.route("/")
@requires(Permission.ASSETS_HAND_OVER)
def index() -> Response:
    """List who goes or has gone and still holds equipment."""
    found = rules.leavers(current_scope(Permission.ASSETS_HAND_OVER))
    urls = {
        "take_back": pattern("handing.take_back"),
        "person": pattern("people.detail"),
        "asset": pattern("assets.detail"),
    }
    return page(
        "assets/leavers.html", leavers=found, today=clock.today(), model_words=lists.model_words, urls=urls
    )
