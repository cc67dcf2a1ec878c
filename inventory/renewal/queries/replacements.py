"""Reads recorded replacements and the figures that were presented."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from inventory.core.database import db, lookup
from inventory.renewal.models import Replacement, Snapshot
from inventory.renewal.queries.perimeters import Ask
from inventory.renewal.queries.selections import replaced_in_year


def recorded(ask: Ask, limit: int | None = None) -> Sequence[Replacement]:
    """Return the year's replacements in the perimeter, newest first, counted or not."""
    newest = (Replacement.replaced_on.desc(), Replacement.id.desc())
    # Which ones first, alone: a store would put the old and the new of a whole year beside them to keep ten.
    shown = select(Replacement.id).where(*replaced_in_year(ask)).order_by(*newest).limit(limit)
    statement = lookup(
        select(Replacement)
        .where(Replacement.id.in_(shown))
        .options(
            joinedload(Replacement.old_asset),
            joinedload(Replacement.new_asset),
            joinedload(Replacement.person),
            joinedload(Replacement.location),
        )
        .order_by(*newest)
    )
    return db.session.scalars(statement).all()


def snapshots(entity_id: int) -> Sequence[Snapshot]:
    """Return the figures of an entity that were presented, newest first."""
    statement = lookup(select(Snapshot).where(Snapshot.entity_id == entity_id))
    return db.session.scalars(statement.order_by(Snapshot.presented_at.desc(), Snapshot.id.desc())).all()
