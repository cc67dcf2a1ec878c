"""Keeps what was counted for as long as nothing has changed since: many look at a figure, few change what it counts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from flask import Flask, current_app
from sqlalchemy import Select, func, select

from inventory.audit.models import AuditRecord
from inventory.core.database import db, lookup

Counted = TypeVar("Counted")

MOST_KEPT = 200
LONGEST_S = 600
"""Counted anew after so long in any case: what changes without a record, or while a count was under way, shows then."""
STALE_S = 120
"""What was counted less than this ago may be shown once more while it is counted anew."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    counted: Any
    at: float
    last_record: int


class Memory:
    """Figures by what they are of; `patience_s`: how long those who can wait are shown them whatever has changed."""

    def __init__(self, app: Flask, patience_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._app, self._patience_s, self._now = app, patience_s, now
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}
        self._under_way: set[Hashable] = set()

    def exact(self, key: Hashable, count: Callable[[], Counted]) -> Counted:
        """Return what `count` returned for this key if the trail has not grown since, else count."""
        found = self._get(key)
        if found is not None and self._unchanged(found):
            return found.counted
        return self._count(key, count)

    def recent(self, key: Hashable, count: Callable[[], Counted]) -> Counted:
        """Return the same, or what was counted a moment ago; what is a little older is shown while it is counted anew.

        `count` may run in a thread of its own, with the application's context alone.
        """
        found = self._get(key)
        if found is None or not self._patience_s:
            return self._count(key, count)
        age = self._now() - found.at
        if age >= self._patience_s and not self._unchanged(found):
            if age >= STALE_S:
                return self._count(key, count)
            self._count_behind(key, count)
        return found.counted

    def _get(self, key: Hashable) -> _Kept | None:
        with self._lock:
            return self._kept.get(key)

    def _unchanged(self, found: _Kept) -> bool:
        fresh = bool(self._patience_s) and self._now() - found.at < LONGEST_S
        return fresh and _last_record() == found.last_record

    def _count(self, key: Hashable, count: Callable[[], Counted]) -> Counted:
        last, counted = _last_record(), count()
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(counted, self._now(), last)
            while len(self._kept) > MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
        return counted

    def _count_behind(self, key: Hashable, count: Callable[[], Any]) -> None:
        with self._lock:
            if key in self._under_way:
                return
            self._under_way.add(key)
        threading.Thread(target=self._recount, args=(key, count), daemon=True).start()

    def _recount(self, key: Hashable, count: Callable[[], Any]) -> None:
        try:
            with self._app.app_context():
                self._count(key, count)
        except Exception:
            log.exception("figures could not be counted anew; the next reader counts them")
            with self._lock:
                self._kept.pop(key, None)
        finally:
            with self._lock:
                self._under_way.discard(key)


def _last_record() -> int:
    return db.session.scalar(_newest()) or 0


@cache
def _newest() -> Select[int]:
    return lookup(select(func.max(AuditRecord.id)))


def memory() -> Memory:
    """Return what this process remembers."""
    found: Memory = current_app.extensions["parc_memory"]
    return found


def init_app(app: Flask) -> None:
    """Give the application its memory."""
    app.extensions["parc_memory"] = Memory(app, app.config["FIGURES_KEPT_S"])
