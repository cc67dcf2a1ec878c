"""The pages of change sets: what a run, an import or a bulk act changed, and its undoing as one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, request, url_for
from flask_babel import gettext as _

from inventory.audit import conflicts, presentation, queries, undo
from inventory.audit.conflicts import Obstacle
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.audit.undo import UndoReport
from inventory.core import clock, i18n, registry
from inventory.core.addresses import local_target, row_pages
from inventory.core.database import transaction
from inventory.core.errors import NotFound, Refused
from inventory.core.guard import requires
from inventory.core.listing import WHEN, Column, Filter, Listing, by_label, code_options
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access, authorise, current_scope, done, leave, load, page
from inventory.core.wording import N_

bp = Blueprint("changes", __name__, url_prefix="/changes")
MENU = MenuEntry(Group.DISCOVERY, N_("Changes"), "changes.index", "history", Permission.VIEW, order=52)
SHOWN_CONFLICTS = 20
SHOWN_RECORDS = 50
# Undoing more changes than this is work for the background: it takes about a second.
AT_ONCE = 4000
# What its author may undo without the permission for all change sets, by what right, and for how long.
OWN_KINDS = {
    ChangeSetKind.BULK: Permission.ASSETS_EDIT,
    ChangeSetKind.DELIVERY: Permission.ASSETS_EDIT,
    ChangeSetKind.HANDOVER: Permission.ASSETS_EDIT,
    ChangeSetKind.RETURN: Permission.ASSETS_EDIT,
    ChangeSetKind.DELETION: Permission.ASSETS_EDIT,
    ChangeSetKind.MOVE: Permission.LOCATIONS_EDIT,
}
OWN_FOR = timedelta(days=1)
# The page of each noun that records name; a noun without one is shown as text.
PAGES = {
    "asset": "assets.detail",
    "person": "people.detail",
    "location": "locations.detail",
    "application": "applications.detail",
    "application_annex": "applications.frozen",
}
# The lists that show what one change set changed, by what it is of.
LISTS = {"asset": "assets.index"}

COLUMNS = (
    Column("title", N_("Title"), lambda row: row.title, kind="name"),
    Column(
        "kind", N_("Kind"), lambda row: row.kind, kind="badge", sort=by_label(ChangeSet.kind, ChangeSetKind)
    ),
    Column("actor", N_("By"), presentation.maker_of),
    Column("opened_at", WHEN, lambda row: row.opened_at, kind="instant", sort=ChangeSet.opened_at),
    Column("undone_at", N_("Undone"), lambda row: row.undone_at, kind="instant"),
)
FILTERS = (
    Filter(
        "kind",
        N_("Kind"),
        lambda stmt, value: stmt.where(ChangeSet.kind == value) if value in list(ChangeSetKind) else stmt,
        options=code_options(ChangeSetKind),
    ),
    Filter(
        "undone",
        N_("Undone"),
        lambda stmt, value: stmt.where(
            ChangeSet.undone_at.is_not(None) if value == "1" else ChangeSet.undone_at.is_(None)
        ),
        kind="bool",
    ),
)


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """List the change sets of the scope, newest first."""
    listing = Listing(
        "changes",
        queries.listed_change_sets(current_scope(), instance_wide=access().allows(Permission.INSTANCE_ADMIN)),
        columns=COLUMNS,
        filters=FILTERS,
        id_column=ChangeSet.id,
        row_url=row_pages(".detail"),
        search=queries.titled,
        default_sort="-opened_at",
    ).empty(_("Nothing was changed by a scan, an import or in bulk yet."))
    return listing.export(_("Changes")) if listing.wants_export else page("audit/list.html", listing=listing)


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show what a change set changed, object by object."""
    change_set = _load(public_id, Permission.VIEW)
    records = queries.seen_records(
        change_set,
        access().roles,
        access().allows(Permission.INSTANCE_ADMIN),
        after=_number(request.args.get("after")),
        limit=SHOWN_RECORDS + 1,
    )
    shown: dict[str, Any] = {
        "change_set": change_set,
        "entries": _entries(change_set, records[:SHOWN_RECORDS]),
        "further": records[SHOWN_RECORDS - 1].id if len(records) > SHOWN_RECORDS else None,
    }
    if request.headers.get("HX-Request"):
        return page("audit/_records.html", **shown)
    return page(
        "audit/detail.html",
        total=queries.record_count(change_set),
        made_by=presentation.maker_of(change_set),
        can_undo=change_set.undone_at is None and _may_undo(change_set),
        lists=_lists_of(change_set, {record.object_type for record in records}),
        **shown,
    )


def _lists_of(change_set: ChangeSet, nouns: set[str]) -> list[str]:
    """Return the addresses of the lists that show what a change set changed of these nouns."""
    pages = [LISTS[noun] for noun in LISTS if noun in nouns]
    return [
        url_for(name, change=change_set.public_id) for name in pages if name in current_app.view_functions
    ]


def _number(text: str | None) -> int:
    """Return the id that an address names, 0 for none or for what no id is."""
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else 0


@bp.route("/<public_id>/undo", methods=["GET", "POST"])
@requires(Permission.CHANGES_UNDO)
def undo_all(public_id: str) -> Response:
    """Say what undoing would do; do it when asked again."""
    change_set = _load(public_id, Permission.CHANGES_UNDO)
    for entity_id in queries.entities_touched(change_set):
        authorise(Permission.CHANGES_UNDO, entity_id)
    if request.method == "POST":
        return _undone(change_set, Permission.CHANGES_UNDO, to=url_for(".detail", public_id=public_id))
    if _is_much(change_set):
        # What has changed since is looked for when it is undone: that takes minutes for a large import.
        return _asked(change_set, UndoReport(restored=queries.record_count(change_set)))
    return _asked(change_set, undo.preview(change_set))


def _is_much(change_set: ChangeSet) -> bool:
    """Say whether undoing it is work for the background: pieces of the journal are few, what they hold are thousands."""
    kept = undo.size_of(change_set)
    return kept > AT_ONCE or (kept > 0 and queries.record_count(change_set) > AT_ONCE)


def _asked(
    change_set: ChangeSet, report: UndoReport, *, back: str | None = None, status: int = 200
) -> Response:
    """Show what undoing would do, or what stands in its way; `back` is where who may not see all change sets came from."""
    stands = conflicts.obstacles(report.conflicts, PAGES)
    return page(
        "audit/undo.html",
        status=status,
        change_set=change_set,
        report=report,
        total=queries.record_count(change_set),
        obstacles=[_shown(one) for one in stands[:SHOWN_CONFLICTS]],
        obstacle_count=len(stands),
        back=back,
    )


@bp.route("/own/<public_id>/undo", methods=["POST"])
@requires(Permission.SIGNED_IN)
def undo_own(public_id: str) -> Response:
    """Undo what one has just deleted or logged oneself, where one may still edit."""
    since = clock.now() - OWN_FOR
    change_set = queries.own_change_set(public_id, g.actor, OWN_KINDS, since)
    if change_set is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    permission = OWN_KINDS[change_set.kind]
    for entity_id in queries.entities_touched(change_set):
        authorise(permission, entity_id)
    back = local_target(request.form.get("next"), "/")
    return _undone(change_set, permission, to=back, back=back)


def _undone(change_set: ChangeSet, permission: Permission, *, to: str, back: str | None = None) -> Response:
    """Undo it at once, or in the background where it is much; what stands in the way is named."""
    if change_set.undone_at is None and _is_much(change_set):
        start = registry.starter_of("audit.undo")
        with transaction():
            address = start(change_set, actor=g.actor, user_id=g.user.id, permission=permission, back=to)
        return leave(address)
    try:
        with transaction():
            undo.undo(change_set, actor=g.actor)
    except Refused:
        report = undo.preview(change_set) if change_set.undone_at is None else UndoReport()
        if not report.conflicts:
            raise
        return _asked(change_set, report, back=back, status=409)
    words = _("“%(title)s” is undone: all is as it was before.", title=change_set.title)
    return done(words, to=to)


def _load(public_id: str, permission: Permission) -> ChangeSet:
    change_set = load(ChangeSet, public_id, permission)
    if change_set.entity_id is None and not access().allows(Permission.INSTANCE_ADMIN):
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    return change_set


def _may_undo(change_set: ChangeSet) -> bool:
    touched = queries.entities_touched(change_set) | ({change_set.entity_id} - {None})
    return all(access().allows(Permission.CHANGES_UNDO, entity_id) for entity_id in touched)


def _entries(change_set: ChangeSet, records: Any) -> list[dict[str, Any]]:
    """Return the records for the timeline, each under the name of its object."""
    shown = presentation.entries(records)
    for entry, record in zip(shown, records, strict=True):
        name = presentation.object_name(record, change_set)
        entry["title"] = (
            _("“%(title)s” is undone", title=name)
            if record.action is Action.UNDONE
            else i18n.labelled(name, entry["title"][:1].lower() + entry["title"][1:])
        )
        endpoint = PAGES.get(record.object_type)
        if endpoint in current_app.view_functions:
            entry["url"] = url_for(endpoint, public_id=record.object_id)
    return shown


def _differing(column: str) -> str:
    """Return what has changed of a thing in words: that it is there or gone at all, or the label of a column that has one."""
    if column in (undo.EXISTS, undo.GONE):
        return str(_(column))
    named = (name for name in (column, column.removesuffix("_id")) if presentation.is_described(name))
    return next(map(presentation.field_label, named), _("what is kept beside it"))


def _shown(one: Obstacle) -> dict[str, str | None]:
    """Return an obstacle's words, those of what differs, and its page."""
    endpoint = PAGES.get(one.noun) if one.public_id else None
    return {
        "label": one.label or _("Something that is gone"),
        "fields": ", ".join(dict.fromkeys(map(_differing, one.columns))),
        "url": url_for(endpoint, public_id=one.public_id) if endpoint in current_app.view_functions else None,
    }
