"""Puts back what a change set changed, newest first: runs of rows of one table in a few statements, rows without an id one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper

from inventory.audit import journal, loads
from inventory.audit.journal import Change
from inventory.core.database import among, db
from inventory.core.types import HasVersion

AT_ONCE = 500


# Hears how many changes were put back since it was told last, none where it begins anew; may raise to stop.
Tell = Callable[[int], None]


def revert_all(changes: Sequence[Change], tell: Tell) -> None:
    """Put the rows of these changes, newest first, back to what they were, journalled in the open change set.

    Raises IntegrityError where something made since depends on what is taken out.
    """
    try:
        with db.session.begin_nested():
            for run in _runs(changes):
                _revert_run(run)
                tell(len(run))
    except IntegrityError:
        # Two rows may have swapped what is unique, which only works in their order.
        for place, change in enumerate(changes):
            if place % AT_ONCE == 0:
                tell(0)
            _revert_one(change)
            db.session.flush()


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield neighbours that did the same to rows of the same table, no row twice, some hundreds at most."""
    run: list[Change] = []
    places: set[Any] = set()
    for change in changes:
        is_like = bool(run) and (change.table_name, change.operation) == (run[0].table_name, run[0].operation)
        if run and (not is_like or change.is_piece or change.place in places or len(run) >= AT_ONCE):
            yield run
            run, places = [], set()
        run.append(change)
        places.add(change.place)
    if run:
        yield run


def _revert_run(run: Sequence[Change]) -> None:
    mapper, operation = journal.mapper_of(run[0].table_name), run[0].operation
    if run[0].is_piece or len(run) == 1 or any(set(change.row_key) != {"id"} for change in run):
        for change in run:
            _revert_one(change)
            db.session.flush()
    elif operation == "delete":
        loads.load(mapper.class_, [journal.columns_from_json(mapper, change.before or {}) for change in run])
    elif operation == "insert":
        rows = _read(mapper.local_table, run)  # type: ignore[arg-type]
        loads.remove(mapper.class_, [rows[change.row_key["id"]] for change in run])
    else:
        _put_back(mapper, run)


def _read(table: Table, run: Sequence[Change]) -> dict[int, dict[str, Any]]:
    ids = [change.row_key["id"] for change in run]
    found = db.session.execute(select(table).where(among(table.c.id, ids)))
    return {row["id"]: dict(row) for row in found.mappings()}


def _put_back(mapper: Mapper[Any], run: Sequence[Change]) -> None:
    rows = _read(mapper.local_table, run)  # type: ignore[arg-type]
    changes = []
    for change in run:
        was = rows[change.row_key["id"]]
        now = was | _before(mapper, change)
        if issubclass(mapper.class_, HasVersion):
            # Whoever has this row open in a form must not save over the undo unawares.
            now["version"] = was["version"] + 1
        changes.append((was, now))
    loads.change(mapper.class_, changes)


def _before(mapper: Mapper[Any], change: Change) -> dict[str, Any]:
    values = journal.columns_from_json(mapper, change.before or {})
    values.pop("version", None)
    return values


def _revert_one(change: Change) -> None:
    if change.is_piece:
        loads.revert(change)
        return
    mapper = journal.mapper_of(change.table_name)
    if change.operation == "delete":
        db.session.add(mapper.class_(**journal.from_json(mapper, change.before or {})))
        return
    row = db.session.get(mapper.class_, tuple(change.row_key[column.name] for column in mapper.primary_key))
    if change.operation == "insert":
        db.session.delete(row)
        return
    for name, value in journal.from_json(mapper, change.before or {}).items():
        if name != "version":
            setattr(row, name, value)
    if isinstance(row, HasVersion):
        row.version += 1
