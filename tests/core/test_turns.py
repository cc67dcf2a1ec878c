"""Writers of one process take turns in the order in which they asked."""

from __future__ import annotations

import threading

from inventory.core.turns import Turns


def test_whoever_asks_again_comes_after_those_who_wait():
    turns, order = Turns(), []
    has_asked = threading.Event()

    def wait_and_write() -> None:
        has_asked.set()
        with turns.turn(10):
            order.append("waited")

    waiting = threading.Thread(target=wait_and_write)
    with turns.turn(10):
        waiting.start()
        has_asked.wait(10)
        while not turns._waiting:
            pass
        order.append("first chunk")
    with turns.turn(10):
        order.append("second chunk")
    waiting.join(10)
    assert order == ["first chunk", "waited", "second chunk"]


def test_a_turn_that_does_not_come_is_gone_without_and_not_handed_on_twice():
    turns = Turns()
    with turns.turn(10):
        with turns.turn(0):
            pass
        assert turns._is_taken
    assert not turns._is_taken
    with turns.turn(0):
        assert turns._is_taken
