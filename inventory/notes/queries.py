"""Reads the notes of one object."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from inventory.core.database import db
from inventory.notes.models import Note


def notes_of(object_type: str, public_id: str, *, limit: int = 200) -> Sequence[Note]:
    """Return an object's notes, pinned ones first, then the newest."""
    statement = (
        select(Note)
        .where(Note.object_type == object_type, Note.object_id == public_id)
        .order_by(Note.pinned.desc(), Note.written_at.desc(), Note.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def note_named(public_id: str) -> Note | None:
    """Return the note of this public id, or None."""
    return db.session.scalar(select(Note).where(Note.public_id == public_id))
