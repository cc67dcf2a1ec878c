"""What the pages of people, places and the catalogue show of equipment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from flask import url_for

from inventory.assets import holdings, lifecycle, lists, queries, services
from inventory.assets.lists.filters import IN_FLEET, IN_USE
from inventory.assets.models import Asset
from inventory.audit import queries as trail
from inventory.audit.presentation import entries
from inventory.core import registry
from inventory.core.access import Scope
from inventory.core.permissions import Permission
from inventory.core.registry import Panel, Stream, Tally
from inventory.core.web import access, current_scope
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Location, Person


def _held(person: Person) -> dict[str, Any]:
    assets = [asset for asset in queries.held_by(person) if asset.entity_id in access().roles]
    past = [row for row in holdings.past_custodies(person) if row.asset.entity_id in access().roles]
    return {
        "person": person,
        "assets": assets,
        "since": holdings.held_since(person),
        "past": past,
        "model_words": lists.model_words,
        "may_take_back": any(
            access().allows(Permission.ASSETS_HAND_OVER, asset.entity_id) for asset in assets
        ),
    }


def _custody_entries(person: Person, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """Return when a person was handed equipment and when it was taken back, as entries of their history."""
    found = []
    ever_held = holdings.ever_held(person, access().roles)
    for record in trail.custody_records(person.display_name, ever_held, before, limit):
        entry = entries([record])[0]
        url = url_for("assets.detail", public_id=record.object_id)
        found.append({**entry, "title": f"{record.object_label} · {entry['title']}", "url": url})
    return found


def _standing(location: Location) -> dict[str, Any]:
    seen = Scope(access().entity_ids(Permission.VIEW))
    assets, total = holdings.standing_at(location, seen)
    return {
        "assets": assets,
        "total": total,
        "model_words": lists.model_words,
        "nothing": N_("No equipment is here."),
        "address": {"place": location.public_id},
    }


def _connected(asset: Asset) -> dict[str, Any] | None:
    above, below = services.open_connections(asset)
    may_edit = access().allows(Permission.ASSETS_EDIT, asset.entity_id) and asset.state not in lifecycle.GONE
    if above is None and not below and not may_edit:
        return None
    seen = access().roles
    return {
        "asset": asset,
        "above": above if above is not None and above.parent.entity_id in seen else None,
        "below": [row for row in below if row.child.entity_id in seen],
        "model_words": lists.model_words,
        "may_edit": may_edit,
    }


CONNECTED = Panel("connected", N_("Connected equipment"), "assets/_connected.html", _connected, order=45)
HELD = Panel("held", N_("Equipment held"), "assets/_panel_held.html", _held, order=20)
CUSTODY = Stream("custody", N_("Custody"), _custody_entries)


def _figures(entity: Entity) -> dict[str, Any]:
    below = organization.branch_ids(entity) & access().roles.keys()
    scope = Scope(frozenset(below), entity.id, entity.code, entity.name)
    counts = holdings.figures(scope)
    asked: dict[str, dict[str, Any]] = {
        "fleet": {"state": IN_FLEET},
        "in_use": {"state": IN_USE},
        "over_life": {"state": IN_USE, "age": "over_life"},
        "out_of_warranty": {"state": IN_USE, "warranty": "ended"},
        "unknown_age": {"state": IN_USE, "age": "unknown"},
    }
    return {
        "figures": [
            (key, FIGURE_WORDS[key], counts[key], url_for("assets.index", entity=entity.code, **arguments))
            for key, arguments in asked.items()
        ]
    }


FIGURE_WORDS = {
    "fleet": N_("Equipment"),
    "in_use": N_("In use"),
    "over_life": N_("Over its service life"),
    "out_of_warranty": N_("Out of warranty"),
    "unknown_age": N_("Of unknown age"),
}
FIGURES = Panel(
    "figures", N_("Equipment, with the entities below"), "assets/_figures.html", _figures, order=5
)


def _by_place(ids: Collection[int]) -> dict[int, int]:
    return holdings.counts_by("location_id", ids)


def _by_entity(ids: Collection[int]) -> dict[int, int]:
    return holdings.counts_by("entity_id", ids)


AT_PLACE = Tally(
    "equipment", N_("Equipment"), _by_place, lambda row: url_for("assets.index", place=row.public_id)
)
OF_ENTITY = Tally(
    "equipment", N_("Equipment"), _by_entity, lambda row: url_for("assets.index", entity=row.code)
)


def _seen(column: str, asked: Callable[[Any], dict[str, Any]]) -> Tally:
    """Return the tally of what the reader sees of each category, maker, model or holder, and its list."""
    return Tally(
        "equipment",
        N_("Equipment"),
        lambda ids: holdings.counts_by(column, ids, current_scope()),
        lambda row: url_for("assets.index", **{"state": IN_FLEET, **asked(row)}),
    )


SEEN = {
    "category": _seen("category_id", lambda row: {"category": row.code}),
    "manufacturer": _seen("manufacturer_id", lambda row: {"maker": row.public_id}),
    "model": _seen("model_id", lambda row: {"model": row.public_id}),
    "person": _seen("holder_id", lambda row: {"holder": row.public_id}),
}
STANDING = Panel("standing", N_("Equipment here"), "assets/_panel_equipment.html", _standing, order=20)


def register() -> None:
    """Let people, places, entities and the catalogue show the equipment that they hold, and items what is connected to them."""
    registry.panel("asset", CONNECTED)
    registry.panel("person", HELD)
    registry.stream("person", CUSTODY)
    registry.panel("entity", FIGURES)
    registry.tally("location", AT_PLACE)
    registry.tally("entity", OF_ENTITY)
    for noun, tally in SEEN.items():
        registry.tally(noun, tally)
    registry.panel("location", STANDING)
