"""Stretches of days: a change reaches as far as the next one of its own field."""

from datetime import date

import pytest

from inventory.assets import periods
from inventory.assets.periods import Stretch
from inventory.assets.states import State

JAN, MAR, MAY, JUL, SEP = (date(2026, month, 1) for month in (1, 3, 5, 7, 9))


def stretch(day, state=State.IN_SERVICE, *, entity=1, category=1, place=None):
    return Stretch(day, state, entity, category, place)


STATES = [stretch(JAN, State.IN_STOCK), stretch(MAY, State.IN_SERVICE), stretch(SEP, State.RETIRED)]


@pytest.mark.parametrize(
    ("history", "on", "values", "expected"),
    [
        pytest.param(
            [stretch(JAN)],
            MAY,
            {"location_id": 7},
            [stretch(JAN), stretch(MAY, place=7)],
            id="a change goes forward",
        ),
        pytest.param(
            STATES,
            MAR,
            {"state": State.IN_PREPARATION},
            [STATES[0], stretch(MAR, State.IN_PREPARATION), *STATES[1:]],
            id="a back-dated change stops at the next change of its field",
        ),
        pytest.param(
            STATES,
            MAR,
            {"location_id": 7},
            [
                STATES[0],
                stretch(MAR, State.IN_STOCK, place=7),
                stretch(MAY, State.IN_SERVICE, place=7),
                stretch(SEP, State.RETIRED, place=7),
            ],
            id="and passes changes of other fields",
        ),
        pytest.param(
            STATES,
            MAY,
            {"state": State.IN_RESERVE},
            [STATES[0], stretch(MAY, State.IN_RESERVE), STATES[2]],
            id="a change on the same day is overwritten",
        ),
        pytest.param(
            STATES,
            MAY,
            {"state": State.IN_STOCK},
            [STATES[0], STATES[2]],
            id="neighbours that say the same are joined",
        ),
        pytest.param(
            [stretch(MAY, State.IN_STOCK)],
            JAN,
            {"state": State.IN_SERVICE},
            [stretch(JAN, State.IN_SERVICE)],
            id="a day before the record makes it begin there, for the record's start is no change",
        ),
        pytest.param(
            [stretch(MAY, place=7), stretch(JUL, place=8)],
            JAN,
            {"location_id": 9},
            [stretch(JAN, place=9), stretch(JUL, place=8)],
            id="but the next real change holds",
        ),
        pytest.param(
            [stretch(JAN, place=7), stretch(MAY, place=8)],
            MAR,
            {"entity_id": 2, "location_id": None},
            [stretch(JAN, place=7), stretch(MAR, entity=2), stretch(MAY, entity=2, place=8)],
            id="each field has its own reach",
        ),
    ],
)
def test_a_change_reaches_the_next_one_of_its_field(history, on, values, expected):
    assert periods.change(history, on, values) == expected


def test_a_day_asks_for_what_held_then():
    assert periods.at(STATES, date(2025, 12, 31)) is None
    assert periods.at(STATES, JAN) == STATES[0]
    assert periods.at(STATES, date(2026, 4, 30)) == STATES[0]
    assert periods.at(STATES, MAY) == STATES[1]
    assert periods.at(STATES, date(2030, 1, 1)) == STATES[2]


def test_the_next_value_of_a_field_is_found_across_changes_of_others():
    history = [stretch(JAN), stretch(MAR, place=7), stretch(MAY, State.IN_REPAIR, place=7)]
    assert periods.next_value(history, JAN, "state") is State.IN_REPAIR
    assert periods.next_value(history, MAY, "state") is None


def test_a_field_knows_since_when_it_has_its_value():
    history = [stretch(JAN), stretch(MAR, category=2), stretch(MAY, category=2, place=7)]
    assert periods.since(history, "category_id") == MAR
    assert periods.since(history, "entity_id") == JAN


def test_a_record_may_begin_earlier_never_later():
    assert periods.begin_at([stretch(MAY)], JAN) == [stretch(JAN)]
    assert periods.begin_at([stretch(MAY)], JUL) == [stretch(MAY)]
