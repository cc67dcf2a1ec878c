"""Finds places by their numbers, and renames or moves them as a file asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange.columns import OWN_NUMBER
from inventory.exchange.importers import NO_SUCH_NUMBER, Row
from inventory.exchange.references import STEP, References
from inventory.organization import services
from inventory.organization.models import Location

MOST_STEPS, LONGEST_NAME = 12, 120
# The folded steps of a path, from the top of its entity.
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a row asks of a place: its name, and the steps of what it is to stand in."""

    name: str
    above: Steps


class Standing:
    """Where places stood when a file began, and where its rows want them.

    The parts of a building that the file renames say its old name or its new one: both are what they stand in already.
    """

    def __init__(self, references: References, actor: Actor) -> None:
        self.references, self.actor = references, actor
        self._stood: dict[int, dict[int, tuple[int | None, str]]] = {}
        self._wanted: dict[int, Steps] = {}

    def numbered(self, rows: Sequence[Row]) -> dict[str, Location]:
        """Return the places whose numbers rows have, in one query."""
        numbers = {row.values[OWN_NUMBER] for row in rows if OWN_NUMBER in row.values}
        if not numbers:
            return {}
        statement = select(Location).where(
            Location.public_id.in_(numbers), Location.entity_id.in_(self.references.allowed)
        )
        found = {place.public_id: place for place in db.session.scalars(statement)}
        # Before anything of the file is written there.
        for place in found.values():
            self._stood_in(place.entity_id)
        return found

    def restand(self, row: Row, places: Mapping[str, Location]) -> tuple[Location, dict[str, Sequence[Any]]]:
        """Rename and move the place of a row's number as it asks; returns it with {column: [old, new]}. Raises Invalid."""
        place = places.get(row.values[OWN_NUMBER])
        if place is None:
            raise Invalid(OWN_NUMBER, NO_SUCH_NUMBER)
        named = row.values.get("entity")
        if named is not None and not self.references.is_called(place.entity_id, named):
            raise Invalid("entity", N_("A place stays in its entity: an import does not change that."))
        asked = self._asked(row, place)
        parent_id = self._parent_id(place, asked.above)
        changes: dict[str, Sequence[Any]] = {}
        if asked.name != place.name:
            changes["name"] = [place.name, asked.name]
        if parent_id != place.parent_id:
            changes["parent"] = [_name(place.parent_id), _name(parent_id)]
        if changes:
            parent = db.session.get(Location, parent_id) if parent_id else None
            services.update_location(
                place, {"name": asked.name}, parent=parent, version=None, actor=self.actor
            )
            self.references.forget_places()
        if row.is_readable:
            self._wanted[place.id] = (*asked.above, *_flat(asked.name))
        return place, changes

    def _asked(self, row: Row, place: Location) -> _Asked:
        name = row.values.get("name", place.name)
        steps = [step for step in STEP.split(name) if step] if folded(name) != folded(place.name) else [name]
        check_path([*STEP.split(row.values.get("parent", "")), *steps] if steps else [])
        said = (*_flat(row.values.get("parent", "")), *map(folded, steps[:-1]))
        wanted = self._steps_of(place.parent_id, place.entity_id, self._wanted)
        same = said in ((), wanted, self._steps_of(place.parent_id, place.entity_id, {}))
        return _Asked(steps[-1], wanted if same else said)

    def _parent_id(self, place: Location, above: Steps) -> int | None:
        """Return the id of what a place is to stand in; raises Invalid."""
        if above == self._steps_of(place.parent_id, place.entity_id, self._wanted):
            return place.parent_id
        here = self._stood_in(place.entity_id)
        renamed = {steps: id_ for id_, steps in self._wanted.items() if id_ in here}
        found = renamed.get(above) or self.references.place_at(above, place.entity_id)
        if found is None:
            message = N_("There is no place “%(name)s” in this entity.")
            raise Invalid("parent", message, name=" > ".join(above)[:80])
        return found

    def _steps_of(self, id_: int | None, entity_id: int, wanted: Mapping[int, Steps]) -> Steps:
        """Return the path of a place as the file began, or as its rows want it."""
        if id_ is None:
            return ()
        if id_ in wanted:
            return wanted[id_]
        if id_ not in self._stood_in(entity_id):
            # Somebody added it meanwhile.
            del self._stood[entity_id]
        parent_id, name = self._stood_in(entity_id)[id_]
        return (*self._steps_of(parent_id, entity_id, wanted), *_flat(name))

    def _stood_in(self, entity_id: int) -> dict[int, tuple[int | None, str]]:
        """Return {id: (id of what it stands in, name)} of an entity's places, read once."""
        if entity_id not in self._stood:
            rows = db.session.execute(
                select(Location.id, Location.parent_id, Location.name).where(Location.entity_id == entity_id)
            )
            self._stood[entity_id] = {row.id: (row.parent_id, row.name) for row in rows}
        return self._stood[entity_id]


def check_path(steps: Sequence[str]) -> None:
    """Raise Invalid for a path of a place that is empty, too deep, or has a name that is too long."""
    if not steps:
        raise Invalid("name", N_("Give a name."))
    if len(steps) > MOST_STEPS:
        raise Invalid("name", N_("A place stands in at most %(count)s others."), count=MOST_STEPS - 1)
    if any(len(step) > LONGEST_NAME for step in steps):
        raise Invalid("name", N_("Use at most %(limit)s characters."), limit=LONGEST_NAME)


def _name(id_: int | None) -> str | None:
    place = db.session.get(Location, id_) if id_ else None
    return place.name if place else None


def _flat(path: str) -> Steps:
    return tuple(folded(step) for step in STEP.split(path) if step)
