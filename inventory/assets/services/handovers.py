"""Hands assets over and takes them back, one or many: all is checked before anything is noted, and saved in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.assets import lifecycle, periods
from inventory.assets.models import Asset, Custody
from inventory.assets.services import custody, history, moves
from inventory.assets.services.custody import Handover
from inventory.assets.services.dossiers import Dossier, histories_of
from inventory.assets.states import State
from inventory.audit import services as audit
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import DomainError, Invalid, Refused
from inventory.core.wording import N_
from inventory.organization.models import Location, Person


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands it goes into: a person's, a place's, a person's at a place; or, `back`, into stock at a place."""

    person: Person | None = None
    location: Location | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of hands comes to for one asset: from which day, from which custody, and into which state if that changes."""

    on: date
    old: Custody | None
    state: State | None


@dataclass(frozen=True, slots=True)
class _Noted:
    """A change of hands that was noted and is told once it is saved."""

    hands: dict[str, Any]
    moved: dict[str, Any] | None
    state: moves.Moved | None


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
    return _one(asset, handover, Hands(person, location), actor).hands["new"]


def take_back(asset: Asset, handover: Handover, *, actor: Actor, location: Location | None = None) -> Custody:
    """End the present custody and put the asset in stock; raises Refused when nobody holds it."""
    hands = Hands(location=location, back=True)
    return _one(asset, handover, hands, actor).hands["old"]


def _one(asset: Asset, handover: Handover, hands: Hands, actor: Actor) -> _Noted:
    dossier = histories_of([asset], moves.PLACED)[asset.id]
    noted = _note(dossier, custody.custodies_of(asset), handover, hands, actor=actor)
    _save([noted], actor)
    return noted


def change_hands(
    assets: Sequence[Asset], handover: Handover, hands: Hands, *, actor: Actor
) -> dict[int, DomainError]:
    """Do it to many assets in a fixed number of queries, and return the refusals by asset id; the refused stay as they are."""
    dossiers, rows = histories_of(assets, moves.PLACED), custody.custodies_of_many(assets)
    noted: list[_Noted] = []
    refused: dict[int, DomainError] = {}
    with audit.gathering(), db.session.no_autoflush:
        for asset in assets:
            try:
                noted.append(_note(dossiers[asset.id], rows[asset.id], handover, hands, actor=actor))
            except DomainError as why:
                refused[asset.id] = why
    _save(noted, actor)
    return refused


def foreseen(dossier: Dossier, rows: Sequence[Custody], handover: Handover, hands: Hands) -> Outcome:
    """Return what it would come to for an asset whose custodies are `rows`; raises each refusal that doing it would."""
    asset = dossier.asset
    on = history.effective_day(asset.entity_id, handover.on)
    old = _released(asset, rows, on) if hands.back else _passed(asset, rows, on)
    stretches = history.stretches_in(dossier)
    now = periods.at(stretches, on) or stretches[0]
    to = _back_to(asset) if hands.back else _serves_as(now.state, loan=handover.loan)
    if to is not None:
        lifecycle.check(now.state, to, asset.category.kind, {"holder": hands.person})
        lifecycle.check_order(to, periods.next_value(stretches, on, "state"))
    return Outcome(on, old, to)


def _released(asset: Asset, rows: Sequence[Custody], on: date) -> Custody:
    current = next((row for row in rows if row.until_on is None), None)
    if current is None:
        raise Refused(N_("Nobody holds %(label)s."), label=asset.label)
    custody.check_release(current, on)
    return current


def _passed(asset: Asset, rows: Sequence[Custody], on: date) -> Custody | None:
    custody.check_held(asset)
    return custody.check_free(rows, on)[0]


def _back_to(asset: Asset) -> State | None:
    return None if asset.state is State.IN_STOCK else State.IN_STOCK


def _serves_as(state: State, *, loan: bool) -> State | None:
    """Return the state that a handover puts into: what waits goes into service or on loan, and a loan ends or begins."""
    starts = state in lifecycle.HELD - lifecycle.IN_USE
    changes_terms = state in (State.ON_LOAN, State.IN_SERVICE) and loan != (state is State.ON_LOAN)
    if not starts and not changes_terms:
        return None
    return State.ON_LOAN if loan else State.IN_SERVICE


def _note(
    dossier: Dossier, rows: Sequence[Custody], handover: Handover, hands: Hands, *, actor: Actor
) -> _Noted:
    """Note the change of hands in a dossier: the caller saves. Raises before anything is noted."""
    asset, outcome = dossier.asset, foreseen(dossier, rows, handover, hands)
    on, new = outcome.on, None
    moved = None
    if hands.location is not None:
        changes, _on = moves.note_place(dossier, actor=actor, on=on, location=hands.location)
        moved = {"asset": asset, "changes": changes, "on": on, "actor": actor} if changes else None
    if hands.back and outcome.old is not None:
        custody.note_release(asset, outcome.old, handover, on, actor=actor)
    else:
        new = Custody(**_named(hands), from_on=on, condition_out=handover.condition, note=handover.note)
        custody.note_hand_over(dossier, rows, new, actor=actor)
    state = None
    if outcome.state is not None:
        state = moves.note_state(dossier, outcome.state, actor=actor, on=on, data={"holder": hands.person})
    told = {"asset": asset, "old": outcome.old, "new": new, "on": on, "actor": actor}
    return _Noted(told, moved, state)


def _named(hands: Hands) -> Mapping[str, int | None]:
    return {
        "person_id": hands.person.id if hands.person else None,
        "location_id": hands.location.id if hands.location else None,
    }


def _save(noted: Sequence[_Noted], actor: Actor) -> None:
    db.session.flush()
    registry.run_hooks_for_each("asset.moved", [one.moved for one in noted if one.moved is not None])
    registry.run_hooks_for_each("asset.custody_changed", [one.hands for one in noted])
    moves.follow_states([one.state for one in noted if one.state is not None], actor=actor, data={}, held=())
