"""Hands assets over and takes them back: who answers for one, from when until when, in what condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset, Custody
from inventory.assets.services import claims, history
from inventory.assets.services.dossiers import Dossier
from inventory.assets.states import Condition, State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Location, Person


@dataclass(frozen=True, slots=True)
class Handover:
    """What changes hands at one end: the day (None: today), the condition, a note, and a loan or not."""

    on: date | None = None
    condition: Condition | None = None
    note: str | None = None
    loan: bool = False


def custodies_of(asset: Asset) -> list[Custody]:
    """Return an asset's custodies, oldest first."""
    statement = select(Custody).where(Custody.asset_id == asset.id).order_by(Custody.from_on, Custody.id)
    return list(db.session.scalars(statement))


def custodies_of_many(assets: Sequence[Asset]) -> dict[int, list[Custody]]:
    """Return the custodies of each of these assets, oldest first, by asset id."""
    found: dict[int, list[Custody]] = {asset.id: [] for asset in assets}
    statement = select(Custody).where(Custody.asset_id.in_(found)).order_by(Custody.from_on, Custody.id)
    for row in db.session.scalars(statement):
        found[row.asset_id].append(row)
    return found


def open_custodies(assets: Sequence[Asset]) -> dict[int, Custody]:
    """Return the present custody of each of these assets that has one, by asset id."""
    statement = select(Custody).where(
        Custody.asset_id.in_([asset.id for asset in assets]), Custody.until_on.is_(None)
    )
    return {custody.asset_id: custody for custody in db.session.scalars(statement)}


def open_custody(asset: Asset) -> Custody | None:
    """Return the custody that has not ended, or None."""
    return next((row for row in custodies_of(asset) if row.until_on is None), None)


def hand_over(
    asset: Asset,
    handover: Handover,
    *,
    actor: Actor,
    person: Person | None = None,
    location: Location | None = None,
) -> Custody:
    """Hand an asset to a person, a place, or a person at a place; ends the custody before it.

    What was in stock, in preparation or in reserve goes into service (on loan for a loan). Raises Refused for
    what is not held (on order, missing, retired and after) and when the day falls into an ended custody.
    """
    if person is None and location is None:
        raise Invalid("person", N_("Choose a person or a place."))
    on = history.effective_day(asset.entity_id, handover.on)
    _check_held(asset)
    if location is not None and location.id != asset.location_id:
        _move_to(asset, location, on, actor)
    new = Custody(
        person_id=person.id if person else None,
        location_id=location.id if location else None,
        from_on=on,
        condition_out=handover.condition,
        note=handover.note,
    )
    old = _begin(asset, new, handover.condition)
    _set_holder(asset)
    _record(asset, (old, new), actor=actor, on=on, note=handover.note)
    _serve(asset, on, actor, loan=handover.loan)
    registry.run_hooks("asset.custody_changed", asset=asset, old=old, new=new, on=on, actor=actor)
    return new


def note_hand_over(
    dossier: Dossier, rows: Sequence[Custody], person: Person, on: date, *, actor: Actor
) -> tuple[Custody | None, Custody]:
    """Note in a dossier that an asset, whose custodies are `rows`, is handed to a person; returns the old one and the new.

    The caller saves, puts it into service and tells the hooks. Raises Refused before anything is noted.
    """
    asset = dossier.asset
    _check_held(asset)
    new = Custody(person_id=person.id, from_on=on)
    old = _lay(asset, rows, new, None)
    holding = new if new.until_on is None else next((row for row in rows if row.until_on is None), None)
    asset.holder_id = holding.person_id if holding else None
    asset.version += 1
    fields.forget_relations(asset)
    _record(asset, (old, new), actor=actor, on=on)
    return old, new


def check_holder(state: State, person_id: int) -> None:
    """Raise Invalid when the person is unknown, or when nobody can hold what is in this state."""
    if state in lifecycle.GONE or state is State.ON_ORDER:
        raise Invalid("holder", N_("Nobody can hold what is %(state)s."), state=state)
    if db.session.get(Person, person_id) is None:
        raise Invalid("holder", N_("There is no such person."))


def beginning(asset: Asset, on: date) -> dict[str, Any]:
    """Return as a row of Custody that a new asset was logged with its holder, from day `on`."""
    return {"asset_id": asset.id, "person_id": asset.holder_id, "from_on": on}


def take_back(
    asset: Asset,
    handover: Handover,
    *,
    actor: Actor,
    location: Location | None = None,
    to: State = State.IN_STOCK,
) -> Custody:
    """End the present custody and put the asset in stock (or in another state that the table allows).

    Raises Refused when nobody holds it.
    """
    from inventory.assets.services.moves import change_state

    current = open_custody(asset)
    if current is None:
        raise Refused(N_("Nobody holds %(label)s."), label=asset.label)
    on = history.effective_day(asset.entity_id, handover.on)
    release(asset, on, actor=actor, condition=handover.condition, note=handover.note)
    if location is not None and location.id != asset.location_id:
        _move_to(asset, location, on, actor)
    if asset.state is not to:
        change_state(asset, to, actor=actor, on=on)
    return current


def release(
    asset: Asset, on: date, *, actor: Actor, condition: Condition | None = None, note: str | None = None
) -> None:
    """End the open custody on a day if there is one; raises Refused for a day before it began."""
    current = open_custody(asset)
    if current is None:
        return
    check_release(current, on)
    current.until_on, current.condition_in = on, condition
    if note:
        current.note = f"{current.note}\n{note}" if current.note else note
    db.session.flush()
    _set_holder(asset)
    _record(asset, (current, None), actor=actor, on=on, note=note)
    registry.run_hooks("asset.custody_changed", asset=asset, old=current, new=None, on=on, actor=actor)


def check_release(custody: Custody, on: date) -> None:
    """Raise Refused for a day before a custody began."""
    if on < custody.from_on:
        raise Refused(
            N_("It was handed over later, on %(day)s. Choose that day or a later one."), day=custody.from_on
        )


def _check_held(asset: Asset) -> None:
    if asset.state in lifecycle.HELD:
        return
    if asset.state is State.MISSING:
        raise Refused(N_("%(label)s is missing. Say that it is found first."), label=asset.label)
    raise Refused(
        N_("%(label)s is %(state)s, so it cannot be handed over."), label=asset.label, state=asset.state
    )


def _begin(asset: Asset, new: Custody, condition: Condition | None) -> Custody | None:
    """Write the custody so that none overlaps and return the one it ends; a forgotten one ends where the next begins."""
    covering = _lay(asset, custodies_of(asset), new, condition)
    db.session.flush()
    return covering


def _lay(asset: Asset, rows: Sequence[Custody], new: Custody, condition: Condition | None) -> Custody | None:
    """Do as `_begin` does among the custodies `rows` of the asset: the caller saves."""
    on = new.from_on
    covering = next(
        (row for row in rows if row.from_on <= on and (row.until_on is None or on < row.until_on)), None
    )
    later = min((row.from_on for row in rows if row.from_on > on), default=None)
    if covering is not None and (covering.until_on is not None or later is not None):
        last_day = (covering.until_on or later or on) - timedelta(days=1)
        raise Refused(
            N_("Somebody held it from %(start)s to %(end)s. Choose a day outside."),
            start=covering.from_on,
            end=last_day,
        )
    if covering is not None:
        covering.until_on, covering.condition_in = on, condition
    new.asset_id, new.until_on = asset.id, later
    db.session.add(new)
    return covering


def _set_holder(asset: Asset) -> None:
    current = open_custody(asset)
    asset.holder_id = current.person_id if current else None
    asset.version += 1
    db.session.flush()
    fields.forget_relations(asset)


def _move_to(asset: Asset, location: Location, on: date, actor: Actor) -> None:
    old = asset.location_id
    history.change(asset, on, {"location_id": location.id})
    claims.remember(asset, {"location_id": location.id}, actor=actor)
    before = db.session.get(Location, old) if old else None
    changes: dict[str, list[Any]] = {"location": [before.name if before else None, location.name]}
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor, effective_on=on)


def _serve(asset: Asset, on: date, actor: Actor, *, loan: bool) -> None:
    from inventory.assets.services.moves import change_state

    stretches = history.stretches_of(asset)
    state = (periods.at(stretches, on) or stretches[0]).state
    starts = state in lifecycle.HELD - lifecycle.IN_USE
    changes_terms = state in (State.ON_LOAN, State.IN_SERVICE) and loan != (state is State.ON_LOAN)
    if starts or changes_terms:
        change_state(asset, State.ON_LOAN if loan else State.IN_SERVICE, actor=actor, on=on)


def label_of(custody: Custody | None) -> str | None:
    """Return who or what a custody names."""
    if custody is None:
        return None
    person = db.session.get(Person, custody.person_id) if custody.person_id else None
    location = db.session.get(Location, custody.location_id) if custody.location_id else None
    return (
        " · ".join(name for name in (person and person.display_name, location and location.name) if name)
        or None
    )


def _record(
    asset: Asset,
    hands: tuple[Custody | None, Custody | None],
    *,
    actor: Actor,
    on: date,
    note: str | None = None,
) -> None:
    changes: dict[str, list[Any]] = {"holder": [label_of(custody) for custody in hands]}
    audit.record(Action.CUSTODY, "asset", asset, changes, actor=actor, effective_on=on, note=note)
