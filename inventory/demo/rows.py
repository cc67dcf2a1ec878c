"""Collects rows table by table, gives each its id, and writes them in bulk: what a table needs first goes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Column, Table, func, inspect, select, text

from inventory.audit.journal import is_journalled
from inventory.audit.models import RowChange
from inventory.core.database import Base, bulk_load, db
from inventory.demo.chance import Chance

MOST_WAITING = 20_000


class Rows:
    """The rows of a load; `breathe` writes them once many wait, so that memory does not grow with the fleet."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._blank: dict[str, dict[str, Any]] = {}
        self._next: dict[str, int] = {}
        self._waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._count = 0
        self._journalling: int | None = None
        self._order = [table.name for table in Base.metadata.sorted_tables]

    def add(self, model: type[Any], **values: Any) -> int:
        """Keep a row of a model's table for writing and return its id; columns not named get their defaults.

        Raises KeyError for an instant that is not given: the clock of today has no place in a made-up past.
        """
        table = cast("Table", model.__table__)
        if table.name not in self._blank:
            self._prepare(table)
        row = {**self._blank[table.name], **values}
        if row.get("public_id", "") is None:
            row["public_id"] = self._chance.public_id()
        if row.get("id", 0) is None:
            row["id"] = self.reserve(model)
        self._keep(table.name, row)
        if self._journalling is not None and is_journalled(inspect(model)):
            self._note(table, row, self._journalling)
        return int(row.get("id", 0))

    def _keep(self, table_name: str, row: dict[str, Any]) -> None:
        self._waiting[table_name].append(row)
        self._count += 1

    @contextmanager
    def journalling(self, change_set_id: int) -> Iterator[None]:
        """Let the change set take back the rows that the block adds, as the journal would."""
        self._journalling = change_set_id
        try:
            yield
        finally:
            self._journalling = None

    def _note(self, table: Table, row: dict[str, Any], change_set_id: int) -> None:
        key = {column.name: row[column.name] for column in table.primary_key}
        self.journal(change_set_id, table.name, key, operation="insert", after=row)

    def journal(
        self,
        change_set_id: int,
        table_name: str,
        key: dict[str, Any],
        *,
        operation: str = "update",
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Keep a row as it was before and after, so that its change set can be undone."""
        kept = {
            "change_set_id": change_set_id,
            "table_name": table_name,
            "row_key": key,
            "operation": operation,
        }
        self._keep(
            RowChange.__tablename__,
            {"id": self.reserve(RowChange), **kept, "before": _plain(before), "after": _plain(after)},
        )

    def reserve(self, model: type[Any]) -> int:
        """Return the id of a row that will be added later."""
        table = cast("Table", model.__table__)
        if table.name not in self._blank:
            self._prepare(table)
        self._next[table.name] += 1
        return self._next[table.name] - 1

    def _prepare(self, table: Table) -> None:
        self._blank[table.name] = {column.name: _default(column) for column in table.columns}
        if "id" in table.columns:
            self._next[table.name] = (db.session.scalar(select(func.max(table.c.id))) or 0) + 1

    def breathe(self) -> None:
        """Write what waits when it is much."""
        if self._count >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        for name in self._order:
            if rows := self._waiting.pop(name, None):
                bulk_load(Base.metadata.tables[name], rows)
        self._count = 0

    def finish(self) -> None:
        """Write the rest, and let PostgreSQL's sequences go on after the ids given here."""
        self.flush()
        if db.engine.dialect.name != "postgresql":
            return
        for name in sorted(self._next):
            following = text(
                "SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(:last, 1), :last > 0)"
            )
            db.session.execute(following, {"name": name, "last": self._next[name] - 1})


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return column values as the journal keeps them (`audit.journal.plain`)."""
    if values is None:
        return None
    return {name: v.isoformat() if isinstance(v, date | datetime) else v for name, v in values.items()}


def _default(column: Column[Any]) -> Any:
    """Return what a column gets when nothing is said: its plain default, an empty list or object, else nothing."""
    default: Any = column.default
    if default is None or column.name == "public_id":
        return None
    if default.is_scalar:
        return default.arg
    made = default.arg(None) if default.is_callable else None
    return None if isinstance(made, datetime) else made


def is_empty(*models: type[Any]) -> bool:
    """Say whether none of these tables has a row."""
    return all(db.session.scalar(select(inspect(model).primary_key[0]).limit(1)) is None for model in models)
