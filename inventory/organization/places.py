"""Verbs on many places at once, as files bring them: added with what they stand in, described anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from inventory.audit import loads
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.organization import services
from inventory.organization.models import Location


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to add: its columns, its entity, and what it stands in: a place, the number of an earlier new one, or nothing."""

    values: Mapping[str, Any]
    entity_id: int
    parent: Location | int | None = None


@dataclass(slots=True)
class Added:
    """What came of new places, by their numbers in the sequence: their columns, and the refusals."""

    made: dict[int, dict[str, Any]] = field(default_factory=dict)
    refused: dict[int, Invalid] = field(default_factory=dict)


def create_locations(wanted: Sequence[NewPlace], *, actor: Actor) -> Added:
    """Add places as `create_location` does, in a fixed number of queries; what stands in a refused one is refused too."""
    added = Added()
    rows = [{**place.values, "entity_id": place.entity_id} for place in wanted]
    loads.number(Location, rows)
    taken = _taken(wanted)
    for number, (place, row) in enumerate(zip(wanted, rows, strict=True)):
        inside, path = _inside(place, rows)
        row |= {"parent_id": inside, "path": f"{path}{row['id']}/"}
        own = (place.entity_id, inside, row["name"])
        if isinstance(place.parent, int) and place.parent in added.refused:
            added.refused[number] = added.refused[place.parent]
        elif own in taken:
            added.refused[number] = services.taken_place()
        else:
            taken.add(own)
            added.made[number] = row
    loads.load(Location, list(added.made.values()))
    audit.record_all(list(_entries(added.made.values(), actor)))
    return added


def _inside(place: NewPlace, rows: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
    """Return the id and the path of what a new place stands in."""
    if place.parent is None:
        return None, "/"
    if isinstance(place.parent, int):
        return rows[place.parent]["id"], rows[place.parent]["path"]
    return place.parent.id, place.parent.path


def _taken(wanted: Sequence[NewPlace]) -> set[tuple[int, int | None, str]]:
    """Return the (entity, parent, name) of the places that there are with these names."""
    names = {place.values["name"] for place in wanted}
    entities = {place.entity_id for place in wanted}
    there = select(Location.entity_id, Location.parent_id, Location.name).where(
        Location.entity_id.in_(entities), Location.name.in_(names)
    )
    return {(entity_id, parent_id, name) for entity_id, parent_id, name in db.session.execute(there)}


def _entries(rows: Any, actor: Actor) -> Iterator[dict[str, Any]]:
    for row in rows:
        changes: audit.Changes = {"name": [None, row["name"]]}
        yield audit.entry(Action.CREATED, "location", SimpleNamespace(**row), changes, actor=actor)


def describe_locations(
    edits: Sequence[tuple[Location, Mapping[str, Any]]], *, actor: Actor
) -> list[audit.Changes]:
    """Set the kind and the address of places, where they stay as they stand, and return what changes in each."""
    found = []
    with audit.gathering(), db.session.no_autoflush:
        for location, values in edits:
            changes = audit.apply(location, dict(values))
            if changes:
                location.version += 1
                audit.record(Action.UPDATED, "location", location, changes, actor=actor)
            found.append(changes)
    db.session.flush()
    return found
