"""The nouns on the left of this feature that files fill: people and places."""

from __future__ import annotations

from inventory.exchange.nouns import locations, people

IMPORTERS = (people.IMPORTER, locations.IMPORTER)
