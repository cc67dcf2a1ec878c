"""What tests begin with: made once by the services, and its rows copied into the store for each test after."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, inspect, select, text

from inventory.core import bulk, clock
from inventory.core.database import Base, db, transaction
from inventory.core.types import UtcDateTime
from inventory.search import store

Rows = list[dict[str, Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class Made:
    """All rows of a store that was empty before, when they were made, and what the maker returned, pickled.

    `rows` are those of the models' tables, `tokens` (id, words) those of the tables that searches are made in.
    """

    at: datetime
    rows: dict[Table, Rows]
    tokens: dict[str, list[tuple[int, str]]]
    returned: bytes
    read: frozenset[type[Any]]


_made: dict[tuple[str, str, date], Made] = {}


def once(make: Callable[[], T]) -> T:
    """Return what `make` does, and leave in the store what it leaves there, as if it had been made at this instant.

    What it returns may hold rows anywhere inside. Where the store has rows already, or the day is another one than
    when it was made before, the services make it anew.
    """
    key = (str(db.engine.url), f"{make.__module__}.{make.__qualname__}", clock.today())
    made = _made.get(key)
    if _has_rows(made.rows if made else Base.metadata.sorted_tables):
        return make()
    if made is None:
        returned = make()
        _made[key] = _remembered(returned)
        return returned
    _copy(made)
    return _read(made)


def _has_rows(tables: Iterable[Table]) -> bool:
    found = " OR ".join(f"EXISTS (SELECT 1 FROM {table.name})" for table in tables)
    return bool(db.session.scalar(text(f"SELECT {found}")))


class _Writer(pickle.Pickler):
    """Writes a row as its model and key."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.models: set[type[Any]] = set()

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, Base):
            return None
        self.models.add(type(value))
        return type(value), inspect(value).identity


class _Reader(pickle.Unpickler):
    """Reads the row again that has this key now."""

    def persistent_load(self, key: Any) -> Any:
        return db.session.get_one(*key)


def _remembered(returned: Any) -> Made:
    rows = {
        table: [
            dict(row)
            for row in db.session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        ]
        for table in Base.metadata.sorted_tables
    }
    tokens = {name: _tokens(name, words) for name, words in store.TABLES.items()}
    writer = _Writer(pickled := io.BytesIO())
    writer.dump(returned)
    return Made(
        clock.now(),
        {table: found for table, found in rows.items() if found},
        {name: found for name, found in tokens.items() if found},
        pickled.getvalue(),
        frozenset(writer.models),
    )


def _tokens(name: str, words: str) -> list[tuple[int, str]]:
    id_ = "rowid" if store.is_sqlite() else "id"
    asked = text(f"SELECT {id_}, CAST({words} AS text) FROM {name}")
    return [tuple(row) for row in db.session.execute(asked)]


def _copy(made: Made) -> None:
    since = clock.now() - made.at
    with transaction() as session:
        connection = session.connection()
        for table, rows in made.rows.items():
            instants = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
            later = [row | {name: row[name] + since for name in instants if row[name]} for row in rows]
            bulk.insert(connection, table, later)
        if not store.is_sqlite():
            _number_on(connection, made.rows)
        for name, tokens in made.tokens.items():
            _put(connection, name, tokens)


def _number_on(connection: Connection, rows: dict[Table, Rows]) -> None:
    """Have PostgreSQL number new rows after those that were copied: a store made anew begins with 1."""
    last = {
        f"{table.name}_{column.name}_seq": max(row[column.name] for row in copied)
        for table, copied in rows.items()
        if (column := table.autoincrement_column) is not None
    }
    behind = " UNION ALL ".join(
        f"SELECT setval('{name}', {number}) FROM {name} WHERE last_value < {number}"
        for name, number in last.items()
    )
    connection.exec_driver_sql(behind)


def _put(connection: Connection, name: str, tokens: list[tuple[int, str]]) -> None:
    """Write (id, words) into a table of searches, as they were read."""
    words = store.TABLES[name]
    if store.is_sqlite():
        connection.exec_driver_sql(f"INSERT INTO {name} (rowid, {words}) VALUES (?, ?)", tokens)
        return
    given = "unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS given (id, words)"
    statement = text(f"INSERT INTO {name} (id, {words}) SELECT id, CAST(words AS tsvector) FROM {given}")
    ids, all_words = zip(*tokens, strict=True)
    connection.execute(statement, {"ids": list(ids), "words": list(all_words)})


def _read(made: Made) -> Any:
    # The session holds what it has read for as long as somebody else does.
    read = [db.session.scalars(select(model)).all() for model in made.read]
    returned = _Reader(io.BytesIO(made.returned)).load()
    del read
    return returned
