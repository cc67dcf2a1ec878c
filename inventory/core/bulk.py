"""Inserts and changes thousands of rows as fast as each store takes them: values are made ready by column, no statement by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, partial
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, JSON, Column, Connection, Dialect, LargeBinary, Table, TypeDecorator
from sqlalchemy.exc import IntegrityError

from inventory.core.types import UtcDateTime

Row = dict[str, Any]
# What parts cells and lines in the text format of COPY.
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_ESCAPES = str.maketrans(_ESCAPED)
_TEXTS = {str, type(None)}
LOADED = "parc_loaded"
LEAST_LOADED = 1_000
# Characters: how long fewer take nobody notices.
LEAST_MEANWHILE = 10_000


def complete(table: Table, rows: Sequence[Row]) -> None:
    """Give every row the defaults of the columns that it leaves out, the same instant for all."""
    for name, is_own, default in _defaults(table):
        shared = None if is_own else default()
        for row in rows:
            if name not in row:
                row[name] = default() if is_own else shared


@cache
def _defaults(table: Table) -> tuple[tuple[str, bool, Callable[[], Any]], ...]:
    return tuple(
        (column.name, _differs(column), _default(column.default))
        for column in table.columns
        if column is not table.autoincrement_column and column.server_default is None
    )


def _differs(column: Column[Any]) -> bool:
    """Say whether each row gets a value of its own: a public id, or a list that nobody else may add to."""
    return (
        column.default is not None and column.default.is_callable and not isinstance(column.type, UtcDateTime)
    )


def _default(declared: Any) -> Callable[[], Any]:
    if declared is None:
        return lambda: None
    return (lambda: declared.arg) if declared.is_scalar else (lambda: declared.arg(None))


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns; raises IntegrityError as any statement does.

    On PostgreSQL the next statement, or the commit, may raise it: it takes many rows in while the caller goes on.
    """
    inserting(connection, table, rows)()


def inserting(connection: Connection, table: Table, rows: Sequence[Row]) -> Callable[[], object]:
    """Make rows ready, which asks nothing of the store, and return what inserts them as `insert` does."""
    columns = [table.columns[name] for name in rows[0]]
    ready = [
        _ready(column, list(map(itemgetter(column.name), rows)), connection.dialect) for column in columns
    ]
    names = ", ".join(connection.dialect.identifier_preparer.quote(column.name) for column in columns)
    into = f"{connection.dialect.identifier_preparer.format_table(table)} ({names})"
    if connection.dialect.name == "postgresql":
        lines = zip(*map(_written, ready), strict=True)
        text = "".join(["\t".join(line) + "\n" for line in lines])

        def send() -> None:
            _copy(connection, f"COPY {into} FROM STDIN", text)
            _let_know(connection, table, len(rows))

        return send
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608 - names of the model
    return partial(connection.exec_driver_sql, statement, list(zip(*ready, strict=True)))


def update(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Set these columns of rows found by their ids; raises IntegrityError as any statement does, or as `insert`, later."""
    columns = [table.columns[name] for name in (*names, "id")]
    ready = [
        _ready(column, list(map(itemgetter(column.name), rows)), connection.dialect) for column in columns
    ]
    quote = connection.dialect.identifier_preparer.quote
    name = connection.dialect.identifier_preparer.format_table(table)
    if connection.dialect.name == "postgresql":
        # One statement for all: sent one by one, each is planned and answered by itself.
        told = ", ".join(f"{quote(n)} = given.{quote(n)}" for n in names)
        kinds = [column.type.compile(connection.dialect) for column in columns]
        given = ", ".join(f"CAST(${n} AS {kind}[])" for n, kind in enumerate(kinds, start=1))
        into = ", ".join(quote(column.name) for column in columns)
        statement = (
            f"UPDATE {name} SET {told} FROM unnest({given}) AS given ({into}) WHERE {name}.id = given.id"  # noqa: S608
        )
        _change(connection, statement, tuple(map(array, ready)))
        return
    told = ", ".join(f"{quote(n)} = ?" for n in names)
    statement = f"UPDATE {name} SET {told} WHERE id = ?"  # noqa: S608 - names of the model
    connection.exec_driver_sql(statement, list(zip(*ready, strict=True)))


def array(values: Sequence[Any]) -> str:
    """Return values in PostgreSQL's text format of arrays; the driver would look at each of them anew."""
    sorts = set(map(type, values))
    if sorts == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    return "{" + ",".join(["NULL" if value is None else _element(value) for value in values]) + "}"


class Array(TypeDecorator[Any]):
    """An array of numbers or texts, which the driver is given as text."""

    impl = ARRAY
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Return what makes its text of values."""
        return array


def _element(value: Any) -> str:
    text = _plain(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{text}"'


def _copy(connection: Connection, statement: str, text: str) -> None:
    import psycopg

    from inventory.core import postgres

    driver: Any = connection.connection.dbapi_connection
    if len(text) >= LEAST_MEANWHILE or driver.is_under_way:
        driver.copy_meanwhile(statement, text)
        return
    try:
        postgres.copy(driver, statement, text)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error


def _change(connection: Connection, statement: str, values: tuple[str, ...]) -> None:
    driver: Any = connection.connection.dbapi_connection
    if sum(map(len, values)) >= LEAST_MEANWHILE or driver.is_under_way:
        driver.change_meanwhile(statement, values)
    else:
        connection.exec_driver_sql(statement, values)


def _written(values: list[Any]) -> list[str]:
    """Return a column as the text format of COPY has it, made at once where all values are the same or of one plain sort."""
    sorts = set(map(type, values))
    if len(sorts) == 1 and values[0] == values[-1] and values.count(values[0]) == len(values):
        return [_cell(values[0])] * len(values)
    if sorts == {int}:
        return list(map(str, values))
    if sorts <= _TEXTS and (texts := _escaped_at_once(values)) is not None:
        return ["\\N" if value is None else text for value, text in zip(values, texts, strict=True)]
    return [_cell(value) for value in values]


def _escaped_at_once(values: list[str | None]) -> list[str] | None:
    """Return texts as COPY has them, all escaped in one go; None where one of them holds what parts them here."""
    whole = "\0".join([value or "" for value in values])
    for mark, escape in _ESCAPED.items():
        if mark in whole:
            whole = whole.replace(mark, escape)
    texts = whole.split("\0")
    return texts if len(texts) == len(values) else None


def _cell(value: Any) -> str:
    """Return a value in the text format of COPY; raises TypeError for what no column holds."""
    return "\\N" if value is None else _plain(value).translate(_ESCAPES)


def _plain(value: Any) -> str:
    """Return a value as PostgreSQL reads it from text; raises TypeError for what no column holds."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"no way to write {type(value).__name__}")


def _let_know(connection: Connection, table: Table, number: int) -> None:
    """Have PostgreSQL look at a table that it takes for much smaller than what was loaded into it.

    It checks references by plans made when it last looked: of a table that was empty then, it reads every row for each.
    """
    loaded, look_at = connection.info.setdefault(LOADED, {}).get(table.name, (0, LEAST_LOADED))
    loaded += number
    if loaded >= look_at:
        look_at = 2 * loaded
        # As the rows themselves, beside the session's statements.
        driver: Any = connection.connection.dbapi_connection
        driver.look_meanwhile(connection.dialect.identifier_preparer.format_table(table), loaded)
    connection.info[LOADED][table.name] = (loaded, look_at)


def _ready(column: Column[Any], values: list[Any], dialect: Dialect) -> list[Any]:
    """Return a column's values as the driver takes them; what is the same in all rows is made ready once."""
    process = _processor(column, dialect)
    if process is None:
        return values
    first = values[0]
    if first == values[-1] and values.count(first) == len(values) and len(set(map(type, values))) == 1:
        return [None if first is None else process(first)] * len(values)
    return [None if value is None else process(value) for value in values]


@cache
def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(column.type, JSON):
        # A driver would wrap each value, to write it out by a call of its own.
        return _as_json
    if isinstance(column.type, LargeBinary) and dialect.name == "postgresql":
        return None  # octets are written as they are; the driver's wrapper says nothing more
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _as_json(value: Any) -> str:
    # Most values are plain, and the encoder is made anew for each.
    return str(value) if type(value) is int else json.dumps(value)
