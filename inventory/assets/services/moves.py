"""Changes an asset's state, entity and place from a day on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset
from inventory.assets.services import claims, history
from inventory.assets.services.custody import check_release, open_custodies, release_all
from inventory.assets.services.dossiers import Dossier, histories_of
from inventory.assets.states import State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import DomainError, Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location

MACHINES = frozenset({"run", "system"})
PLACED = ("entity_id", "location_id")
_UNCHANGED: Any = object()


def change_state(
    asset: Asset, to: State, *, actor: Actor, on: date | None = None, **data: Any
) -> audit.Changes:
    """Move an asset to a state from a day on (today unless given) and return {field: [old, new]}.

    `data` may hold note, disposal_route and condition. Dates that are empty are filled; leaving the fleet or
    coming back to stock ends the custody. Raises Refused for a move that the table does not have on that day,
    Invalid for data that the move asks for. No machine may call this.
    """
    _refuse_machines(actor)
    dossier = Dossier(asset)
    moved = note_state(dossier, to, actor=actor, on=on, data=data)
    follow_states([moved], actor=actor, data=data)
    return {"state": [moved.old, asset.state], **moved.filled}


def change_states(
    assets: Sequence[Asset], to: State, *, actor: Actor, on: date | None = None, **data: Any
) -> dict[int, DomainError]:
    """Do as `change_state` does for many assets, and return the refusals by asset id; the refused stay as they are."""
    _refuse_machines(actor)
    dossiers, custodies = histories_of(assets), open_custodies(assets)
    moved, refused = [], {}
    for asset in assets:
        try:
            day = history.effective_day(asset.entity_id, on)
            if to in lifecycle.RELEASES and asset.id in custodies:
                check_release(custodies[asset.id], day)
            moved.append(note_state(dossiers[asset.id], to, actor=actor, on=day, data=data))
        except DomainError as why:
            refused[asset.id] = why
    follow_states(moved, actor=actor, data=data, held=custodies.keys())
    return refused


@dataclass(frozen=True, slots=True)
class Moved:
    """A state that was noted: what it was, from which day it changed, which dates that filled."""

    asset: Asset
    old: State
    on: date
    filled: audit.Changes


def _refuse_machines(actor: Actor) -> None:
    if actor.kind in MACHINES:
        raise Refused(N_("Only a person says what state equipment is in."))


def note_state(
    dossier: Dossier, to: State, *, actor: Actor, on: date | None, data: Mapping[str, Any]
) -> Moved:
    """Note the state in a dossier: the caller saves and calls `follow_states`. Raises before anything is noted."""
    asset = dossier.asset
    on = history.effective_day(asset.entity_id, on)
    left = check_state(dossier, to, on=on, data=data)
    old = asset.state
    known = [name for name in fields.DAYS if getattr(asset, name)]
    filled: dict[str, Any] = dict(lifecycle.dates_filled(left, to, on, known))
    if to is State.DISPOSED:
        filled["disposal_route"] = data["disposal_route"]
    changes = audit.apply(asset, filled)
    history.note_change(dossier, on, {"state": to})
    asset.version += 1
    said = {"state": [left, to], **changes}
    audit.record(Action.STATE, "asset", asset, said, actor=actor, effective_on=on, note=data.get("note"))
    return Moved(asset, old, on, changes)


def check_state(dossier: Dossier, to: State, *, on: date, data: Mapping[str, Any]) -> State:
    """Return the state that an asset would leave on a day; raises Refused and Invalid as `change_state` does."""
    asset, stretches = dossier.asset, history.stretches_in(dossier)
    now = periods.at(stretches, on) or stretches[0]
    lifecycle.check(now.state, to, asset.category.kind, {"holder": asset.holder_id, **data})
    lifecycle.check_order(to, periods.next_value(stretches, on, "state"))
    return now.state


def follow_states(
    moved: Sequence[Moved], *, actor: Actor, data: Mapping[str, Any], held: Collection[int] | None = None
) -> None:
    """Save, end the custody of what nobody holds any more (of those in `held`, where that is known), and tell the hooks."""
    db.session.flush()
    leaving = [
        (one.asset, one.on)
        for one in moved
        if one.asset.state in lifecycle.RELEASES and (held is None or one.asset.id in held)
    ]
    if leaving:
        release_all(leaving, actor=actor, condition=data.get("condition"))
    told = [
        {"asset": one.asset, "old": one.old, "new": one.asset.state, "on": one.on, "actor": actor}
        for one in moved
    ]
    registry.run_hooks_for_each("asset.state_changed", told)


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
    dossier = Dossier(asset, claims=claims.claims_of(asset, PLACED))
    changes, on = note_place(dossier, actor=actor, on=on, entity=entity, location=location, note=note)
    if changes:
        db.session.flush()
        registry.run_hooks("asset.moved", asset=asset, changes=changes, on=on, actor=actor)
    return changes


def place_many(
    assets: Sequence[Asset], *, actor: Actor, on: date | None = None, note: str | None = None, **where: Any
) -> dict[int, DomainError]:
    """Do as `place` does for many assets (`where`: entity, location), and return the refusals by asset id."""
    dossiers, refused, moved = histories_of(assets, PLACED), {}, []
    for asset in assets:
        try:
            moved.append((asset, *note_place(dossiers[asset.id], actor=actor, on=on, note=note, **where)))
        except DomainError as why:
            refused[asset.id] = why
    db.session.flush()
    for asset, changes, day in moved:
        if changes:
            registry.run_hooks("asset.moved", asset=asset, changes=changes, on=day, actor=actor)
    return refused


def note_place(
    dossier: Dossier,
    *,
    actor: Actor,
    on: date | None = None,
    entity: Entity | None = None,
    location: Location | None = _UNCHANGED,
    note: str | None = None,
) -> tuple[audit.Changes, date]:
    """Note a move in a dossier and return what it changes and from which day: the caller saves. Raises before."""
    asset = dossier.asset
    on = history.effective_day(asset.entity_id, on)
    wanted = wanted_place(asset, entity, location)
    if not wanted:
        return {}, on
    changes: audit.Changes = {
        fields.public_name(n): [fields.display(n, getattr(asset, n)), fields.display(n, wanted[n])]
        for n in wanted
    }
    history.note_change(dossier, on, wanted)
    claims.note_act(dossier, wanted, actor=actor)
    asset.version += 1
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor, effective_on=on, note=note)
    return changes, on


def wanted_place(
    asset: Asset, entity: Entity | None = None, location: Location | None = _UNCHANGED
) -> dict[str, int | None]:
    """Return the columns that a move, as `place` takes it, changes; raises Refused for what is disposed of."""
    wanted: dict[str, int | None] = {}
    if entity is not None and entity.id != asset.entity_id:
        wanted["entity_id"] = entity.id
        if location is _UNCHANGED and _stays_behind(asset, entity):
            wanted["location_id"] = None
    if location is not _UNCHANGED and (location.id if location else None) != asset.location_id:
        wanted["location_id"] = location.id if location else None
    if wanted and asset.state is State.DISPOSED:
        raise Refused(N_("%(label)s is disposed of, so it cannot be moved."), label=asset.label)
    return wanted


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
