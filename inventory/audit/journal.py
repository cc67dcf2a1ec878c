"""Keeps each row as it was before and after a change while a change set is open, and puts rows back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.base import LoaderCallableStatus

from inventory.audit.models import AuditRecord, ChangeSet, RowChange
from inventory.core.database import Base, bulk_load, db
from inventory.core.ordering import is_derived

_PLAIN = frozenset({str, int, bool, type(None)})
_KEY = "open_change_set"
# Columns that every save touches or that follow from others, so that they are no reason to call a row changed since.
UNWATCHED = frozenset({"version", "updated_at", "last_seen_at", "last_seen_by", "name_order", "path"})


# A row's table and key.
Place = tuple[str, tuple[Any, ...]]
# A change of many rows at once: what was loaded, what was taken out.
LOAD, UNLOAD = "load", "unload"


@dataclass(frozen=True, slots=True)
class Change:
    """What a change set did to one row, or by a piece to many; as the journal keeps it."""

    table_name: str
    row_key: dict[str, Any]
    operation: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def place(self) -> Place:
        return self.table_name, tuple(self.row_key.values())

    @property
    def is_piece(self) -> bool:
        """Whether it is about many rows at once."""
        return self.operation in (LOAD, UNLOAD)


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


def plain(row: Any) -> dict[str, Any]:
    """Return a row's columns as JSON keeps them."""
    state = inspect(row)
    held = state.dict
    return {
        name: to_json(held[key] if key in held else getattr(row, key))
        for name, key in attributes(state.mapper).items()
    }


def _changed(session: Session, row: Any) -> dict[str, Any] | None:
    """Return the columns of a saved row that its save may change, as they were; None for a row that has not changed.

    Those are the columns that were set to something else, and those that every save sets.
    """
    state = inspect(row)
    held = state.dict
    before = {name: to_json(was) for name, was in set_columns(row).items()}
    has_others = not state.committed_state.keys() <= _names(state.mapper).keys()
    if not before and not (has_others and session.is_modified(row)):
        return None
    for name, key in set_by_every_save(state.mapper):
        if name not in before:
            before[name] = to_json(held[key] if key in held else getattr(row, key))
    return before


def set_columns(row: Any) -> dict[str, Any]:
    """Return the columns of a saved row that were set to something else since, as they were."""
    state = inspect(row)
    held, names = state.dict, _names(state.mapper)
    found = {}
    for key, old in state.committed_state.items():
        if key in names:
            # A column that was never set since the row was made was null.
            was = None if isinstance(old, LoaderCallableStatus) else old
            if key not in held or held[key] != was:
                found[names[key]] = was
    return found


@cache
def set_by_every_save(mapper: Mapper[Any]) -> tuple[tuple[str, str], ...]:
    """The name and the attribute of each column that every save sets."""
    columns = attributes(mapper)
    return tuple((c.name, columns[c.name]) for c in mapper.local_table.c if c.onupdate is not None)


@cache
def attributes(mapper: Mapper[Any]) -> dict[str, str]:
    """The attribute of each column of a row; worked out once, for a night makes many thousands of rows."""
    return {attribute.columns[0].name: attribute.key for attribute in mapper.column_attrs}


@cache
def _names(mapper: Mapper[Any]) -> dict[str, str]:
    return {key: name for name, key in attributes(mapper).items()}


def to_json(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return value


def all_to_json(values: list[Any]) -> list[Any]:
    """Return a column of values as JSON keeps them."""
    return values if _PLAIN.issuperset(map(type, values)) else [to_json(value) for value in values]


def from_json(mapper: Mapper[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return journalled column values as attributes of the mapped class."""
    found = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if column.name in values and not is_derived(column):
            found[attribute.key] = _from_json(
                column.type.python_type if _is_day(column) else None, values[column.name]
            )
    return found


def columns_from_json(mapper: Mapper[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return journalled column values by column name, as statements take them."""
    names = _names(mapper)
    return {names[key]: value for key, value in from_json(mapper, values).items()}


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


@cache
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
    notes.extend(
        ("update", row, before)
        for row in session.dirty
        if is_journalled(type(row)) and (before := _changed(session, row)) is not None
    )
    notes.extend(("delete", row, _as_saved(row)) for row in session.deleted if is_journalled(type(row)))
    notes.extend(("insert", row, None) for row in session.new if is_journalled(type(row)))


def _as_saved(row: Any) -> dict[str, Any]:
    """Return all columns of a row as they were loaded or saved last."""
    old = {
        key: None if isinstance(value, LoaderCallableStatus) else value
        for key, value in inspect(row).committed_state.items()
    }
    names = attributes(inspect(row).mapper)
    return plain(row) | {name: to_json(old[key]) for name, key in names.items() if key in old}


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
    state = inspect(row)
    mapper, held = state.mapper, state.dict
    after = None
    if operation == "update" and before is not None:
        columns = attributes(mapper)
        now = {name: to_json(held[columns[name]]) for name in before if columns[name] in held}
        now |= {name: to_json(getattr(row, columns[name])) for name in before.keys() - now.keys()}
        after = {name: value for name, value in now.items() if before[name] != value}
        before = {name: before[name] for name in after}
    elif operation == "insert":
        after = plain(row)
    key = state.key[1] if state.key is not None else mapper.primary_key_from_instance(row)
    return {
        "change_set_id": change_set_id,
        "table_name": mapper.local_table.name,
        "row_key": dict(zip((column.name for column in mapper.primary_key), key, strict=True)),
        "operation": operation,
        "before": before,
        "after": after,
    }
