"""Keeps when equipment was last seen, and by what: a later sign moves it, an earlier one never does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from inventory.assets.models import Asset, LastSeen
from inventory.assets.states import SourceKind
from inventory.core.database import among, db

TABLE = cast("Table", LastSeen.__table__)
COLUMNS = [column.name for column in TABLE.columns]


def note(asset: Asset, at: datetime, by: SourceKind) -> None:
    """Say when one asset was seen, in the session; the caller saves."""
    if asset.last_seen is None:
        asset.last_seen = LastSeen(last_seen_at=at, last_seen_by=by)
    elif asset.last_seen.last_seen_at < at:
        asset.last_seen.last_seen_at, asset.last_seen.last_seen_by = at, by


def follow_merge(kept: Asset, absorbed: Asset) -> None:
    """Let the later of two dates stand for the asset that stays; the session is flushed.

    Its row is written anew even where the date stays, so that undoing puts back what it was: nights move it
    without a word to the journal.
    """
    own = kept.last_seen
    both = [row for row in (own, absorbed.last_seen) if row is not None]
    if not both:
        return
    latest = max(both, key=lambda row: row.last_seen_at)
    anew = LastSeen(last_seen_at=latest.last_seen_at, last_seen_by=latest.last_seen_by)
    if own is not None:
        db.session.delete(own)
        db.session.flush()
        db.session.expire(kept, ["last_seen"])
    kept.last_seen = anew
    db.session.flush()


def forget_later(asset_ids: Collection[int], than: datetime) -> None:
    """Forget the dates of assets that are later than an instant; the session's objects are not told."""
    if asset_ids:
        theirs = among(TABLE.c.asset_id, asset_ids)
        db.session.execute(delete(TABLE).where(theirs, TABLE.c.last_seen_at > than))


def note_found(found: Select[*tuple[Any, ...]]) -> None:
    """Say so of the assets that a statement finds, each once: rows of asset_id, last_seen_at, last_seen_by.

    No undo speaks of it, and the session's objects are not told.
    """
    db.session.execute(_unless_later(_insert().from_select(COLUMNS, found)))


def note_each(signs: Sequence[tuple[int, datetime]], by: SourceKind) -> None:
    """Say so of assets (id, instant), each once."""
    rows = [{"asset_id": id_, "last_seen_at": at, "last_seen_by": by} for id_, at in signs]
    if rows:
        db.session.execute(_unless_later(_insert()), rows)


def _insert() -> Any:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(TABLE)


def _unless_later(statement: Any) -> Any:
    said = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[TABLE.c.asset_id],
        set_={"last_seen_at": said.last_seen_at, "last_seen_by": said.last_seen_by},
        where=TABLE.c.last_seen_at < said.last_seen_at,
    )
