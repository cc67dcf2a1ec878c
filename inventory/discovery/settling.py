"""What people decide about presences: hide them with a reason, show them again, make equipment of them; and their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.assets.states import SourceKind, State
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.text import clean
from inventory.core.wording import N_
from inventory.discovery.models import Presence
from inventory.organization import settings
from inventory.organization.models import Entity
from inventory.organization.settings import Setting
from scanners.observation import Identifier

LONGEST_REASON = 255
OLD_AFTER_DAYS = 14
KEPT_DAYS = Setting(
    name="presence_kept_days",
    label=N_("Days that an unidentified presence is kept"),
    help=N_(
        "After as many days without being seen, it leaves the list. What was hidden stays, so that it is not shown again."
    ),
    default=90,
    least=OLD_AFTER_DAYS,
    most=3650,
)


def hide(rows: Sequence[Presence], reason: str | None, *, actor: Actor) -> int:
    """Take presences off the list, saying why; returns how many were on it. Raises Invalid without a reason."""
    text = clean(reason, LONGEST_REASON)
    if text is None:
        raise Invalid("reason", N_("Say why, for whoever wonders later."))
    shown = [row for row in rows if row.hidden_at is None]
    for row in shown:
        row.hidden_at, row.hidden_by, row.hidden_reason = clock.now(), actor.label[:LONGEST_REASON], text
        _record(row, {"hidden": [None, text]}, actor)
    db.session.flush()
    return len(shown)


def show_again(rows: Sequence[Presence], *, actor: Actor) -> int:
    """Put hidden presences back on the list; returns how many were hidden."""
    hidden = [row for row in rows if row.hidden_at is not None]
    for row in hidden:
        _record(row, {"hidden": [row.hidden_reason, None]}, actor)
        row.hidden_at, row.hidden_by, row.hidden_reason = None, "", ""
    db.session.flush()
    return len(hidden)


def _record(row: Presence, changes: audit.Changes, actor: Actor) -> None:
    audit.record(Action.UPDATED, "presence", row, changes, actor=actor, label=label_of(row))


def label_of(row: Presence) -> str:
    """Return what to call a presence: its name, else its address."""
    return row.name or row.address


def make_equipment(chosen: Sequence[tuple[Presence, Mapping[str, Any]]], *, actor: Actor) -> list[Asset]:
    """Create one asset of each presence, in service, with the columns of Asset given for it; its MAC, else its address, is kept.

    Raises Invalid for what is refused of any of them, and for a presence that is an asset already: all or nothing.
    """
    for row, _values in chosen:
        if row.asset_id is not None:
            raise Invalid("", N_("%(what)s is equipment already."), what=label_of(row))
    drafts = [
        assets.Draft({"state": State.IN_SERVICE, "entity_id": row.entity_id, **values})
        for row, values in chosen
    ]
    creation = assets.create_many(drafts, actor=actor)
    if creation.refused:
        raise next(iter(creation.refused.values()))
    for number, (row, _values) in enumerate(chosen):
        asset = creation.made[number]
        known = Identifier("mac", row.mac) if row.mac else Identifier("ip", row.address, row.site.code)
        assets.record_identifiers(asset, [known], source=SourceKind.SNMP, at=row.last_seen_at)
        row.asset_id, row.matched_by = asset.id, "mac" if row.mac else "ip"
        assets.note_seen(asset, row.last_seen_at, SourceKind.SNMP)
    db.session.flush()
    return creation.assets


def purge() -> int:
    """Remove what was not seen for as long as its entity keeps presences, less what was hidden; returns how many."""
    removed = 0
    for entity_id in list(db.session.scalars(select(Presence.entity_id).distinct())):
        days = settings.value(db.session.get_one(Entity, entity_id), KEPT_DAYS.name).value
        gone = delete(Presence).where(
            Presence.entity_id == entity_id,
            Presence.hidden_at.is_(None),
            Presence.last_seen_at < clock.now() - timedelta(days=days),
        )
        removed += db.session.execute(gone.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    return removed
