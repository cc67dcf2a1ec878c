"""What lines of a file change in equipment that exists, as people read it, with the custom fields that are written beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from inventory.assets.fields import display, public_name
from inventory.assets.models import Asset
from inventory.assets.services import Change
from inventory.audit import services as audit
from inventory.core.errors import DomainError
from inventory.exchange.custom import OwnFields
from inventory.exchange.importers import Result, Row
from inventory.exchange.models import Outcome
from inventory.fields import queries as custom_fields

Shown = Mapping[str, Any]


class Editing:
    """The lines of one chunk that find equipment, `rows` by their numbers."""

    def __init__(self, own: OwnFields, rows: Mapping[int, Row], category_ids: Mapping[int, str]) -> None:
        self.own, self.rows, self.category_ids = own, rows, category_ids
        # Thousands of lines name the same places and people.
        self.display = cache(display)
        self.written: dict[int, Mapping[str, Sequence[Any]]] = {}
        self.has_own = any(field.key in row.values for row in rows.values() for field in own.fields)

    def shown(self, change: Change) -> Shown:
        """Return the columns that a change is about as people read them now."""
        return {name: self.display(name, getattr(change.asset, name)) for name in _about(change)}

    def write(self, changes: Mapping[int, tuple[int, Change]]) -> dict[int, DomainError]:
        """Write the custom fields of each (line, change), and return the refusals by the changes' own numbers."""
        self.written.clear()
        if not self.has_own:
            return {}
        ids = [change.asset.public_id for _line, change in changes.values()]
        kept, refused = custom_fields.values_of("asset", ids), {}
        with audit.gathering():
            for number, (line, change) in changes.items():
                row, asset = self.rows[line], change.asset
                home, has = self.category_ids.get(asset.category_id, ""), kept.get(asset.public_id, {})
                try:
                    said = self.own.said(row, home, has)
                    self.written[line] = self.own.change(asset, home, said, has)
                except DomainError as why:
                    refused[number] = why
        return refused

    def result(self, line: int, change: Change, before: Shown) -> Result:
        """Return what came of a line: what differs from `before`, and what was written beside."""
        after = self.shown(change)
        changes: dict[str, Sequence[Any]] = {
            public_name(name): [before[name], new] for name, new in after.items() if before[name] != new
        }
        changes |= self.written.get(line, {})
        asset: Asset = change.asset
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Result(line, outcome, asset.label, asset.public_id, changes)


def _about(change: Change) -> list[str]:
    dated = {
        "entity_id": "entity" in change.where,
        "location_id": "entity" in change.where or "location" in change.where,
        "holder_id": change.person is not None,
        "state": change.state is not None,
        "disposal_route": change.disposal_route is not None,
    }
    return [*change.values, *(name for name, is_asked in dated.items() if is_asked)]
