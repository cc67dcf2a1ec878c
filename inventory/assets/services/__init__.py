"""What can be done to an asset: every verb here is audited, flushes and never commits."""

from __future__ import annotations

from inventory.assets.services.claims import Said, claims_of, pin, remember, set_from_source, unpin
from inventory.assets.services.custody import (
    Handover,
    custodies_of,
    hand_over,
    open_custody,
    take_back,
)
from inventory.assets.services.history import effective_day, today_of
from inventory.assets.services.identifiers import identifiers_of, record_identifiers
from inventory.assets.services.merging import merge
from inventory.assets.services.moves import change_state, place, recategorize
from inventory.assets.services.records import create_asset, update_asset
from inventory.assets.services.tags import next_tag

__all__ = [
    "Handover",
    "Said",
    "change_state",
    "claims_of",
    "create_asset",
    "custodies_of",
    "effective_day",
    "hand_over",
    "identifiers_of",
    "merge",
    "next_tag",
    "open_custody",
    "pin",
    "place",
    "recategorize",
    "record_identifiers",
    "remember",
    "set_from_source",
    "take_back",
    "today_of",
    "unpin",
    "update_asset",
]
