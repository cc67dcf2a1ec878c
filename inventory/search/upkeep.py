"""Keeps the index true: what a transaction changed in watched tables, saved or loaded in bulk, is indexed before it commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Insert, Table, Update, event, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from inventory.core.database import among, before_load, before_update
from inventory.search import documents, services
from inventory.search.documents import Watch

_KEY = "search_pending"


@dataclass(slots=True)
class _Pending:
    """What is to be indexed: row ids by noun, and ids of other rows that a noun's rows point at."""

    rows: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    pointed: dict[tuple[str, Watch], set[int]] = field(default_factory=lambda: defaultdict(set))
    # What the store numbers itself: the last id before, by noun and watch.
    since: dict[tuple[str, Watch], int] = field(default_factory=dict)
    # Objects that get their id by the flush.
    new: list[tuple[str, Watch, Any]] = field(default_factory=list)

    def note(self, noun: str, watch: Watch, values: Iterable[Any]) -> None:
        ids = {value for value in values if value is not None}
        if watch.is_own:
            self.rows[noun] |= ids
        else:
            self.pointed[noun, watch] |= ids


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
    for noun, row_ids in found.rows.items():
        if row_ids:
            services.reindex(noun, row_ids)


def _after_rollback(session: Session) -> None:
    session.info.pop(_KEY, None)


def listen() -> None:
    """Follow every session from now on."""
    for name, function in (
        ("before_flush", _before_flush),
        ("after_flush", _after_flush),
        ("do_orm_execute", _before_statement),
        ("before_commit", _before_commit),
        ("after_rollback", _after_rollback),
    ):
        if not event.contains(Session, name, function):
            event.listen(Session, name, function)
    before_load(_before_load)
    before_update(_before_update)
