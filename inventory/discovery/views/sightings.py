"""What was seen: the list, and one thing with its revisions and raw facts."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from inventory.core import registry
from inventory.core.addresses import row_pages
from inventory.core.database import db
from inventory.core.guard import requires
from inventory.core.listing import Column, Filter, Listing
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, load, page
from inventory.core.wording import N_
from inventory.discovery import presentation, queries
from inventory.discovery.models import Credential, Sighting
from inventory.discovery.views.blueprint import bp, tabs

# Features to the right add what they know of a sighting, such as whether it is linked to an asset.
MORE_COLUMNS: list[Column] = []
MORE_FILTERS: list[Filter] = []


def add_column(column: Column) -> None:
    """Add a column to the list of what was seen; once for each key."""
    if all(known.key != column.key for known in MORE_COLUMNS):
        MORE_COLUMNS.append(column)


def add_filter(choice: Filter) -> None:
    """Add a filter to the list of what was seen; once for each key."""
    if all(known.key != choice.key for known in MORE_FILTERS):
        MORE_FILTERS.append(choice)


def _absent(statement: Select[Any], value: str) -> Select[Any]:
    column = Sighting.absent_since
    return statement.where(column.is_not(None) if value == "1" else column.is_(None))


FACT_KIND = Sighting.observation["facts"]["kind"].as_string()
COLUMNS = (
    Column("name", N_("Name"), presentation.name_beside_model, kind="name", title=lambda row: row.target),
    Column("kind", N_("Kind"), presentation.kind_of),
    Column("model", N_("Maker and model"), presentation.model_of),
    Column("serial", N_("Serial number"), lambda row: row.observation["facts"].get("serial")),
    Column("target", N_("Seen at"), lambda row: row.target, sort=Sighting.target_order),
    Column(
        "last_seen_at",
        N_("Last seen"),
        lambda row: row.last_seen_at,
        kind="instant",
        sort=Sighting.last_seen_at,
    ),
    Column(
        "first_seen_at",
        N_("First seen"),
        lambda row: row.first_seen_at,
        kind="instant",
        sort=Sighting.first_seen_at,
    ),
    Column("absent_since", N_("Absent since"), lambda row: row.absent_since, kind="instant"),
    Column("site", N_("Site"), lambda row: row.site_code, sort=Sighting.site_code),
)
FILTERS = (
    Filter(
        "subject",
        N_("What"),
        lambda stmt, value: stmt.where(Sighting.subject == value),
        options=presentation.subject_options,
    ),
    Filter(
        "kind",
        N_("Kind"),
        lambda stmt, value: stmt.where(value == FACT_KIND),
        options=presentation.kind_options,
    ),
    Filter(
        "source",
        N_("Source"),
        lambda stmt, value: stmt.where(Sighting.source == value),
        options=presentation.source_options,
    ),
    Filter("absent", N_("No longer seen"), _absent, kind="bool"),
    Filter("site", N_("Site"), lambda stmt, value: stmt.where(Sighting.site_code == value), kind="text"),
)


@bp.route("/sightings/")
@requires(Permission.VIEW)
def sightings() -> Response:
    """List what was seen."""
    listing = Listing(
        "sightings",
        queries.sightings(current_scope()),
        columns=(*COLUMNS, *MORE_COLUMNS),
        filters=(*FILTERS, *MORE_FILTERS),
        search=queries.matching_sightings,
        # What is new comes first: what was there the day before is seen again every night, all of it.
        default_sort="-first_seen_at",
        id_column=Sighting.id,
        row_url=row_pages("discovery.sighting"),
    )
    if listing.wants_export:
        return listing.export(_("Sightings"))
    listing.empty(
        _("Nothing was seen yet. Scan a range or read a directory."), url_for(".index"), _("See the sources")
    )
    return page("discovery/sightings.html", tabs=tabs("discovery.sightings"), listing=listing)


def _credential_of(row: Sighting) -> Credential | None:
    """The credential that a device answered to last, for those who may scan."""
    if row.credential_id is None or not access().allows(Permission.SCANS_RUN, row.entity_id):
        return None
    return db.session.get(Credential, row.credential_id)


@bp.route("/sightings/<public_id>")
@requires(Permission.VIEW)
def sighting(public_id: str) -> Response:
    """Show one thing as a source sees it: now and before."""
    row = load(Sighting, public_id)
    panels = [(panel, panel.load(row)) for panel in registry.panels("sighting")]
    return page(
        "discovery/sighting.html",
        sighting=row,
        title=presentation.title_of(row),
        about=presentation.about(row, _credential_of(row)),
        facts=presentation.facts(row),
        identifiers=presentation.identifiers(row),
        network=presentation.network_panel(row),
        supplies=presentation.supplies_panel(row),
        changes=presentation.revision_entries(row, queries.revisions(row)),
        panels=[(panel, context) for panel, context in panels if context is not None],
    )
