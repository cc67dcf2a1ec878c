"""Lives the life of one device: delivered or taken over, handed out, repaired, passed on, taken back, retired, disposed of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from inventory.assets import lifecycle
from inventory.assets.states import Condition, DisposalRoute, Ownership, State, Usage
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.demo.chance import Chance
from inventory.demo.importing import TakeOver
from inventory.demo.lives import Life
from inventory.demo.positions import Position, Turn
from inventory.demo.products import NETWORK, PERSONAL, SERIAL_LENGTHS
from inventory.demo.purchasing import Purchase
from inventory.demo.trail import Act
from inventory.demo.world import Body, Commune, Holder, Place, World
from inventory.organization.models import EntityKind

ROUTES = {
    DisposalRoute.RECYCLED: 45,
    DisposalRoute.GIVEN: 20,
    DisposalRoute.SOLD: 14,
    DisposalRoute.REUSED: 15,
    DisposalRoute.DESTROYED: 6,
}
UNKNOWN_AGE, ESTIMATED_AGE, REFURBISHED = 0.16, 0.1, 0.07
"""Shares: of what was taken over without papers, with only its warranty; of laptops bought second-hand."""
REFURBISHED_SINCE = 2021
SECOND_HAND_SUPPLIER = 5
PASSED_ON, REPAIRED, MOVED, NOTED = 0.24, 0.09, 0.04, 0.05
REPAIR_NOTES = (
    "Écran fissuré",
    "Ne démarre plus",
    "Batterie gonflée",
    "Ventilateur bruyant",
    "Clavier à changer",
)
NOTES = (
    "Étiquette recollée.",
    "Disque remplacé par un SSD.",
    "Mémoire portée à 16 Go.",
    "Chargeur manquant.",
)
TODAY = {
    State.IN_REPAIR: 0.013,
    State.ON_LOAN: 0.014,
    State.MISSING: 0.007,
    State.LOST: 0.002,
    State.STOLEN: 0.003,
}
LOSS_NOTES = {State.LOST: "Perdu lors d’un déplacement.", State.STOLEN: "Plainte n° 2{number} déposée."}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a position stands: the body, who works there (nobody for a shared one), and the room."""

    body: Body
    holder: Holder | None
    room: Place


@dataclass(frozen=True, slots=True)
class Device:
    """One turn of a position with all that is known of it before it is lived."""

    position: Position
    turn: Turn
    desk: Desk
    purchase: Purchase
    place: int
    """Its place among the turns of its position."""


@dataclass(slots=True)
class Career:
    """Lives the devices of one commune; `take_over` is the import of what it brought when it joined."""

    world: World
    commune: Commune
    take_over: TakeOver
    chance: Chance

    def live(self, device: Device, number: int) -> Life:
        """Return the life of a device; `number` is that of its sticker."""
        life = Life(self.world, self.chance.public_id())
        values = self._values(device, number)
        if device.turn.delivered_on < self.commune.joined_on:
            self._taken_over(life, device, values)
        else:
            self._delivered(life, device, values)
        last_day = device.turn.end or self._yesterday
        for day, happening in self._happenings(life, device, last_day):
            happening(day, self._act(day))
        if device.turn.end is None:
            self._as_of_today(life, device)
        else:
            self._leave(life, device, device.turn.end)
        return life

    @property
    def _yesterday(self) -> date:
        return self.world.order.today - timedelta(days=1)

    def _act(self, day: date) -> Act:
        return Act(self._technician(), self.chance.at_work(day))

    def _technician(self) -> Actor:
        people = self.world.technicians
        # Each commune knows mostly one of them.
        return (
            people[self.commune.number % len(people)] if self.chance.happens(0.6) else self.chance.one(people)
        )

    def _values(self, device: Device, number: int) -> dict[str, Any]:
        product, kind = device.purchase.product, device.position.kind
        model_id, maker_id = self.world.models[product]
        leased = kind is Kind.MULTIFUNCTION_PRINTER and self.chance.happens(0.6)
        return {
            "tag": f"{self.commune.code}-{number:06d}",
            "serial": self.chance.letters(SERIAL_LENGTHS.get(product.maker, 12)),
            "manufacturer_id": maker_id,
            "model_id": model_id,
            "category_id": self.world.category_ids[kind],
            "entity_id": device.desk.body.id,
            "ownership": Ownership.LEASED if leased else Ownership.OWNED,
            "usage": self._usage(device),
            "payer_id": self.commune.bodies[1].id if device.desk.body.kind is EntityKind.CCAS else None,
            "in_scope": not (kind is Kind.PROJECTOR and self.chance.happens(0.15)),
        }

    def _usage(self, device: Device) -> Usage:
        if device.position.pupils:
            return Usage.PUPIL
        public = device.desk.holder is None and device.position.kind in PERSONAL and self.chance.happens(0.3)
        return Usage.PUBLIC if public else Usage.STAFF

    def _bought(self, device: Device) -> dict[str, Any]:
        purchase, day = device.purchase, device.turn.delivered_on
        price = purchase.price_cents
        accounting = f"2183-{day.year}-{self.chance.between(1, 99999):05d}" if price >= 50_000 else None
        found = {
            "ordered_on": purchase.ordered_on,
            "received_on": day,
            "invoiced_on": purchase.invoiced_on if purchase.invoiced_on < self.world.order.today else None,
            "supplier_id": purchase.supplier,
            "order_number": purchase.order_number,
            "accounting_number": accounting,
            "price_cents": price,
            "warranty_starts_on": day,
            "warranty_ends_on": _years_after(day, purchase.warranty_years),
        }
        is_refurbished = (
            device.position.kind is Kind.LAPTOP
            and day.year >= REFURBISHED_SINCE
            and not (device.turn.end is None and device.place > 0)
            and self.chance.happens(REFURBISHED)
        )
        if is_refurbished:
            found |= {
                "first_used_on": day - timedelta(days=self.chance.between(800, 1200)),
                "supplier_id": self.world.supplier_ids[SECOND_HAND_SUPPLIER],
                "price_cents": price // 2,
                "description": "Reconditionné",
            }
        return found

    def _taken_over(self, life: Life, device: Device, values: dict[str, Any]) -> None:
        """It came with the commune, by an import: some without any paper, some with their warranty alone."""
        drawn, start = self.chance.share(), min(device.turn.start, self.commune.joined_on)
        known = self._bought(device) | {"commissioned_on": start}
        if drawn < UNKNOWN_AGE:
            known, start = {}, self.commune.joined_on
        elif drawn < UNKNOWN_AGE + ESTIMATED_AGE:
            known = {name: known[name] for name in ("warranty_starts_on", "warranty_ends_on")}
            start = self.commune.joined_on
        values |= {**known, "location_id": device.desk.room.id, "state": State.IN_SERVICE}
        life.begin(values, start, self.take_over.act)
        holder = device.desk.holder
        self.take_over.bring(life, values, holder.name if holder else "")
        if holder is not None:
            life.take_charge(holder, start, self.take_over.act)

    def _delivered(self, life: Life, device: Device, values: dict[str, Any]) -> None:
        """It was bought since: logged on delivery, prepared, handed over."""
        day, start = device.turn.delivered_on, device.turn.start
        store = device.desk.body.stockroom
        values |= {
            **self._bought(device),
            "location_id": store.id if store else None,
            "state": State.IN_STOCK,
        }
        if device.position.uncounted and self.chance.happens(0.5):
            # Second-hand and older than what it replaces: no renewal.
            values["first_used_on"] = device.position.turns[-2].delivered_on - timedelta(days=40)
        life.begin(values, day, self._act(day))
        lent = self._is_lent(life, device)
        if device.position.kind in PERSONAL and (start - day).days > 6 and not lent:
            ready = start - timedelta(days=self.chance.between(1, 5))
            life.become(State.IN_PREPARATION, ready, self._act(ready))
        self._install(life, device, start)

    def _install(self, life: Life, device: Device, day: date) -> None:
        act = self._act(day)
        if device.position.kind in NETWORK:
            life.move(day, act, location=device.desk.room)
            life.become(State.IN_SERVICE, day, act)
            return
        life.hand_over(device.desk.holder, device.desk.room, day, act, loan=self._is_lent(life, device))

    def _is_lent(self, life: Life, device: Device) -> bool:
        """Say whether this renewal is only a loan, and so counts as none."""
        return (
            device.position.uncounted
            and device.turn.end is None
            and device.desk.holder is not None
            and not life.values.get("first_used_on")
        )

    def _happenings(
        self, life: Life, device: Device, last_day: date
    ) -> list[tuple[date, Callable[[date, Act], None]]]:
        """Return what happened meanwhile, each on a day of its own, in order."""
        begun = (
            life.stretches[-1].from_on
            if life.held == []
            else max(life.held[-1].from_on, self.commune.joined_on)
        )
        first = max(begun, device.turn.start, self.commune.joined_on) + timedelta(days=30)
        room = (last_day - first).days - 60
        if room < 200 or life.state is not State.IN_SERVICE:
            return []
        wanted: list[Callable[[date, Act], None]] = []
        if device.desk.holder is not None and self.chance.happens(PASSED_ON):
            wanted.append(lambda day, act: self._pass_on(life, device, day, act))
        if self.chance.happens(REPAIRED):
            wanted.append(lambda day, act: self._repair(life, day, act))
        if device.position.kind in PERSONAL and self.chance.happens(MOVED):
            wanted.append(lambda day, act: self._move_desk(life, device, day, act))
        if self.chance.happens(NOTED):
            wanted.append(lambda _day, act: life.note(self.chance.one(NOTES), act))
        step = room // max(1, len(wanted))
        days = [first + timedelta(days=place * step + self.chance.between(0, max(1, step - 50))) for place in range(len(wanted))]  # fmt: skip
        return list(zip(days, wanted, strict=True))

    def _pass_on(self, life: Life, device: Device, day: date, act: Act) -> None:
        body = device.desk.body
        others = [one for one in body.people if one is not device.desk.holder]
        if others:
            life.hand_over(self.chance.one(others), self.chance.one(body.rooms), day, act)

    def _repair(self, life: Life, day: date, act: Act) -> None:
        life.become(State.IN_REPAIR, day, act, note=self.chance.one(REPAIR_NOTES))
        back = day + timedelta(days=self.chance.between(4, 24))
        life.become(State.IN_SERVICE, back, self._act(back))

    def _move_desk(self, life: Life, device: Device, day: date, act: Act) -> None:
        """The desk's device goes to another room of the same body."""
        room = self.chance.one(device.desk.body.rooms)
        life.move(day, act, location=room)

    def _as_of_today(self, life: Life, device: Device) -> None:
        """Most serve quietly; some are in repair, lent, missed or gone since lately."""
        drawn = self.chance.share()
        day = self.chance.workday(self._yesterday - timedelta(days=self.chance.between(2, 55)))
        recent = (
            life.stretches[-1].from_on
            if not life.held
            else max(life.held[-1].from_on, life.stretches[-1].from_on)
        )
        if life.state is not State.IN_SERVICE or day <= max(recent, self.commune.joined_on):
            return
        if device.position.in_base and device.place and device.turn.start >= self.world.order.start_of(self.world.order.year):  # fmt: skip
            return
        for state, share in TODAY.items():
            drawn -= share
            if drawn < 0:
                self._befall(life, device, state, day)
                return

    def _befall(self, life: Life, device: Device, state: State, day: date) -> None:
        act = self._act(day)
        if state is State.ON_LOAN:
            if device.desk.holder is not None:
                life.hand_over(self.chance.one(device.desk.body.people), None, day, act, loan=True)
            return
        note = self.chance.one(REPAIR_NOTES) if state is State.IN_REPAIR else LOSS_NOTES.get(state)
        life.become(state, day, act, note=note and note.format(number=self.chance.between(10000, 99999)))

    def _leave(self, life: Life, device: Device, day: date) -> None:
        """It was replaced: taken back or retired at once, erased, and gone with the next batch."""
        store = device.desk.body.stockroom
        if store is not None and device.position.kind not in NETWORK and self.chance.happens(0.75):
            life.take_back(store, day, self._act(day), self.chance.one((Condition.WORN, Condition.GOOD, Condition.BROKEN)))  # fmt: skip
            if (self.world.order.today - day).days < 700 and self.chance.happens(0.12):
                self._keep(life, day)
                return
            retired = day + timedelta(days=self.chance.between(1, 60))
        else:
            retired = day
        self._retire(life, device.position.kind, retired)

    def _keep(self, life: Life, day: date) -> None:
        kept = day + timedelta(days=self.chance.between(1, 10))
        if kept < self._yesterday:
            life.become(State.IN_RESERVE, kept, self._act(kept))

    def _retire(self, life: Life, kind: Kind, day: date) -> None:
        if day >= self._yesterday:
            return
        life.become(State.RETIRED, day, self._act(day))
        wiped = day
        if kind not in lifecycle.DATALESS:
            wiped = day + timedelta(days=self.chance.between(6, 110))
            if wiped >= self._yesterday:
                return
            life.become(State.WIPED, wiped, self._act(wiped))
        gone = _batch_after(wiped + timedelta(days=10))
        if gone < self._yesterday:
            life.become(State.DISPOSED, gone, self._act(gone), route=self.chance.weighted(ROUTES))


def _years_after(day: date, years: int) -> date:
    # The day before, so that three years are three years; 29 February has no twin in most years.
    return date(day.year + years, day.month, min(day.day, 28)) - timedelta(days=1)


def _batch_after(day: date) -> date:
    """Return the next collection day: the tenth of April or of October."""
    if day < date(day.year, 4, 10):
        return date(day.year, 4, 10)
    return date(day.year, 10, 10) if day < date(day.year, 10, 10) else date(day.year + 1, 4, 10)
