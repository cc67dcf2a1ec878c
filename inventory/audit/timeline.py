"""One stream of all that happened to an object: its audit records and what features add, newest first, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from inventory.audit import presentation, queries
from inventory.audit.models import Action, ChangeSetKind
from inventory.core import registry
from inventory.core.permissions import Permission
from inventory.core.web import access
from inventory.core.wording import N_

SHOWN = 30
# Change sets that are about a single thing, whatever follows it: they are undone from its history.
OF_ONE = frozenset({ChangeSetKind.MOVE})
GROUPS: dict[str, tuple[str, frozenset[Action]]] = {
    "edits": (N_("Edits"), frozenset({Action.CREATED, Action.UPDATED, Action.DELETED, Action.MERGED})),
    "states": (N_("States"), frozenset({Action.STATE})),
    "custody": (N_("Custody"), frozenset({Action.CUSTODY})),
    "notes": (N_("Notes"), frozenset({Action.NOTED})),
    "files": (N_("Files"), frozenset({Action.ATTACHED})),
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """A piece of an object's stream: its entries, the kinds that may be chosen (key, label), the one that is, and where it goes on."""

    noun: str
    public_id: str
    entries: list[dict[str, Any]]
    kinds: list[tuple[str, str]]
    shown: str
    earlier: str | None


def timeline(noun: str, row: Any, *, shown: str = "", before: datetime | None = None) -> Timeline:
    """Return a piece of the stream of a row: one kind or all, the latest or those before an instant."""
    streams = {stream.key: stream for stream in registry.streams(noun)}
    records = [] if shown else _records(noun, row, "", before)
    if not shown and before is None and len(records) <= SHOWN:
        # The whole stream is at hand.
        there = {record.action for record, _change_set in records}
    else:
        there = queries.actions_of(noun, row.public_id)
    kinds = [(key, gettext(label)) for key, (label, actions) in GROUPS.items() if actions & there]
    kinds += [(key, gettext(stream.label)) for key, stream in streams.items() if key not in dict(kinds)]
    if shown:
        shown = shown if shown in dict(kinds) else ""
        records = _records(noun, row, shown, before) if not shown or shown in GROUPS else []
    entries = _entries(records)
    for key, stream in streams.items():
        if shown in ("", key):
            entries += stream.load(row, before, SHOWN + 1)
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    has_more = len(entries) > SHOWN
    entries = entries[:SHOWN]
    earlier = entries[-1]["at"].isoformat() if has_more else None
    return Timeline(noun, row.public_id, entries, kinds if len(kinds) > 1 else [], shown, earlier)


def _records(noun: str, row: Any, shown: str, before: datetime | None) -> Any:
    actions = GROUPS[shown][1] if shown else None
    return queries.records_before(noun, row.public_id, actions, before, limit=SHOWN + 1)


def _entries(records: Any) -> list[dict[str, Any]]:
    """Return records as entries; one of a change set leads there, says when it was undone, and how it is where that is about it."""
    shown = presentation.entries([record for record, _change_set in records])
    for entry, (_record, change_set) in zip(shown, records, strict=True):
        if change_set is not None:
            entry["url"] = url_for("changes.detail", public_id=change_set.public_id)
            if change_set.undone_at is not None:
                entry["title"] = gettext(N_("%(act)s, undone"), act=entry["title"])
            elif change_set.kind in OF_ONE and access().allows(Permission.CHANGES_UNDO, change_set.entity_id):
                entry["undo_url"] = url_for("changes.undo_all", public_id=change_set.public_id)
    return shown
