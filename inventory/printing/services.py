"""Keeps what runs read of printers, and works out when each supply runs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update

from inventory.assets.models import Asset
from inventory.audit import loads
from inventory.core.database import among, bulk_load, db
from inventory.discovery.models import Run
from inventory.discovery.sightings import slices
from inventory.printing import queries, supplies, wear
from inventory.printing.models import PrinterReading, PrinterSupply
from inventory.printing.supplies import Read

AT_ONCE = 200
KEPT = timedelta(days=800)
_READINGS = cast("Table", PrinterReading.__table__)
_SUPPLIES = cast("Table", PrinterSupply.__table__)
# What most nights say of a supply as it was said before.
_LASTING = (
    PrinterSupply.kind, PrinterSupply.name, PrinterSupply.color, PrinterSupply.remaining, PrinterSupply.state,
    PrinterSupply.lasts_days, PrinterSupply.runs_out_on, PrinterSupply.replaced_on,
)  # fmt: skip
_lasting = itemgetter(*(column.key for column in _LASTING))


@dataclass(frozen=True, slots=True)
class Said:
    """What a printer said at an instant: its meters by name, and its supplies."""

    asset_id: int
    at: datetime
    meters: Mapping[str, int]
    supplies: Sequence[Read]

    @property
    def day(self) -> date:
        """The day (UTC) that it counts for."""
        return self.at.date()

    @property
    def levels(self) -> dict[str, int]:
        """What is left of each supply that gives an amount."""
        return {one.key: one.left for one in self.supplies if one.left is not None}


def take_in(run: Run) -> int:
    """Keep what a run read of printers, the last reading of each on a day; returns how many printers said something."""
    said: dict[int, Said] = {}
    for row in queries.printers_read(run):
        meters = supplies.meters_of(row.observation.get("counters", ()))
        found = supplies.keyed(row.observation.get("supplies", ()))
        if meters or found:
            said[row.asset_id] = Said(row.asset_id, row.last_seen_at, meters, found)
    for some in slices(list(said.values()), AT_ONCE):
        keep(some)
    return len(said)


def keep(said: Sequence[Said]) -> None:
    """Write the readings of some printers and what follows for their supplies, in a fixed number of queries."""
    ids = [one.asset_id for one in said]
    _keep_readings(said, ids)
    levels = queries.levels_of(ids, since=min(one.day for one in said) - wear.WINDOW)
    _keep_supplies(said, ids, levels)


def _keep_readings(said: Sequence[Said], ids: Sequence[int]) -> None:
    oldest = min(one.day for one in said) - KEPT
    db.session.execute(
        delete(_READINGS).where(among(_READINGS.c.asset_id, ids), _READINGS.c.read_on < oldest)
    )
    known = queries.readings_on(ids, {one.day for one in said})
    new, again = [], []
    for one in said:
        told = {"meters": dict(one.meters), "levels": one.levels}
        before = known.get((one.asset_id, one.day))
        if before is None:
            new.append({"asset_id": one.asset_id, "read_on": one.day, **told})
        elif (before.meters, before.levels) != (told["meters"], told["levels"]):
            again.append({"row_id": before.id, **told})
    bulk_load(_READINGS, new)
    if again:
        db.session.execute(update(_READINGS).where(_READINGS.c.id == bindparam("row_id")), again)


def _keep_supplies(
    said: Sequence[Said], ids: Sequence[int], levels: Mapping[int, Mapping[str, wear.Series]]
) -> None:
    known: dict[int, dict[str, Any]] = defaultdict(dict)
    columns = (PrinterSupply.id, PrinterSupply.asset_id, PrinterSupply.key, *_LASTING)
    for row in db.session.execute(select(*columns).where(among(PrinterSupply.asset_id, ids))):
        known[row.asset_id][row.key] = row
    new, again = [], []
    read_again: dict[datetime, list[int]] = defaultdict(list)
    for one in said:
        for supply in one.supplies:
            written = _columns(one, supply, levels.get(one.asset_id, {}).get(supply.key, ()))
            before = known[one.asset_id].pop(supply.key, None)
            if before is None:
                new.append(written)
                continue
            written["replaced_on"] = written["replaced_on"] or before.replaced_on
            if before[-len(_LASTING) :] == _lasting(written):
                read_again[one.at].append(before.id)
            else:
                again.append({**written, "row_id": before.id})
    gone = [row.id for one in said if one.supplies for row in known[one.asset_id].values()]
    if gone:
        db.session.execute(delete(_SUPPLIES).where(among(_SUPPLIES.c.id, gone)))
    bulk_load(_SUPPLIES, new)
    if again:
        db.session.execute(update(_SUPPLIES).where(_SUPPLIES.c.id == bindparam("row_id")), again)
    for at, those in read_again.items():
        db.session.execute(update(_SUPPLIES).where(among(_SUPPLIES.c.id, those)).values(read_at=at))


def _columns(said: Said, supply: Read, levels: wear.Series) -> dict[str, Any]:
    goes = wear.wear(levels) if supply.left is not None else wear.Wear()
    return {
        "asset_id": said.asset_id,
        "key": supply.key,
        "kind": supply.kind,
        "name": supply.name,
        "color": supply.color,
        "remaining": supply.left,
        "state": supply.state,
        "lasts_days": max(1, round(supplies.FULL / goes.per_day)) if goes.per_day else None,
        "runs_out_on": goes.runs_out_on,
        "replaced_on": goes.replaced_on,
        "read_at": said.at,
    }


def follow_merge(kept: Asset, absorbed: Asset) -> None:
    """Move the readings of the absorbed printer to the one that is kept, but for days that this one has; its supplies go.

    Undoing the merge gives them back; what is read after the merge stays with the printer that is kept.
    """
    have = set(db.session.scalars(select(PrinterReading.read_on).where(PrinterReading.asset_id == kept.id)))
    readings, known = _rows_of(_READINGS, absorbed), _rows_of(_SUPPLIES, absorbed)
    moved = [{**row, "asset_id": kept.id} for row in readings if row["read_on"] not in have]
    loads.unload(PrinterReading, readings)
    loads.load(PrinterReading, moved, kept=True)
    loads.unload(PrinterSupply, known)


def _rows_of(table: Table, asset: Asset) -> list[dict[str, Any]]:
    statement = select(table).where(table.c.asset_id == asset.id).order_by(table.c.id)
    return [dict(row) for row in db.session.execute(statement).mappings()]
