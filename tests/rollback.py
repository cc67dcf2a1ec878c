"""Takes back what a request saved, for the tests that send many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def nothing_kept(database: Any) -> Iterator[None]:
    """Take back what a request saved, so that the next one finds every row again."""
    connection = database.get_bind()
    database.remove()
    point = connection.begin_nested()
    yield
    database.remove()
    point.rollback()
