"""Keeps who answers for an asset, from when until when, in what condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from inventory.assets import fields, lifecycle
from inventory.assets.models import Asset, Custody
from inventory.assets.services.dossiers import Dossier
from inventory.assets.states import Condition, State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import among, db, row_of
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
    statement = select(Custody).where(among(Custody.asset_id, found)).order_by(Custody.from_on, Custody.id)
    for row in db.session.scalars(statement):
        found[row.asset_id].append(row)
    return found


def open_custodies(assets: Sequence[Asset]) -> dict[int, Custody]:
    """Return the present custody of each of these assets that has one, by asset id."""
    statement = select(Custody).where(
        among(Custody.asset_id, [asset.id for asset in assets]), Custody.until_on.is_(None)
    )
    return {custody.asset_id: custody for custody in db.session.scalars(statement)}


def open_custody(asset: Asset) -> Custody | None:
    """Return the custody that has not ended, or None."""
    return next((row for row in custodies_of(asset) if row.until_on is None), None)


def note_hand_over(
    dossier: Dossier, rows: Sequence[Custody], new: Custody, *, actor: Actor
) -> tuple[Custody | None, Custody]:
    """Note in a dossier that an asset, whose custodies are `rows`, changes hands; returns the custody before and the new one.

    The caller saves, puts it into service and tells the hooks. Raises Refused before anything is noted.
    """
    asset = dossier.asset
    check_held(asset)
    old = _lay(asset, rows, new)
    _set_holder(asset, new if new.until_on is None else next((r for r in rows if r.until_on is None), None))
    _record(asset, (old, new), actor=actor, on=new.from_on, note=new.note)
    return old, new


def note_release(asset: Asset, current: Custody, handover: Handover, on: date, *, actor: Actor) -> None:
    """Note that the present custody of an asset ends on a day: the caller saves and tells the hooks.

    Raises Refused for a day before it began.
    """
    check_release(current, on)
    current.until_on, current.condition_in = on, handover.condition
    if handover.note:
        current.note = f"{current.note}\n{handover.note}" if current.note else handover.note
    _set_holder(asset, None)
    _record(asset, (current, None), actor=actor, on=on, note=handover.note)


def check_holder(state: State, person_id: int) -> None:
    """Raise Invalid when the person is unknown, or when nobody can hold what is in this state."""
    if state in lifecycle.GONE or state is State.ON_ORDER:
        raise Invalid("holder", N_("Nobody can hold what is %(state)s."), state=state)
    if row_of(Person, person_id) is None:
        raise Invalid("holder", N_("There is no such person."))


def beginning(asset: Any, on: date) -> dict[str, Any]:
    """Return as a row of Custody that a new asset was logged with its holder, from day `on`."""
    return {"asset_id": asset.id, "person_id": asset.holder_id, "from_on": on}


def release_all(
    leaving: Sequence[tuple[Asset, date]], *, actor: Actor, condition: Condition | None = None
) -> None:
    """End the open custodies of those assets that have one, each on its day, in a fixed number of queries.

    Raises Refused for a day before one began.
    """
    current = open_custodies([asset for asset, _on in leaving])
    named = [{"holder_id": row.person_id, "location_id": row.location_id} for row in current.values()]
    at_hand = fields.at_hand(named)
    told = []
    with db.session.no_autoflush:
        for asset, on in leaving:
            if (old := current.get(asset.id)) is not None:
                note_release(asset, old, Handover(condition=condition), on, actor=actor)
                told.append({"asset": asset, "old": old, "new": None, "on": on, "actor": actor})
    db.session.flush()
    del at_hand
    registry.run_hooks_for_each("asset.custody_changed", told)


def check_release(custody: Custody, on: date) -> None:
    """Raise Refused for a day before a custody began."""
    if on < custody.from_on:
        raise Refused(
            N_("It was handed over later, on %(day)s. Choose that day or a later one."), day=custody.from_on
        )


def check_held(asset: Asset) -> None:
    """Raise Refused for what nobody can hold: on order, missing, retired and after."""
    if asset.state in lifecycle.HELD:
        return
    if asset.state is State.MISSING:
        raise Refused(N_("%(label)s is missing. Say that it is found first."), label=asset.label)
    raise Refused(
        N_("%(label)s is %(state)s, so it cannot be handed over."), label=asset.label, state=asset.state
    )


def check_free(rows: Sequence[Custody], on: date) -> tuple[Custody | None, date | None]:
    """Return the custody that one from a day on would end, and the day on which a later one begins; None for none.

    Raises Refused for a day within one that has ended.
    """
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
    return covering, later


def _lay(asset: Asset, rows: Sequence[Custody], new: Custody) -> Custody | None:
    """Lay the custody among those of the asset so that none overlaps and return the one it ends; a forgotten one ends
    where the next begins.
    """
    covering, later = check_free(rows, new.from_on)
    if covering is not None:
        covering.until_on, covering.condition_in = new.from_on, new.condition_out
    new.asset_id, new.until_on = asset.id, later
    db.session.add(new)
    return covering


def _set_holder(asset: Asset, current: Custody | None) -> None:
    asset.holder_id = current.person_id if current else None
    asset.version += 1
    fields.forget_relations(asset)


def label_of(custody: Custody | None) -> str | None:
    """Return who or what a custody names."""
    if custody is None:
        return None
    person = db.session.get(Person, custody.person_id) if custody.person_id else None
    location = db.session.get(Location, custody.location_id) if custody.location_id else None
    return words_of(person, location)


def words_of(person: Person | None, location: Location | None) -> str | None:
    """Return what stands for a person, a place, or a person at a place."""
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
