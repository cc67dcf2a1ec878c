"""Which states follow which."""

from __future__ import annotations

import pytest

from inventory.applications import lifecycle
from inventory.applications.states import ApplicationState
from inventory.core.errors import Refused

PLANNED, SERVING, RETIRING, RETIRED = ApplicationState

ALLOWED = {
    (PLANNED, SERVING), (PLANNED, RETIRED), (SERVING, RETIRING), (SERVING, RETIRED), (RETIRING, SERVING),
    (RETIRING, RETIRED), (RETIRED, SERVING),
}  # fmt: skip


@pytest.mark.parametrize("old", ApplicationState)
@pytest.mark.parametrize("to", ApplicationState)
def test_only_the_moves_of_the_table_are_made(old: ApplicationState, to: ApplicationState) -> None:
    if (old, to) in ALLOWED:
        assert lifecycle.move(old, to).to is to
    else:
        with pytest.raises(Refused):
            lifecycle.move(old, to)


def test_only_retiring_it_for_good_is_dangerous() -> None:
    dangerous = {move.to for state in ApplicationState for move in lifecycle.moves(state) if move.danger}
    assert dangerous == {RETIRED}
