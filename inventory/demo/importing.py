"""Keeps the files that the history speaks of: what each commune brought, and two that the manager left half-way."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.audit.models import ChangeSetKind
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.permissions import Role
from inventory.demo import trail
from inventory.demo.chance import Chance
from inventory.demo.lives import Life
from inventory.demo.products import SERIAL_LENGTHS, on_sale
from inventory.demo.trail import Act
from inventory.demo.world import Body, Commune, World
from inventory.exchange import importers, services
from inventory.exchange.importers import Result, Row
from inventory.exchange.models import Extent, Import, Outcome, Stage
from inventory.organization.models import Person

# What communes call the columns of their lists, and the values that stand below.
HEADINGS = {
    "tag": "N° inventaire",
    "serial": "N° de série",
    "manufacturer_id": "Marque",
    "model_id": "Modèle",
    "category_id": "Type de matériel",
    "entity_id": "Collectivité",
    "holder": "Utilisateur",
    "received_on": "Livré le",
    "commissioned_on": "Mise en service",
    "price_cents": "Prix d’achat",
    "warranty_ends_on": "Fin de garantie",
    "accounting_number": "Immobilisation",
}
SPOILT = (("received_on", "31/02/2015"), ("price_cents", "offert"), ("warranty_ends_on", "expirée"))
SPOILT_EVERY = 40
"""Of so many lines one more was spoilt, and refused: what it named is not in the inventory."""
DELIVERED, LISTED = 12, 24


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The import of what a commune brought: its file's name, its act, and what the file said of each life."""

    filename: str
    act: Act
    brought: list[tuple[Life, Mapping[str, Any]]] = field(default_factory=list)

    def bring(self, life: Life, values: Mapping[str, Any], holder: str) -> None:
        """Note what the file says of a life that begins with it."""
        self.brought.append((life, {**values, "holder": holder}))


def begin(world: World, commune: Commune) -> TakeOver:
    """Open the import of what a commune brings."""
    chance = world.chance("take over", commune.code)
    manager, filename = world.actors[Role.MANAGER], f"Reprise {commune.name}.csv"
    act = Act(_actor(chance.public_id(), filename, manager), chance.at_work(commune.joined_on))
    opened = trail.change_set(world.rows, ChangeSetKind.IMPORT, filename, act=act, entity_id=commune.seat.id)
    return TakeOver(filename, Act(act.actor, act.at, opened))


def _actor(public_id: str, filename: str, manager: Actor) -> Actor:
    return Actor("import", public_id, f"{filename} ({manager.label})")


def keep(world: World, commune: Commune, taken: TakeOver) -> None:
    """Keep the file of a take-over and what came of its lines, once what it made is in the store."""
    if not taken.brought:
        return
    lines = _lines(taken, world.chance("brought", commune.code))
    kept = _kept(
        world, _csv(HEADINGS.values(), lines), taken.filename, "asset", body=commune.seat, at=taken.act.at
    )
    kept.public_id = taken.act.actor.id
    lives = {values["tag"]: life for life, values in taken.brought}
    services.write_lines(kept, [_result(row, lives) for row in services.rows_of(kept)], keep_ids=True)
    kept.stage, kept.change_set_id = Stage.DONE, taken.act.change_set_id
    kept.ended_at = taken.act.at + timedelta(seconds=2)


def _lines(taken: TakeOver, chance: Chance) -> Iterator[list[str]]:
    """Yield the cells of the file: one line for each life, and now and then one that nobody could import."""
    for number, (life, values) in enumerate(taken.brought, start=1):
        cells = {name: _cell(life, name, values.get(name)) for name in HEADINGS}
        yield list(cells.values())
        if number % SPOILT_EVERY == SPOILT_EVERY // 4:
            name, said = chance.one(SPOILT)
            unknown = {"tag": f"A{number:04d}", "serial": chance.letters(len(cells["serial"]))}
            yield list({**cells, **unknown, name: said}.values())


def _cell(life: Life, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "price_cents":
        return f"{value // 100},{value % 100:02d} €"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(life.shown(name, value))


def _csv(headings: Iterable[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Return a file as spreadsheets of the time saved it: semicolons, Windows' encoding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(lines)
    return buffer.getvalue().encode("cp1252")


def _kept(world: World, data: bytes, filename: str, noun: str, *, body: Body, at: datetime) -> Import:
    """Keep a file as its upload would have, then."""
    manager = world.actors[Role.MANAGER]
    user = db.session.scalars(select(User).where(User.public_id == manager.id)).one()
    kept = services.keep(data, filename, noun=noun, entity_id=body.id, user=user, actor=manager)
    kept.public_id = world.chance("import", filename).public_id()
    kept.created_at, kept.extent = at, Extent.VALID
    return kept


def _result(row: Row, lives: Mapping[str, Life]) -> Result:
    remarks = list(row.remarks)
    if not row.is_readable:
        return Result(
            row.line, Outcome.REFUSED, importers.importer("asset").name(row.values), remarks=remarks
        )
    life = lives[row.values["tag"]]
    return Result(row.line, Outcome.CREATED, life.label, life.public_id, remarks=remarks)


def leave_half_way(world: World) -> None:
    """Leave two files for the manager to go on with: a delivery that the worker will try, a list of people with its columns to choose."""
    body, today = world.communes[1].seat, world.order.today
    chance = world.chance("files half-way")
    day = chance.workday(today - timedelta(days=1))
    delivery = _csv(_DELIVERY, _delivered(body, chance, day))
    tried = _kept(
        world,
        delivery,
        f"Livraison {body.name} {day:%Y-%m-%d}.csv",
        "asset",
        body=body,
        at=chance.at_work(day),
    )
    services.choose(
        tried, {int(place): key for place, key in tried.columns.items()}, tried.match_key, Extent.VALID
    )
    agents = _csv(_AGENTS, _agents(body, day))
    _kept(world, agents, f"Agents {body.name}.csv", "person", body=body, at=chance.at_work(day))


_DELIVERY = ("N° de série", "Marque", "Modèle", "Type", "État", "Livré le", "Prix d’achat HT", "Bon de commande", "Fin de garantie")  # fmt: skip
_AGENTS = ("Matricule", "Nom", "Prénom", "Mail", "Service", "Fonction", "Date de sortie", "Vu le")


def _delivered(body: Body, chance: Chance, day: date) -> Iterator[list[str]]:
    """Yield what came that day: most of it is new, one is known already, three lines have something wrong."""
    product = on_sale(Kind.LAPTOP, day.year)[-1]
    order = f"BC{day.year}-{chance.between(1000, 9999)}"
    ends = f"{day:%d/%m}/{day.year + 3}"
    rest = ["Ordinateur portable", "En stock", f"{day:%d/%m/%Y}", f"{product.price},00 €", order, ends]
    serials = [chance.letters(SERIAL_LENGTHS[product.maker]) for _ in range(DELIVERED)]
    for serial in serials:
        yield [serial, product.maker, product.name, *rest]
    known = db.session.scalars(
        select(Asset).where(Asset.entity_id == body.id, Asset.serial.is_not(None)).order_by(Asset.id.desc())
    ).first()
    if known is not None:
        yield [known.serial or "", "", "", "", "", "", "", order, ""]
    yield [serials[3], product.maker, product.name, *rest]
    yield [chance.letters(7), product.maker, product.name, "Portable léger", *rest[1:]]
    yield [chance.letters(7), product.maker, product.name, *rest[:2], "31/11/2025", *rest[3:]]


def _agents(body: Body, day: date) -> Iterator[list[str]]:
    people = select(Person).where(Person.entity_id == body.id, Person.email.is_not(None)).order_by(Person.id)
    for one in db.session.scalars(people.limit(LISTED)):
        leaves = f"{one.leaves_on:%d/%m/%Y}" if one.leaves_on else ""
        named = [one.employee_number, one.family_name, one.given_name, one.email, one.department, one.title]
        yield [*(text or "" for text in named), leaves, f"{day:%d/%m/%Y}"]
