"""Says in people's words what stands in the way of an undo: the things that have changed since, and what of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, select, tuple_

from inventory.audit import journal, services
from inventory.audit.journal import Place
from inventory.core.database import among, db

READ_AT_ONCE = 500
Conflict = tuple[str, dict[str, Any], list[str]]
Met = tuple[str, Any]
"""A table, or the noun of the same name, and one row of it, None where that is gone."""


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
    columns are named only where those of the thing itself are not. A custom value is as good as a column (`told_as`).
    """
    found: dict[tuple[str, Any], Obstacle] = {}
    rows = _read([(table, tuple(key.values())) for table, key, _columns in conflicts])
    met = [(table, rows.get((table, tuple(key.values())))) for table, key, _columns in conflicts]
    for (table, key, columns), (_table, changed), (noun, row) in zip(
        conflicts, met, _subjects(met, nouns), strict=True
    ):
        place = (noun, row.id if row is not None else tuple(key.values()))
        label = services.label_of(row) if hasattr(row, "public_id") else None
        one = found.setdefault(place, Obstacle(noun, getattr(row, "public_id", None), label))
        told_as = getattr(changed, "told_as", None)
        named = columns if told_as is None else [told_as]
        own = noun == table or told_as is not None
        if own and not one.own:
            one.columns, one.own = [], True
        if own or not one.own:
            one.columns += [name for name in named if name not in one.columns]
    return list(found.values())


def _subjects(met: Sequence[Met], nouns: Collection[str]) -> list[Met]:
    """Return for each row that is in the way the noun that it is about and that one's row, None where it is gone."""
    attached = _attached(row for _table, row in met if hasattr(row, "object_type"))
    owners = [
        None if table in nouns or row is None else _owner(table, row, nouns, attached) for table, row in met
    ]
    owned = _read([owner for owner in owners if owner is not None])
    return [
        (owner[0], owned.get(owner)) if owner is not None else one
        for one, owner in zip(met, owners, strict=True)
    ]


def _attached(rows: Iterable[Any]) -> dict[tuple[str, str], Place]:
    """Return by type and public id the places of the things that rows such as custom values are attached to."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        wanted.setdefault(row.object_type, set()).add(row.object_id)
    found: dict[tuple[str, str], Place] = {}
    for noun, public_ids in wanted.items():
        model: Any = journal.mapper_of(noun).class_
        ordered = sorted(public_ids)
        for start in range(0, len(ordered), READ_AT_ONCE):
            chosen = among(model.public_id, ordered[start : start + READ_AT_ONCE])
            statement = select(model.id, model.public_id).where(chosen)
            for id_, public_id in db.session.execute(statement):
                found[noun, public_id] = (noun, (id_,))
    return found


def _owner(
    table: str, row: Any, nouns: Collection[str], attached: Mapping[tuple[str, str], Place]
) -> Place | None:
    """Return the table and the key of the thing that a row of another table belongs to."""
    if hasattr(row, "object_type"):
        return attached.get((row.object_type, row.object_id))
    for column in inspect(journal.mapper_of(table).class_).columns:
        for pointer in column.foreign_keys:
            noun = pointer.column.table.name
            if noun in nouns and column.name == f"{noun}_id" and getattr(row, column.key) is not None:
                return noun, (getattr(row, column.key),)
    return None


def _read(places: Iterable[Place]) -> dict[Place, Any]:
    """Read the objects of many rows, some hundreds at once; those that are gone are left out."""
    wanted: dict[str, set[tuple[Any, ...]]] = {}
    for table, key in places:
        wanted.setdefault(table, set()).add(key)
    found: dict[Place, Any] = {}
    for table, keys in wanted.items():
        mapper = journal.mapper_of(table)
        ordered = sorted(keys)
        for start in range(0, len(ordered), READ_AT_ONCE):
            chosen = tuple_(*mapper.primary_key).in_(ordered[start : start + READ_AT_ONCE])
            for row in db.session.scalars(select(mapper.class_).where(chosen)):
                found[table, tuple(mapper.primary_key_from_instance(row))] = row
    return found
