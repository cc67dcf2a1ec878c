"""Keeps the counted figures of a scope for a few seconds: many open the home page, few change what it counts."""

from __future__ import annotations

import threading
import time
from datetime import date

from flask import current_app

from inventory.core.access import Scope
from inventory.dashboard import queries
from inventory.dashboard.queries import Fleet
from inventory.renewal import queries as renewal
from inventory.renewal.queries import Figures

Counted = tuple[Fleet, list[Figures]]

MOST_SCOPES = 200


class Memory:
    """Figures by scope and day, each with the moment it was counted."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[tuple[frozenset[int], date], tuple[float, Counted]] = {}

    def get(self, key: tuple[frozenset[int], date]) -> Counted | None:
        """Return what was counted less than `seconds` ago, else None."""
        with self._lock:
            at, counted = self._kept.get(key, (0.0, None))
        return counted if counted is not None and time.monotonic() - at < self.seconds else None

    def put(self, key: tuple[frozenset[int], date], counted: Counted) -> None:
        """Keep what was counted; the scopes counted longest ago make room."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (time.monotonic(), counted)
            while len(self._kept) > MOST_SCOPES:
                self._kept.pop(next(iter(self._kept)))


def figures(scope: Scope, today: date) -> Counted:
    """Return the fleet and the sixths of a scope, counted now or a few seconds ago."""
    memory: Memory = current_app.extensions["parc_figures"]
    key = (scope.entity_ids, today)
    counted = memory.get(key)
    if counted is None:
        sixths = renewal.overview(renewal.communes(scope.entity_ids))
        counted = (queries.fleet(scope, today), sixths)
        memory.put(key, counted)
    return counted
