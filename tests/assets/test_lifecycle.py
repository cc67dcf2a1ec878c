"""The table of moves: what is allowed, what it asks for, what it fills."""

from datetime import date

import pytest

from inventory.assets import lifecycle
from inventory.assets.states import DisposalRoute, State
from inventory.catalog.kinds import Kind
from inventory.core.errors import Invalid, Refused
from inventory.core.permissions import Permission

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("old", "to"),
    [
        (State.ON_ORDER, State.IN_STOCK),
        (State.IN_STOCK, State.IN_PREPARATION),
        (State.IN_PREPARATION, State.IN_SERVICE),
        (State.IN_SERVICE, State.IN_REPAIR),
        (State.IN_REPAIR, State.IN_SERVICE),
        (State.IN_SERVICE, State.IN_RESERVE),
        (State.IN_RESERVE, State.IN_SERVICE),
        (State.IN_SERVICE, State.IN_STOCK),
        (State.IN_SERVICE, State.MISSING),
        (State.MISSING, State.IN_SERVICE),
        (State.IN_SERVICE, State.RETIRED),
        (State.RETIRED, State.WIPED),
    ],
)
def test_the_usual_life_is_allowed(old, to):
    assert lifecycle.check(old, to, Kind.LAPTOP, {}).to is to


@pytest.mark.parametrize(
    ("old", "to"),
    [
        (State.ON_ORDER, State.IN_SERVICE),
        (State.ON_ORDER, State.DISPOSED),
        (State.IN_SERVICE, State.DISPOSED),
        (State.IN_SERVICE, State.WIPED),
        (State.IN_SERVICE, State.ON_ORDER),
        (State.RETIRED, State.IN_SERVICE),
        (State.MISSING, State.DISPOSED),
        *((State.DISPOSED, to) for to in State),
        *((state, state) for state in State),
    ],
)
def test_what_the_table_has_not_is_refused(old, to):
    with pytest.raises(Refused):
        lifecycle.check(
            old, to, Kind.LAPTOP, {"note": "x", "holder": 1, "disposal_route": DisposalRoute.SOLD}
        )


@pytest.mark.parametrize(
    ("old", "to", "missing"),
    [
        (State.IN_SERVICE, State.ON_LOAN, "holder"),
        (State.IN_SERVICE, State.LOST, "note"),
        (State.IN_SERVICE, State.STOLEN, "note"),
        (State.WIPED, State.DISPOSED, "disposal_route"),
    ],
)
def test_a_move_asks_for_its_data(old, to, missing):
    with pytest.raises(Invalid) as refusal:
        lifecycle.check(old, to, Kind.LAPTOP, {})
    assert refusal.value.field == missing


def test_a_computer_leaves_only_after_an_erasure_or_destroyed():
    with pytest.raises(Refused):
        lifecycle.check(State.RETIRED, State.DISPOSED, Kind.LAPTOP, {"disposal_route": DisposalRoute.GIVEN})
    assert lifecycle.check(
        State.RETIRED, State.DISPOSED, Kind.LAPTOP, {"disposal_route": DisposalRoute.DESTROYED}
    )
    assert lifecycle.check(
        State.RETIRED, State.DISPOSED, Kind.MONITOR, {"disposal_route": DisposalRoute.GIVEN}
    )


@pytest.mark.parametrize(
    ("old", "to", "known", "filled"),
    [
        (None, State.ON_ORDER, [], {"ordered_on": DAY}),
        (None, State.IN_STOCK, [], {"received_on": DAY}),
        (State.ON_ORDER, State.IN_STOCK, [], {"received_on": DAY}),
        (State.ON_ORDER, State.IN_STOCK, ["received_on"], {}),
        (State.IN_SERVICE, State.IN_STOCK, [], {}),
        (State.IN_STOCK, State.IN_SERVICE, [], {"commissioned_on": DAY}),
        (State.IN_REPAIR, State.IN_SERVICE, ["commissioned_on"], {}),
        (State.IN_SERVICE, State.RETIRED, [], {"retired_on": DAY}),
        (State.RETIRED, State.WIPED, [], {"wiped_on": DAY}),
        (State.WIPED, State.DISPOSED, [], {"disposed_on": DAY}),
        (State.IN_SERVICE, State.IN_REPAIR, [], {}),
    ],
)
def test_a_move_fills_empty_dates_only(old, to, known, filled):
    assert lifecycle.dates_filled(old, to, DAY, known) == filled


def test_leaving_the_fleet_asks_for_the_right_to_retire():
    for state in State:
        for move in lifecycle.moves(state):
            leaves = move.to in (State.RETIRED, State.WIPED, State.DISPOSED) or state in (
                State.RETIRED,
                State.WIPED,
            )
            is_loss = move.to in (State.LOST, State.STOLEN)
            wanted = Permission.ASSETS_RETIRE if leaves and not is_loss else Permission.ASSETS_EDIT
            assert move.permission is wanted, (state, move.to)


def test_every_state_can_be_reached():
    reached = {move.to for state in State for move in lifecycle.moves(state)}
    assert reached == set(State) - {State.ON_ORDER}


def test_a_back_dated_move_must_fit_what_came_after():
    lifecycle.check_order(State.IN_REPAIR, State.IN_SERVICE)
    lifecycle.check_order(State.IN_SERVICE, State.IN_SERVICE)
    lifecycle.check_order(State.IN_SERVICE, None)
    with pytest.raises(Refused):
        lifecycle.check_order(State.DISPOSED, State.IN_SERVICE)
