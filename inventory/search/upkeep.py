"""Keeps the index true: what a transaction changed in watched tables, saved or loaded in bulk, is indexed before it commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Table, Update, event, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from inventory.core.database import among, before_load, before_update, db
from inventory.search import documents, services
from inventory.search.documents import Document, Watch

_KEY = "search_pending"
# What was to be indexed when each open savepoint began.
_SAVEPOINTS = "search_savepoints"


@dataclass(slots=True)
class _Pending:
    """What is to be indexed: row ids by noun, and ids of other rows that a noun's rows point at."""

    rows: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    pointed: dict[tuple[str, Watch], set[int]] = field(default_factory=lambda: defaultdict(set))
    # What the store numbers itself: the last id before, by noun and watch.
    since: dict[tuple[str, Watch], int] = field(default_factory=dict)
    # Documents that were read before the transaction's end, by noun and row id.
    ready: dict[str, dict[int, services.Ready]] = field(default_factory=dict)
    # Objects that get their id by the flush.
    new: list[tuple[str, Watch, Any]] = field(default_factory=list)

    def note(self, noun: str, watch: Watch, values: Iterable[Any]) -> None:
        ids = {value for value in values if value is not None}
        if watch.is_own:
            self.rows[noun] |= ids
        else:
            self.pointed[noun, watch] |= ids

    def copy(self) -> _Pending:
        """Return one of its own, for a savepoint to go back to."""
        return _Pending(
            defaultdict(set, {noun: set(ids) for noun, ids in self.rows.items()}),
            defaultdict(set, {key: set(ids) for key, ids in self.pointed.items()}),
            dict(self.since),
            {noun: dict(ready) for noun, ready in self.ready.items()},
            list(self.new),
        )


def _pending(session: Session) -> _Pending:
    found = session.info.get(_KEY)
    if found is None:
        found = session.info[_KEY] = _Pending()
    return found


def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    for row in session.new:
        for noun, watch in documents.watches_of(row.__tablename__):
            # What is new is pointed at by nobody yet.
            if watch.is_own:
                _pending(session).new.append((noun, watch, row))
    for row in session.dirty:
        for noun, watch in documents.watches_of(row.__tablename__):
            if _touches(row, watch):
                _pending(session).note(noun, watch, _owners(row, watch.owner))
    for row in session.deleted:
        for noun, watch in documents.watches_of(row.__tablename__):
            _pending(session).note(noun, watch, _owners(row, watch.owner))


def _touches(row: Any, watch: Watch) -> bool:
    return len(inspect(row).unmodified_intersection(watch.columns)) < len(watch.columns)


def _owners(row: Any, name: str) -> list[Any]:
    """Return the owner that a row has and the one it had when it was loaded."""
    return [getattr(row, name), *inspect(row).attrs[name].history.deleted]


def _after_flush(session: Session, _context: Any) -> None:
    found = session.info.get(_KEY)
    if found is None:
        return
    for noun, watch, row in found.new:
        found.note(noun, watch, [getattr(row, watch.owner)])
    found.new.clear()


def _before_statement(state: ORMExecuteState) -> None:
    """Note the rows of a statement that writes without objects: `insert`, `update`, `delete`."""
    statement = state.statement
    name = getattr(getattr(statement, "table", None), "name", "")
    if isinstance(statement, Insert):
        _note_new(state.session, name, _given(state))
    elif isinstance(statement, Update | Delete):
        for noun, watch in documents.watches_of(name):
            if (values := _reached(state, watch)) is not None:
                _pending(state.session).note(noun, watch, values)


def _before_load(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    _note_new(session, table.name, rows)


def _before_update(
    session: Session, table: Table, names: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Note the rows of which columns are set by their ids, without objects."""
    for noun, watch in documents.watches_of(table.name):
        if watch.columns.isdisjoint(names):
            continue
        if watch.owner == "id":
            _pending(session).note(noun, watch, [row["id"] for row in rows])
            continue
        for chunk in services.in_chunks([row["id"] for row in rows]):
            owners = select(table.c[watch.owner]).where(among(table.c.id, chunk))
            _pending(session).note(noun, watch, session.scalars(owners))
        if watch.owner in names:
            _pending(session).note(noun, watch, [row[watch.owner] for row in rows])


def _note_new(session: Session, name: str, rows: Sequence[Any]) -> None:
    for noun, watch in documents.watches_of(name):
        if not watch.is_own:
            continue
        if all(watch.owner in row for row in rows):
            _pending(session).note(noun, watch, [row[watch.owner] for row in rows])
            continue
        # The store numbers them: they are the ones after the last.
        table: Any = watch.model
        last = session.scalar(select(func.max(table.id))) or 0
        since = _pending(session).since
        since[noun, watch] = min(last, since.get((noun, watch), last))


def _given(state: ORMExecuteState) -> list[Any]:
    given: Any = state.parameters
    return given if isinstance(given, list) else [given or {}]


def _reached(state: ORMExecuteState, watch: Watch) -> Iterable[Any] | None:
    statement: Any = state.statement
    if isinstance(statement, Update) and not watch.columns & set(statement.compile().params):
        return None
    owner = statement.table.c[watch.owner]
    reached = select(owner)
    if statement.whereclause is not None:
        reached = reached.where(statement.whereclause)
    found: set[Any] = set()
    for row in _given(state):
        found |= set(state.session.scalars(reached, row))
    return found


def _before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        catch_up(session)


def catch_up(session: Session) -> None:
    """Write the documents of what a transaction has changed so far; a long one does not leave all of them to its end."""
    session.flush()
    found = session.info.pop(_KEY, None)
    if found is None:
        return
    for (noun, watch), ids in found.pointed.items():
        for chunk in services.in_chunks(sorted(ids)):
            found.rows[noun] |= set(session.scalars(watch.reached(chunk)))
    for (noun, watch), last in found.since.items():
        table: Any = watch.model
        found.rows[noun] |= set(session.scalars(select(getattr(table, watch.owner)).where(table.id > last)))
    for noun in found.rows.keys() | found.ready.keys():
        # What was changed since it was read is read again.
        ready = {id_: one for id_, one in found.ready.get(noun, {}).items() if id_ not in found.rows[noun]}
        if found.rows[noun] or ready:
            services.reindex(noun, found.rows[noun], ready)


@contextmanager
def ahead(noun: str) -> Iterator[None]:
    """Read the documents of a noun's rows that were changed so far, and make them ready once what is done inside is under way.

    PostgreSQL takes many rows in while the caller goes on; at the transaction's end there is nothing to go on with.
    Inside a savepoint, as a trial is, it would mostly be for nothing: all of it is left to the end.
    """
    session = db.session()
    found: _Pending | None = session.info.get(_KEY)
    if found is None or session.in_nested_transaction() or not (row_ids := found.rows.pop(noun, None)):
        yield
        return
    read: list[Document] = []
    for chunk in services.in_chunks(sorted(row_ids)):
        read += documents.searchable(noun).load(chunk)
    # What was read may not stand; rows that are gone have nothing to read.
    try:
        yield
    except BaseException:
        _pending(session).rows[noun] |= row_ids
        raise
    found = _pending(session)
    found.rows[noun] |= row_ids - {one.row_id for one in read}
    found.ready.setdefault(noun, {}).update(services.make_ready(noun, read))


def _after_begin(session: Session, begun: SessionTransaction) -> None:
    if begun.nested:
        found: _Pending | None = session.info.get(_KEY)
        session.info.setdefault(_SAVEPOINTS, []).append(found and found.copy())


def _after_end(session: Session, ended: SessionTransaction) -> None:
    if ended.nested:
        session.info[_SAVEPOINTS].pop()


def _after_rollback(session: Session) -> None:
    """Forget what is taken back, of a savepoint what was changed since it began."""
    session.info.pop(_KEY, None)
    if session.in_nested_transaction() and (found := session.info[_SAVEPOINTS][-1]) is not None:
        session.info[_KEY] = found.copy()


def listen() -> None:
    """Follow every session from now on."""
    for name, function in (
        ("before_flush", _before_flush),
        ("after_flush", _after_flush),
        ("do_orm_execute", _before_statement),
        ("before_commit", _before_commit),
        ("after_transaction_create", _after_begin),
        ("after_transaction_end", _after_end),
        ("after_rollback", _after_rollback),
    ):
        if not event.contains(Session, name, function):
            event.listen(Session, name, function)
    before_load(_before_load)
    before_update(_before_update)
