"""Keeps the garbage collector from walking the whole program again and again while thousands of rows are made."""

from __future__ import annotations

import gc

# Python's own 700 makes a night's batch of rows collect hundreds of times, nearly always for nothing.
YOUNG = 20_000


def settle() -> None:
    """Leave all that stands by now out of later collections, and collect less often: for a process that is ready."""
    gc.collect()
    gc.freeze()
    # What the first pages leave for good (compiled statements, templates) is walked in small pieces, not all in one answer.
    gc.set_threshold(YOUNG, 5, 80)
