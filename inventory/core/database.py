"""The store: engine settings for SQLite and PostgreSQL, and the one place that commits."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, TypeVar

from flask import has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    MetaData,
    String,
    Table,
    Text,
    any_,
    event,
    func,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapper, Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.functions import FunctionElement

from inventory.core import bulk, ordering
from inventory.core.turns import Turns

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 15_000
# Whoever waits at a page is told sooner; other threads have pages to serve.
PATIENCE_AT_A_PAGE_MS = 6_000
# Background work has the time that an import of everything or nothing takes: that of a large file is minutes long.
PATIENCE_IN_BACKGROUND_MS = 3_600_000
ROWS_SAMPLED = 400
FEWEST_NUMBERED = 4

LOOKUP = "parc_lookup"
Asked = TypeVar("Asked", bound=Executable)

log = logging.getLogger(__name__)
_patience_ms: ContextVar[int] = ContextVar("patience_ms", default=BUSY_TIMEOUT_MS)
# One queue of writers for each file.
_turns: dict[str, Turns] = {}


class Base(DeclarativeBase):
    """The declarative base: one metadata, with named constraints so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


@event.listens_for(Base, "mapper_configured", propagate=True)
def _keep_old_values(mapper: Mapper[Any], mapped: type) -> None:
    # Rows are expired when a transaction begins; the journal needs the old value of what is set before it is read.
    for attribute in mapper.column_attrs:
        getattr(mapped, attribute.key).impl.active_history = True
    ordering.watch(mapper, mapped)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def lookup(statement: Asked) -> Asked:
    """Mark a question that finds few rows by a key whatever the values: PostgreSQL then plans it once, not each time it is asked.

    To plan a page's lookups takes PostgreSQL longer than to answer them. Not for what lists and searches ask: which way
    is the best depends there on the values.
    """
    marked: Asked = statement.execution_options(**{LOOKUP: True})
    return marked


@event.listens_for(Engine, "connect")
def _set_up(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        # PostgreSQL would compile statements of many parts for seconds to save milliseconds of running them.
        connection.execute("SET jit = off")
        connection.commit()
        return
    # SQLAlchemy says BEGIN itself (below), so that a writer takes its lock before it reads.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-8000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        options = connection.get_execution_options()
        if "parc_patience_ms" in options:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={options['parc_patience_ms']}")
        # A deferred transaction that turns into a writer fails at once when another one wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("parc_writing", False) else "BEGIN")


@contextmanager
def transaction(patience_ms: int | None = None) -> Iterator[Session]:
    """Commit what the block did, or nothing of it; nested blocks join the outermost one.

    Objects read before the block are read again inside it, under the writer's lock. Callbacks given to
    `after_commit` run once the outermost block has committed; one that fails is logged and holds up no other,
    for what was committed stays. Raises RuntimeError when there are unsaved changes from outside any transaction, and
    an OperationalError that `is_busy` where another keeps SQLite's only writer for longer than one's patience.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside of transaction()")
    session.rollback()
    session.info["in_transaction"] = True
    session.info["after_commit"] = []
    if patience_ms is None:
        patience_ms = PATIENCE_AT_A_PAGE_MS if has_request_context() else _patience_ms.get()
    until = time.monotonic() + patience_ms / 1000
    try:
        with _turn(patience_ms / 1000):
            try:
                left_ms = max(0, round(1000 * (until - time.monotonic())))
                session.connection(execution_options={"parc_writing": True, "parc_patience_ms": left_ms})
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
    except BaseException:
        session.info["after_commit"] = []
        raise
    finally:
        session.info["in_transaction"] = False
        callbacks = session.info.pop("after_commit", [])
    _follow(callbacks)


@contextmanager
def patiently() -> Iterator[None]:
    """Let transactions of the block, which nobody waits for at a page, wait for SQLite's only writer as long as it takes."""
    before = _patience_ms.set(PATIENCE_IN_BACKGROUND_MS)
    try:
        yield
    finally:
        _patience_ms.reset(before)


def _follow(callbacks: Sequence[Callable[[], None]]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("what was to follow a commit failed")


def _turn(patience_s: float) -> AbstractContextManager[None]:
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _turns.setdefault(str(engine.url), Turns()).turn(patience_s)


def is_busy(error: OperationalError) -> bool:
    """Say whether SQLite refused to write because another had its only writer: nothing is wrong, later it will."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def is_away(error: OperationalError) -> bool:
    """Say whether the store could not be reached, or has just gone: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
    state = getattr(error.orig, "sqlstate", "")
    # A connection that is not made has no state; classes: connection, resources, ended by its operator.
    return (
        state is None
        or state[:2] in {"08", "53", "57"}
        or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    )


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the present transaction has committed; never if it fails.

    Raises RuntimeError outside of any transaction.
    """
    info = db.session().info
    if not info.get("in_transaction"):
        raise RuntimeError("after_commit() was called outside of transaction()")
    info["after_commit"].append(callback)


def hold(row: Any) -> None:
    """Read a saved row's columns again and, on PostgreSQL, keep others from changing it until the commit.

    On SQLite a transaction is alone in writing anyway. A row that is not saved yet is left as it is.
    """
    state = inspect(row)
    if state.persistent:
        db.session.flush()
        columns = [attribute.key for attribute in state.mapper.column_attrs]
        db.session.refresh(row, attribute_names=columns, with_for_update=True)


@event.listens_for(Session, "before_flush")
def _number_many(session: Session, _context: Any, _instances: Any) -> None:
    """Give many new rows of one table their ids in one query, for a store that has to tell each id takes them one by one."""
    rows: dict[type[Any], list[Any]] = {}
    for row in session.new:
        rows.setdefault(type(row), []).append(row)
    for mapped, made in rows.items():
        mapper = inspect(mapped)
        column = mapper.local_table.autoincrement_column
        if column is None or len(made) < FEWEST_NUMBERED:
            continue
        key = mapper.get_property_by_column(column).key
        unnumbered = [row for row in made if inspect(row).dict.get(key) is None]
        if not unnumbered:
            continue
        for row, id_ in zip(unnumbered, _free_ids(session, column, len(unnumbered)), strict=True):
            setattr(row, key, id_)


def free_ids(table: Table, count: int) -> Sequence[int]:
    """Return ids for `count` new rows of a table, which are to be saved before anything else is."""
    return _free_ids(db.session(), table.autoincrement_column, count)


def _free_ids(session: Session, column: Any, count: int) -> Sequence[int]:
    if session.get_bind().dialect.name == "sqlite":
        # Whoever writes is alone in writing, and the rows are saved before anything else is.
        last = session.execute(select(func.max(column))).scalar() or 0
        return range(last + 1, last + 1 + count)
    # A query of its own: as a mere argument, PostgreSQL would look the sequence up again for each number.
    sequence = select(func.pg_get_serial_sequence(column.table.name, column.name)).scalar_subquery()
    numbers = select(func.array_agg(func.nextval(sequence))).select_from(func.generate_series(1, count))
    return sorted(session.execute(numbers).scalar_one())


def gather_statistics() -> None:
    """Let SQLite sample each index (a tenth of a second for 100,000 assets): by how many rows differ it chooses how to read.

    PostgreSQL does so by itself.
    """
    if db.engine.dialect.name == "sqlite":
        with transaction() as session:
            session.execute(text(f"PRAGMA analysis_limit={ROWS_SAMPLED}"))
            session.execute(text("ANALYZE"))


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of some values, which PostgreSQL is given as one array.

    A mark for each would make another statement of every number of values, put into words and prepared anew each time.
    For columns of numbers and plain texts, and for few values: how many there are is nothing that a prepared plan knows.
    """
    found: ColumnElement[bool]
    if db.engine.dialect.name == "sqlite":
        found = column.in_(values)
        return found
    # Without the length of the column's own type: PostgreSQL would cut a longer text to it.
    plain = Text() if isinstance(column.type, String) else column.type
    found = column == any_(literal(list(values), bulk.Array(plain)))
    return found


class _Mostly(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True


@compiles(_Mostly)
def _say_condition(element: _Mostly, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(_Mostly, "sqlite")
def _say_likely(element: _Mostly, compiler: Any, **options: Any) -> str:
    condition = compiler.process(element.clauses, **options)
    # To count them, rows are gathered: there is no order to walk along.
    around = compiler.stack[-1]["selectable"] if compiler.stack else None
    is_ordered = getattr(around, "_order_by_clauses", ())
    return f"likely({condition})" if is_ordered else f"({condition})"


def mostly(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that holds for a good part of a table: SQLite, which takes each value for as rare as any, walks along the
    order that is asked for instead of gathering half of the table by it. PostgreSQL knows which values are common."""
    return _Mostly(condition)


Loaded = Callable[[Session, Table, Sequence[dict[str, Any]]], None]
_before_loads: list[Loaded] = []


def before_load(told: Loaded) -> None:
    """Call `told` with the session, the table and the rows of each `bulk_load`, before it writes."""
    if told not in _before_loads:
        _before_loads.append(told)


Updated = Callable[[Session, Table, Sequence[str], Sequence[dict[str, Any]]], None]
_before_updates: list[Updated] = []


def before_update(told: Updated) -> None:
    """Call `told` with the session, the table, the columns and the rows of each `bulk_update`, before it writes."""
    if told not in _before_updates:
        _before_updates.append(told)


def bulk_load(table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows` (column name → value) in one go, without building objects.

    All have the same columns; the defaults of those left out are added to them in place.
    """
    bulk_loading(table, rows)()


def bulk_loading(table: Table, rows: Sequence[dict[str, Any]]) -> Callable[[], object]:
    """Make `rows` ready for `bulk_load` and return what inserts them, in the same transaction and savepoint.

    There is time for it while PostgreSQL takes in what was loaded before.
    """
    if not rows:
        return lambda: None
    session = db.session()
    for told in _before_loads:
        told(session, table, rows)
    ordering.complete(table, rows)
    bulk.complete(table, rows)
    return bulk.inserting(session.connection(), table, rows)


def is_taking_in() -> bool:
    """Say whether the store still takes in what was loaded, which the next statement waits for: there is time for something else."""
    driver = db.session.connection().connection.dbapi_connection
    return getattr(driver, "is_under_way", False)


def bulk_update(table: Table, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Set the columns `names` of rows (column name → value) found by their `id`, without building objects.

    Objects of theirs that the session holds are read again when they are next asked for.
    """
    if not rows:
        return
    session = db.session()
    session.flush()
    for told in _before_updates:
        told(session, table, names, rows)
    ordering.complete(table, rows)
    bulk.update(session.connection(), table, ordering.with_derived(table, names), rows)
    forget(table, [row["id"] for row in rows])


def forget(table: Table, ids: Sequence[int]) -> None:
    """Have the session read its objects of these rows again when they are next asked for."""
    session = db.session()
    mapped = {mapper.class_ for mapper in Base.registry.mappers if mapper.local_table is table}
    for key in ((model, (id_,), None) for model in mapped for id_ in ids):
        if (row := session.identity_map.get(key)) is not None:
            session.expire(row)


def row_of(model: type[Any], id_: int) -> Any:
    """Return a row by its id, or None, as `session.get` does, but at once where the session has it at hand."""
    session = db.session()
    row = session.identity_map.get((model, (id_,), None))
    return session.get(model, id_) if row is None or instance_state(row).expired else row
