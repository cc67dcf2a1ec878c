"""What an asset's page shows of supplies and meters, and of what a printer used month by month."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.discovery import presentation as discovery
from inventory.discovery.models import Sighting
from inventory.printing import presentation, queries, wear
from inventory.printing.supplies import keyed
from inventory.reconciliation.panels import sightings_shown

# Thirteen months, so that the first of the twelve that are drawn has a reading before it.
SHOWN = timedelta(days=400)


def _supplies(asset: Asset) -> dict[str, Any] | None:
    """The supplies and meters of the latest sighting that has some; a printer's with when each runs out."""
    for sighting in sightings_shown(asset):
        found = discovery.supplies_panel(sighting)
        if found is not None:
            asks = sighting.observation.get("facts", {}).get("alerts") or []
            return {**found, "asks": asks, "supplies": _dated(asset, sighting, found["supplies"])}
    return None


def _dated(asset: Asset, sighting: Sighting, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say of each supply of a printer when it runs out and when it was replaced; of other devices nothing is known."""
    is_printer = asset.category.kind in queries.PRINTERS
    known = {one.key: one for one in queries.supplies_of(asset.id)} if is_printer else {}
    keys = iter(keyed(sighting.observation.get("supplies", ())))
    today = clock.today()
    for row in rows:
        supply = None if row["is_paper"] else known.get(next(keys).key)
        row["due"] = presentation.due_words(supply, today) if supply and supply.remaining else None
        row["runs_out_on"] = supply.runs_out_on if supply else None
        row["replaced_on"] = supply.replaced_on if supply else None
    return rows


def _use(asset: Asset) -> dict[str, Any] | None:
    """What a printer used by month, from the meters of its readings."""
    if asset.category.kind not in queries.PRINTERS:
        return None
    readings = queries.readings_of(asset.id, since=clock.today() - SHOWN)
    if len(readings) < 2 or not readings[-1][1]:
        return None
    return presentation.use_panel(wear.use(readings), readings[-1][1], clock.today())


SUPPLIES = Panel("supplies", N_("Supplies and meters"), "printing/_panel_supplies.html", _supplies, order=40)
USE = Panel("printing", N_("Pages by month"), "printing/_panel_use.html", _use, order=41)
