"""Counts that features add to trees of places and entities, those below included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from inventory.core import registry
from inventory.organization.models import Entity, Location

# Label, and for each row (by its id in the store) how many and the address of those.
Counted = list[tuple[str, dict[int, tuple[int, str]]]]


def inclusive(noun: str, rows: Sequence[Entity] | Sequence[Location]) -> Counted:
    """Return what features count of each row with all below it that is among `rows`: one query for each count."""
    ids = [row.id for row in rows]
    counted: Counted = []
    for tally in registry.tallies(noun):
        sums = summed(tally.count(ids) if ids else {}, rows)
        counted.append((gettext(tally.label), {row.id: (sums[row.id], tally.url(row)) for row in rows}))
    return counted


def summed(own: Mapping[int, int], rows: Sequence[Entity] | Sequence[Location]) -> dict[int, int]:
    """Return for each row (by its id in the store) its own count and those of all below it that are among `rows`."""
    sums = {row.id: 0 for row in rows}
    for row in rows:
        for above in (int(part) for part in row.path.split("/") if part):
            if above in sums:
                sums[above] += own.get(row.id, 0)
    return sums
