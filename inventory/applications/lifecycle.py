"""The one table of moves between the states of an application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.applications.states import ApplicationState
from inventory.core.errors import Refused
from inventory.core.wording import N_

# In these an application serves somebody.
SERVING = frozenset({ApplicationState.IN_SERVICE, ApplicationState.RETIRING})


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move and the verb that people read."""

    to: ApplicationState
    verb: str
    danger: bool = False


_SERVE = Move(ApplicationState.IN_SERVICE, N_("Put into service"))
_WIND_DOWN = Move(ApplicationState.RETIRING, N_("Begin to retire"))
_KEEP = Move(ApplicationState.IN_SERVICE, N_("Keep in service"))
_RETIRE = Move(ApplicationState.RETIRED, N_("Retire the application"), danger=True)
_BRING_BACK = Move(ApplicationState.IN_SERVICE, N_("Bring back in service"))

TABLE: Mapping[ApplicationState, tuple[Move, ...]] = {
    ApplicationState.PLANNED: (_SERVE, _RETIRE),
    ApplicationState.IN_SERVICE: (_WIND_DOWN, _RETIRE),
    ApplicationState.RETIRING: (_KEEP, _RETIRE),
    ApplicationState.RETIRED: (_BRING_BACK,),
}


def moves(state: ApplicationState) -> tuple[Move, ...]:
    """Return the moves that `state` allows, the usual ones first."""
    return TABLE[state]


def move(old: ApplicationState, to: ApplicationState) -> Move:
    """Return the move from `old` to `to`; raises Refused when the table has none."""
    for allowed in TABLE[old]:
        if allowed.to is to:
            return allowed
    if old is to:
        raise Refused(N_("It is %(state)s already."), state=to)
    raise Refused(N_("What is %(old)s cannot become %(new)s."), old=old, new=to)
