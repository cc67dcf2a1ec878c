"""When a commune buys: three deliveries a contract year, uneven, and the laptops of 2020; and what each one brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from inventory.catalog.kinds import Kind
from inventory.demo.chance import Chance
from inventory.demo.products import HABITS, Product, on_sale
from inventory.demo.world import Commune, Order, World

# Nobody could buy anything else, and everybody had to work from home.
LOCKDOWN_DELIVERIES = (date(2020, 4, 28), date(2020, 11, 17))
LOCKDOWN_WEIGHT = 10.0
YEARS_BEFORE_JOINING = 8
BUDGETS = (0.5, 0.8, 1.0, 1.3, 1.9)
UNEVEN = (0.25, 0.6, 1.0, 1.0, 1.7, 2.8)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a commune: its day, how much of each kind it tends to bring, and its number in the year."""

    day: date
    size: float
    number: int
    is_lockdown: bool = False

    def weight(self, kind: Kind) -> float:
        """Return how likely something of this kind came with it."""
        if self.is_lockdown:
            return (
                LOCKDOWN_WEIGHT if kind is Kind.LAPTOP else 0.15 if kind in (Kind.TABLET, Kind.DOCK) else 0.0
            )
        return self.size


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of a delivery: what was bought from whom, at what price in cents, under which order number."""

    product: Product
    supplier: int
    order_number: str
    ordered_on: date
    invoiced_on: date
    price_cents: int
    warranty_years: int


def deliveries(order: Order, commune: Commune, chance: Chance) -> list[Delivery]:
    """Return a commune's deliveries, oldest first, from long before it joined until today."""
    found = []
    # Budgets rise and fall together; what each commune makes of them is its own affair.
    budget = {year: Chance(order.seed, "budget", year).one(BUDGETS) for year in range(1990, order.year + 1)}
    for year in range(commune.joined_on.year - YEARS_BEFORE_JOINING, order.year + 1):
        start = order.start_of(year)
        spring, summer, autumn = chance.between(38, 60), chance.between(130, 160), chance.between(250, 285)
        for number, after in enumerate((spring, summer, autumn), start=1):
            day = chance.workday(start + timedelta(days=after))
            found.append(Delivery(day, chance.one(UNEVEN) * budget[year], number))
    found += [Delivery(day, 1.0, 4, is_lockdown=True) for day in LOCKDOWN_DELIVERIES]
    return sorted((one for one in found if one.day < order.today), key=lambda one: one.day)


class Purchasing:
    """The lines of a commune's deliveries, each made when it is first asked for and the same ever after."""

    def __init__(self, world: World, commune: Commune) -> None:
        self.world, self.commune = world, commune
        self._lines: dict[tuple[date, Kind], Purchase] = {}

    def line(self, day: date, kind: Kind) -> Purchase:
        """Return what was bought of a kind with the delivery of a day."""
        if (day, kind) not in self._lines:
            self._lines[day, kind] = self._made(day, kind)
        return self._lines[day, kind]

    def _made(self, day: date, kind: Kind) -> Purchase:
        chance = self.world.chance("purchase", self.commune.code, day, kind.value)
        product = chance.one(on_sale(kind, day.year))
        ordered = chance.workday(day - timedelta(days=chance.between(18, 75)))
        ids = self.world.supplier_ids
        # The framework contract changes hands every four years; phones and printing have their own.
        place = _LOTS.get(kind, (day.year // 4) % 3)
        return Purchase(
            product=product,
            supplier=ids[place],
            order_number=f"BC{ordered.year}-{self.commune.number:02d}{chance.between(100, 999)}",
            ordered_on=ordered,
            invoiced_on=chance.workday(day + timedelta(days=chance.between(4, 35))),
            price_cents=round(product.price * chance.gauss(1.0, 0.03)) * 100 - chance.one((0, 1, 10, 50)),
            warranty_years=HABITS[kind].warranty,
        )


_LOTS: Mapping[Kind, int] = {
    Kind.PRINTER: 3,
    Kind.MULTIFUNCTION_PRINTER: 3,
    Kind.SMARTPHONE: 4,
    Kind.DESK_PHONE: 4,
}
