"""Changes many assets, each in its own way: fields, place, holder and state, noted in dossiers and saved in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset, Custody
from inventory.assets.services import checks, custody, history, identifiers, moves, records
from inventory.assets.services.dossiers import Dossier, Rows, dossiers_in
from inventory.assets.states import DisposalRoute, State
from inventory.audit import loads
from inventory.audit import services as audit
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.core.errors import DomainError
from inventory.organization.models import Person

# A model brings its maker along, and a serial is its maker's.
MAKING = frozenset({"manufacturer_id", "model_id", "serial"})
_IDENTIFYING = identifiers.NAMING | MAKING


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked of one asset, as of today.

    `values` are columns of `fields.EDITABLE`; `where` names its entity and location as `place` takes them; None leaves
    holder and state as they are.
    """

    asset: Asset
    values: Mapping[str, Any]
    where: Mapping[str, Any] = field(default_factory=dict)
    person: Person | None = None
    state: State | None = None
    disposal_route: DisposalRoute | None = None


Refusals = dict[int, DomainError]
# What else is written of the accepted changes, by their number, within the same step; returns what it refuses.
Beside = Callable[[Mapping[int, Change]], Refusals]


class _RefusedError(Exception):
    """Some of the changes were refused: what was noted is taken back."""


def change_many(changes: Sequence[Change], *, actor: Actor, beside: Beside = lambda _left: {}) -> Refusals:
    """Make each change on its asset, which is named once, and return the refusals by their place in the sequence.

    A refused change leaves nothing behind: it takes the others back, and those are made again without it. The number
    of queries does not grow with the changes.
    """
    refused: Refusals = {}
    while True:
        left = {number: change for number, change in enumerate(changes) if number not in refused}
        ids = [change.asset.id for change in left.values()]
        found: Refusals = {}
        try:
            with db.session.begin_nested():
                found = _make(left, actor) or beside(left)
                if found:
                    raise _RefusedError
        except _RefusedError:
            refused |= found
            _read_again(ids)
        except IntegrityError as error:
            # Somebody took a tag in between; the next look finds it.
            if "tag" not in str(error.orig):
                raise
            _read_again(ids)
        else:
            return refused


def _read_again(ids: Sequence[int]) -> None:
    db.session.scalars(
        select(Asset).where(among(Asset.id, ids)), execution_options={"populate_existing": True}
    ).all()


@dataclass(slots=True)
class _Noted:
    """What was noted of a chunk and is told once it is saved."""

    hands: list[dict[str, Any]] = field(default_factory=list)
    states: list[moves.Moved] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)


def _make(changes: Mapping[int, Change], actor: Actor) -> Refusals:
    assets = [change.asset for change in changes.values()]
    # Held here so that the session, which forgets what nobody holds, asks for none of it again.
    at_hand = fields.at_hand(_relations(change) for change in changes.values())
    asked = {name for change in changes.values() for name in change.values}
    rows = Rows()
    dossiers = dossiers_in(rows, assets, _claimed(changes, asked), identified=bool(asked & _IDENTIFYING))
    held = custody.custodies_of_many(assets) if _may_change_hands(changes) else {}
    noted, refused = _Noted(), _taken_tags(changes)
    with audit.gathering(), db.session.no_autoflush:
        for number, change in changes.items():
            if number in refused:
                continue
            try:
                custodies = held.get(change.asset.id, [])
                _note(change, dossiers[change.asset.id], custodies, noted=noted, actor=actor)
            except DomainError as why:
                refused[number] = why
        if not refused:
            rows.number()
    if not refused:
        changed = loads.save(Asset, assets)
        db.session.flush()
        rows.save()
        if changed:
            _read_again(changed)
        _tell(noted, {id_ for id_, custodies in held.items() if custodies}, actor)
    del at_hand
    return refused


def _claimed(changes: Mapping[int, Change], asked: Collection[str]) -> set[str]:
    """Return the fields that changes of these columns may claim."""
    following = MAKING if not MAKING.isdisjoint(asked) else frozenset[str]()
    placed = moves.PLACED if any(change.where for change in changes.values()) else ()
    return {*asked, *following, *placed}


def _may_change_hands(changes: Mapping[int, Change]) -> bool:
    return any(change.person is not None or change.state is not None for change in changes.values())


def _relations(change: Change) -> dict[str, Any]:
    return {name: getattr(change.asset, name) for name in fields.RELATIONS}


def _taken_tags(changes: Mapping[int, Change]) -> Refusals:
    wanted = {
        number: tag
        for number, change in changes.items()
        if (tag := change.values.get("tag")) and tag != change.asset.tag
    }
    if not wanted:
        return {}
    taken = set(db.session.scalars(select(Asset.tag).where(among(Asset.tag, set(wanted.values())))))
    refused: Refusals = {}
    for number, tag in wanted.items():
        if tag in taken:
            refused[number] = checks.taken(tag)
        taken.add(tag)
    return refused


def _note(change: Change, dossier: Dossier, custodies: list[Custody], *, noted: _Noted, actor: Actor) -> None:
    asset = change.asset
    records.note_update(dossier, change.values, actor=actor)
    if change.where:
        changes, on = moves.note_place(dossier, actor=actor, **change.where)
        if changes:
            noted.moved.append({"asset": asset, "changes": changes, "on": on, "actor": actor})
    today = history.today_of(asset.entity_id)
    if change.person is not None and change.person.id != asset.holder_id:
        handed = Custody(person_id=change.person.id, from_on=today)
        old, new = custody.note_hand_over(dossier, custodies, handed, actor=actor)
        custodies.append(new)
        noted.hands.append({"asset": asset, "old": old, "new": new, "on": today, "actor": actor})
        if _serves_now(dossier, today):
            noted.states.append(moves.note_state(dossier, State.IN_SERVICE, actor=actor, on=today, data={}))
    if change.state is not None and change.state is not asset.state:
        current = next((row for row in custodies if row.until_on is None), None)
        if current is not None and change.state in lifecycle.RELEASES:
            custody.check_release(current, today)
        route = {"disposal_route": change.disposal_route} if change.disposal_route else {}
        noted.states.append(moves.note_state(dossier, change.state, actor=actor, on=today, data=route))


def _serves_now(dossier: Dossier, on: date) -> bool:
    """Say whether what is handed over goes into service by that: it was waiting, or on loan."""
    stretches = history.stretches_in(dossier)
    state = (periods.at(stretches, on) or stretches[0]).state
    return state is State.ON_LOAN or state in lifecycle.HELD - lifecycle.IN_USE


def _tell(noted: _Noted, held: set[int], actor: Actor) -> None:
    registry.run_hooks_for_each("asset.moved", noted.moved)
    registry.run_hooks_for_each("asset.custody_changed", noted.hands)
    moves.follow_states(noted.states, actor=actor, data={}, held=held)
