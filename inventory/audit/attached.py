"""What is attached to objects by (type, public id), as notes are: no foreign key keeps an undo from taking its object out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from inventory.audit.conflicts import READ_AT_ONCE, Conflict
from inventory.audit.journal import Change
from inventory.core import registry
from inventory.core.database import among, db

_names: dict[type[Any], str] = {}


def keeps(model: type[Any], name: str) -> None:
    """Have rows of a model (id, object_type, object_id) stand in the way of taking out their object, as its field `name`."""
    _names[model] = name


def in_the_way(changes: Sequence[Change]) -> list[Conflict]:
    """Return what was attached since to the objects that these changes, each of one row, added."""
    watched = registry.nouns().keys() | {model.__tablename__ for model in _names}
    added: dict[str, list[Change]] = {}
    for change in changes:
        if change.operation == "insert" and change.table_name in watched:
            added.setdefault(change.table_name, []).append(change)
    found: list[Conflict] = []
    for model, name in _names.items():
        table = model.__tablename__
        own = {change.row_key["id"] for change in added.get(table, ())}
        for noun, rows in added.items():
            public_ids = [row.after["public_id"] for row in rows if row.after and "public_id" in row.after]
            for start in range(0, len(public_ids), READ_AT_ONCE):
                chosen = among(model.object_id, public_ids[start : start + READ_AT_ONCE])
                ids = db.session.scalars(select(model.id).where(model.object_type == noun, chosen))
                found += [(table, {"id": id_}, [name]) for id_ in ids if id_ not in own]
    return found
