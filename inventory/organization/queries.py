"""Reads the entity tree, places and people within a scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import joinedload

from inventory.core import registry
from inventory.core.access import Scope
from inventory.core.database import among, db, lookup
from inventory.core.text import folded
from inventory.organization.models import Entity, EntitySetting, Location, Person


def root() -> Entity | None:
    """Return the root of the tree, or None before the first start is finished."""
    return db.session.scalar(select(Entity).where(Entity.parent_id.is_(None)).order_by(Entity.id).limit(1))


def tree(entity_ids: Collection[int] | None = None) -> list[Entity]:
    """Return entities parents first, children by name; only the given ones when ids are given."""
    rows = db.session.scalars(lookup(select(Entity))).all()
    kept = [row for row in rows if entity_ids is None or row.id in entity_ids]
    return sorted(kept, key=_by_line(rows))


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """All entities as rows of id, parent_id, path, code and name: parents first, children by name."""

    rows: Sequence[Any]


def whole_tree() -> Tree:
    """Return the tree; until an entity changes, it is the very same, so that what is made of it can be kept.

    Every page asks for it, so no objects are made.
    """
    return _tree(tuple(db.session.execute(_all_entities()).all()))


@cache
def _all_entities() -> Any:
    columns = select(Entity.id, Entity.parent_id, Entity.path, Entity.code, Entity.name)
    return lookup(columns.order_by(Entity.id))


@lru_cache(maxsize=4)
def _tree(rows: tuple[Any, ...]) -> Tree:
    return Tree(sorted(rows, key=_by_line(rows)))


def within(column: Any, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a row belongs to the scope; nothing to check where the scope is everything."""
    return true() if scope.whole else column.in_(scope.entity_ids)


def _by_line(rows: Iterable[Any]) -> Callable[[Any], list[tuple[str, int]]]:
    """Return the sort key that puts parents first and children by name; ids keep two of one name apart."""
    names = {row.id: folded(row.name) for row in rows}
    return lambda row: [(names.get(id_, ""), id_) for id_ in _line(row)]


def _line(row: Any) -> tuple[int, ...]:
    return _ids_of(row.path)


@lru_cache(maxsize=4096)
def _ids_of(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.split("/") if part)


def outline(entities: Sequence[Any]) -> list[tuple[Any, int]]:
    """Return entities in the order of `tree` with how many of those above each are among them."""
    ids = {entity.id for entity in entities}
    return [(entity, sum(above in ids for above in _line(entity)[:-1])) for entity in entities]


def narrowed(outlined: Sequence[tuple[Any, int]], words: str) -> list[tuple[Any, int]]:
    """Return of an outline the entities whose name or code holds a text, each with those above it."""
    kept: dict[int, tuple[Any, int]] = {}
    above: list[tuple[Any, int]] = []
    for entity, depth in outlined:
        above[depth:] = [(entity, depth)]
        if folded(words) in folded(entity.name) or folded(words) in folded(entity.code):
            kept |= {one.id: (one, at) for one, at in above}
    return list(kept.values())


def whole_entity_names(entities: Sequence[Entity]) -> dict[int, str]:
    """Return "Commune › School" for each entity by id, without the one above all, in one query."""
    lines = {entity.id: _line(entity)[1:] or _line(entity) for entity in entities}
    needed = {id_ for line in lines.values() for id_ in line}
    found = db.session.execute(select(Entity.id, Entity.name).where(Entity.id.in_(needed)))
    names = {id_: name for id_, name in found}  # noqa: C416 - rows are no pairs to a type checker
    return {id_: " › ".join(names[above] for above in line) for id_, line in lines.items()}


def public_id_of(entity_id: int | None) -> str | None:
    """Return an entity's public id, None for none."""
    entity = None if entity_id is None else db.session.get(Entity, entity_id)
    return None if entity is None else entity.public_id


def branch_ids(entity: Entity) -> frozenset[int]:
    """Return the ids of an entity and of all below it."""
    below = select(Entity.id).where(Entity.path.startswith(entity.path, autoescape=True))
    return frozenset(db.session.scalars(lookup(below)))


def ancestors(entity: Entity) -> list[Entity]:
    """Return the entities above one, nearest first."""
    ids = _line(entity)[:-1]
    found = db.session.scalars(lookup(select(Entity).where(among(Entity.id, ids))))
    rows = {row.id: row for row in found}
    return [rows[id_] for id_ in reversed(ids) if id_ in rows]


def own_settings(entity: Entity) -> dict[str, Any]:
    """Return the settings given on this very entity."""
    rows = db.session.scalars(select(EntitySetting).where(EntitySetting.entity_id == entity.id))
    return {row.name: row.value for row in rows}


def effective_settings(entity: Entity, names: Collection[str]) -> dict[str, tuple[Any, Entity]]:
    """Return each setting's value and the entity it comes from, the nearest first; those that nobody set are left out."""
    line = _line(entity)
    statement = (
        select(EntitySetting, Entity)
        .join(Entity, Entity.id == EntitySetting.entity_id)
        .where(EntitySetting.name.in_(names), among(EntitySetting.entity_id, line))
    )
    given = sorted(db.session.execute(lookup(statement)).all(), key=lambda row: line.index(row[1].id))
    return {setting.name: (setting.value, giver) for setting, giver in given}


def effective_setting(entity: Entity, name: str) -> tuple[Any, Entity] | None:
    """Return a setting's value and the entity it comes from, the nearest first; None when nobody set it."""
    return effective_settings(entity, [name]).get(name)


def given_below(entity: Entity, name: str) -> Sequence[tuple[Entity, Any]]:
    """Return the entities below one that give a setting themselves, each with its value, by name."""
    statement = (
        select(Entity, EntitySetting.value)
        .join(EntitySetting, EntitySetting.entity_id == Entity.id)
        .where(EntitySetting.name == name, Entity.id != entity.id)
        .where(Entity.path.startswith(entity.path, autoescape=True))
        .order_by(Entity.name)
    )
    return [(row, value) for row, value in db.session.execute(statement)]


def locations(scope: Scope) -> Select[Location]:
    """Return the places of the scope's entities."""
    return select(Location).where(within(Location.entity_id, scope)).options(joinedload(Location.entity))


def people(scope: Scope) -> Select[Person]:
    """Return the people of the scope's entities."""
    return (
        select(Person)
        .where(within(Person.entity_id, scope))
        .options(joinedload(Person.entity), joinedload(Person.location))
    )


def matching_people(statement: Select[Any], text: str) -> Select[Any]:
    """Keep people that the search finds by the words of `text`."""
    return statement.where(registry.matching("person", Person.id, text))


def matching_locations(statement: Select[Any], text: str) -> Select[Any]:
    """Keep places that the search finds by the words of `text`, those of the places around them included."""
    return statement.where(registry.matching("location", Location.id, text))


def nearest_first(entity_column: Any, entity: Entity) -> ColumnElement[int]:
    """Return what sorts rows of `entity` first, then those of its commune, then all others."""
    commune = "".join(f"{id_}/" for id_ in _line(entity)[:2])
    kin = select(Entity.id).where(Entity.path.startswith(f"/{commune}"))
    return case((entity_column == entity.id, 0), (entity_column.in_(kin), 1), else_=2)


def locations_found(scope: Scope, words: str, *, most: int) -> list[tuple[Location, str]]:
    """Return at most `most` places whose name or address holds each of the words, by name, with their whole names."""
    statement = matching_locations(locations(scope), words).order_by(Location.name, Location.id).limit(most)
    rows = db.session.scalars(statement).all()
    names = location_names([row.id for row in rows])
    return [(row, names[row.id]) for row in rows]


def places_in_lines(scope: Scope, words: str) -> list[tuple[Location, list[str]]]:
    """Return the places of a scope, those found by words where there are any, each with the names of what it stands in.

    By entity, parents first, in two queries whatever their number.
    """
    wanted = locations(scope)
    rows = db.session.scalars(matching_locations(wanted, words) if words else wanted).all()
    everywhere = select(Location.id, Location.name, Location.path).where(within(Location.entity_id, scope))
    around = db.session.execute(everywhere).all()
    names, by_line = {row.id: row.name for row in around}, _by_line(around)
    ordered = sorted(rows, key=lambda row: (folded(row.entity.name), row.entity_id, by_line(row)))
    return [(row, [names[id_] for id_ in _line(row)[:-1] if id_ in names]) for row in ordered]


def places_around(places: Collection[Location]) -> dict[int, list[Location]]:
    """Return what each of these places stands in, by its id, the nearest first; in one query, none where nothing is above."""
    lines = {place.id: _line(place)[-2::-1] for place in places}
    needed = {id_ for line in lines.values() for id_ in line}
    if not needed:
        return {id_: [] for id_ in lines}
    found = {row.id: row for row in db.session.scalars(select(Location).where(Location.id.in_(needed)))}
    return {id_: [found[one] for one in line if one in found] for id_, line in lines.items()}


def location_names(location_ids: Collection[int]) -> dict[int, str]:
    """Return "Building › Floor › Room" for each id, in two queries whatever their number."""
    if not location_ids:
        return {}
    wanted = db.session.scalars(lookup(select(Location).where(among(Location.id, location_ids)))).all()
    needed = {id_ for row in wanted for id_ in _line(row)}
    found = db.session.execute(lookup(select(Location.id, Location.name).where(among(Location.id, needed))))
    names = {id_: name for id_, name in found}  # noqa: C416 - rows are no pairs to a type checker
    return {row.id: " › ".join(names[id_] for id_ in _line(row) if id_ in names) for row in wanted}


def location_name(location: Location | None) -> str | None:
    """Return one place's whole name, or None."""
    if location is None:
        return None
    above = _line(location)[:-1]
    named = lookup(select(Location.id, Location.name).where(among(Location.id, above)))
    found = db.session.execute(named) if above else ()
    names = {id_: name for id_, name in found}  # noqa: C416 - rows are no pairs to a type checker
    return " › ".join([*(names[id_] for id_ in above if id_ in names), location.name])


def entities_named(codes: Sequence[str]) -> dict[str, Entity]:
    """Return entities by code."""
    return {row.code: row for row in db.session.scalars(select(Entity).where(Entity.code.in_(codes)))}


def entity_counts(scope: Scope) -> dict[str, dict[int, int]]:
    """Return how many people and places each entity of the scope has: {"people": {entity id: n}, "places": {…}}."""
    counts: dict[str, dict[int, int]] = {}
    for name, model in (("people", Person), ("places", Location)):
        statement = (
            select(model.entity_id, func.count())
            .where(within(model.entity_id, scope))
            .group_by(model.entity_id)
        )
        counts[name] = {id_: number for id_, number in db.session.execute(statement)}  # noqa: C416 - rows are no pairs to a type checker
    return counts


def branch_counts(branch: Sequence[Entity]) -> dict[str, int]:
    """Return how many people and places the entities of a branch have together: {"people": n, "places": n}."""
    ids = [row.id for row in branch]
    return {
        name: db.session.scalar(select(func.count()).select_from(model).where(model.entity_id.in_(ids))) or 0
        for name, model in (("people", Person), ("places", Location))
    }


def location_tree(entity_ids: Collection[int]) -> dict[int, list[tuple[Location, int]]]:
    """Return the places of these entities with their depth, parents first: {entity id: [(place, depth)]}."""
    statement = (
        select(Location).where(Location.entity_id.in_(entity_ids)).options(joinedload(Location.entity))
    )
    rows = db.session.scalars(statement).all()
    own: dict[int, list[tuple[Location, int]]] = {}
    for row in sorted(rows, key=_by_line(rows)):
        own.setdefault(row.entity_id, []).append((row, len(_line(row)) - 1))
    return own


def location_counts(scope: Scope) -> dict[int, int]:
    """Return how many places each entity of the scope has, those without any left out: {entity id: n}."""
    statement = select(Location.entity_id, func.count()).where(Location.entity_id.in_(scope.entity_ids))
    return {id_: number for id_, number in db.session.execute(statement.group_by(Location.entity_id))}  # noqa: C416 - rows are no pairs to a type checker


def below(location: Location) -> Sequence[Location]:
    """Return the places inside one, at whatever depth, by name."""
    statement = select(Location).where(
        Location.path.startswith(location.path, autoescape=True), Location.id != location.id
    )
    return db.session.scalars(statement.order_by(Location.name, Location.id)).all()


def above(location: Location) -> Sequence[Location]:
    """Return what a place stands in, the outermost first."""
    ids = _line(location)[:-1]
    found = (
        {row.id: row for row in db.session.scalars(select(Location).where(Location.id.in_(ids)))}
        if ids
        else {}
    )
    return [found[id_] for id_ in ids if id_ in found]


def entity_names() -> dict[int, str]:
    """Return every entity's name by id."""
    return {id_: name for id_, name in db.session.execute(select(Entity.id, Entity.name))}  # noqa: C416 - rows are no pairs to a type checker


def place_names() -> dict[int, str]:
    """Return every place's name by id."""
    return {id_: name for id_, name in db.session.execute(select(Location.id, Location.name))}  # noqa: C416 - rows are no pairs to a type checker
