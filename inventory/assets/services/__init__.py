"""What can be done to an asset: every verb here is audited, flushes and never commits."""

from __future__ import annotations

from inventory.assets.services.changing import Change, change_many
from inventory.assets.services.checks import follows_model, with_serial
from inventory.assets.services.claims import (
    Said,
    claims_of,
    note_word,
    pin,
    remember,
    set_from_source,
    unpin,
)
from inventory.assets.services.connections import (
    connect,
    disconnect,
    open_connections,
    together_with,
    together_with_many,
)
from inventory.assets.services.creating import Creation, Draft, create_asset, create_many, look
from inventory.assets.services.custody import Handover, custodies_of, open_custody, words_of
from inventory.assets.services.deliveries import Line, check_lines, log_delivery, read_lines
from inventory.assets.services.dossiers import Dossier, Rows, dossiers_of
from inventory.assets.services.handovers import hand_over, take_back
from inventory.assets.services.history import effective_day, today_of
from inventory.assets.services.identifiers import identifiers_of, note_identifiers, record_identifiers
from inventory.assets.services.merging import merge
from inventory.assets.services.moves import change_state, place, recategorize
from inventory.assets.services.records import Updates, foresee, update_asset, update_many
from inventory.assets.services.seen import note as note_seen
from inventory.assets.services.tags import next_tag, take_tags

__all__ = [
    "Change",
    "Creation",
    "Dossier",
    "Draft",
    "Handover",
    "Line",
    "Rows",
    "Said",
    "Updates",
    "change_many",
    "change_state",
    "check_lines",
    "claims_of",
    "connect",
    "create_asset",
    "create_many",
    "custodies_of",
    "disconnect",
    "dossiers_of",
    "effective_day",
    "follows_model",
    "foresee",
    "hand_over",
    "identifiers_of",
    "log_delivery",
    "look",
    "merge",
    "next_tag",
    "note_identifiers",
    "note_seen",
    "note_word",
    "open_connections",
    "open_custody",
    "pin",
    "place",
    "read_lines",
    "recategorize",
    "record_identifiers",
    "remember",
    "set_from_source",
    "take_back",
    "take_tags",
    "today_of",
    "together_with",
    "together_with_many",
    "unpin",
    "update_asset",
    "update_many",
    "with_serial",
    "words_of",
]
