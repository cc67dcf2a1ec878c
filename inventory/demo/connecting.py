"""Hangs the screens and docks of a desk on the computer that its holder works with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from inventory.assets.models import Connection
from inventory.assets.states import State
from inventory.catalog.kinds import Kind
from inventory.demo.fleet import CommuneFleet, Lived
from inventory.demo.products import COMPUTERS
from inventory.demo.trail import Act
from inventory.demo.world import World

CONNECTED = 0.7
"""How often somebody took the trouble to record it."""
HUNG = frozenset({Kind.MONITOR, Kind.DOCK})


def record(world: World, fleet: CommuneFleet) -> None:
    """Add the connections of a commune: what is in service at one holder's desk belongs together."""
    chance = world.chance("connections", fleet.commune.code)
    serving = [chain[-1] for chain in fleet.chains if chain and _serves(chain[-1])]
    computers = {_holder_id(one): one for one in serving if one.device.position.kind in COMPUTERS}
    for one in serving:
        parent = computers.get(_holder_id(one))
        if one.device.position.kind in HUNG and parent is not None and chance.happens(CONNECTED):
            _connect(world, parent, one, Act(chance.one(world.technicians), _recorded_at(parent, one)))


def _serves(lived: Lived) -> bool:
    return lived.life.state is State.IN_SERVICE and lived.life.values.get("holder_id") is not None


def _holder_id(lived: Lived) -> int:
    return int(lived.life.values["holder_id"])


def _since(parent: Lived, child: Lived) -> date:
    return max(parent.life.held[-1].from_on, child.life.held[-1].from_on)


def _recorded_at(parent: Lived, child: Lived) -> datetime:
    """Return an instant after both were handed over."""
    return max(one.life.held[-1].at for one in (parent, child)) + timedelta(minutes=20)


def _connect(world: World, parent: Lived, child: Lived, act: Act) -> None:
    on = _since(parent, child)
    world.rows.add(
        Connection, parent_id=parent.life.id, child_id=child.life.id, from_on=on, recorded_at=act.at
    )
    parent.life.told({"connected": [None, child.life.label]}, act, on=on)
    child.life.told({"connected_to": [None, parent.life.label]}, act, on=on)
