"""The one table of moves between states: what each asks for, which date it fills and who may make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.assets.states import DisposalRoute, State
from inventory.catalog.kinds import Kind
from inventory.core.errors import Invalid, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_

IN_USE = frozenset({State.IN_SERVICE, State.ON_LOAN, State.IN_REPAIR})
HELD = frozenset({State.IN_STOCK, State.IN_PREPARATION, State.IN_RESERVE}) | IN_USE
GONE = frozenset({State.RETIRED, State.WIPED, State.DISPOSED, State.LOST, State.STOLEN})
# Nobody answers any more for what is in one of these: entering it closes the custody.
RELEASES = GONE | {State.IN_STOCK}

# Kinds that keep no user data, so that they may go without an erasure.
DATALESS = frozenset(
    {
        Kind.MONITOR,
        Kind.DOCK,
        Kind.ACCESSORY,
        Kind.LABEL_PRINTER,
        Kind.SCANNER,
        Kind.PROJECTOR,
        Kind.UPS,
        Kind.PDU,
        Kind.POWER,
        Kind.ENVIRONMENT_PROBE,
    }
)

# The date that a state fills when it is entered; a date that is known already is left as it is.
DATE_OF: Mapping[State, str] = {
    State.ON_ORDER: "ordered_on",
    State.IN_STOCK: "received_on",
    State.IN_SERVICE: "commissioned_on",
    State.RETIRED: "retired_on",
    State.WIPED: "wiped_on",
    State.DISPOSED: "disposed_on",
}
# Only the first coming into stock is a delivery: what comes back to it was received long ago.
_RECEIVED_FROM = frozenset({State.ON_ORDER, None})

_RETIRING = Permission.ASSETS_RETIRE
_EDITING = Permission.ASSETS_EDIT


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move: the verb people read, the permission, and the data it asks for."""

    to: State
    verb: str
    permission: Permission = _EDITING
    needs: tuple[str, ...] = ()
    danger: bool = False


_STOCK = Move(State.IN_STOCK, N_("Put in stock"))
_RECEIVE = Move(State.IN_STOCK, N_("Receive"))
_PREPARE = Move(State.IN_PREPARATION, N_("Prepare"))
_SERVE = Move(State.IN_SERVICE, N_("Put into service"))
_REPAIR = Move(State.IN_REPAIR, N_("Send to repair"))
_LEND = Move(State.ON_LOAN, N_("Lend"), needs=("holder",))
_RESERVE = Move(State.IN_RESERVE, N_("Keep in reserve"))
_MISS = Move(State.MISSING, N_("Mark missing"))
_LOSE = Move(State.LOST, N_("Declare lost"), needs=("note",), danger=True)
_STEAL = Move(State.STOLEN, N_("Declare stolen"), needs=("note",), danger=True)
_RETIRE = Move(State.RETIRED, N_("Retire"), _RETIRING, danger=True)
_WIPE = Move(State.WIPED, N_("Record the erasure"), _RETIRING)
_DISPOSE = Move(State.DISPOSED, N_("Dispose of"), _RETIRING, ("disposal_route",), danger=True)
_RESTORE = Move(State.IN_STOCK, N_("Put back in stock"), _RETIRING)
_FIND_IN_SERVICE = Move(State.IN_SERVICE, N_("Found in service"))
_FIND_IN_STOCK = Move(State.IN_STOCK, N_("Found: put in stock"))

_LOSSES = (_MISS, _LOSE, _STEAL)

TABLE: Mapping[State, tuple[Move, ...]] = {
    State.ON_ORDER: (_RECEIVE, _RETIRE),
    State.IN_STOCK: (_PREPARE, _SERVE, _RESERVE, _LEND, _REPAIR, *_LOSSES, _RETIRE),
    State.IN_PREPARATION: (_SERVE, _RESERVE, _STOCK, _REPAIR, *_LOSSES, _RETIRE),
    State.IN_SERVICE: (_REPAIR, _LEND, _RESERVE, _STOCK, *_LOSSES, _RETIRE),
    State.IN_REPAIR: (_SERVE, _LEND, _RESERVE, _STOCK, *_LOSSES, _RETIRE),
    State.ON_LOAN: (_SERVE, _REPAIR, _RESERVE, _STOCK, *_LOSSES, _RETIRE),
    State.IN_RESERVE: (_SERVE, _LEND, _STOCK, _REPAIR, *_LOSSES, _RETIRE),
    State.MISSING: (_FIND_IN_SERVICE, _FIND_IN_STOCK, _LOSE, _STEAL, _RETIRE),
    State.RETIRED: (_WIPE, _DISPOSE, _RESTORE, _LOSE, _STEAL),
    State.WIPED: (_DISPOSE, _RESTORE, _LOSE, _STEAL),
    State.LOST: (_FIND_IN_STOCK, _RETIRE),
    State.STOLEN: (_FIND_IN_STOCK, _RETIRE),
    State.DISPOSED: (),
}


def moves(state: State) -> tuple[Move, ...]:
    """Return the moves that `state` allows, the usual ones first."""
    return TABLE[state]


def move(old: State, to: State) -> Move:
    """Return the move from `old` to `to`; raises Refused when the table has none."""
    for allowed in TABLE[old]:
        if allowed.to is to:
            return allowed
    if old is to:
        raise Refused(N_("It is %(state)s already."), state=to)
    raise Refused(N_("What is %(old)s cannot become %(new)s."), old=old, new=to)


def check(old: State, to: State, kind: Kind, data: Mapping[str, Any]) -> Move:
    """Return the move after checking its guards; `data` holds holder, note, disposal_route as far as known.

    Raises Refused for a move that is not in the table or that skips the erasure, Invalid for data that it needs.
    """
    allowed = move(old, to)
    for name in allowed.needs:
        if not data.get(name):
            raise Invalid(name, _MISSING_DATA[name])
    if old is State.RETIRED and to is State.DISPOSED and needs_erasure(kind, data["disposal_route"]):
        raise Refused(N_("Record the erasure of its storage first, or choose “destroyed”."))
    return allowed


_MISSING_DATA = {
    "holder": N_("Say who borrows it: hand it over as a loan."),
    "note": N_("Say what happened; a complaint or report number helps later."),
    "disposal_route": N_("Say where it goes."),
}


def needs_erasure(kind: Kind, route: DisposalRoute) -> bool:
    """Say whether an erasure must be recorded before this leaves; destroying the storage is one."""
    return kind not in DATALESS and route is not DisposalRoute.DESTROYED


def dates_filled(old: State | None, to: State, on: date, known: Collection[str]) -> dict[str, date]:
    """Return the dates that entering `to` fills; `known` names those that have a value and are kept.

    `old` is None for a new asset.
    """
    name = DATE_OF.get(to)
    if name is None or name in known or (to is State.IN_STOCK and old not in _RECEIVED_FROM):
        return {}
    return {name: on}


def check_order(to: State, after: State | None) -> None:
    """Raise Refused when a back-dated move to `to` cannot be followed by the one recorded after it."""
    if after is None or after is to or any(allowed.to is after for allowed in TABLE[to]):
        return
    raise Refused(
        N_("It became %(after)s later, which cannot follow %(state)s. Choose a later day."),
        after=after,
        state=to,
    )
