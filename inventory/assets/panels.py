"""What the pages of people and places show of equipment."""

from __future__ import annotations

from typing import Any

from inventory.assets import lists, queries
from inventory.core.registry import Panel
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization.models import Location, Person


def _held(person: Person) -> dict[str, Any]:
    return _rows(
        list(queries.held_by(person)), N_("This person holds no equipment."), {"holder": person.public_id}
    )


def _standing(location: Location) -> dict[str, Any]:
    return _rows(
        list(queries.standing_at(location)), N_("No equipment is here."), {"place": location.public_id}
    )


def _rows(assets: list[Any], nothing: str, address: dict[str, str]) -> dict[str, Any]:
    seen = [asset for asset in assets if asset.entity_id in access().roles]
    return {"assets": seen, "model_words": lists.model_words, "nothing": nothing, "address": address}


HELD = Panel("held", N_("Equipment held"), "assets/_panel_equipment.html", _held, order=20)
STANDING = Panel("standing", N_("Equipment here"), "assets/_panel_equipment.html", _standing, order=20)
