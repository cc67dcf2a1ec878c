"""Gives the made-up printers a year of readings: pages, supplies that go down and are replaced, a meter set back here and there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, select

from inventory.assets.models import Asset
from inventory.catalog.models import Category
from inventory.core.database import bulk_load, db
from inventory.demo.chance import Chance
from inventory.demo.world import World
from inventory.discovery.models import Sighting
from inventory.printing import queries, services, supplies
from inventory.printing.models import PrinterReading
from inventory.printing.services import Said
from inventory.printing.supplies import FULL
from inventory.reconciliation.models import Link

DAYS_AGO = (*range(385, 30, -12), 28, 21, 14, 7, 5, 4, 3, 2, 1)
SET_BACK = 0.02
FASTEST, SLOWEST = 14, 3
"""Thousandths of a supply that go in a day."""


def read(world: World, site_code: str) -> None:
    """Write the readings of a site's printers; needs the rows of the commune in the store."""
    chance = world.chance("printing", site_code)
    statement = (
        select(Link.asset_id, Sighting.observation, Sighting.last_seen_at)
        .join(Sighting, Link.sighting_id == Sighting.id)
        .join(Asset, Link.asset_id == Asset.id)
        .join(Category, Asset.category_id == Category.id)
        .where(Sighting.site_code == site_code, Category.kind.in_(queries.PRINTERS))
        .order_by(Link.asset_id, Sighting.last_seen_at)
    )
    said: dict[int, Said] = {}
    for row in db.session.execute(statement):
        meters = supplies.meters_of(row.observation.get("counters", ()))
        found = supplies.keyed(row.observation.get("supplies", ()))
        if meters or found:
            said[row.asset_id] = Said(row.asset_id, row.last_seen_at, meters, found)
    if said:
        past = [row for one in said.values() for row in _past(one, chance)]
        bulk_load(cast("Table", PrinterReading.__table__), past)
        services.keep(list(said.values()))


def _past(said: Said, chance: Chance) -> list[dict[str, Any]]:
    """The readings before the last one: counted back from it at a steady pace."""
    year = {name: max(1, value // chance.between(3, 8)) for name, value in said.meters.items()}
    paces = {key: chance.between(SLOWEST, FASTEST) for key in said.levels}
    set_back_at = chance.between(60, 300) if chance.happens(SET_BACK) else None
    rows = []
    for days in DAYS_AGO:
        meters = {name: value - year[name] * days // 365 for name, value in said.meters.items()}
        if set_back_at is not None and days > set_back_at:
            meters = {name: value + 200_000 for name, value in meters.items()}
        levels = {key: (left + paces[key] * days) % FULL for key, left in said.levels.items()}
        day = said.day - timedelta(days=days)
        rows.append(
            {
                "asset_id": said.asset_id,
                "read_on": day,
                "meters": {name: max(0, value) for name, value in meters.items()},
                "levels": levels,
            }
        )
    return rows
