"""The recorder that services call for each change, and the change sets that group changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from inventory.audit import journal, queries
from inventory.audit.models import Action, AuditRecord, ChangeSet, ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import bulk_load, db, hold
from inventory.core.errors import Refused, Save, Stale
from inventory.core.types import Code, HasVersion
from inventory.core.wording import N_, Title

Changes = dict[str, list[Any]]

# More in between than these are not told one by one.
MOST_SAVES_TOLD = 5
_GATHERED = "gathered_records"
_ABSENT: Any = object()
_PLAIN = frozenset({str, int, float, bool, list, dict, type(None)})


class Undone(Refused):
    """What is under way was undone by somebody, so it goes no further."""


def record(
    action: Action,
    object_type: str,
    row: Any,
    changes: Changes | None = None,
    *,
    actor: Actor,
    entity_id: int | None = None,
    label: str | None = None,
    effective_on: date | None = None,
    note: str | None = None,
) -> None:
    """Write one audit record about `row` (anything with a public_id), in the open change set if there is one.

    `changes` maps a field to [old, new] as a reader should see them. The entity defaults to the row's own.
    """
    made = entry(action, object_type, row, changes, actor=actor, label=label, effective_on=effective_on)
    made["note"] = note
    if entity_id is not None:
        made["entity_id"] = entity_id
    gathered = db.session().info.get(_GATHERED)
    if gathered is None:
        db.session.add(AuditRecord(**made))
    else:
        gathered.append(made)


@contextmanager
def gathering() -> Iterator[None]:
    """Write the records of a block that makes thousands of them in one go at its end, none if it fails."""
    info = db.session().info
    before, info[_GATHERED] = info.get(_GATHERED), []
    try:
        yield
        record_all(info[_GATHERED])
    finally:
        info[_GATHERED] = before


def entry(
    action: Action,
    object_type: str,
    row: Any,
    changes: Changes | None = None,
    *,
    actor: Actor,
    label: str | None = None,
    effective_on: date | None = None,
) -> dict[str, Any]:
    """Return the columns of the record that `record` would write, for those who write many with `record_all`."""
    open_set = journal.open_change_set()
    return {
        "action": action,
        "object_type": object_type,
        "object_id": str(row.public_id),
        "object_label": (label or label_of(row))[:255],
        "changes": {name: [shown(old), shown(new)] for name, (old, new) in (changes or {}).items()},
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:255],
        "entity_id": getattr(row, "entity_id", None),
        "effective_on": effective_on,
        "change_set_id": open_set.id if open_set else None,
    }


def record_all(entries: Sequence[dict[str, Any]]) -> None:
    """Write many records in one go, each the columns that `entry` gives."""
    # Nothing of the trail is undone: the store numbers it.
    bulk_load(AuditRecord.__table__, entries)  # type: ignore[arg-type]


def label_of(row: Any) -> str:
    """Return what people call a row: its label, display name, name, e-mail or id."""
    for attribute in ("label", "display_name", "name", "title", "email"):
        if value := getattr(row, attribute, None):
            return str(value)
    return str(row.public_id)


def shown(value: Any) -> Any:
    """Return a value as JSON keeps it: codes as their text, days and instants in ISO form."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Code):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | list | dict) else str(value)


def diff(row: Any, values: dict[str, Any]) -> Changes:
    """Return {field: [old, new]} for the values that differ from the row's, changing nothing."""
    return {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}


def apply(row: Any, values: dict[str, Any]) -> Changes:
    """Set the values that differ on the row and return {field: [old, new]} of those alone."""
    changes = diff(row, values)
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    return changes


def bump(
    row: HasVersion, expected: int | None, yours: dict[str, Any] | None = None, *, beside: bool = False
) -> None:
    """Raise the row's version; raises Stale when `expected` (None: no check) is not the present one.

    What is to be saved, `yours`, raises nothing where the row says all of it already and nothing `beside` it changes:
    whoever has the row open then has nothing to be told of.
    """
    if expected is not None:
        # Of two people who save at once, the second must see what the first saved.
        hold(row)
    if expected is not None and row.version != expected:
        mine = yours or {}
        raise Stale(
            N_("Somebody else saved this while you were editing. Nothing of yours was saved yet."),
            current={name: getattr(row, name, None) for name in mine},
            yours=mine,
            version=row.version,
            saves=_saves_since(row, expected),
        )
    if beside or yours is None or any(getattr(row, name, _ABSENT) != value for name, value in yours.items()):
        row.version += 1


def _saves_since(row: Any, version: int) -> list[Save]:
    """Return the saves that raised a row's version to the present one, the latest first, as the trail tells of them."""
    object_type = getattr(row, "__audited_as__", row.__tablename__)
    records = queries.history_of(
        object_type,
        row.public_id,
        limit=min(row.version - version, MOST_SAVES_TOLD) if row.version > version else 1,
    )
    return [Save(record.actor_label, record.recorded_at, tuple(record.changes)) for record in records]


@contextmanager
def change_set(
    kind: ChangeSetKind, title: Title, *, actor: Actor, entity_id: int | None = None
) -> Iterator[ChangeSet]:
    """Open a change set inside a transaction: all that the block changes belongs to it and can be undone."""
    opened = ChangeSet(
        kind=kind,
        title=title,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:255],
        entity_id=entity_id,
    )
    db.session.add(opened)
    db.session.flush()
    with resume(opened):
        yield opened


@contextmanager
def joined_change_set(
    kind: ChangeSetKind, title: Title, *, actor: Actor, entity_id: int | None = None
) -> Iterator[ChangeSet]:
    """Go on with the change set that is open, as an import's, so that it is undone whole; else open one of its own."""
    around = journal.open_change_set()
    if around is not None:
        yield around
        return
    with change_set(kind, title, actor=actor, entity_id=entity_id) as opened:
        yield opened


def held(change_set_id: int | None) -> ChangeSet:
    """Return a change set, which nobody undoes until the commit."""
    found = db.session.get_one(ChangeSet, change_set_id)
    hold(found)
    return found


def going_on(change_set_id: int | None) -> ChangeSet:
    """Return the change set that more is to come into, which nobody undoes until the commit; raises Undone when it was undone.

    What came after that would be part of it, and could not be undone any more.
    """
    found = held(change_set_id)
    if found.undone_at is not None:
        raise Undone(
            N_(
                "“%(title)s” was undone while it was under way, so it goes no further. What it had changed is put back; "
                "start it anew if it is to be done after all."
            ),
            title=found.given_title,
        )
    return found


@contextmanager
def resume(opened: ChangeSet) -> Iterator[ChangeSet]:
    """Go on with a change set opened earlier, as each chunk of a run does in its own transaction."""
    with journal.recording(opened):
        yield opened
        db.session.flush()
