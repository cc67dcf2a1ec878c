"""Columns of what features count of each row of a list, each leading to what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inventory.core import registry
from inventory.core.listing.declaring import Column


def tallied(noun: str) -> tuple[Column, ...]:
    """Return a column for each tally that features add to the list of `noun`; each costs one query a page."""
    return tuple(_column(tally) for tally in registry.tallies(noun))


def _column(tally: registry.Tally) -> Column:
    counts: dict[int, int] = {}

    def note(rows: Sequence[Any]) -> None:
        counts.update(tally.count([row.id for row in rows]))

    def rows_of(row: Any) -> str | None:
        return tally.url(row) if counts.get(row.id) else None

    return Column(
        tally.key, tally.label, lambda row: counts.get(row.id, 0), kind="number", url=rows_of, load=note
    )
