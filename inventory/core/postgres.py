"""Speaks to PostgreSQL with less ado: columns described in plain words, and plans of lookups that outlive a read."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, RawCursor, RawServerCursor
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Dialect, Engine, ExecutionContext, event

from inventory.core.database import LOOKUP

# More than there are lookups, so that those of one page do not push out those of another.
MOST_PREPARED = 300


class PlainCursor(RawCursor[Any]):
    """A cursor that takes PostgreSQL's own $1 and describes columns by plain tuples.

    The driver would look through each statement for other marks and put these in their place, and make an object of
    each column that nobody asks for anything: both cost more than many a statement takes.
    """

    @property
    def description(self) -> Any:
        """The columns of the rows at hand as DB-API has them: a name, a type's number and five unknowns; None without rows."""
        result = self.pgresult
        if result is None or result.status != ExecStatus.TUPLES_OK:
            return super().description
        numbers = range(result.nfields)
        return [((result.fname(i) or b"").decode(), result.ftype(i), *UNKNOWN) for i in numbers]


UNKNOWN = (None,) * 5


class KeepingConnection(Connection[Any]):
    """A connection whose prepared statements outlive a rollback, which is how each read ends.

    PostgreSQL keeps them; the driver would have it drop them all, because a table that was made before a rollback is
    gone after it. Parc makes no tables while it serves. After a statement that failed they are dropped as ever.
    """

    def rollback(self) -> None:
        """End the transaction; nothing of it stays."""
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
