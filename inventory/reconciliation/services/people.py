"""Keeps the people of a directory: known by their GUID, never by their name, and marked absent, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.discovery.models import Sighting
from inventory.discovery.sightings import slices
from inventory.organization import services as organization
from inventory.organization.models import Entity, Person
from inventory.reconciliation.likeness import related
from inventory.reconciliation.models import Link
from inventory.reconciliation.services.loading import Batch
from scanners.observation import Observation

AT_ONCE = 500
_TEXTS = (
    *("given_name", "family_name", "display_name", "email", "phone", "mobile"),
    *("department", "title", "employee_number", "login"),
)
# Dates so far away mean "never": Active Directory and shadow passwords both have such idioms.
LAST_YEAR = 2100


@dataclass(slots=True)
class Kept:
    """How many people a batch added and changed."""

    created: int = 0
    updated: int = 0


def values_of(observation: Observation) -> dict[str, Any]:
    """The columns of a person that a directory entry fills, cut to their room; what it does not say is left alone."""
    values: dict[str, Any] = {}
    for name in _TEXTS:
        text = observation.facts.get(name)
        if isinstance(text, str) and text:
            values[name] = text[: Person.__table__.c[name].type.length]  # type: ignore[attr-defined]
    if isinstance(disabled := observation.facts.get("disabled"), bool):
        values["disabled"] = disabled
    values["leaves_on"] = _day(observation.facts.get("expires_on"))
    return values


def _day(text: object) -> date | None:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return day if day is None or day.year < LAST_YEAR else None


def guid_of(observation: Observation) -> str | None:
    """The GUID of the account, or None where the directory has none."""
    return next((one.value for one in observation.identifiers if one.kind == "directory_guid"), None)


def follow(batch: Batch, keys: Sequence[int], *, actor: Actor) -> Kept:
    """Create or update the person of each sighting; a person's own edits (pinned fields) stay."""
    guids = {key: guid_of(batch.observations[key]) for key in keys}
    by_guid = _known({guid for guid in guids.values() if guid})
    adoptable = _adoptable(batch, keys)
    entity_ids = {batch.sightings[key].entity_id for key in keys}
    entities = {row.id: row for row in db.session.scalars(select(Entity).where(Entity.id.in_(entity_ids)))}
    linked = _linked(batch, keys)
    kept = Kept()
    people: dict[int, Person] = {}
    new: dict[str | int, list[int]] = {}
    for key in sorted(keys):
        guid = guids[key]
        person = by_guid.get(guid or "") or _unless_another(linked.get(key), guid) or adoptable.get(key)
        if person is None:
            # An account listed twice is one person.
            new.setdefault(guid or key, []).append(key)
        else:
            people[key] = person
    given = [
        (_new_values(batch, same[0]), entities[batch.sightings[same[0]].entity_id]) for same in new.values()
    ]
    for same, person in zip(new.values(), organization.create_people(given, actor=actor), strict=True):
        kept.created += 1
        people |= dict.fromkeys(same, person)
    made = {same[0] for same in new.values()}
    for key, person in sorted(people.items()):
        if key not in made:
            guid, entity = guids[key], entities[batch.sightings[key].entity_id]
            values = values_of(batch.observations[key]) | {"absent_since": None, "entity_id": entity.id}
            kept.updated += _update(person, values | ({"directory_guid": guid} if guid else {}), actor=actor)
        _link(batch, key, person)
    db.session.flush()
    return kept


def _known(guids: Collection[str]) -> dict[str, Person]:
    rows = db.session.scalars(select(Person).where(Person.directory_guid.in_(guids)))
    return {row.directory_guid: row for row in rows if row.directory_guid}


def _linked(batch: Batch, keys: Collection[int]) -> dict[int, Person]:
    """The people that the same keys were before."""
    ids = {key: link.person_id for key in keys if (link := batch.links.get(key)) and link.person_id}
    if not ids:
        return {}
    rows = db.session.scalars(select(Person).where(Person.id.in_(set(ids.values()))))
    people = {row.id: row for row in rows}
    return {key: people[id_] for key, id_ in ids.items() if id_ in people}


def _unless_another(person: Person | None, guid: str | None) -> Person | None:
    """The person that the same key was before, unless the account is another one now."""
    return person if person is not None and (guid is None or person.directory_guid in (None, guid)) else None


def _new_values(batch: Batch, key: int) -> dict[str, Any]:
    values = values_of(batch.observations[key])
    if not any(values.get(name) for name in ("display_name", "given_name", "family_name")):
        values["display_name"] = values.get("login") or values.get("email") or batch.sightings[key].target
    values["directory_guid"] = guid_of(batch.observations[key])
    return values


def _adoptable(batch: Batch, keys: Sequence[int]) -> dict[int, Person]:
    """People who were typed before the directory was read: same e-mail address, one on each side, related entities."""
    by_email: dict[str, list[int]] = {}
    for key in keys:
        email = batch.observations[key].facts.get("email")
        if isinstance(email, str) and key not in batch.links:
            by_email.setdefault(email.lower(), []).append(key)
    if not by_email:
        return {}
    statement = select(Person).where(
        func.lower(Person.email).in_(list(by_email)), Person.directory_guid.is_(None)
    )
    found: dict[int, list[Person]] = {}
    for person in db.session.scalars(statement):
        same = by_email[(person.email or "").lower()]
        path = batch.paths.get(person.entity_id, "")
        if len(same) == 1 and related(path, batch.paths.get(batch.sightings[same[0]].entity_id, "")):
            found.setdefault(same[0], []).append(person)
    return {key: people[0] for key, people in found.items() if len(people) == 1}


def _update(person: Person, values: dict[str, Any], *, actor: Actor) -> bool:
    """Write what differs; returns whether anything did."""
    differing = {
        name: value
        for name, value in values.items()
        if getattr(person, name) != value and name not in person.pinned_fields
    }
    if differing:
        organization.update_person(person, differing, version=None, actor=actor)
    return bool(differing)


def _link(batch: Batch, key: int, person: Person) -> None:
    link = batch.links.get(key)
    if link is None:
        link = Link(sighting_id=key, reason=N_("Same directory account %(value)s."), params={"value": ""})
        db.session.add(link)
        batch.links[key] = link
    link.person_id = person.id
    link.params = {"value": guid_of(batch.observations[key]) or batch.sightings[key].source_key}


def mark_absent(sighting_ids: Collection[int], *, actor: Actor) -> int:
    """Say of the people whom no directory lists any more since when; returns how many."""
    marked = 0
    for some in slices(sorted(sighting_ids), AT_ONCE):
        gone = select(Link.person_id).where(Link.sighting_id.in_(some), Link.person_id.is_not(None))
        present = (
            select(Link.person_id)
            .join(Sighting, Link.sighting_id == Sighting.id)
            .where(Link.person_id.in_(gone), Sighting.absent_since.is_(None))
        )
        statement = select(Person).where(
            Person.id.in_(gone), Person.id.not_in(present), Person.absent_since.is_(None)
        )
        for person in db.session.scalars(statement):
            marked += _update(person, {"absent_since": clock.now()}, actor=actor)
    return marked
