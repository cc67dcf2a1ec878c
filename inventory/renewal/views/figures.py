"""Shows the sixth: of all communes, of one, and the equipment behind each number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from inventory.assets import lists
from inventory.assets.ages import Age, AgeBasis
from inventory.assets.models import Asset
from inventory.assets.queries import View, joins, matching
from inventory.audit.remembering import memory
from inventory.catalog.models import Category
from inventory.core import charts, clock
from inventory.core.addresses import pattern
from inventory.core.guard import requires
from inventory.core.listing import Column, Listing
from inventory.core.permissions import Permission
from inventory.core.web import current_scope, load, page, panels_of
from inventory.core.wording import N_
from inventory.organization.addressed import entity_of
from inventory.renewal import presentation, queries, wording
from inventory.renewal.forms import PresentForm
from inventory.renewal.models import Snapshot
from inventory.renewal.queries import Ask, Family, Figure, Selection
from inventory.renewal.views.asked import ask_of, selection_of
from inventory.renewal.views.blueprint import bp

SHOWN = 10


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """The sixth of every commune of the scope, what misses most first."""
    ids, today = current_scope().entity_ids, clock.today()
    found = memory().exact(("sixths", ids, today), lambda: queries.overview(queries.communes(ids)))
    rows = [presentation.bullet(one, one.main, url=presentation.address(one.ask)) for one in found]
    return page(
        "renewal/index.html",
        found=found,
        bullets=charts.bullets(rows),
        total=wording.total(found),
        rows=presentation.overview_rows(found),
        panels=panels_of("sixths", found, found[0].entity.id) if found else [],
    )


@bp.route("/<code>")
@requires(Permission.VIEW)
def detail(code: str) -> Response:
    """The sixth of one entity: how the year stands, ages, candidates, what was recorded, the rule."""
    entity = entity_of(code)
    ask = ask_of(entity)
    figures, to_do = _counted(ask)
    return page(
        "renewal/detail.html",
        entity=entity,
        ask=ask,
        figures=figures,
        heads=[presentation.headline(figures, part) for part in figures.families],
        shown=presentation,
        wording=wording,
        panels=panels_of("sixth", figures, entity.id),
        present_form=PresentForm(),
        **_beside(ask, to_do),
    )


def _counted(ask: Ask) -> tuple[queries.Figures, dict[Figure, list[int]]]:
    """Return the figures, and the ids of what is to do first about two of them."""
    of = ask.perimeter
    asked = of.entity.id, of.part, of.entity_ids, ask.year, ask.as_of
    first = (Figure.CANDIDATES, Figure.UNKNOWN_AGE)
    counted, to_do = memory().exact(
        ("sixth", *asked), lambda: (queries.figures_of([ask])[0], queries.first_ids(ask, first, SHOWN))
    )
    return replace(counted, ask=ask), to_do


def _beside(ask: Ask, to_do: dict[Figure, list[int]]) -> dict[str, Any]:
    """Return the rows that stand beside the figures: what to fix, to renew, and what is recorded."""
    recorded = queries.recorded(ask, SHOWN + 1)
    rows = queries.named_rows({id_ for ids in to_do.values() for id_ in ids})
    named = {figure: [rows[id_] for id_ in ids if id_ in rows] for figure, ids in to_do.items()}
    return {
        "unknown": named[Figure.UNKNOWN_AGE],
        "candidates": named[Figure.CANDIDATES],
        "recorded": recorded[:SHOWN],
        "more_recorded": len(recorded) > SHOWN,
        "snapshots": queries.snapshots(ask.perimeter.entity.id)[:SHOWN],
    }


@bp.route("/<code>/assets")
@requires(Permission.VIEW)
def assets(code: str) -> Response:
    """The very equipment behind one figure, and its export."""
    ask, selection = ask_of(entity_of(code)), selection_of()
    listing = _listing(ask, selection)
    if listing.wants_export:
        return listing.export(_(selection.figure.label))
    return page("renewal/assets.html", ask=ask, selection=selection, listing=listing, shown=presentation)


def _listing(ask: Ask, selection: Selection) -> Listing:
    view = View(queries.shown_day(ask, selection))
    of_candidates, address = selection.figure is Figure.CANDIDATES, pattern("assets.detail")
    columns = [column for column in lists.columns(view) if column.key != "last_seen"]
    if of_candidates:
        columns.append(_why(ask.as_of))
    listing = Listing(
        f"renewal-{selection.figure.value}",
        queries.assets(ask, selection),
        columns=columns,
        id_column=Asset.id,
        row_url=lambda row: address(lists.asset_of(row).public_id),
        public_id=lambda row: lists.asset_of(row).public_id,
        public_id_column=Asset.public_id,
        search=matching,
        default_sort="age" if of_candidates else "tag",
        joins=joins(view),
    ).recorded()
    return listing.empty(
        _("No equipment is behind this figure."), presentation.address(ask), _("Back to the figures")
    )


def _why(on: date) -> Column:
    def said(*known: Any) -> str:
        *days, life, warranty_ends_on = known
        ages = (Age(day, basis) for basis, day in zip(AgeBasis, days, strict=True) if day)
        return wording.reasons(next(ages, None), life, warranty_ends_on, on)

    days = [getattr(Asset, basis.value) for basis in AgeBasis]
    data = (*days, Category.service_life_months, Asset.warranty_ends_on)
    return Column("why", N_("Why"), lambda row: wording.why(lists.asset_of(row), on), data=data, shape=said)


@bp.route("/<code>/replacements")
@requires(Permission.VIEW)
def replacements(code: str) -> Response:
    """Every replacement of the year, counted or not, and why."""
    entity = entity_of(code)
    ask = ask_of(entity)
    return page(
        "renewal/replacements.html",
        entity=entity,
        ask=ask,
        recorded=queries.recorded(ask),
        shown=presentation,
    )


@bp.route("/presented/<public_id>")
@requires(Permission.VIEW)
def presented(public_id: str) -> Response:
    """Figures as they were presented, beside what the same question answers today."""
    snapshot = load(Snapshot, public_id)
    ask = queries.ask(snapshot.entity, part=queries.Part(snapshot.perimeter), year=snapshot.year)
    now = queries.figures_of([ask])[0]
    families = [(family, snapshot.figures["families"][family.value]) for family in Family]
    return page(
        "renewal/presented.html",
        base_on=date.fromisoformat(snapshot.figures["base_on"]),
        snapshot=snapshot,
        now=now,
        families=families,
        shown=presentation,
        wording=wording,
    )
