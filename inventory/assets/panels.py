"""What the pages of people and places show of equipment."""

from __future__ import annotations

from typing import Any

from inventory.assets import lifecycle, lists, queries, services
from inventory.assets.models import Asset
from inventory.core.permissions import Permission
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
HELD = Panel("held", N_("Equipment held"), "assets/_panel_equipment.html", _held, order=20)
STANDING = Panel("standing", N_("Equipment here"), "assets/_panel_equipment.html", _standing, order=20)
