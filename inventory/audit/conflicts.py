"""Says in people's words what stands in the way of an undo: the things that have changed since, and what of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from inventory.audit import journal, services
from inventory.core.database import db

Conflict = tuple[str, dict[str, Any], list[str]]


@dataclass(slots=True)
class Obstacle:
    """One thing that has changed since: its noun, its public id and its label (None: it is gone), and the columns that differ."""

    noun: str
    public_id: str | None
    label: str | None
    columns: list[str] = field(default_factory=list)
    own: bool = False


def obstacles(conflicts: Sequence[Conflict], nouns: Collection[str]) -> list[Obstacle]:
    """Return what an undo's conflicts are about, each thing once.

    A row of another table than those of `nouns`, such as a period of an item, tells of the one that it belongs to; its
    columns are named only where those of the thing itself are not.
    """
    found: dict[tuple[str, Any], Obstacle] = {}
    for table, key, columns in conflicts:
        noun, row = _subject(table, key, nouns)
        place = (noun, row.id if row is not None else tuple(key.values()))
        label = services.label_of(row) if row is not None else None
        one = found.setdefault(place, Obstacle(noun, getattr(row, "public_id", None), label))
        own = noun == table
        if own and not one.own:
            one.columns, one.own = [], True
        if own or not one.own:
            one.columns += [name for name in columns if name not in one.columns]
    return list(found.values())


def _subject(table: str, key: dict[str, Any], nouns: Collection[str]) -> tuple[str, Any]:
    mapper = journal.mapper_of(table)
    row = db.session.get(mapper.class_, tuple(key[column.name] for column in mapper.primary_key))
    if table in nouns or row is None:
        return table, row
    for column in inspect(mapper.class_).columns:
        for pointer in column.foreign_keys:
            noun = pointer.column.table.name
            if noun in nouns and column.name == f"{noun}_id" and getattr(row, column.key) is not None:
                return noun, db.session.get(journal.mapper_of(noun).class_, getattr(row, column.key))
    return table, row
