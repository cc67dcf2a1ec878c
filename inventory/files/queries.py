"""Reads attachments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select

from inventory.core.database import db, lookup
from inventory.files.models import Attachment


def attachments_of(object_type: str, public_id: str, *, limit: int = 200) -> Sequence[Attachment]:
    """Return an object's attachments, newest first."""
    named = {"noun": object_type, "object": public_id}
    return db.session.scalars(_attachments().limit(limit), named).all()


@cache
def _attachments() -> Select[Attachment]:
    return lookup(
        select(Attachment)
        .where(Attachment.object_type == bindparam("noun"), Attachment.object_id == bindparam("object"))
        .order_by(Attachment.attached_at.desc(), Attachment.id.desc())
    )


def attachment_named(public_id: str) -> Attachment | None:
    """Return the attachment of this public id, or None."""
    return db.session.scalar(select(Attachment).where(Attachment.public_id == public_id))


def same_content(object_type: str, public_id: str, sha256: str) -> Attachment | None:
    """Return the attachment of an object that has this content, or None."""
    return db.session.scalar(
        select(Attachment).where(
            Attachment.object_type == object_type,
            Attachment.object_id == public_id,
            Attachment.sha256 == sha256,
        )
    )


def named_contents(hashes: Collection[str]) -> set[str]:
    """Return which of these contents some attachment names."""
    return set(db.session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(hashes))))
