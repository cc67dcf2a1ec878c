"""Pages of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core.addresses import here
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import current_scope, done, load, page, panels_of, piece, undo_own_url
from inventory.core.wording import N_
from inventory.organization import forms, place_files, queries, services, tallies
from inventory.organization.addressed import entity_of
from inventory.organization.choices import chosen, chosen_entity, entity_options, show_place
from inventory.organization.models import Location, LocationKind

bp = Blueprint("locations", __name__, url_prefix="/places")
MENU = MenuEntry(
    Group.MAIN, N_("Places"), "locations.index", "map-pin", Permission.VIEW, order=30, shortcut="g l"
)


# Up to so many places are shown at once; of more, each entity's open when they are asked for.
SHOWN_AT_ONCE = 150
MOST_FOUND = 200


@bp.route("/")
@requires(Permission.VIEW)
def index() -> Response:
    """Show the places of the scope as one tree for each entity, or those that have the words asked for."""
    scope, words = current_scope(), request.args.get("q", "").strip()
    if request.args.get("format") in place_files.FORMS:
        return place_files.answer(request.args["format"], scope, words)
    counts = queries.location_counts(scope)
    branches = [row for row in queries.tree(scope.entity_ids) if row.id in counts]
    total = sum(counts.values())
    found = queries.locations_found(scope, words, most=MOST_FOUND) if words else None
    is_small = total <= SHOWN_AT_ONCE or len(branches) == 1
    # Of many entities, the one that the page is narrowed to is open already.
    opened = counts if is_small else [id_ for id_ in counts if id_ == scope.entity_id]
    trees = queries.location_tree(opened) if opened and found is None else {}
    return page(
        "organization/locations.html",
        branches=_groups(queries.outline(branches)),
        counts=counts,
        total=total,
        words=words,
        files=[here({"format": form}) for form in place_files.FORMS],
        found=found,
        is_small=is_small,
        trees=trees,
        tallies=tallies.inclusive("location", [row for rows in trees.values() for row, _depth in rows]),
    )


def _groups(rows: Sequence[tuple[Any, int]]) -> list[list[tuple[Any, int]]]:
    """Return the entities each with those below it; the one above all others stands by itself."""
    highest = 1 if len(rows) > 1 and rows[1][1] == 1 and all(depth for _entity, depth in rows[1:]) else 0
    groups: list[list[tuple[Any, int]]] = []
    for entity, depth in rows:
        if depth <= highest or not groups:
            groups.append([])
        groups[-1].append((entity, depth))
    return groups


@bp.route("/of/<code>")
@requires(Permission.VIEW)
def branch(code: str) -> Response:
    """Show the places of one entity, as the list of all opens them."""
    entity = entity_of(code)
    rows = queries.location_tree([entity.id]).get(entity.id, [])
    counted = tallies.inclusive("location", [location for location, _depth in rows])
    whole = url_for(".index", entity=code, _anchor=f"entity-{code}")
    return piece("organization/_branch.html", whole, rows=rows, tallies=counted)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.LOCATIONS_EDIT)
def create() -> Response:
    """Add a place, at the top or inside another."""
    form = forms.NewLocationForm(request.form, parent=request.args.get("inside"))
    form.entity.choices = options(entity_options(Permission.LOCATIONS_EDIT))
    above = show_place(form.parent)
    if not form.sent:
        form.entity.data = queries.public_id_of(above.entity_id if above else g.scope.entity_id)
        form.kind.process_data(LocationKind.usual_inside(above.kind if above else None))
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            entity = chosen_entity(values.pop("entity"), Permission.LOCATIONS_EDIT)
            parent = chosen(Location, values.pop("parent"), field="parent")
            location = services.create_location(values, entity=entity, parent=parent, actor=g.actor)
        if not form.errors:
            return done(
                _("%(name)s is added.", name=location.name),
                to=url_for(".detail", public_id=location.public_id),
            )
    return page("organization/location_form.html", form=form, status=form.status, location=None)


@bp.route("/<public_id>")
@requires(Permission.VIEW)
def detail(public_id: str) -> Response:
    """Show a place: what is inside it and what features add."""
    location = load(Location, public_id)
    below = queries.below(location)
    return page(
        "organization/location.html",
        location=location,
        above=queries.above(location),
        inside=[(row, 0) for row in below if row.parent_id == location.id],
        tallies=tallies.inclusive("location", below),
        panels=panels_of("location", location, location.entity_id),
    )


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.LOCATIONS_EDIT)
def edit(public_id: str) -> Response:
    """Change a place, or move it inside another with all that it holds."""
    location = load(Location, public_id, Permission.LOCATIONS_EDIT)
    form = forms.LocationForm(request.form, obj=location)
    show_place(form.parent)
    # A place is inside another of its own entity.
    form.parent.near = location.entity.public_id
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            parent = chosen(Location, values.pop("parent"), field="parent")
            moved = services.update_location(
                location, values, parent=parent, version=form.seen_version(), actor=g.actor
            )
        if not form.errors:
            words = _("%(name)s is saved.", name=location.name)
            if moved is not None:
                words = _("%(name)s is moved, with all that stands in it.", name=location.name)
            undo_url = undo_own_url(moved.public_id) if moved is not None else None
            return done(words, to=url_for(".detail", public_id=public_id), undo_url=undo_url)
    return page("organization/location_form.html", form=form, status=form.status, location=location)
