"""Fills places from files: each row is a place by its path, and what it stands in is made too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.i18n import in_every_language
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import Column
from inventory.exchange.importers import Importer, Remark, Result, Row, Terms
from inventory.exchange.models import Outcome
from inventory.exchange.references import STEP, References
from inventory.organization import services
from inventory.organization.models import Entity, Location, LocationKind

# What a step of a path is when nobody says: the first a building, the last a room, a floor between them.
BY_DEPTH = (LocationKind.BUILDING, LocationKind.FLOOR, LocationKind.ROOM)


def columns() -> list[Column]:
    """Return the columns of a place."""
    kinds = values.vocabulary(
        (word, kind) for kind in LocationKind for word in (kind.value, *in_every_language(kind.label))
    )
    return [
        Column("name", N_("Place"), partial(values.text, limit=400),
               ("nom", "lieu", "chemin", "path", "name", "localisation", "location", "site")),
        Column("parent", N_("Inside"), partial(values.text, limit=400), ("dans", "parent", "batiment", "building")),
        Column("kind", N_("Kind"), lambda cell: values.one_of(cell, kinds), ("type",),
               choices=tuple(kind.label for kind in LocationKind)),
        Column("address", N_("Address"), partial(values.text, limit=255), ("adresse",)),
        Column("entity", N_("Entity"), partial(values.text, limit=120), ("commune", "collectivite", "company")),
    ]  # fmt: skip


class _Places:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.references = References(terms.allowed)

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        results = []
        for row in rows:
            try:
                with db.session.begin_nested():
                    results.append(self._applied(row))
            except Invalid as error:
                self.references.forget_places()
                label = str(row.values.get("name", ""))
                results.append(Result(row.line, Outcome.REFUSED, label, remarks=[Remark.of(error)]))
        return results

    def forget(self) -> None:
        """Forget the places that a trial made."""
        self.references.forget_places()

    def _applied(self, row: Row) -> Result:
        if "name" not in row.values:
            raise Invalid("name", N_("Give a name."))
        named = row.values.get("entity")
        entity_id = self.references.entity(named) if named else self.terms.entity_id
        steps = [*STEP.split(row.values.get("parent", "")), *STEP.split(row.values["name"])]
        steps = [step for step in steps if step]
        place, is_new = self._find_or_make(steps, entity_id, row.values)
        label = " > ".join(steps)
        if is_new:
            return Result(row.line, Outcome.CREATED, label, place.public_id)
        given = {name: row.values[name] for name in ("kind", "address") if name in row.values}
        changes: dict[str, Sequence[Any]] = {
            name: [getattr(place, name), new] for name, new in given.items() if getattr(place, name) != new
        }
        if changes:
            services.update_location(
                place,
                {"name": place.name, **given},
                parent=place.parent,
                version=None,
                actor=self.terms.actor,
            )
        return Result(
            row.line, Outcome.UPDATED if changes else Outcome.UNCHANGED, label, place.public_id, changes
        )

    def _find_or_make(self, steps: Sequence[str], entity_id: int, given: Any) -> tuple[Location, bool]:
        """Return the place at a path, and whether the row makes it; what it stands in is made where it is absent."""
        known = self.references.place_at(steps, entity_id)
        if known is not None:
            return db.session.get_one(Location, known), False
        above = self._find_or_make(steps[:-1], entity_id, {})[0] if len(steps) > 1 else None
        return self._made(steps, entity_id, above, given), True

    def _made(self, path: Sequence[str], entity_id: int, parent: Location | None, given: Any) -> Location:
        kind = given.get("kind") or BY_DEPTH[min(len(path) - 1, len(BY_DEPTH) - 1)]
        entity = db.session.get_one(Entity, entity_id)
        asked = {"name": path[-1], "kind": kind, "address": given.get("address")}
        place = services.create_location(asked, entity=entity, parent=parent, actor=self.terms.actor)
        self.references.add_place(entity_id, path, place.id)
        return place


IMPORTER = Importer(
    "location",
    N_("Places"),
    Permission.LOCATIONS_EDIT,
    columns,
    ("name",),
    _Places,
    "locations.detail",
    match_within=("entity", "parent"),
)
