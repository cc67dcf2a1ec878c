"""What an asset's page shows of its being noticed on the network."""

from __future__ import annotations

from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.discovery import presence_words

NOTICED = Panel(
    "noticed", N_("Seen on the network"), "discovery/_panel_noticed.html", presence_words.panel_of, 62
)
