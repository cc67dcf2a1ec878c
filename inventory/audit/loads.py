"""Writes many rows without objects: new ones, kept in the open change set as one piece which can be taken out again, and saved ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, delete, inspect

from inventory.audit import journal
from inventory.audit.journal import LOAD, UNLOAD, Change
from inventory.audit.models import RowChange
from inventory.core.database import Base, bulk_load, bulk_loading, bulk_update, db, forget, free_ids

AT_ONCE = 500
Row = dict[str, Any]


def load(model: type[Any], rows: Sequence[Row], *, kept: bool | None = None) -> list[int]:
    """Insert new rows (column name → value) of a table with an id of its own; returns their ids.

    The rows are completed in place: ids, and the defaults that the columns declare. Where a change set is open they
    can be undone with it, unless their table is none that is undone; `kept` says otherwise for these rows.
    """
    loading(model, rows, kept=kept)()
    return [row["id"] for row in rows]


def loading(model: type[Any], rows: Sequence[Row], *, kept: bool | None = None) -> Callable[[], None]:
    """Make new rows ready for `load` and return what inserts them, before anything else of their table is saved."""
    if not rows:
        return lambda: None
    table: Table = model.__table__
    number(model, rows)
    steps = [bulk_loading(table, rows)]
    opened = journal.open_change_set()
    if opened is not None and (journal.is_journalled(model) if kept is None else kept):
        steps.append(_keeping(opened.id, table, LOAD, rows))

    def load() -> None:
        for step in steps:
            step()

    return load


def number(model: type[Any], rows: Sequence[Row]) -> None:
    """Give new rows their ids, all of them unless they have: they are to be loaded before anything else is saved."""
    unnumbered = [row for row in rows if "id" not in row]
    if unnumbered:
        for row, id_ in zip(unnumbered, free_ids(model.__table__, len(unnumbered)), strict=True):
            row["id"] = id_


def unload(model: type[Any], rows: Sequence[Row]) -> None:
    """Delete whole rows (column name → value); undoing the change set that is open puts them back."""
    if not rows:
        return
    table: Table = model.__table__
    opened = journal.open_change_set()
    if opened is not None:
        _keeping(opened.id, table, UNLOAD, rows)()
    _take_out(table, [row["id"] for row in rows])


def change(model: type[Any], changes: Sequence[tuple[Mapping[str, Any], Row]]) -> None:
    """Write saved rows anew: of each its columns as they were and as they are to be, its `id` among them.

    What differs is written and journalled, row by row, as if the session had saved objects.
    """
    table: Table = model.__table__
    by_names: dict[tuple[str, ...], list[Row]] = {}
    journalled = []
    for was, now in changes:
        names = tuple(name for name, value in now.items() if was[name] != value)
        if names:
            by_names.setdefault(names, []).append(now)
            sides = {"before": _side(was, names), "after": _side(now, names)}
            journalled.append({"row_key": {"id": was["id"]}, "operation": "update", **sides})
    for names, rows in by_names.items():
        bulk_update(table, names, rows)
    _journal(model, journalled)


def save(model: type[Any], objects: Iterable[Any]) -> list[int]:
    """Save the columns that were set on objects of the session in one go, as its flush would; returns the ids of those changed.

    They are read again when they are next asked for: whoever goes on with many reads them in one go before.
    """
    mapper, changes = inspect(model), []
    keys, columns = journal.attributes(mapper), model.__table__.columns
    every = {name: columns[name].onupdate.arg(None) for name, _key in journal.set_by_every_save(mapper)}
    for one in objects:
        if was := journal.set_columns(one):
            now = every | {name: getattr(one, keys[name]) for name in was}
            was = {name: was[name] if name in was else getattr(one, keys[name]) for name in now}
            changes.append(({"id": one.id, **was}, {"id": one.id, **now}))
            # It is no business of the session's flush any more.
            db.session.expire(one)
    change(model, changes)
    return [was["id"] for was, _now in changes]


def remove(model: type[Any], rows: Sequence[Row]) -> None:
    """Delete saved rows, each with all its columns; journalled as if the session had deleted objects."""
    if not rows:
        return
    table: Table = model.__table__
    ids = [row["id"] for row in rows]
    _take_out(table, ids)
    forget(table, ids)
    deleted = [{"row_key": {"id": row["id"]}, "before": _side(row, tuple(row))} for row in rows]
    _journal(model, [{**row, "operation": "delete", "after": None} for row in deleted])


def _side(row: Mapping[str, Any], names: Sequence[str]) -> Row:
    return {name: journal.to_json(row[name]) for name in names}


def _journal(model: type[Any], rows: Sequence[Row]) -> None:
    opened = journal.open_change_set()
    if opened is not None and journal.is_journalled(model):
        own = {"change_set_id": opened.id, "table_name": model.__tablename__}
        changes = [{**own, **row} for row in rows]
        bulk_load(RowChange.__table__, changes)  # type: ignore[arg-type]


def _keeping(change_set_id: int, table: Table, operation: str, rows: Sequence[Row]) -> Callable[[], object]:
    """Keep rows by column: what is the same in all once, so that ten thousand rows take little room."""
    same, each = {}, {}
    for name in rows[0]:
        values = list(map(itemgetter(name), rows))
        first = values[0]
        if name != "id" and first == values[-1] and values.count(first) == len(values):
            same[name] = journal.to_json(first)
        else:
            each[name] = journal.all_to_json(values)
    kept = {"same": same, "each": each}
    change = {"change_set_id": change_set_id, "table_name": table.name, "row_key": {}, "operation": operation}
    sides = {"before": None, "after": kept} if operation == LOAD else {"before": kept, "after": None}
    return bulk_loading(RowChange.__table__, [change | sides])  # type: ignore[arg-type]


def rows_of(change: Change) -> Iterator[Row]:
    """Yield the rows of a piece as JSON keeps them."""
    kept: Mapping[str, Any] = change.after or change.before or {}
    names = list(kept["each"])
    for values in zip(*kept["each"].values(), strict=True):
        yield {**kept["same"], **dict(zip(names, values, strict=True))}


def revert(change: Change) -> None:
    """Take out what a piece loaded, or load again what it took out; journalled in the open change set."""
    mapper = journal.mapper_of(change.table_name)
    table: Table = Base.metadata.tables[change.table_name]
    rows = [journal.columns_from_json(mapper, row) for row in rows_of(change)]
    if change.operation == LOAD:
        _take_out(table, [row["id"] for row in rows])
    else:
        if not journal.is_journalled(mapper.class_):
            # Nobody names these rows, and theirs may be the ids of others by now.
            for row, id_ in zip(rows, free_ids(table, len(rows)), strict=True):
                row["id"] = id_
        bulk_load(table, rows)
    opened = journal.open_change_set()
    if opened is not None:
        _keeping(opened.id, table, UNLOAD if change.operation == LOAD else LOAD, rows)()


def _take_out(table: Table, ids: Sequence[int]) -> None:
    # The last first: what was loaded later may stand in what was loaded before, as a room on its floor.
    for end in range(len(ids), 0, -AT_ONCE):
        db.session.execute(delete(table).where(table.c.id.in_(ids[max(0, end - AT_ONCE) : end])))
