"""Makes the metropolis, its communes with social centre, schools and services, and the places where they work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.audit.models import Action
from inventory.core.access import SYSTEM
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.demo import names, trail
from inventory.demo.chance import Chance
from inventory.demo.world import YEARS, Body, Commune, Place, Temper, World
from inventory.organization.models import Entity, EntityKind, Location, LocationKind
from inventory.organization.siret import is_siret

# Pace of this year against the sixth, pace of the years before, lateness. The first communes set the tone: some
# reach the sixth, some miss it by little, one has stopped renewing, one renews what is ten years old.
TEMPERS = (
    Temper(1.12, 1.05, 1.0),
    Temper(0.78, 0.95, 1.2),
    Temper(1.3, 1.1, 0.6),
    Temper(0.52, 0.8, 2.5),
    Temper(1.05, 1.0, 1.0),
    Temper(0.93, 0.9, 1.0),
    Temper(0.3, 0.7, 4.0),
    Temper(1.0, 1.0, 1.0),
    Temper(0.66, 1.1, 1.4),
    Temper(1.2, 0.85, 1.0),
    Temper(0.86, 1.0, 0.8),
    Temper(0.0, 0.6, 3.0),
    Temper(1.08, 0.95, 0.7),
    Temper(0.72, 0.75, 2.0),
)
OFFICES_WEIGHT = 9.0
STOCKROOM = "Réserve informatique"
TECHNICAL_ROOM = "Local technique"
# The years of the convention in which communes joined: most at once, the others one after another.
JOINED_AFTER_YEARS = (0,) * 14 + (1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 0)


def make(world: World) -> None:
    """Add the tree of entities and the places of each, the metropolis's own offices first."""
    world.root = _entity(
        world, None, EntityKind.METROPOLIS, ("VALCLAIR", f"{names.METROPOLIS} ({names.SYNTHETIC})")
    )
    offices = [
        _entity(world, world.root, EntityKind.DEPARTMENT, (f"VAL-{code}", name), weight=1.0)
        for code, name in names.METROPOLITAN_BODIES
    ]
    world.communes.append(
        Commune(
            "VAL", names.METROPOLIS, OFFICES_WEIGHT, 0, offices, world.order.began, Temper(0.97, 1.0, 0.8)
        )
    )
    for number, (code, name, weight) in enumerate(names.COMMUNES, start=1):
        world.communes.append(_commune(world, number, (code, name), weight))
    for commune in world.communes:
        _furnish(world, commune)


def _commune(world: World, number: int, called: tuple[str, str], weight: float) -> Commune:
    code, name = called
    chance = world.chance("commune", code)
    after = JOINED_AFTER_YEARS[number - 1]
    joined = world.order.start_of(world.order.year - YEARS + 1 + after) + timedelta(
        days=chance.between(14, 60)
    )
    seat = _entity(world, world.metropolis, EntityKind.COMMUNE, called, weight=5.0)
    bodies = [
        seat,
        _entity(world, seat, EntityKind.CCAS, (f"{code}-CCAS", names.of("CCAS", name)), weight=1.1),
    ]
    if weight > 2:
        chosen = names.MUNICIPAL_BODIES[: 2 + min(3, int(weight / 2.5))]
        bodies += [
            _entity(world, seat, EntityKind.DEPARTMENT, (f"{code}-{short}", long), weight=1.0)
            for short, long in chosen
        ]
    schools = chance.shuffled(names.SCHOOLS)[: max(1, min(9, round(weight * 0.9)))]
    bodies += [
        _entity(world, seat, EntityKind.SCHOOL, (f"{code}-EC{place}", f"École {school}"), weight=0.45)
        for place, school in enumerate(schools, start=1)
    ]
    return Commune(code, name, weight, number, bodies, joined, TEMPERS[(number - 1) % len(TEMPERS)])


def _founded(world: World) -> datetime:
    day = world.order.began - timedelta(days=5)
    return datetime.combine(day, time(9), ZoneInfo(DEFAULT_TIME_ZONE))


def _entity(
    world: World, parent: Body | None, kind: EntityKind, called: tuple[str, str], *, weight: float = 0.0
) -> Body:
    code, name = called
    chance = world.chance("entity", code)
    id_, public_id = world.rows.reserve(Entity), chance.public_id()
    path = f"{parent.path if parent else '/'}{id_}/"
    world.rows.add(
        Entity,
        id=id_,
        public_id=public_id,
        parent_id=parent.id if parent else None,
        path=path,
        kind=kind,
        code=code,
        name=name,
        siret=_siret(chance)
        if kind in (EntityKind.METROPOLIS, EntityKind.COMMUNE, EntityKind.CCAS)
        else None,
    )
    world.names["entity", id_] = name
    world.paths[id_] = path
    subject = trail.Subject("entity", public_id, name, id_)
    act = trail.Act(SYSTEM, _founded(world))
    trail.record(world.rows, Action.CREATED, subject, {"name": [None, name]}, act=act)
    return Body(id_, public_id, code, name, kind, path, weight)


def _siret(chance: Chance) -> str:
    """Return fourteen digits that hold the check of a SIRET, of an establishment that does not exist."""
    start = f"2{chance.between(10**11, 10**12 - 1)}"
    return next(f"{start}{last}" for last in range(10) if is_siret(f"{start}{last}"))


def _furnish(world: World, commune: Commune) -> None:
    """Give each body a campus, a building and a stockroom; rooms come with the people who need them."""
    for body in commune.bodies:
        chance = world.chance("places", body.code)
        address = f"{chance.between(1, 120)} {chance.one(names.STREETS)}, {commune.name}"
        where, inside = _building_names(body, commune)
        campus = _location(world, body, None, (LocationKind.CAMPUS, where), address=address)
        body.building = _location(world, body, campus, (LocationKind.BUILDING, inside))
        store, _path = _location(world, body, body.building, (LocationKind.STOCKROOM, STOCKROOM))
        body.stockroom = Place(store, STOCKROOM)


def _building_names(body: Body, commune: Commune) -> tuple[str, str]:
    if body.kind is EntityKind.COMMUNE:
        return "Centre-bourg", "Hôtel de ville"
    if body.kind is EntityKind.CCAS:
        return "Quartier des Prades", "Maison des solidarités"
    if body.kind is EntityKind.SCHOOL:
        return "Groupe scolaire", body.name
    return f"Site {commune.code} {body.code.rpartition('-')[2]}", body.name


def _location(
    world: World,
    body: Body,
    parent: tuple[int, str] | None,
    called: tuple[LocationKind, str],
    *,
    address: str | None = None,
) -> tuple[int, str]:
    """Add a place and return its id and path."""
    kind, name = called
    id_ = world.rows.reserve(Location)
    public_id = world.chance("location", id_).public_id()
    path = f"{parent[1] if parent else '/'}{id_}/"
    world.rows.add(
        Location,
        id=id_,
        public_id=public_id,
        entity_id=body.id,
        parent_id=parent[0] if parent else None,
        path=path,
        kind=kind,
        name=name,
        address=address,
    )
    world.names["location", id_] = name
    subject = trail.Subject("location", public_id, name, body.id)
    trail.record(
        world.rows, Action.CREATED, subject, {"name": [None, name]}, act=trail.Act(SYSTEM, _founded(world))
    )
    return id_, path


def add_rooms(world: World, body: Body, count: int) -> None:
    """Add the floors of a body's building, `count` rooms on them, and a technical room with a rack for each floor."""
    room_names = _room_names(body, count)
    technical: tuple[int, str] | None = None
    for floor, start in enumerate(range(0, count, 14)):
        label = "Rez-de-chaussée" if floor == 0 else f"Étage {floor}"
        storey = _location(world, body, body.building, (LocationKind.FLOOR, label))
        for name in room_names[start : start + 14]:
            id_, _path = _location(world, body, storey, (LocationKind.ROOM, name))
            body.rooms.append(Place(id_, name))
        technical = technical or _location(world, body, storey, (LocationKind.ROOM, TECHNICAL_ROOM))
        rack = f"Baie {floor + 1}"
        body.racks.append(Place(_location(world, body, technical, (LocationKind.RACK, rack))[0], rack))


def _room_names(body: Body, count: int) -> list[str]:
    if body.kind is EntityKind.SCHOOL:
        named: Iterable[str] = (
            "Bureau de direction",
            "Salle des maîtres",
            "Salle informatique",
            "Bibliothèque",
        )
        return [*named, *(f"Classe {number}" for number in range(1, count + 1))][:count]
    named = names.OFFICES if body.kind is EntityKind.COMMUNE else ("Accueil", "Salle de réunion")
    return [*named, *(f"Bureau {100 + number}" for number in range(1, count + 1))][:count]
