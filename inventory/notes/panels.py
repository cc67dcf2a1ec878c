"""The panel of notes on every noun's page."""

from __future__ import annotations

from typing import Any

from flask import g

from inventory.core.permissions import Permission
from inventory.core.registry import Panel, nouns
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.notes import queries


def _notes(row: Any) -> dict[str, Any] | None:
    noun = nouns()[row.__tablename__]
    entity_id = noun.entity_id(row)
    may_write = access().allows(noun.contribute, entity_id)
    notes = queries.notes_of(noun.key, row.public_id)
    if not notes and not may_write:
        return None
    return {
        "notes": notes,
        "noun": noun.key,
        "public_id": row.public_id,
        "may_write": may_write,
        "may_delete_any": access().allows(Permission.CHANGES_UNDO, entity_id),
        "own_id": g.actor.id,
    }


NOTES = Panel("notes", N_("Notes"), "notes/_panel.html", _notes, order=60)
