"""Reads the notes of one object."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select

from inventory.core.database import db, lookup
from inventory.notes.models import Note


def notes_of(object_type: str, public_id: str, *, limit: int = 200) -> Sequence[Note]:
    """Return an object's notes, pinned ones first, then the newest."""
    named = {"noun": object_type, "object": public_id}
    return db.session.scalars(_notes().limit(limit), named).all()


@cache
def _notes() -> Select[Note]:
    return lookup(
        select(Note)
        .where(Note.object_type == bindparam("noun"), Note.object_id == bindparam("object"))
        .order_by(Note.pinned.desc(), Note.written_at.desc(), Note.id.desc())
    )


def note_named(public_id: str) -> Note | None:
    """Return the note of this public id, or None."""
    return db.session.scalar(select(Note).where(Note.public_id == public_id))
