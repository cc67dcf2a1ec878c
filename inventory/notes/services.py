"""Writes, changes, pins and deletes notes; the history of the object tells each act."""

from __future__ import annotations

from typing import Any

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_, Sentence
from inventory.notes import queries
from inventory.notes.models import Note


def write_note(object_type: str, row: Any, text: str | None, *, actor: Actor, entity_id: int) -> Note:
    """Add a note to an object (a row with a public id); raises Invalid for an empty one."""
    if not text:
        raise Invalid("text", N_("Write something first."))
    note = Note(
        object_type=object_type,
        object_id=row.public_id,
        text=text,
        author_id=actor.id,
        author_label=actor.label[:255],
    )
    db.session.add(note)
    db.session.flush()
    audit.record(Action.NOTED, object_type, row, {"note": [None, text]}, actor=actor, entity_id=entity_id)
    return note


def check_author(note: Note, actor: Actor) -> None:
    """Raise Refused when somebody else wrote the note."""
    if not note.author_id or note.author_id != actor.id:
        raise Refused(N_("%(name)s wrote this note. Write one of your own below it."), name=note.author_label)


def edit_note(
    note: Note, row: Any, text: str | None, *, actor: Actor, entity_id: int, version: int | None = None
) -> None:
    """Change one's own note; raises Refused for another's, Stale, and Invalid for an empty one."""
    check_author(note, actor)
    if not text:
        raise Invalid("text", N_("Write something first, or delete the note."))
    audit.bump(note, version, {"text": text})
    if text == note.text:
        return
    change = {"note": [note.text, text]}
    note.text, note.edited_at = text, clock.now()
    db.session.flush()
    audit.record(Action.NOTED, note.object_type, row, change, actor=actor, entity_id=entity_id)


def pin_note(note: Note, row: Any, *, pinned: bool, actor: Actor, entity_id: int) -> None:
    """Put a note first, or back among the others."""
    if note.pinned is pinned:
        return
    note.pinned = pinned
    note.version += 1
    db.session.flush()
    change = {"pinned" if pinned else "unpinned": [None, note.text]}
    audit.record(Action.NOTED, note.object_type, row, change, actor=actor, entity_id=entity_id)


def delete_note(note: Note, row: Any, *, actor: Actor, entity_id: int) -> ChangeSet:
    """Delete a note as a change set, which brings it back when undone."""
    title = Sentence(N_("Note deleted on %(name)s"), name=audit.label_of(row))
    with audit.change_set(ChangeSetKind.DELETION, title, actor=actor, entity_id=entity_id) as opened:
        change = {"note": [note.text, None]}
        audit.record(Action.NOTED, note.object_type, row, change, actor=actor, entity_id=entity_id)
        db.session.delete(note)
        db.session.flush()
    return opened


def follow_merge(*, kept: Any, absorbed: Any, **_told: Any) -> None:
    """Give what two records became the notes of the absorbed one; the merge tells who did it."""
    for note in queries.notes_of(kept.__tablename__, absorbed.public_id, limit=10_000):
        note.object_id = kept.public_id
    db.session.flush()
