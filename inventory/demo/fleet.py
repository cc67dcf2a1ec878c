"""Makes the equipment of each commune: who works where, what stands there, what waits in stock, and lives it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from inventory.assets.states import State, Usage
from inventory.catalog.kinds import Kind
from inventory.demo import importing, population, territory
from inventory.demo.careers import Career, Desk, Device
from inventory.demo.chance import Chance
from inventory.demo.importing import TakeOver
from inventory.demo.lives import Life
from inventory.demo.positions import Layout, Position, quotas
from inventory.demo.products import HABITS, PERSONAL, RACKED, TERMINALS
from inventory.demo.purchasing import Purchasing, deliveries
from inventory.demo.trail import Act
from inventory.demo.world import Body, Commune, World
from inventory.organization.models import EntityKind

SMALL_COMMUNE, SMALL_COMMUNE_ASSETS = "FON", 30
"""This one stays below twelve terminals in a fleet of any size: its sixth is the hardest to read."""
PEOPLE_PER_TERMINAL, TERMINALS_PER_ROOM = 0.82, 3
POOL = {State.IN_STOCK: 0.46, State.IN_PREPARATION: 0.1, State.ON_ORDER: 0.18, State.IN_RESERVE: 0.26}
_SCHOOL_KINDS = frozenset({Kind.PROJECTOR, Kind.TABLET, Kind.DESKTOP})


@dataclass(frozen=True, slots=True)
class Lived:
    """A device of a position after its life, and the desk that it served."""

    device: Device
    life: Life


@dataclass(slots=True)
class CommuneFleet:
    """The equipment of a commune: what was lived at each position, in turn, what was never handed out, and what it brought."""

    commune: Commune
    chains: list[list[Lived]]
    pool: list[Life]
    taken: TakeOver

    @property
    def lives(self) -> Iterator[tuple[Device | None, Life]]:
        """All of it, in the order in which it was recorded."""
        for chain in self.chains:
            yield from ((one.device, one.life) for one in chain)
        yield from ((None, life) for life in self.pool)


def shares(world: World) -> dict[str, int]:
    """Return how many assets each commune gets; together exactly what was ordered."""
    total = world.order.assets
    weights = {one.code: one.weight for one in world.communes}
    small = min(SMALL_COMMUNE_ASSETS, total // 40)
    found = quotas(total - small, {code: weight for code, weight in weights.items() if code != SMALL_COMMUNE})
    return {**found, SMALL_COMMUNE: small}


def make(world: World, commune: Commune, count: int) -> CommuneFleet:
    """Make `count` assets of a commune with the people and rooms that they need; nothing of them is written yet."""
    chance = world.chance("fleet", commune.code)
    wanted = {Kind(name): number for name, number in _by_kind(count).items()}
    pool = {kind: round(number * HABITS[kind].pool) for kind, number in wanted.items()}
    bought = deliveries(world.order, commune, world.chance("deliveries", commune.code))
    layout = Layout(world.order, commune, bought, world.chance("positions", commune.code))
    positions = layout.positions({kind: number - pool[kind] for kind, number in wanted.items()})
    desks = _desks(world, commune, positions, chance)
    purchasing = Purchasing(world, commune)
    taken = importing.begin(world, commune)
    career = Career(world, commune, taken, world.chance("careers", commune.code))
    chains = _chains(positions, desks, purchasing)
    ordered = sorted(
        ((device, place) for place, chain in enumerate(chains) for device in chain),
        key=lambda pair: max(pair[0].turn.delivered_on, commune.joined_on),
    )
    lived: list[list[Lived]] = [[] for _ in chains]
    for device, place in ordered:
        commune.tags += 1
        lived[place].append(Lived(device, career.live(device, commune.tags)))
        world.rows.breathe()
    for chain in lived:
        chain.sort(key=lambda one: one.device.place)
    spares = Pool(world, commune, purchasing, chance)
    kept = [spares.make(kind) for kind, number in pool.items() for _ in range(number)]
    return CommuneFleet(commune, lived, kept, taken)


def _by_kind(count: int) -> Mapping[str, int]:
    return quotas(count, {kind.value: habit.share for kind, habit in HABITS.items()})


def _chains(positions: list[Position], desks: list[Desk], purchasing: Purchasing) -> list[list[Device]]:
    return [
        [
            Device(position, turn, desk, purchasing.line(turn.delivered_on, position.kind), place)
            for place, turn in enumerate(position.turns)
        ]
        for position, desk in zip(positions, desks, strict=True)
    ]


def _desks(world: World, commune: Commune, positions: list[Position], chance: Chance) -> list[Desk]:
    """Give each position a body, and there a holder and a room: what is personal goes where a terminal stands."""
    bodies = [_body_of(commune, position, chance) for position in positions]
    terminals = {body.id: 0 for body in commune.bodies}
    for position, body in zip(positions, bodies, strict=True):
        terminals[body.id] += position.in_base
    for body in commune.bodies:
        people = max(1, round(terminals[body.id] * PEOPLE_PER_TERMINAL))
        population.add_people(world, body, people)
        territory.add_rooms(world, body, max(4, terminals[body.id] // TERMINALS_PER_ROOM))
    served: dict[tuple[int, bool], int] = {}
    found = []
    for position, body in zip(positions, bodies, strict=True):
        group = (body.id, position.kind in TERMINALS)
        found.append(_desk(body, position, served.get(group, 0), chance))
        served[group] = served.get(group, 0) + 1
    return found


def _body_of(commune: Commune, position: Position, chance: Chance) -> Body:
    schools = [body for body in commune.bodies if body.kind is EntityKind.SCHOOL]
    if schools and (position.pupils or (position.kind is Kind.PROJECTOR and chance.happens(0.8))):
        return chance.one(schools)
    weights = {place: body.weight for place, body in enumerate(commune.bodies)}
    for place, body in enumerate(commune.bodies):
        if body.kind is EntityKind.SCHOOL and position.kind not in _SCHOOL_KINDS:
            weights[place] *= 0.35
    return commune.bodies[chance.weighted(weights)]


def _desk(body: Body, position: Position, number: int, chance: Chance) -> Desk:
    if position.kind in RACKED:
        return Desk(body, None, body.racks[number % len(body.racks)])
    room = body.rooms[number // TERMINALS_PER_ROOM % len(body.rooms)]
    if position.pupils or position.kind not in PERSONAL:
        return Desk(body, None, chance.one(body.rooms))
    place = number % max(1, round(len(body.people) / PEOPLE_PER_TERMINAL))
    holder = body.people[place] if place < len(body.people) else None
    if holder is not None and holder.leaves_on is not None and chance.happens(0.6):
        # Most of who left has given back what they held.
        holder = chance.one(body.people)
    return Desk(body, holder, room)


@dataclass(slots=True)
class Pool:
    """Makes what nobody has got yet: on order, in stock, being prepared, or kept in reserve."""

    world: World
    commune: Commune
    purchasing: Purchasing
    chance: Chance

    def make(self, kind: Kind) -> Life:
        """Return the life of one asset of the pool."""
        state = self.chance.weighted(POOL)
        life = Life(self.world, self.chance.public_id())
        days_ago = self.chance.between(3, 45) if state is State.ON_ORDER else self.chance.between(20, 160)
        day = self.chance.workday(self.world.order.today - timedelta(days=days_ago))
        body, store = self.commune.seat, self.commune.seat.stockroom
        purchase = self.purchasing.line(day, kind)
        model_id, maker_id = self.world.models[purchase.product]
        values: dict[str, Any] = {
            "manufacturer_id": maker_id,
            "model_id": model_id,
            "category_id": self.world.category_ids[kind],
            "entity_id": body.id,
            "usage": Usage.RESERVE if state is State.IN_RESERVE else Usage.STAFF,
            "supplier_id": purchase.supplier,
            "order_number": purchase.order_number,
            "price_cents": purchase.price_cents,
            "state": State.ON_ORDER,
            "ordered_on": day if state is State.ON_ORDER else purchase.ordered_on,
        }
        act = Act(self.chance.one(self.world.technicians), self.chance.at_work(day))
        if state is State.ON_ORDER:
            life.begin(values, day, act)
            return life
        self.commune.tags += 1
        values |= {
            "tag": f"{self.commune.code}-{self.commune.tags:06d}",
            "serial": self.chance.letters(10),
            "location_id": store.id if store else None,
            "state": State.IN_STOCK,
            "received_on": day,
            "warranty_starts_on": day,
        }
        life.begin(values, day, act)
        self._onwards(life, state, act)
        return life

    def _onwards(self, life: Life, state: State, act: Act) -> None:
        day = life.stretches[-1].from_on + timedelta(days=self.chance.between(1, 12))
        if state is not State.IN_STOCK:
            life.become(state, day, Act(act.actor, self.chance.at_work(day)))
