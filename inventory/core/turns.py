"""Lets the threads of a process write in the order in which they asked, where the store itself keeps no queue."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that is handed to whoever has waited longest.

    SQLite lets waiting writers try again now and then, so that one which writes chunk after chunk always comes first.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    @contextmanager
    def turn(self, timeout_s: float) -> Iterator[None]:
        """Wait for one's turn; goes on without it after `timeout_s`, for the store to say that it is busy."""
        is_mine = self._take(timeout_s)
        try:
            yield
        finally:
            if is_mine:
                self._pass_on()

    def _take(self, timeout_s: float) -> bool:
        own = threading.Event()
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            self._waiting.append(own)
        if own.wait(timeout_s):
            return True
        with self._guard:
            if own.is_set():  # it came just now
                return True
            self._waiting.remove(own)
        return False

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
