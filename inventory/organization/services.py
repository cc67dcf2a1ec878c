"""Verbs on entities, places and people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.wording import N_
from inventory.organization import moving, queries, siret
from inventory.organization.models import Entity, EntityKind, EntitySetting, Location, Person

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,11}")
# Words that stand in addresses where a code does.
RESERVED_CODES = frozenset({"ALL", "NEW"})


def create_entity(values: dict[str, Any], *, parent: Entity | None, actor: Actor) -> Entity:
    """Add an entity below `parent` (None: the root, once). Raises Invalid for its code, Refused for a second root."""
    if parent is None and queries.root() is not None:
        raise Refused(N_("There is a root entity already."))
    code = _code(values["code"])
    if db.session.scalar(select(Entity.id).where(Entity.code == code)):
        raise Invalid("code", N_("Another entity has the code %(code)s."), code=code)
    values = {**values, "code": code, "siret": _siret(values.get("siret"))}
    entity = Entity(**values, parent_id=parent.id if parent else None)
    db.session.add(entity)
    db.session.flush()
    entity.path = f"{parent.path if parent else '/'}{entity.id}/"
    audit.record(
        Action.CREATED, "entity", entity, {"name": [None, entity.name]}, actor=actor, entity_id=entity.id
    )
    return entity


def _code(text: str | None) -> str:
    code = (text or "").strip().upper()
    if not CODE.fullmatch(code) or code in RESERVED_CODES:
        raise Invalid("code", N_("Use two to twelve letters, digits or dashes, such as LBX."))
    return code


def _siret(text: str | None) -> str | None:
    digits = siret.bare(text)
    if digits and not siret.is_siret(digits):
        raise Invalid("siret", N_("A SIRET has 14 digits; check what you typed."))
    return digits or None


def update_entity(entity: Entity, values: dict[str, Any], *, version: int | None, actor: Actor) -> Entity:
    """Change an entity's own columns (not its place in the tree)."""
    if "code" in values:
        values = {**values, "code": _code(values["code"])}
        other = db.session.scalar(
            select(Entity.id).where(Entity.code == values["code"], Entity.id != entity.id)
        )
        if other:
            raise Invalid("code", N_("Another entity has the code %(code)s."), code=values["code"])
    if "siret" in values:
        values = {**values, "siret": _siret(values["siret"])}
    audit.bump(entity, version, values)
    if changes := audit.apply(entity, values):
        audit.record(Action.UPDATED, "entity", entity, changes, actor=actor, entity_id=entity.id)
    return entity


def set_setting(entity: Entity, name: str, value: Any, *, actor: Actor) -> None:
    """Set a setting on an entity; None makes it inherit again."""
    row = db.session.get(EntitySetting, (entity.id, name))
    old = row.value if row else None
    if value is None and row is not None:
        db.session.delete(row)
    elif row is not None:
        row.value = value
    elif value is not None:
        db.session.add(EntitySetting(entity_id=entity.id, name=name, value=value))
    if old != value:
        audit.record(Action.UPDATED, "entity", entity, {name: [old, value]}, actor=actor, entity_id=entity.id)


def setting(entity: Entity, name: str, default: Any = None) -> Any:
    """Return a setting's value in force on an entity, inherited unless set there."""
    found = queries.effective_setting(entity, name)
    return default if found is None else found[0]


def create_location(
    values: dict[str, Any], *, entity: Entity, parent: Location | None, actor: Actor
) -> Location:
    """Add a place. Raises Invalid when its parent is of another entity or a sibling has its name."""
    _check_location(values["name"], entity, parent, None)
    location = Location(**values, entity_id=entity.id, parent_id=parent.id if parent else None)
    db.session.add(location)
    db.session.flush()
    location.path = f"{parent.path if parent else '/'}{location.id}/"
    audit.record(Action.CREATED, "location", location, {"name": [None, location.name]}, actor=actor)
    return location


def _check_location(name: str, entity: Entity, parent: Location | None, own_id: int | None) -> None:
    if parent is not None and parent.entity_id != entity.id:
        raise Invalid("parent", N_("This place belongs to another entity."))
    twin = select(Location.id).where(
        Location.entity_id == entity.id,
        Location.parent_id == (parent.id if parent else None),
        Location.name == name,
        Location.id != (own_id or 0),
    )
    if db.session.scalar(twin):
        raise taken_place()


def taken_place() -> Invalid:
    """Return the refusal of a place whose name another has where it stands."""
    return Invalid("name", N_("There is a place with this name here already."))


def update_location(
    location: Location, values: dict[str, Any], *, parent: Location | None, version: int | None, actor: Actor
) -> ChangeSet | None:
    """Change a place and where it stands in its tree; what is inside moves with it.

    Returns the change set of a move, by which it is undone: the one that is open, as an import's, else one of its own;
    None where the place stays where it stands.
    """
    if location.parent_id == (parent.id if parent else None):
        _describe_location(location, values, parent=parent, version=version, actor=actor)
        return None
    moving.hold_trees([location.entity_id])
    if parent is not None:
        db.session.refresh(parent, ["path"])
    title = f"{location.name} → {parent.name if parent else location.entity.name}"
    with audit.joined_change_set(
        ChangeSetKind.MOVE, title, actor=actor, entity_id=location.entity_id
    ) as opened:
        _describe_location(location, values, parent=parent, version=version, actor=actor)
        moving.move(location, parent)
    return opened


def _describe_location(
    location: Location, values: dict[str, Any], *, parent: Location | None, version: int | None, actor: Actor
) -> None:
    if parent is not None and parent.path.startswith(location.path):
        raise Invalid("parent", N_("A place cannot stand inside itself."))
    _check_location(values["name"], location.entity, parent, location.id)
    audit.bump(location, version, {**values, "parent": parent})
    old_parent = location.parent
    changes = audit.apply(location, {**values, "parent_id": parent.id if parent else None})
    changes = _named_relation(changes, "parent", old_parent, parent)
    if changes:
        audit.record(Action.UPDATED, "location", location, changes, actor=actor)


def _named_relation(changes: audit.Changes, name: str, old: Any, new: Any) -> audit.Changes:
    """Return changes with the names of two related rows in place of their ids, which say nothing to readers."""
    if f"{name}_id" not in changes:
        return changes
    kept = {key: pair for key, pair in changes.items() if key != f"{name}_id"}
    return {**kept, name: [row and row.name for row in (old, new)]}


def create_person(values: dict[str, Any], *, entity: Entity, actor: Actor) -> Person:
    """Add a person. A person's typing pins what it fills; a directory's reading does not."""
    return create_people([(values, entity)], actor=actor)[0]


def create_people(given: Sequence[tuple[dict[str, Any], Entity]], *, actor: Actor) -> list[Person]:
    """Add people, each with the entity that they belong to, as `create_person` does, saved in one go."""
    people = []
    for values, entity in given:
        person = Person(**named(values), entity_id=entity.id)
        if actor.is_person:
            person.pinned_fields = sorted(
                name for name, value in values.items() if value not in (None, "", False)
            )
        people.append(person)
    db.session.add_all(people)
    _flush_person()
    with audit.gathering():
        for person in people:
            changes: audit.Changes = {"display_name": [None, person.display_name]}
            audit.record(Action.CREATED, "person", person, changes, actor=actor)
    return people


def named(values: dict[str, Any]) -> dict[str, Any]:
    """Return a person's columns with the name that is shown, made of the others where none is given; raises Invalid."""
    if not values.get("display_name"):
        parts = [values.get("given_name"), values.get("family_name")]
        values = {**values, "display_name": " ".join(part for part in parts if part)}
    if not values["display_name"]:
        raise Invalid("display_name", N_("Give a name."))
    return values


def _flush_person() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Refused(N_("Another person has this directory GUID already.")) from error


def update_person(person: Person, values: dict[str, Any], *, version: int | None, actor: Actor) -> Person:
    """Change a person; what a person types is pinned, what a directory says leaves pinned fields alone."""
    changes = _change(person, values, version, actor)
    _flush_person()
    if changes:
        audit.record(Action.UPDATED, "person", person, changes, actor=actor)
    return person


def update_people(edits: Sequence[tuple[Person, dict[str, Any]]], *, actor: Actor) -> None:
    """Change people, each named once, as `update_person` does whatever their versions, saved in one go."""
    with audit.gathering():
        with db.session.no_autoflush:
            for person, values in edits:
                if changes := _change(person, values, None, actor):
                    audit.record(Action.UPDATED, "person", person, changes, actor=actor)
        _flush_person()


def _change(person: Person, values: dict[str, Any], version: int | None, actor: Actor) -> audit.Changes:
    """Set what differs and return it as readers see it; the caller saves and records it."""
    if "display_name" in values:
        values = named(values)
    old_place = person.location if "location_id" in values else None
    if actor.is_person:
        audit.bump(person, version, _with_place(values))
    else:
        values = {name: value for name, value in values.items() if name not in person.pinned_fields}
    changes = audit.apply(person, values)
    if changes and actor.is_person:
        person.pinned_fields = sorted({*person.pinned_fields, *changes})
    return _named_relation(changes, "location", old_place, _place(values.get("location_id")))


def _place(location_id: int | None) -> Location | None:
    return None if location_id is None else db.session.get(Location, location_id)


def _with_place(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with the place itself instead of its id, as the conflict page compares them."""
    kept = {name: value for name, value in values.items() if name != "location_id"}
    return {**kept, "location": _place(values["location_id"])} if "location_id" in values else kept


def found_instance(name: str, code: str, *, actor: Actor) -> Entity:
    """Create the root entity of a new instance."""
    return create_entity(
        {"name": name, "code": code, "kind": EntityKind.METROPOLIS}, parent=None, actor=actor
    )
