"""What was seen and not identified: the list, one presence with its evidence, and what people decide about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, String, cast

from inventory.assets import references
from inventory.audit import services as audit
from inventory.audit.models import ChangeSetKind
from inventory.catalog import queries as catalog
from inventory.core import clock, i18n
from inventory.core.addresses import row_pages
from inventory.core.database import transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import BulkAction, Column, Filter, Listing, code_options, ticked, whole_number
from inventory.core.permissions import Permission
from inventory.core.web import current_scope, done, leave, load, not_done, page, undo_own_url
from inventory.core.wording import N_, Sentence
from inventory.discovery import forms, launching, queries, settling
from inventory.discovery import presence_words as words
from inventory.discovery.models import Presence, Site
from inventory.discovery.presence_words import Standing
from inventory.discovery.views.blueprint import bp, site_options, tabs

HIDE, MAKE, SCAN = Permission.REVIEWS_ANSWER, Permission.ASSETS_EDIT, Permission.SCANS_RUN
MOST_HIDDEN, MOST_MADE, MOST_SCANNED = 2000, 50, 100


def _standing(statement: Select[Any], value: str) -> Select[Any]:
    old = Presence.last_seen_at < clock.now() - timedelta(days=settling.OLD_AFTER_DAYS)
    held = {
        "open": queries.is_open() & ~old,
        "old": queries.is_open() & old,
        "known": Presence.asset_id.is_not(None),
        "identified": Presence.sighting_id.is_not(None) & Presence.asset_id.is_(None),
        "hidden": Presence.hidden_at.is_not(None),
    }
    return statement.where(held[value]) if value in held else statement


def _at_site(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Presence.site.has(Site.public_id == value))


def _in_range(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Presence.range.has(public_id=value))


def _hinted(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Presence.guess == value)


def _with_port(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(cast(Presence.hints, String).like(f'%"code": "port", "text": "{int(value)}"%'))


def _unseen_for(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Presence.last_seen_at < clock.now() - timedelta(days=int(value)))


def _ranges() -> list[tuple[str, str]]:
    rows = queries.ranges(current_scope().entity_ids)
    return [(row.public_id, f"{row.name} ({row.site.code})") for row in rows]


COLUMNS = (
    Column("name", N_("Name"), words.title_beside_address, kind="name", sort=Presence.name_order,
           title=lambda row: row.address),
    Column("standing", N_("State"), words.standing_of, kind="badge"),
    Column("guess", N_("Probably"), words.guess_of),
    Column("address", N_("Address"), lambda row: row.address, sort=Presence.address_order),
    Column("maker", N_("Maker of the address"), words.maker_of, sort=Presence.maker),
    Column("last_seen_at", N_("Last seen"), lambda row: row.last_seen_at, kind="instant", sort=Presence.last_seen_at),
    Column("mac", N_("MAC address"), lambda row: row.mac),
    Column("hints", N_("Hints"), words.hints_of),
    Column("site", N_("Site"), lambda row: row.site.name),
    Column("range", N_("Range"), lambda row: row.range.name if row.range else None, shown=False),
    Column("entity", N_("Entity"), lambda row: row.entity.name, shown=False),
    Column("first_seen_at", N_("First seen"), lambda row: row.first_seen_at, kind="instant",
           sort=Presence.first_seen_at, shown=False),
    Column("reason", N_("Hidden because"), lambda row: row.hidden_reason or None, shown=False),
)  # fmt: skip
FILTERS = (
    Filter("standing", N_("State"), _standing, options=code_options(Standing)),
    Filter("site", N_("Site"), _at_site, options=site_options),
    Filter("range", N_("Range"), _in_range, options=_ranges),
    Filter("maker", N_("Maker of the address"), lambda stmt, value: stmt.where(Presence.maker == value),
           options=lambda: [(name, name) for name in queries.makers_noticed(current_scope())]),
    Filter("guess", N_("Probably"), _hinted, options=lambda: [(code, _(text)) for code, text in words.GUESSES.items()]),
    Filter("port", N_("Open TCP port"), _with_port, kind="text", refuses=whole_number(1, 65535), reads=i18n.typed_number),
    Filter("unseen", N_("Not seen for, in days"), _unseen_for, kind="text", refuses=whole_number(1, 9999), reads=i18n.typed_number),
)  # fmt: skip


def _listing(permission: Permission = Permission.VIEW) -> Listing:
    """The list: what is open unless another state is asked for."""
    statement = queries.presences(current_scope(permission))
    if not set(Standing) & set(request.args.get("standing", "").split(",")):
        statement = statement.where(queries.is_open())
    return Listing(
        "presences",
        statement,
        columns=COLUMNS,
        filters=FILTERS,
        search=queries.matching_presences,
        default_sort="-last_seen_at",
        id_column=Presence.id,
        row_url=row_pages("discovery.presence"),
    )


@bp.route("/presences/")
@requires(Permission.VIEW)
def presences() -> Response:
    """List what was seen and not identified."""
    listing = _listing()
    if listing.wants_export:
        return listing.export(_("Seen, not identified"))
    listing.offer(
        BulkAction(N_("Make equipment of it"), url_for(".make_equipment"), MAKE),
        BulkAction(N_("Scan again with SNMP"), url_for(".scan_presences"), SCAN),
        BulkAction(N_("Hide"), url_for(".hide_presences"), HIDE),
    )
    listing.empty(
        _("Everything that was seen is identified, or nothing was scanned yet."),
        url_for(".runs"),
        _("See the runs"),
    )
    return page("discovery/presences.html", tabs=tabs("discovery.presences"), listing=listing)


@bp.route("/presences/<public_id>")
@requires(Permission.VIEW)
def presence(public_id: str) -> Response:
    """Show one presence with all that it gave away."""
    row = load(Presence, public_id)
    return page(
        "discovery/presence.html",
        presence=row,
        title=words.title_of(row),
        standing=words.standing_of(row),
        about=words.about(row),
        evidence=words.evidence(row),
        asset=words.asset_link(row),
    )


def _chosen(permission: Permission, most: int) -> list[Presence]:
    """The presences that a form or the list names, where the permission is held."""
    if request.form.get("all") == "1":
        named = [row.public_id for row in queries.presences_by_id(_listing(permission).every_id()[:most])]
    else:
        named = ticked(most)
    return queries.presences_named(current_scope(permission), named)


def _nothing() -> Response:
    return not_done(_("Nothing is selected that you may decide about."), to=url_for(".presences"))


@bp.route("/presences/hide", methods=["POST"])
@requires(HIDE)
def hide_presences() -> Response:
    """Ask why, then take presences off the list."""
    rows = _chosen(HIDE, MOST_HIDDEN)
    if not rows:
        return _nothing()
    form = forms.HideForm(request.form if "reason" in request.form else None)
    if form.submitted_and_valid():
        with form.saving():
            count = settling.hide(rows, form.reason.data, actor=g.actor)
        if not form.errors:
            return done(words.hidden_words(count), to=url_for(".presences"))
    return page("discovery/presences_hide.html", form=form, status=form.status, rows=rows)


@bp.route("/presences/<public_id>/show", methods=["POST"])
@requires(HIDE)
def show_presence(public_id: str) -> Response:
    """Put a hidden presence back on the list."""
    row = load(Presence, public_id, HIDE)
    with transaction():
        settling.show_again([row], actor=g.actor)
    return done(
        _("%(name)s is on the list again.", name=words.title_of(row)),
        to=url_for(".presence", public_id=public_id),
    )


@bp.route("/presences/scan", methods=["POST"])
@requires(SCAN)
def scan_presences() -> Response:
    """Ask by SNMP once more where these were noticed."""
    rows = _chosen(SCAN, MOST_SCANNED)
    if not rows:
        return _nothing()
    with transaction():
        started = launching.scan_presences(rows, actor=g.actor)
    if len(started) == 1:
        return leave(url_for(".run", public_id=started[0].public_id))
    return done(
        ngettext("%(num)s scan is started.", "%(num)s scans are started.", len(started)), to=url_for(".runs")
    )


@bp.route("/presences/equipment", methods=["POST"])
@requires(MAKE)
def make_equipment() -> Response:
    """Show what is known of the chosen presences, to be completed, then log each as equipment."""
    rows = [row for row in _chosen(MAKE, MOST_MADE) if row.asset_id is None]
    if not rows:
        return _nothing()
    form = _equipment_form(rows)
    if form.submitted_and_valid():
        with (
            form.saving(),
            audit.change_set(
                ChangeSetKind.BULK,
                Sentence(N_("Equipment made of presences")),
                actor=g.actor,
                entity_id=rows[0].entity_id,
            ) as kept,
        ):
            made = settling.make_equipment(_asked(form, rows), actor=g.actor)
        if not form.errors:
            return done(
                words.made_words(made), to=url_for(".presences"), undo_url=undo_own_url(kept.public_id)
            )
    return page("discovery/presences_equipment.html", form=form, status=form.status, rows=rows, words=words)


def _equipment_form(rows: list[Presence]) -> Any:
    given = request.form if request.form.get("step") == "apply" else None
    form = forms.equipment_form(row.public_id for row in rows)(given, **_prefilled(rows))
    categories = references.category_choices(catalog.active_categories(), _)
    for row in rows:
        form[f"category_{row.public_id}"].choices = options([("", ""), *categories])
    return form


def _prefilled(rows: list[Presence]) -> dict[str, Any]:
    """What each line of the form begins with: the name, and the category where the guess is sure of the kind."""
    by_kind = {category.kind: category.public_id for category in reversed(catalog.active_categories())}
    kinds = [(row.public_id, words.kind_of(row)) for row in rows]
    return {
        **{f"name_{row.public_id}": row.name for row in rows},
        **{f"category_{key}": by_kind.get(kind) for key, kind in kinds if kind is not None},
    }


def _asked(form: Any, rows: list[Presence]) -> list[tuple[Presence, dict[str, Any]]]:
    """The columns of each asset to be."""
    asked = []
    for row in rows:
        # By its id: one that is identified meanwhile must not hand its line to the next.
        given = {name: form[f"{name}_{row.public_id}"].data for name in ("name", "serial", "tag", "category")}
        values = references.resolved(given, MAKE)
        place = row.range.location_id if row.range and row.range.entity_id == row.entity_id else None
        asked.append((row, {**values, "location_id": place}))
    return asked
