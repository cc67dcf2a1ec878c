"""The made-up territory while it is being filled: communes with their bodies, places and people, and who serves them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.permissions import Role
from inventory.demo.chance import Chance
from inventory.demo.products import Product
from inventory.demo.rows import Rows
from inventory.organization.models import EntityKind

YEARS = 9
FIRST_TURN = 0.75


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: how many assets, from which seed, as of which day."""

    assets: int
    seed: str
    today: date

    @property
    def year_starts(self) -> tuple[int, int]:
        """Month and day on which contract years begin: late enough in one that its sixth has taken shape."""
        return (1, 1) if self.today.month > 6 else (7, 1)

    @property
    def year(self) -> int:
        """The present contract year, named by the calendar year it began in."""
        return self.today.year if self.today.month > 6 else self.today.year - 1

    def start_of(self, year: int) -> date:
        """Return the first day of a contract year."""
        return date(year, *self.year_starts)

    @property
    def began(self) -> date:
        """The day the shared service began."""
        return self.start_of(self.year - YEARS + 1) + timedelta(days=17)


@dataclass(frozen=True, slots=True)
class Place:
    """A room, a stockroom or a rack."""

    id: int
    name: str


@dataclass(slots=True)
class Holder:
    """Somebody who works at a body; `leaves_on` for who has gone or will."""

    id: int
    public_id: str
    name: str
    login: str
    guid: str | None
    leaves_on: date | None = None


@dataclass(slots=True)
class Body:
    """An entity with its building (id and path), rooms, racks and people; `weight` is its part of the commune's equipment."""

    id: int
    public_id: str
    code: str
    name: str
    kind: EntityKind
    path: str
    weight: float
    rooms: list[Place] = field(default_factory=list)
    racks: list[Place] = field(default_factory=list)
    stockroom: Place | None = None
    building: tuple[int, str] = (0, "/")
    people: list[Holder] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Temper:
    """How a commune renews: pace of this year and of earlier ones against the sixth, and how late it lets things get."""

    pace: float
    past_pace: float
    lateness: float


@dataclass(slots=True)
class Commune:
    """A commune (or the metropolis's own offices) with its bodies; the first of them is the town hall."""

    code: str
    name: str
    weight: float
    number: int
    bodies: list[Body]
    joined_on: date
    temper: Temper
    tags: int = 0

    @property
    def seat(self) -> Body:
        return self.bodies[0]


@dataclass(slots=True)
class World:
    """Everything that a load needs at hand: the order, the rows, names by id, models, suppliers, technicians."""

    order: Order
    rows: Rows
    communes: list[Commune] = field(default_factory=list)
    root: Body | None = None
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)
    category_ids: dict[Kind, int] = field(default_factory=dict)
    models: dict[Product, tuple[int, int]] = field(default_factory=dict)  # model id, maker id
    maker_keys: dict[int, str] = field(default_factory=dict)
    supplier_ids: list[int] = field(default_factory=list)
    technicians: list[Actor] = field(default_factory=list)
    actors: dict[Role, Actor] = field(default_factory=dict)
    turns: dict[str, float] = field(default_factory=dict)
    servers: dict[str, list[int]] = field(default_factory=dict)

    def is_turn(self, name: str, share: float) -> bool:
        """Say yes in this share of the cases, evenly: what is rare comes up in a small fleet too."""
        self.turns[name] = self.turns.get(name, FIRST_TURN) + share
        if self.turns[name] < 1:
            return False
        self.turns[name] -= 1
        return True

    def chance(self, *name: object) -> Chance:
        """Return the stream of draws of this name under the order's seed."""
        return Chance(self.order.seed, *name)

    @property
    def metropolis(self) -> Body:
        if self.root is None:
            raise LookupError("the territory has not been made")
        return self.root
