"""What was counted is kept while nothing changes; after a change it is counted anew, behind those who can wait."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.audit.remembering import LONGEST_S, STALE_S, Memory
from inventory.core.access import SYSTEM
from inventory.core.database import transaction
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


class Watch:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def memory(app: Any, watch: Watch) -> Memory:
    return Memory(app, 20, watch)


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads that were started, which the test runs itself."""
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread))  # noqa: PLW0108 - a method is asked for
    return started


@pytest.fixture
def change(cast: Any) -> Any:
    person = factories.create_person(cast.le_bouscat)

    def record() -> None:
        with transaction():
            audit.record(Action.UPDATED, "person", person, {"phone": ["1", "2"]}, actor=SYSTEM)

    return record


def test_what_was_counted_is_kept_while_nothing_changes(memory: Memory) -> None:
    count = Counter()
    assert [memory.exact("a", count), memory.exact("a", count), memory.exact("b", count)] == [1, 1, 2]


def test_a_change_makes_it_be_counted_anew_for_those_who_need_it_exact(memory: Memory, change: Any) -> None:
    count = Counter()
    memory.exact("a", count)
    change()
    assert memory.exact("a", count) == 2


def test_those_who_can_wait_are_shown_what_was_counted_a_moment_ago(memory: Memory, change: Any) -> None:
    count = Counter()
    memory.recent("a", count)
    change()
    assert memory.recent("a", count) == 1


def test_what_is_a_little_older_is_shown_while_it_is_counted_behind(
    memory: Memory, change: Any, watch: Watch, behind: list[threading.Thread]
) -> None:
    count = Counter()
    memory.recent("a", count)
    change()
    watch.seconds += 30
    assert [memory.recent("a", count), memory.recent("a", count)] == [1, 1]
    assert len(behind) == 1
    behind[0].run()
    assert memory.recent("a", count) == 2


def test_what_is_too_old_is_counted_anew_before_it_is_shown(
    memory: Memory, change: Any, watch: Watch
) -> None:
    count = Counter()
    memory.recent("a", count)
    change()
    watch.seconds += STALE_S
    assert memory.recent("a", count) == 2


def test_nothing_is_kept_for_ever_though_nothing_changes(memory: Memory, watch: Watch) -> None:
    count = Counter()
    memory.exact("a", count)
    watch.seconds += LONGEST_S
    assert memory.exact("a", count) == 2


def test_a_count_that_fails_behind_leaves_nothing_old_to_be_shown(
    memory: Memory,
    change: Any,
    watch: Watch,
    behind: list[threading.Thread],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> int:
        raise RuntimeError("the disk is full")

    memory.recent("a", Counter())
    change()
    watch.seconds += 30
    memory.recent("a", fail)
    behind[0].run()
    assert "the disk is full" in caplog.text
    assert memory.recent("a", lambda: 7) == 7
