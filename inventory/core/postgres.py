"""Speaks to PostgreSQL with less ado: columns in plain words, plans that outlive a read, rows that are taken in meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, cast

from psycopg import Connection, Error, RawCursor, RawServerCursor
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Dialect, Engine, ExecutionContext, event

from inventory.core.database import LOOKUP

# More than there are lookups, so that those of one page do not push out those of another.
MOST_PREPARED = 300
SAVEPOINT_ENDS = re.compile(r"(?:RELEASE|ROLLBACK TO) SAVEPOINT (\w+)")


class PlainCursor(RawCursor[Any]):
    """A cursor that takes PostgreSQL's own $1 and describes columns by plain tuples.

    The driver would look through each statement for other marks and put these in their place, and make an object of
    each column that nobody asks for anything: both cost more than many a statement takes.
    """

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        """Execute a statement once rows that are on their way have arrived; raises what became of them."""
        try:
            cast("KeepingConnection", self.connection).settle()
        except Error:
            # Nobody else takes back what a savepoint began once its end has failed.
            if end := SAVEPOINT_ENDS.fullmatch(str(query)):
                super().execute(f"ROLLBACK TO SAVEPOINT {end[1]}")
            raise
        return super().execute(query, *args, **options)

    def executemany(self, *args: Any, **options: Any) -> None:
        """Execute a statement for each of some values once rows that are on their way have arrived."""
        cast("KeepingConnection", self.connection).settle()
        super().executemany(*args, **options)

    @property
    def description(self) -> Any:
        """The columns of the rows at hand as DB-API has them: a name, a type's number and five unknowns; None without rows."""
        result = self.pgresult
        if result is None or result.status != ExecStatus.TUPLES_OK:
            return super().description
        numbers = range(result.nfields)
        return [((result.fname(i) or b"").decode(), result.ftype(i), *UNKNOWN) for i in numbers]


UNKNOWN = (None,) * 5


# Something to do on a connection, with cursors of the driver's: the connection's own wait for what is under way.
Step = Callable[[Connection[Any]], None]


class _Meanwhile(Thread):
    """What PostgreSQL is given to do, one step after the other, beside whoever makes the next rows ready."""

    def __init__(self, connection: KeepingConnection) -> None:
        super().__init__(name="parc-copy", daemon=True)
        self.connection = connection
        self.waiting: SimpleQueue[Step | None] = SimpleQueue()
        self.refusal: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Take step after step until there will be no more; where one is refused, those after it are left out."""
        while (step := self.waiting.get()) is not None:
            if self.refusal is not None:
                continue
            try:
                step(self.connection)
            except BaseException as error:  # noqa: BLE001 - raised by `settle`, where somebody waits for it
                self.refusal = error

    def end(self) -> None:
        """Wait until all of it was taken or refused."""
        self.waiting.put(None)
        self.join()


def copy(connection: Connection[Any], statement: str, text: str) -> None:
    """Send rows in COPY's text format and wait until PostgreSQL has checked them; raises the driver's error."""
    with RawCursor(connection).copy(statement) as copying:
        copying.write(text)


def _change(connection: Connection[Any], statement: str, values: tuple[str, ...]) -> None:
    RawCursor(connection).execute(statement.encode(), values)


def _look(connection: Connection[Any], table: str, loaded: int) -> None:
    cursor = RawCursor(connection)
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = CAST($1 AS regclass)", (table,))
    known = cursor.fetchone()
    if known is not None and known[0] < loaded / 2:
        cursor.execute(f"ANALYZE {table}".encode())


class KeepingConnection(Connection[Any]):
    """A connection whose prepared statements outlive a rollback, which is how each read ends.

    PostgreSQL keeps them; the driver would have it drop them all, because a table that was made before a rollback is
    gone after it. Parc makes no tables while it serves. After a statement that failed they are dropped as ever.
    """

    _meanwhile: _Meanwhile | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether anything is being done that the next statement would wait for."""
        return self._meanwhile is not None

    def copy_meanwhile(self, statement: str, text: str) -> None:
        """Send rows in COPY's text format while the caller goes on: PostgreSQL's work is a third of an import.

        What becomes of them is raised by the next statement, or by the commit.
        """
        self._begin(lambda connection: copy(connection, statement, text))

    def change_meanwhile(self, statement: str, values: tuple[str, ...]) -> None:
        """Execute a statement that gives nothing back, of values in PostgreSQL's text format, while the caller goes on."""
        self._begin(lambda connection: _change(connection, statement, values))

    def look_meanwhile(self, table: str, loaded: int) -> None:
        """Have PostgreSQL look at a table where it takes it for less than half of what was `loaded` into it."""
        self._begin(lambda connection: _look(connection, table, loaded))

    def _begin(self, step: Step) -> None:
        if self._meanwhile is None:
            self._meanwhile = _Meanwhile(self)
        self._meanwhile.waiting.put(step)

    def settle(self) -> None:
        """Wait for what is under way; raises the driver's error where it is refused."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile.end()
            if meanwhile.refusal is not None:
                raise meanwhile.refusal

    def commit(self) -> None:
        """Save the transaction. Raises what became of the last rows: PostgreSQL ends what failed without a word."""
        try:
            self.settle()
        except Error:
            # A commit that fails has ended its transaction.
            self.rollback()
            raise
        super().commit()

    def rollback(self) -> None:
        """End the transaction; nothing of it stays."""
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            # Taken or refused, it goes.
            meanwhile.end()
        with self.lock:
            if self.pgconn.transaction_status == TransactionStatus.INTRANS:
                self.pgconn.exec_(b"ROLLBACK")
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().rollback()


@event.listens_for(Engine, "do_connect")
def _connect(dialect: Dialect, _record: Any, arguments: Any, named: dict[str, Any]) -> Any:
    if dialect.driver != "psycopg":
        return None
    connection = KeepingConnection.connect(*arguments, **named)
    connection.prepared_max = MOST_PREPARED
    if issubclass(connection.cursor_factory, RawCursor):
        # Cursors that stay in PostgreSQL take the same marks as others.
        connection.server_cursor_factory = RawServerCursor
    return connection


@event.listens_for(Engine, "do_execute")
def _prepare_lookups(cursor: Any, statement: str, values: Any, context: ExecutionContext | None) -> bool:
    """Have PostgreSQL keep the plans of lookups, and of no other question unless something is being written."""
    if context is None or not isinstance(cursor, PlainCursor):
        return False
    options = context.execution_options
    if LOOKUP not in options and options.get("parc_writing", False):
        return False
    cursor.execute(statement, values, prepare=LOOKUP in options)
    return True
