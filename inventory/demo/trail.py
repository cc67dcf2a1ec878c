"""Writes audit records as the recorder would have, with the instant and the person of then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inventory.audit.models import Action, AuditRecord, ChangeSet, ChangeSetKind
from inventory.audit.services import shown
from inventory.core import titles
from inventory.core.access import Actor
from inventory.core.wording import Title
from inventory.demo.rows import Rows

Changes = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a record is about."""

    object_type: str
    public_id: str
    label: str
    entity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who did something, when, and in which change set."""

    actor: Actor
    at: datetime
    change_set_id: int | None = None


def record(
    rows: Rows,
    action: Action,
    subject: Subject,
    changes: Changes,
    *,
    act: Act,
    on: date | None = None,
    note: str | None = None,
) -> None:
    """Keep one audit record."""
    rows.add(
        AuditRecord,
        recorded_at=act.at,
        effective_on=on,
        actor_kind=act.actor.kind,
        actor_id=act.actor.id,
        actor_label=act.actor.label,
        change_set_id=act.change_set_id,
        action=action,
        object_type=subject.object_type,
        object_id=subject.public_id,
        object_label=subject.label[:255],
        entity_id=subject.entity_id,
        changes={name: [shown(old), shown(new)] for name, (old, new) in changes.items()},
        note=note,
    )


def change_set(rows: Rows, kind: ChangeSetKind, title: Title, *, act: Act, entity_id: int | None) -> int:
    """Keep a change set and return its id."""
    return rows.add(
        ChangeSet,
        kind=kind,
        **titles.columns_of(title),
        actor_kind=act.actor.kind,
        actor_id=act.actor.id,
        actor_label=act.actor.label,
        entity_id=entity_id,
        opened_at=act.at,
    )
