"""Reads the trail: one object's history, and change sets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from inventory.audit.models import Action, AuditRecord, ChangeSet, ChangeSetKind, RowChange
from inventory.core import titles
from inventory.core.access import Actor, Scope
from inventory.core.database import among, db, lookup


def history_of(object_type: str, public_id: str, *, limit: int = 100) -> Sequence[AuditRecord]:
    """Return an object's audit records, newest first."""
    statement = (
        select(AuditRecord)
        .where(AuditRecord.object_type == object_type, AuditRecord.object_id == public_id)
        .order_by(AuditRecord.recorded_at.desc(), AuditRecord.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def actions_of(object_type: str, public_id: str) -> set[Action]:
    """Return which kinds of acts an object's records tell of."""
    return set(db.session.scalars(_actions(), {"noun": object_type, "object": public_id}))


@cache
def _actions() -> Select[Action]:
    about = (AuditRecord.object_type == bindparam("noun"), AuditRecord.object_id == bindparam("object"))
    return lookup(select(AuditRecord.action).where(*about).distinct())


def records_before(
    object_type: str,
    public_id: str,
    actions: Collection[Action] | None,
    before: datetime | None,
    *,
    limit: int,
) -> Sequence[tuple[AuditRecord, ChangeSet | None]]:
    """Return an object's records of some acts (None: all) before an instant, newest first, each with its change set."""
    statement = _records()
    if actions is not None:
        statement = statement.where(AuditRecord.action.in_(actions))
    if before is not None:
        statement = statement.where(AuditRecord.recorded_at < before)
    named = {"noun": object_type, "object": public_id}
    found = db.session.execute(statement.limit(limit), named)
    return [(record, change_set) for record, change_set in found]


@cache
def _records() -> Any:
    return lookup(
        select(AuditRecord, ChangeSet)
        .outerjoin(ChangeSet, ChangeSet.id == AuditRecord.change_set_id)
        .where(AuditRecord.object_type == bindparam("noun"), AuditRecord.object_id == bindparam("object"))
        .order_by(AuditRecord.recorded_at.desc(), AuditRecord.id.desc())
    )


def custody_records(
    name: str, public_ids: Collection[str], before: datetime | None, limit: int
) -> list[AuditRecord]:
    """Return the records of equipment changing hands from or to the person of this name, newest first."""
    statement = select(AuditRecord).where(
        AuditRecord.object_type == "asset",
        among(AuditRecord.object_id, public_ids),
        AuditRecord.action == Action.CUSTODY,
    )
    if before is not None:
        statement = statement.where(AuditRecord.recorded_at < before)
    statement = statement.order_by(AuditRecord.recorded_at.desc(), AuditRecord.id.desc())
    found = db.session.scalars(statement.limit(limit * 4))
    return [
        record
        for record in found
        if any(str(side or "").startswith(name) for side in record.changes.get("holder", ()))
    ][:limit]


def changes_since(object_type: str, public_id: str, after: datetime) -> Sequence[AuditRecord]:
    """Return an object's records later than an instant that still hold, newest first: those undone since are left out."""
    statement = lookup(
        select(AuditRecord)
        .outerjoin(ChangeSet, ChangeSet.id == AuditRecord.change_set_id)
        .where(
            AuditRecord.object_type == object_type,
            AuditRecord.object_id == public_id,
            AuditRecord.recorded_at > after,
            ChangeSet.undone_at.is_(None),
        )
        .order_by(AuditRecord.recorded_at.desc(), AuditRecord.id.desc())
    )
    return db.session.scalars(statement).all()


def for_objects(object_type: str, public_ids: Collection[str], *, limit: int = 500) -> Sequence[AuditRecord]:
    """Return the audit records of several objects of one type, newest first."""
    statement = (
        select(AuditRecord)
        .where(AuditRecord.object_type == object_type, AuditRecord.object_id.in_(public_ids))
        .order_by(AuditRecord.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def change_sets(scope: Scope) -> Select[ChangeSet]:
    """Return the change sets of the scope's entities."""
    return select(ChangeSet).where(ChangeSet.entity_id.in_(scope.entity_ids))


def records_of(change_set: ChangeSet) -> Select[AuditRecord]:
    """Return what a change set recorded, in order."""
    return select(AuditRecord).where(AuditRecord.change_set_id == change_set.id).order_by(AuditRecord.id)


def merged(change_set: ChangeSet, object_type: str) -> list[str]:
    """Return the public ids of what a change set merged, those that stayed and those that went."""
    named = select(AuditRecord.object_id).where(
        AuditRecord.change_set_id == change_set.id,
        AuditRecord.action == Action.MERGED,
        AuditRecord.object_type == object_type,
    )
    return list(db.session.scalars(named.distinct()))


def keys_changed(change_set: ChangeSet, model: type[Any]) -> list[dict[str, Any]]:
    """Return the keys of the rows of a table, less those loaded in pieces, that the journal says a change set changed."""
    kept = select(RowChange.row_key).where(
        RowChange.change_set_id == change_set.id, RowChange.table_name == model.__tablename__
    )
    return [key for key in db.session.scalars(kept) if key]


def record_count(change_set: ChangeSet) -> int:
    """Return how many objects' changes a change set recorded."""
    statement = (
        select(func.count()).select_from(AuditRecord).where(AuditRecord.change_set_id == change_set.id)
    )
    return db.session.scalar(statement) or 0


def listed_change_sets(scope: Scope, *, instance_wide: bool) -> Select[ChangeSet]:
    """Return the change sets of the scope's entities; with `instance_wide`, also those of no single entity."""
    own = ChangeSet.entity_id.in_(scope.entity_ids)
    return select(ChangeSet).where(or_(own, ChangeSet.entity_id.is_(None)) if instance_wide else own)


def change_sets_by_id(ids: Collection[int]) -> dict[int, ChangeSet]:
    """Return the change sets of these ids."""
    return {row.id: row for row in db.session.scalars(select(ChangeSet).where(among(ChangeSet.id, ids)))}


def titled(statement: Select[ChangeSet], text: str) -> Select[ChangeSet]:
    """Keep change sets whose title, in any language, holds `text`."""
    found = (column.icontains(text, autoescape=True) for column in titles.searched(ChangeSet))
    return statement.where(or_(*found))


def own_change_set(
    public_id: str, actor: Actor, kinds: Collection[ChangeSetKind], since: datetime
) -> ChangeSet | None:
    """Return the change set of this public id that the actor opened since an instant, when it is of these kinds."""
    return db.session.scalar(
        select(ChangeSet).where(
            ChangeSet.public_id == public_id,
            ChangeSet.actor_kind == actor.kind,
            ChangeSet.actor_id == actor.id,
            ChangeSet.kind.in_(kinds),
            ChangeSet.opened_at >= since,
        )
    )


def entities_touched(change_set: ChangeSet) -> set[int]:
    """Return the ids of the entities whose objects a change set changed."""
    statement = (
        select(AuditRecord.entity_id)
        .where(AuditRecord.change_set_id == change_set.id, AuditRecord.entity_id.is_not(None))
        .distinct()
    )
    return {id_ for id_ in db.session.scalars(statement) if id_ is not None}


def seen_records(
    change_set: ChangeSet,
    entity_ids: Collection[int],
    instance_wide: bool,
    *,
    after: int = 0,
    limit: int = 50,
) -> Sequence[AuditRecord]:
    """Return the records of a change set, later than the one with the id `after`, about the given entities.

    `instance_wide`: also those about none.
    """
    own = AuditRecord.entity_id.in_(entity_ids)
    seen = or_(own, AuditRecord.entity_id.is_(None)) if instance_wide else own
    statement = records_of(change_set).where(seen, AuditRecord.id > after)
    return db.session.scalars(statement.limit(limit)).all()
