"""Writes what stands beside new assets, thousands in one go: first period, claims, identifiers, custody, records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from inventory.assets import fields
from inventory.assets.models import Asset, AssetIdentifier, Custody, Period, Provenance
from inventory.assets.services import claims, custody, history, identifiers
from inventory.assets.services.claims import Said
from inventory.assets.states import SourceKind
from inventory.audit import loads
from inventory.audit import services as audit
from inventory.audit.models import Action, AuditRecord
from inventory.catalog.models import Manufacturer
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import among, db, row_of
from inventory.search import upkeep

# The most rows first.
_UNREAD: tuple[type[Any], ...] = (Provenance, Period)
_NUMBERED: tuple[type[Any], ...] = (Custody, AssetIdentifier, *_UNREAD)


class NewAsset(SimpleNamespace):
    """The row of an asset that is on its way to the store: what it begins with is made ready meanwhile."""

    label = Asset.label


class Beginnings:
    """What an actor's new assets begin with; `hand_over` and `write` save it.

    `first` are the values that each of them, by its id, has at first, {field: [None, value]} as the history keeps them.
    """

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.source = claims.SOURCE_OF_ACTOR.get(actor.kind, SourceKind.SYSTEM)
        self.said = Said(self.source, actor.label, clock.now())
        self.display = cache(fields.display)
        tables: tuple[type[Any], ...] = (*_NUMBERED, AuditRecord)
        self.rows: dict[type[Any], list[dict[str, Any]]] = {table: [] for table in tables}
        self.first: dict[int, audit.Changes] = {}
        self._ready: list[Callable[[], None]] = []

    def add(
        self,
        asset: NewAsset,
        given: Mapping[str, Any],
        *,
        on: date,
        typed: Mapping[str, Any],
        source: SourceKind | None,
    ) -> None:
        """Begin the history of an asset on a day.

        `given` are its columns, of which the actor claims those that were `typed`; `source` is whose word its serial,
        tag and name are (None: the actor's). A holder makes a custody, which does not touch the state.
        """
        shown = {name: self.display(name, value) for name, value in given.items()}
        maker = row_of(Manufacturer, asset.manufacturer_id) if asset.manufacturer_id else None
        self.rows[Period].append(history.beginning(asset, on))
        if self.actor.kind in claims.SOURCE_OF_ACTOR:
            pinned = self.actor.is_person
            self.rows[Provenance] += claims.first_claims(asset.id, typed, shown, self.said, pinned=pinned)
        self.rows[AssetIdentifier] += identifiers.first_identifiers(
            asset, maker.key if maker else "", source or self.source, self.said.at
        )
        changes = {fields.public_name(name): [None, value] for name, value in shown.items()}
        first = self._record(Action.CREATED, asset, changes, on)
        if asset.holder_id is not None:
            self.rows[Custody].append(custody.beginning(asset, on))
            holder = self.display("holder_id", asset.holder_id)
            first = first | self._record(Action.CUSTODY, asset, {"holder": [None, holder]}, on)
        self.first[asset.id] = first

    def join(self, others: Beginnings) -> None:
        """Add what other assets of the same actor begin with."""
        for table, rows in others.rows.items():
            self.rows[table] += rows
        self.first |= others.first

    def _record(self, action: Action, asset: NewAsset, changes: audit.Changes, on: date) -> audit.Changes:
        """Record an act, and return its changes as the record keeps them."""
        entry = audit.entry(action, "asset", asset, changes, actor=self.actor, effective_on=on)
        self.rows[AuditRecord].append(entry)
        kept: audit.Changes = entry["changes"]
        return kept

    def hand_over(self) -> list[Custody]:
        """Save the custodies, which are returned, and identifiers; all else but the records is made ready for `write` meanwhile.

        The ids come first: PostgreSQL takes in what is sent while the caller goes on, and answers nothing until it has.
        """
        for table in _NUMBERED:
            loads.number(table, self.rows[table])
        ids = loads.load(Custody, self.rows[Custody])
        # They are all that is searched of it.
        loads.load(AssetIdentifier, self.rows[AssetIdentifier])
        self._ready = [loads.loading(table, self.rows[table]) for table in _UNREAD]
        return list(db.session.scalars(select(Custody).where(among(Custody.id, ids)))) if ids else []

    def write(self) -> None:
        """Save all else once the custodies are handed over; nobody reads it back at once."""
        with upkeep.ahead("asset"):
            for load in self._ready:
                load()
            audit.record_all(self.rows[AuditRecord])
