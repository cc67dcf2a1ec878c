"""Lays out a commune's positions and the devices that stood at each one after another, to an exact number of assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from inventory.catalog.kinds import Kind
from inventory.demo.chance import Chance
from inventory.demo.products import HABITS, TERMINALS
from inventory.demo.purchasing import Delivery
from inventory.demo.world import Commune, Order
from inventory.renewal.sixth import target

MOST_DELAY = 75
KNOWN_BEFORE = 0.8
"""How often it is known which device a newer one took over from; the other positions grew, or nobody kept count."""
PUPILS = 0.55
"""Share of the tablets that are for pupils, and so outside of the base."""


@dataclass(slots=True)
class Turn:
    """One device's turn at a position: in service from a day until the next one comes (None: it is there today)."""

    delivered_on: date
    start: date
    end: date | None = None


@dataclass(slots=True)
class Position:
    """A desk, a hand, a rack unit: the turns of its devices, oldest first; `uncounted` for a renewal that is none."""

    kind: Kind
    turns: list[Turn] = field(default_factory=list)
    pupils: bool = False
    uncounted: bool = False

    @property
    def in_base(self) -> bool:
        return self.kind in TERMINALS and not self.pupils


def quotas(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Share out `total` by weight to whole numbers that add up to it; the largest remainders are rounded up."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: int(share) for name, share in exact.items()}
    missing = total - sum(shares.values())
    for name in sorted(exact, key=lambda one: (shares[one] - exact[one], one))[:missing]:
        shares[name] += 1
    return shares


@dataclass(slots=True)
class Layout:
    """Lays out the positions of one commune; `assets` of each kind is exact."""

    order: Order
    commune: Commune
    deliveries: Sequence[Delivery]
    chance: Chance

    def positions(self, assets: Mapping[Kind, int]) -> list[Position]:
        """Return positions whose turns number `assets` of each kind, this year's renewals at the commune's pace."""
        found: dict[Kind, list[Position]] = {}
        for kind, count in assets.items():
            found[kind] = self._of_kind(kind, count)
        terminals = [one for kind in TERMINALS for one in found.get(kind, []) if one.in_base]
        self._renew_this_year(terminals)
        for kind, count in assets.items():
            self._fit(kind, found[kind], count)
        return [one for kind in assets for one in found[kind]]

    def _of_kind(self, kind: Kind, count: int) -> list[Position]:
        found, made = [], 0
        while made < count:
            one = self._position(kind)
            made += len(one.turns)
            found.append(one)
        return found

    def _position(self, kind: Kind) -> Position:
        one = Position(kind, pupils=kind is Kind.TABLET and self.chance.happens(PUPILS))
        one.turns = self._turns(kind, self._delivery(kind))
        return one

    def _delivery(self, kind: Kind) -> Delivery:
        """Return the delivery that today's device of a position came with: before this contract year for terminals."""
        start = self.order.start_of(self.order.year)
        before = start if kind in TERMINALS else self.order.today
        weights = {
            place: self._age_weight(kind, one) * one.weight(kind)
            for place, one in enumerate(self.deliveries)
            if one.day < before - timedelta(days=MOST_DELAY)
        }
        return self.deliveries[self.chance.weighted(weights)]

    def _age_weight(self, kind: Kind, one: Delivery) -> float:
        age, years = (self.order.today - one.day).days / 365, HABITS[kind].years
        if age <= years:
            return self.commune.temper.past_pace
        if age <= years + 2.5:
            return 0.3 * self.commune.temper.lateness
        return 0.02 * self.commune.temper.lateness

    def _turns(self, kind: Kind, delivery: Delivery, *, start: date | None = None) -> list[Turn]:
        """Return the turns of a position up to the device that came with a delivery, as far back as is recorded."""
        start = start or delivery.day + timedelta(days=self.chance.between(3, MOST_DELAY))
        turns = [Turn(delivery.day, start)]
        while turns[0].start > self.commune.joined_on + timedelta(days=30) and self.chance.happens(
            KNOWN_BEFORE
        ):
            earlier = self._before(kind, turns[0].start)
            if earlier is None:
                break
            turns.insert(0, earlier)
        return turns

    def _before(self, kind: Kind, end: date) -> Turn | None:
        kept = max(2.2, self.chance.gauss(HABITS[kind].years + 0.2 * self.commune.temper.lateness, 1.0))
        wanted = end - timedelta(days=round(365 * kept))
        older = [
            one for one in self.deliveries if one.day < end - timedelta(days=800) and not one.is_lockdown
        ]
        if not older or wanted < older[0].day - timedelta(days=200):
            return None
        nearest = min(older, key=lambda one: abs((one.day - wanted).days))
        return Turn(nearest.day, nearest.day + timedelta(days=self.chance.between(3, MOST_DELAY)), end)

    def _renew_this_year(self, terminals: list[Position]) -> None:
        """Give as many positions as the commune's pace says a new device this contract year, the oldest mostly."""
        start = self.order.start_of(self.order.year)
        latest = self.order.today - timedelta(days=2)
        brought = [one for one in self.deliveries if start <= one.day < latest - timedelta(days=5)]
        wanted = round(self.commune.temper.pace * target(len(terminals)))
        extra = round(wanted * 0.07)
        if not brought or not terminals:
            return
        oldest_first = sorted(terminals, key=lambda one: one.turns[-1].start)
        chosen = self.chance.shuffled(oldest_first[: max(2 * (wanted + extra), 1)])[: wanted + extra]
        for place, one in enumerate(chosen):
            delivery = self.chance.one(brought)
            soon = min(MOST_DELAY, (latest - delivery.day).days)
            day = self.chance.workday(delivery.day + timedelta(days=self.chance.between(4, max(4, soon))))
            one.turns[-1].end = max(day, delivery.day + timedelta(days=1))
            one.turns.append(Turn(delivery.day, one.turns[-1].end))
            one.uncounted = place >= wanted

    def _fit(self, kind: Kind, positions: list[Position], count: int) -> None:
        """Forget the oldest turns, then whole positions, until as many are left as were ordered."""
        surplus = sum(len(one.turns) for one in positions) - count
        # The years that cumulative targets add up keep what is known of them as long as possible.
        for year in (self.order.year - 3, self.order.year):
            start = self.order.start_of(year)
            for one in positions:
                while surplus > 0 and len(one.turns) > 1 and one.turns[1].start < start:
                    del one.turns[0]
                    surplus -= 1
        while surplus > 0:
            last = min(range(len(positions)), key=lambda place: (len(positions[place].turns), -place))
            surplus -= len(positions.pop(last).turns)
        for _ in range(-surplus):
            one = self._position(kind)
            one.turns = one.turns[-1:]
            positions.append(one)
