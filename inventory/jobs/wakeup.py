"""Wakes the runners of this process when a job is added, so that they need not look often."""

from __future__ import annotations

import threading

_added = threading.Condition()
_count = 0


def wake_runners() -> None:
    """Tell every waiting runner of this process that there is work."""
    global _count  # noqa: PLW0603 (one counter for the process, guarded by the condition)
    with _added:
        _count += 1
        _added.notify_all()


def wait_for_work(seconds: float, seen: int) -> int:
    """Wait until work was added since `seen`, or `seconds` are over; returns what to give as `seen` next time."""
    with _added:
        _added.wait_for(lambda: _count != seen, timeout=seconds)
        return _count
