"""The tabs of saved views above a list, and their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from inventory.core.addresses import here, local_target
from inventory.core.database import transaction
from inventory.core.errors import Refused
from inventory.core.forms import BoolField, Form, TextField, required
from inventory.core.guard import requires
from inventory.core.listing import Listing
from inventory.core.merging import VersionField
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, done, page, undo_own_url
from inventory.core.wording import N_
from inventory.search import saved
from inventory.search.models import SavedView

bp = Blueprint("saved_views", __name__, url_prefix="/views")


class ViewForm(Form):
    """A view's name and whether others see it."""

    title = TextField(N_("Name"), [required()], limit=60)
    shared = BoolField(N_("Shared"))
    version = VersionField()


@dataclass(slots=True)
class Tab:
    """One tab: a saved view, or the list as it is."""

    label: str
    url: str
    active: bool
    shared: bool = False


@dataclass(slots=True)
class Tabs:
    """What components/saved_views.html reads; addresses are None where the act is not possible.

    `without_view_url` is the list's address without the view that it names, where that is unknown.
    """

    items: list[Tab]
    listing: str
    path: str
    query: str
    can_save: bool
    share_with: str | None
    without_view_url: str | None = None
    edit_url: str | None = None
    keep_url: str | None = None


def tabs_of(listing: Listing) -> Tabs:
    """Return the tabs of a list: all, then each view that the user sees."""
    query = saved.tidied(request.query_string.decode("utf-8", "replace"))
    views = saved.views_of(listing.name, access())
    chosen = next((view for view in views if view.public_id == request.args.get("view")), None)
    everything = [Tab(_("All"), _of_list(), chosen is None and not query)]
    if listing.usual_words and listing.usual:
        asked = {listing.usual.key: listing.usual.everything}
        open_to_all = Tab(_("All"), _of_list(asked), chosen is None and query == urlencode(asked))
        everything = [
            Tab(_capital(listing.usual_words), _of_list(), chosen is None and not query),
            open_to_all,
        ]
    tabs = [Tab(view.title, address(view), view is chosen, view.shared_with_id is not None) for view in views]
    entity = saved.shareable(access(), current_scope().entity_id) if query else None
    found = Tabs(
        [*everything, *tabs], listing.name, request.path, query, bool(query), entity.name if entity else None
    )
    if chosen is None and request.args.get("view"):
        found.without_view_url = here({"view": None})
    if chosen is not None and saved.may_change(chosen, access()):
        found.edit_url = url_for("saved_views.edit", public_id=chosen.public_id)
        if chosen.query != query:
            found.keep_url = url_for("saved_views.keep", public_id=chosen.public_id)
    return found


def _of_list(asked: dict[str, Any] | None = None) -> str:
    return url_for(request.endpoint or "", **(request.view_args or {}), **(asked or {}))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def address(view: SavedView) -> str:
    """Return the address of a list as a view asks for it, in the present scope."""
    scope = current_scope().code
    parts = [view.query, f"view={view.public_id}", f"entity={scope}" if scope else ""]
    return f"{view.path}?{'&'.join(part for part in parts if part)}"


def _is_page(path: str) -> bool:
    """Say whether a path is a page of ours: links to it are shown to others."""
    if local_target(path, "") != path or "?" in path:
        return False
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True


@bp.route("/", methods=["POST"])
@requires(Permission.VIEW)
def create() -> Response:
    """Keep what a list is asked for under a name."""
    sent, shared = request.form, "shared" in request.form
    if not _is_page(sent.get("path", "")):
        raise Refused(N_("There is no such list."))
    with transaction():
        entity = saved.shareable(access(), current_scope().entity_id) if shared else None
        view = saved.save_view(
            sent.get("listing", ""), sent["path"], sent.get("query", ""), title=sent.get("title", ""),
            shared_with=entity, access=access(), actor=g.actor,
        )  # fmt: skip
    return done(_("The view “%(title)s” is saved.", title=view.title), to=address(view))


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires(Permission.VIEW)
def edit(public_id: str) -> Response:
    """Rename a view, share it or keep it to oneself."""
    view = saved.own_view(public_id, access())
    entity = view.shared_with or saved.shareable(access(), None)
    form = ViewForm(request.form, obj=view, data={"shared": view.shared_with_id is not None})
    if form.submitted_and_valid():
        with form.saving():
            values = {
                "title": form.title.data,
                "shared_with_id": entity.id if form.shared.data and entity else None,
            }
            saved.change_view(view, values, actor=g.actor, version=form.seen_version())
        if form.status == 200:
            return done(_("Saved."), to=address(view))
    return page(
        "search/view.html", status=form.status, view=view, form=form, entity=entity, back=address(view)
    )


@bp.route("/<public_id>/keep", methods=["POST"])
@requires(Permission.VIEW)
def keep(public_id: str) -> Response:
    """Let a view ask for what the list is asked for now."""
    view = saved.own_view(public_id, access())
    with transaction():
        saved.change_view(view, {"query": request.form.get("query", "")}, actor=g.actor)
    return done(_("The view “%(title)s” is saved.", title=view.title), to=address(view))


@bp.route("/<public_id>/delete", methods=["POST"])
@requires(Permission.VIEW)
def delete(public_id: str) -> Response:
    """Delete a view."""
    view = saved.own_view(public_id, access())
    path, said = view.path, _("The view “%(title)s” is deleted.", title=view.title)
    with transaction():
        deleted = saved.forget_view(view, actor=g.actor)
    return done(said, to=path, undo_url=undo_own_url(deleted.public_id))


def provide(app: Any) -> None:
    """Give lists their tabs."""
    app.extensions["parc_saved_views"] = tabs_of
