"""Keeps each row as it was before and after a change while a change set is open, and puts rows back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session

from inventory.audit.models import AuditRecord, ChangeSet, RowChange
from inventory.core.database import Base, bulk_load, db

_KEY = "open_change_set"
# Columns that every save touches, so that they are no reason to call a row changed since.
UNWATCHED = frozenset({"version", "updated_at", "last_seen_at", "last_seen_by"})


def open_change_set() -> ChangeSet | None:
    """Return the change set that is open in this transaction, or None."""
    return db.session().info.get(_KEY)


@contextmanager
def recording(opened: ChangeSet) -> Iterator[None]:
    """Journal every row that the session saves until the block ends."""
    info = db.session().info
    before = info.get(_KEY)
    info[_KEY] = opened
    try:
        yield
    finally:
        info[_KEY] = before


def is_journalled(mapped: type[Any]) -> bool:
    """Say whether rows of this class can be undone: all but the trail itself and what says `__journal__ = False`."""
    return mapped not in (AuditRecord, ChangeSet, RowChange) and getattr(mapped, "__journal__", True)


def plain(row: Any, *, before: bool = False, only: Collection[str] | None = None) -> dict[str, Any]:
    """Return a row's columns, all or `only` these, as JSON keeps them; with `before`, as last loaded or saved."""
    state = inspect(row)
    held, changed = state.dict, state.committed_state
    values = {}
    keys = _columns(state.mapper)
    for name in keys if only is None else only:
        key = keys[name]
        value = held[key] if key in held else getattr(row, key)
        if before and key in changed:
            history = state.attrs[key].history
            if history.added and not history.deleted:
                # A column that was never set since the row was made has no old value to delete: it was null.
                value = None
            value = history.deleted[0] if history.deleted else value
        values[name] = to_json(value)
    return values


def _may_change(row: Any) -> frozenset[str]:
    """Return the columns that saving a changed row may change: those that were set, and those that every save sets."""
    state = inspect(row)
    names = _names(state.mapper)
    return _set_by_every_save(state.mapper) | {names[key] for key in state.committed_state if key in names}


@cache
def _set_by_every_save(mapper: Mapper[Any]) -> frozenset[str]:
    return frozenset(column.name for column in mapper.local_table.c if column.onupdate is not None)


@cache
def _columns(mapper: Mapper[Any]) -> dict[str, str]:
    """The attribute of each column of a row; worked out once, for a night makes many thousands of rows."""
    return {attribute.columns[0].name: attribute.key for attribute in mapper.column_attrs}


@cache
def _names(mapper: Mapper[Any]) -> dict[str, str]:
    return {key: name for name, key in _columns(mapper).items()}


def to_json(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return value


def from_json(mapper: Mapper[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return journalled column values as attributes of the mapped class."""
    found = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if column.name in values:
            found[attribute.key] = _from_json(
                column.type.python_type if _is_day(column) else None, values[column.name]
            )
    return found


def _is_day(column: Any) -> bool:
    try:
        return column.type.python_type in (date, datetime)
    except NotImplementedError:
        return False


def _from_json(day_type: Any, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"bytes"}:
        return bytes.fromhex(value["bytes"])
    if day_type is not None and isinstance(value, str):
        return day_type.fromisoformat(value)
    return value


def mapper_of(table_name: str) -> Mapper[Any]:
    """Return the mapper of a table; raises KeyError for an unknown one."""
    for mapper in Base.registry.mappers:
        if mapper.local_table.name == table_name:  # type: ignore[attr-defined]
            return mapper
    raise KeyError(table_name)


@event.listens_for(Session, "before_flush")
def _note_before(session: Session, _context: Any, _instances: Any) -> None:
    # Notes of a flush that failed must not be written by the next one.
    notes = session.info["row_notes"] = []
    if session.info.get(_KEY) is None:
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    for operation, rows in (("update", changed), ("delete", session.deleted), ("insert", session.new)):
        kept = [row for row in rows if is_journalled(type(row))]
        notes.extend((operation, row, _before(operation, row)) for row in kept)


def _before(operation: str, row: Any) -> dict[str, Any] | None:
    if operation == "insert":
        return None
    return plain(row, before=True, only=_may_change(row) if operation == "update" else None)


@cache
def _table_order(_tables: int) -> dict[str, int]:
    """Place each table after those that it points to; sorted once, for every save of a run asks for it."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@event.listens_for(Session, "after_flush")
def _write_notes(session: Session, _context: Any) -> None:
    notes = session.info.pop("row_notes", [])
    opened = session.info.get(_KEY)
    if not notes or opened is None:
        return
    rows = [_row_change(opened.id, operation, row, before) for operation, row, before in notes]
    order = _table_order(len(Base.metadata.tables))

    def turn(row: dict[str, Any]) -> tuple[bool, int]:
        # As the session saves: made and changed rows first, deleted ones last and those that depend on others
        # before them. Undo goes backwards, so a row is there again before what points to it does so again.
        deleted = row["operation"] == "delete"
        return deleted, order[row["table_name"]] * (-1 if deleted else 1)

    rows.sort(key=turn)
    bulk_load(RowChange.__table__, rows)  # type: ignore[arg-type]


def _row_change(
    change_set_id: int, operation: str, row: Any, before: dict[str, Any] | None
) -> dict[str, Any]:
    mapper = inspect(row).mapper
    after = None if operation == "delete" else plain(row, only=before)
    if before and after:
        changed = {name for name in after if before[name] != after[name]}
        before = {name: before[name] for name in changed}
        after = {name: after[name] for name in changed}
    return {
        "change_set_id": change_set_id,
        "table_name": mapper.local_table.name,
        "row_key": dict(
            zip(
                (column.name for column in mapper.primary_key),
                mapper.primary_key_from_instance(row),
                strict=True,
            )
        ),
        "operation": operation,
        "before": before,
        "after": after,
    }
