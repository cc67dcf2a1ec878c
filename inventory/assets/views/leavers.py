"""The list of leavers who still hold equipment, and the button that takes it all back."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.assets import leavers as rules
from inventory.assets import lists
from inventory.core import clock
from inventory.core.addresses import local_target, pattern
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, done, load, page, undo_own_url
from inventory.core.wording import N_
from inventory.organization.models import Person

bp = Blueprint("leavers", __name__, url_prefix="/leavers")
MENU = MenuEntry(Group.MAIN, N_("Leavers"), "leavers.index", "user-x", Permission.ASSETS_HAND_OVER, order=25)


@bp.route("/")
@requires(Permission.ASSETS_HAND_OVER)
def index() -> Response:
    """List who goes or has gone and still holds equipment."""
    found = rules.leavers(current_scope(Permission.ASSETS_HAND_OVER))
    urls = {
        "take_back": pattern(".take_back"),
        "person": pattern("people.detail"),
        "asset": pattern("assets.detail"),
    }
    return page(
        "assets/leavers.html", leavers=found, today=clock.today(), model_words=lists.model_words, urls=urls
    )


@bp.route("/<public_id>/take-back", methods=["POST"])
@requires(Permission.ASSETS_HAND_OVER)
def take_back(public_id: str) -> Response:
    """Take back all that a person holds."""
    person = load(Person, public_id)
    scope = current_scope(Permission.ASSETS_HAND_OVER)
    title = _("Taken back from %(name)s", name=person.display_name)
    with transaction():
        opened, assets = rules.take_all_back(person, scope, actor=g.actor, title=title)
    words = ngettext("%(num)s item is back in stock.", "%(num)s items are back in stock.", len(assets))
    to = local_target(request.form.get("next"), url_for(".index"))
    return done(words, to=to, undo_url=undo_own_url(opened.public_id))
