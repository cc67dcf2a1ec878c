"""Changes an asset's state, entity and place from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset
from inventory.assets.services import claims, history
from inventory.assets.services.custody import release
from inventory.assets.states import State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location

MACHINES = frozenset({"run", "system"})
_UNCHANGED: Any = object()


def change_state(
    asset: Asset, to: State, *, actor: Actor, on: date | None = None, **data: Any
) -> audit.Changes:
    """Move an asset to a state from a day on (today unless given) and return {field: [old, new]}.

    `data` may hold note, disposal_route and condition. Dates that are empty are filled; leaving the fleet or
    coming back to stock ends the custody. Raises Refused for a move that the table does not have on that day,
    Invalid for data that the move asks for. No machine may call this.
    """
    if actor.kind in MACHINES:
        raise Refused(N_("Only a person says what state equipment is in."))
    on = history.effective_day(asset.entity_id, on)
    stretches = history.stretches_of(asset)
    now = periods.at(stretches, on) or stretches[0]
    lifecycle.check(now.state, to, asset.category.kind, {"holder": asset.holder_id, **data})
    lifecycle.check_order(to, periods.next_value(stretches, on, "state"))
    old = asset.state
    known = [name for name in fields.DAYS if getattr(asset, name)]
    filled: dict[str, Any] = dict(lifecycle.dates_filled(now.state, to, on, known))
    if to is State.DISPOSED:
        filled["disposal_route"] = data["disposal_route"]
    changes = audit.apply(asset, filled)
    history.change(asset, on, {"state": to})
    asset.version += 1
    audit.record(
        Action.STATE,
        "asset",
        asset,
        {"state": [now.state, to], **changes},
        actor=actor,
        effective_on=on,
        note=data.get("note"),
    )
    if asset.state in lifecycle.RELEASES:
        release(asset, on, actor=actor, condition=data.get("condition"))
    db.session.flush()
    registry.run_hooks("asset.state_changed", asset=asset, old=old, new=asset.state, on=on, actor=actor)
    return {"state": [old, asset.state], **changes}


def place(
    asset: Asset,
    *,
    actor: Actor,
    on: date | None = None,
    entity: Entity | None = None,
    location: Location | None = _UNCHANGED,
    note: str | None = None,
) -> audit.Changes:
    """Move an asset to an entity and/or a place from a day on; `location=None` says that its place is unknown.

    A place of the entity that it leaves is forgotten unless another is given. Returns {field: [old, new]} as
    people read them; raises Refused for what is gone, Invalid for a day in the future.
    """
    if asset.state is State.DISPOSED:
        raise Refused(N_("%(label)s is disposed of, so it cannot be moved."), label=asset.label)
    on = history.effective_day(asset.entity_id, on)
    wanted: dict[str, int | None] = {}
    if entity is not None and entity.id != asset.entity_id:
        wanted["entity_id"] = entity.id
        if location is _UNCHANGED and _stays_behind(asset, entity):
            wanted["location_id"] = None
    if location is not _UNCHANGED and (location.id if location else None) != asset.location_id:
        wanted["location_id"] = location.id if location else None
    if not wanted:
        return {}
    old = {name: getattr(asset, name) for name in wanted}
    history.change(asset, on, wanted)
    claims.remember(asset, wanted, actor=actor)
    asset.version += 1
    changes = {
        fields.public_name(n): [fields.display(n, old[n]), fields.display(n, wanted[n])] for n in wanted
    }
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor, effective_on=on, note=note)
    db.session.flush()
    registry.run_hooks("asset.moved", asset=asset, changes=changes, on=on, actor=actor)
    return changes


def recategorize(
    asset: Asset, category_id: int | None, *, actor: Actor, on: date | None = None
) -> audit.Changes:
    """Say that an asset is of another category from a day on (a correction goes through `update_asset`)."""
    if category_id is None:
        raise Invalid("category", N_("Choose a category."))
    if category_id == asset.category_id:
        return {}
    on = history.effective_day(asset.entity_id, on)
    names = [fields.display("category_id", asset.category_id), fields.display("category_id", category_id)]
    history.change(asset, on, {"category_id": category_id})
    claims.remember(asset, {"category_id": category_id}, actor=actor)
    asset.version += 1
    audit.record(Action.UPDATED, "asset", asset, {"category": names}, actor=actor, effective_on=on)
    db.session.flush()
    return {"category": names}


def _stays_behind(asset: Asset, entity: Entity) -> bool:
    """Say whether the asset's place belongs to neither the new entity nor one above it."""
    location = db.session.get(Location, asset.location_id) if asset.location_id else None
    if location is None:
        return False
    return f"/{location.entity_id}/" not in entity.path
