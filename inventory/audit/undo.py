"""Undoes a change set row by row, newest first, and says what has changed since and so was left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError

from inventory.audit import attached, journal, loads, reverting, services
from inventory.audit.journal import LOAD, Change, Place
from inventory.audit.models import Action, ChangeSet, ChangeSetKind, RowChange
from inventory.audit.reverting import Tell
from inventory.core import clock, registry
from inventory.core.access import Actor
from inventory.core.database import Base, among, db, hold
from inventory.core.errors import Refused
from inventory.core.wording import N_


@dataclass
class UndoReport:
    """What an undo did: rows put back, and for each row left alone its table, key and changed columns."""

    restored: int = 0
    conflicts: list[tuple[str, dict[str, Any], list[str]]] = field(default_factory=list)


# For each row met so far, going backwards: the columns that later changes of the set speak for; None: all of them.
Settled = dict[Place, set[str] | None]
READ_AT_ONCE = 500
# What stands for the columns of a row that is there again or is gone.
EXISTS, GONE = N_("exists again"), N_("was deleted")
NOTHING_KEPT = N_(
    "There is nothing to put back: it changed nothing, or how things were before is no longer kept."
)


def preview(change_set: ChangeSet, *, held: bool = False) -> UndoReport:
    """Say what undoing would do, changing nothing; `held`: nobody else changes these rows until the commit."""
    report = UndoReport()
    settled: Settled = {}
    changes = [each for change in _changes_of(change_set) for each in _one_by_one(change)]
    rows = _rows_of(changes, held)
    for change in changes:
        conflict = _conflict(change, rows.get(change.place), settled)
        if conflict is None:
            report.restored += 1
        else:
            report.conflicts.append((change.table_name, change.row_key, conflict))
    report.conflicts += _gone(changes) + attached.in_the_way(changes)
    if not report.conflicts:
        registry.run_hooks("undo.asked", changes=changes, conflicts=report.conflicts, held=held)
    return report


def size_of(change_set: ChangeSet) -> int:
    """Return how many changes the journal keeps of a change set, each of one row or a piece of many."""
    kept = select(func.count()).select_from(RowChange).where(RowChange.change_set_id == change_set.id)
    return db.session.scalar(kept) or 0


def undo(change_set: ChangeSet, *, actor: Actor, tell: Tell = lambda _done: None) -> UndoReport:
    """Put back what the change set changed, all or nothing, as a change set of its own; `tell` hears of changes as they go.

    Raises Refused when it was undone before, when nothing is kept to put back, or when a row of it has changed
    since: undo the later change first.
    """
    hold(change_set)
    if change_set.undone_at is not None:
        raise Refused(N_("“%(title)s” has been undone already."), title=change_set.given_title)
    # Of a large one there are minutes between this look and the last row that is put back.
    report = preview(change_set, held=True)
    if report.conflicts:
        raise Refused(
            N_("%(count)s rows have changed since, so nothing was undone. Undo the later changes first."),
            count=len(report.conflicts),
        )
    if not report.restored:
        raise Refused(NOTHING_KEPT)
    with services.change_set(
        ChangeSetKind.UNDO, change_set.given_title, actor=actor, entity_id=change_set.entity_id
    ) as own:
        _revert_all(change_set, tell)
        registry.run_hooks("changes.undone", change_set=change_set)
        change_set.undone_at = clock.now()
        change_set.undone_by_id = own.id
        services.record(Action.UNDONE, "change_set", change_set, actor=actor, entity_id=change_set.entity_id)
    _allow_again(change_set)
    db.session.flush()
    db.session.expire_all()
    return report


def _revert_all(change_set: ChangeSet, tell: Tell) -> None:
    try:
        # Its end is where the last rows have been checked.
        with db.session.begin_nested():
            changes = _changes_of(change_set)
            reverting.revert_all(changes, tell)
            registry.run_hooks("undo.reverted", changes=changes)
    except IntegrityError as error:
        raise Refused(
            N_(
                "Something made since is in the way, so nothing was undone: it depends on what this added, or has the name of "
                "what comes back. Remove or rename it first."
            )
        ) from error


def _allow_again(undone: ChangeSet) -> None:
    """Let what an undo had undone, and is now back, be undone once more."""
    if undone.kind is ChangeSetKind.UNDO:
        for original in db.session.scalars(select(ChangeSet).where(ChangeSet.undone_by_id == undone.id)):
            original.undone_at = original.undone_by_id = None


def _changes_of(change_set: ChangeSet) -> list[Change]:
    kept = (RowChange.table_name, RowChange.row_key, RowChange.operation, RowChange.before, RowChange.after)
    newest_first = select(*kept).where(RowChange.change_set_id == change_set.id).order_by(RowChange.id.desc())
    return [Change(*row) for row in db.session.execute(newest_first)]


def _one_by_one(change: Change) -> Iterator[Change]:
    """Yield a change by its rows, the last first."""
    if not change.is_piece:
        yield change
        return
    for row in reversed(list(loads.rows_of(change))):
        key = {"id": row["id"]}
        if change.operation == LOAD:
            yield Change(change.table_name, key, "insert", None, row)
        else:
            yield Change(change.table_name, key, "delete", row, None)


def _rows_of(changes: Sequence[Change], held: bool) -> dict[Place, dict[str, Any]]:
    """Read the rows of many changes as JSON keeps them, some hundreds at once; those that are gone are left out."""
    keys: dict[str, dict[Place, dict[str, Any]]] = {}
    for change in changes:
        keys.setdefault(change.table_name, {})[change.place] = change.row_key
    found: dict[Place, dict[str, Any]] = {}
    for name, places in keys.items():
        table, wanted = Base.metadata.tables[name], list(places.values())
        columns = [table.c[column] for column in wanted[0]]
        for start in range(0, len(wanted), READ_AT_ONCE):
            chunk = [tuple(key.values()) for key in wanted[start : start + READ_AT_ONCE]]
            asked = select(table).where(tuple_(*columns).in_(chunk))
            found_now = db.session.execute(asked.with_for_update(key_share=True) if held else asked)
            for row in found_now.mappings():
                values = {column: journal.to_json(value) for column, value in row.items()}
                found[name, tuple(values[column.name] for column in columns)] = values
    return found


def _gone(changes: Sequence[Change]) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Return what rows would point at again that was deleted since, each thing once."""
    pointed: dict[str, set[int]] = {}
    back: dict[str, set[int]] = {}
    for change in changes:
        if change.operation == "delete":
            back.setdefault(change.table_name, set()).add(change.row_key.get("id", 0))
        for name, table in _pointers(change.table_name):
            if (id_ := (change.before or {}).get(name)) is not None:
                pointed.setdefault(table, set()).add(id_)
    found: list[tuple[str, dict[str, Any], list[str]]] = []
    for name, ids in pointed.items():
        column, wanted = Base.metadata.tables[name].c.id, sorted(ids - back.get(name, set()))
        for start in range(0, len(wanted), READ_AT_ONCE):
            chunk = wanted[start : start + READ_AT_ONCE]
            there = set(db.session.scalars(select(column).where(among(column, chunk))))
            found += [(name, {"id": id_}, [GONE]) for id_ in chunk if id_ not in there]
    return found


@cache
def _pointers(table: str) -> tuple[tuple[str, str], ...]:
    """The columns of a table that hold ids of other rows, each with the table of those."""
    columns = Base.metadata.tables[table].columns
    found = ((column.name, key.column) for column in columns for key in column.foreign_keys)
    return tuple((name, column.table.name) for name, column in found if column.name == "id")


def _conflict(change: Change, now: dict[str, Any] | None, settled: Settled) -> list[str] | None:
    """Return the columns that differ from what the change set left, or None; its last word on each column counts."""
    if not journal.is_journalled(journal.mapper_of(change.table_name).class_):
        # What moves every night by itself is no reason against.
        return None
    later = settled.get(change.place, set())
    if later is None:
        return None
    if change.operation == "delete" or now is None:
        settled[change.place] = None
        if change.operation == "delete":
            return None if now is None else [EXISTS]
        return [GONE]
    left = change.after or {}
    # What was taken out before it was put in anew is nobody's later change.
    settled[change.place] = None if change.operation == "insert" else later | left.keys()
    unspoken = left.keys() - later - journal.UNWATCHED
    return sorted(name for name in unspoken if now[name] != left[name]) or None
