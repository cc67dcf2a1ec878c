"""Keeps with each sighting the objects that it was identified by: once, and again only when what was seen has changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, delete, select

from inventory.core import clock
from inventory.core.database import among, bulk_load, db
from inventory.discovery.models import Outcome, SightingReading
from inventory.discovery.sightings import Stored

if TYPE_CHECKING:
    from scanners.snmp.collect import Reading

# Observations are taken in by the hundred; what was noted and never taken in must not pile up.
MOST_NOTED = 20_000


class Noted:
    """The objects of devices whose observations are on their way to the store; noted in the scanner's thread."""

    def __init__(self) -> None:
        self._by_target: dict[str, tuple[Reading, bytes]] = {}

    def note(self, reading: Reading, engine_id: bytes) -> None:
        """Note what a device said until its observation is stored."""
        from scanners.snmp import kept

        # By address: a serial number may be stated by several.
        if len(self._by_target) < MOST_NOTED:
            self._by_target[reading.address] = (kept.trimmed(reading), engine_id)

    def keep(self, stored: Stored) -> None:
        """Keep the objects of what is new, has changed, or had none yet; forget those of the rest."""
        from scanners.snmp import kept

        noted = {one.sighting_id: self._by_target.pop(one.target, None) for one in stored.met}
        for further in stored.same:
            self._by_target.pop(further.target, None)
        changed = {one.sighting_id for one in stored.met if one.outcome is not Outcome.UNCHANGED}
        wanted = (changed | _without(noted.keys() - changed)) & {id_ for id_, one in noted.items() if one}
        if not wanted:
            return
        at = clock.now()
        rows = [
            {"sighting_id": id_, "objects": kept.pack(*one), "kept_at": at}
            for id_ in sorted(wanted)
            if (one := noted[id_]) is not None
        ]
        db.session.execute(
            delete(SightingReading)
            .where(among(SightingReading.sighting_id, wanted))
            .execution_options(synchronize_session=False)
        )
        bulk_load(cast("Table", SightingReading.__table__), rows)


def _without(sighting_ids: Collection[int]) -> set[int]:
    """Those of the sightings that have no objects kept yet."""
    have = select(SightingReading.sighting_id).where(among(SightingReading.sighting_id, sighting_ids))
    return set(sighting_ids) - set(db.session.scalars(have))
