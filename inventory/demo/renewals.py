"""Records how positions were renewed over the years, the rules they are judged by, and the figures once presented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

from sqlalchemy import select

from inventory.assets.ages import Age, AgeBasis, age_of
from inventory.assets.lifecycle import IN_USE
from inventory.assets.periods import at as stretch_at
from inventory.assets.periods import before as stretch_before
from inventory.assets.states import Ownership, State, Usage
from inventory.audit.models import Action
from inventory.catalog.kinds import Kind
from inventory.core.database import db
from inventory.core.permissions import Role
from inventory.demo import trail
from inventory.demo.chance import Chance
from inventory.demo.fleet import CommuneFleet, Lived
from inventory.demo.lives import Life
from inventory.demo.products import TERMINALS
from inventory.demo.trail import Act
from inventory.demo.world import World
from inventory.organization.models import Entity
from inventory.renewal import queries, sixth, snapshots
from inventory.renewal.models import Basis, RenewalRule, Replacement, Snapshot
from inventory.renewal.queries.rules import OWNERSHIPS, USAGES
from inventory.renewal.sixth import NewDevice, OldDevice, Reason, Terms

OVERRIDING_COMMUNE = "PON"
YEARS_ADDED_UP = 2
RECORDED = dict.fromkeys(TERMINALS, 0.94) | {Kind.SMARTPHONE: 0.6, Kind.PRINTER: 0.6}
"""How often somebody recorded that one took over from the other, by kind."""
BASES = {Basis.CUSTODY: 60, Basis.BY_HAND: 34, Basis.SCAN: 6}
PROPOSED_FOR = timedelta(days=120)
FORGOTTEN, SELDOM_FORGOTTEN = 0.5, 0.04
"""Shares of the doubtful renewals of late, and of the plain ones, that nobody recorded: they are asked about."""
PRESENTED_AFTER = timedelta(days=41)


def make_rules(world: World) -> None:
    """Set the rule of the metropolis, and the one by which a single commune wants to go faster."""
    _rule(world, world.metropolis.id, (1, 6), "Convention de service commun, domaine numérique.")
    hasty = next(one for one in world.communes if one.code == OVERRIDING_COMMUNE)
    _rule(world, hasty.seat.id, (1, 5), "Délibération du conseil municipal\u00a0: un cinquième par an.")


def _rule(world: World, entity_id: int, fraction: tuple[int, int], note: str) -> None:
    manager = world.actors[Role.MANAGER]
    act = Act(manager, world.chance("rule", entity_id).at_work(world.order.began + timedelta(days=40)))
    public_id = world.chance("rule id", entity_id).public_id()
    month, day = world.order.year_starts
    values = {
        "fraction_numerator": fraction[0],
        "fraction_denominator": fraction[1],
        "year_starts_month": month,
        "year_starts_day": day,
        "ownerships": [code.value for code in OWNERSHIPS],
        "usages": [code.value for code in USAGES],
        "cumulative_from_year": world.order.year - YEARS_ADDED_UP,
    }
    more = {"note": note, "created_at": act.at, "created_by": manager.label}
    world.rows.add(RenewalRule, public_id=public_id, entity_id=entity_id, **values, **more)
    subject = trail.Subject("renewal_rule", public_id, world.names["entity", entity_id], entity_id)
    changes = {name: [None, value] for name, value in values.items()}
    trail.record(world.rows, Action.CREATED, subject, changes, act=act)


@dataclass(frozen=True, slots=True)
class Pair:
    """An old device and the one that took its position."""

    old: Lived
    new: Lived

    @property
    def on(self) -> date:
        return self.new.device.turn.start


def record(world: World, fleet: CommuneFleet) -> list[Pair]:
    """Record a commune's replacements; returns the pairs of late that nobody has recorded."""
    chance = world.chance("replacements", fleet.commune.code)
    this_year = world.order.start_of(world.order.year)
    forgotten = []
    for pair in _pairs(fleet):
        kind = pair.old.device.position.kind
        share = FORGOTTEN if pair.new.device.position.uncounted else SELDOM_FORGOTTEN
        lately = pair.on >= world.order.today - PROPOSED_FOR
        forgot = lately and kind in TERMINALS and world.is_turn("forgotten", share)
        if (kind in TERMINALS and pair.on >= this_year and not forgot) or chance.happens(
            0 if forgot else RECORDED.get(kind, 0.0)
        ):
            _record(world, pair, chance)
        elif kind in RECORDED and lately:
            forgotten.append(pair)
    return forgotten


def _pairs(fleet: CommuneFleet) -> Iterator[Pair]:
    joined = fleet.commune.joined_on
    for chain in fleet.chains:
        for old, new in pairwise(chain):
            if new.device.turn.start > joined:
                yield Pair(old, new)


def _record(world: World, pair: Pair, chance: Chance) -> None:
    old, new, reason = pair.old.life, pair.new.life, judge(pair)
    before = stretch_before(old.stretches, pair.on)
    entity_id = before.entity_id if before else old.values["entity_id"]
    desk, technician = pair.new.device.desk, chance.one(world.technicians)
    act = Act(technician, chance.at_work(min(pair.on + timedelta(days=chance.between(0, 4)), world.order.today - timedelta(days=1))))  # fmt: skip
    public_id, label = chance.public_id(), f"{old.label} → {new.label}"
    world.rows.add(
        Replacement,
        public_id=public_id,
        entity_id=entity_id,
        old_asset_id=old.id,
        new_asset_id=new.id,
        replaced_on=pair.on,
        position="" if desk.holder else desk.room.name,
        person_id=desk.holder.id if desk.holder else None,
        location_id=desk.room.id,
        basis=chance.weighted(BASES),
        counted=reason is Reason.COUNTED,
        reason=reason,
        recorded_at=act.at,
        recorded_by=technician.label,
    )
    changes: trail.Changes = {
        "old_asset": [None, old.label],
        "new_asset": [None, new.label],
        "replaced_on": [None, pair.on],
        "judgement": [None, reason],
    }
    subject = trail.Subject("replacement", public_id, label, entity_id)
    trail.record(world.rows, Action.CREATED, subject, changes, act=act, on=pair.on)


def judge(pair: Pair) -> Reason:
    """Return why a pair counts as a renewal or not, by the rule of the metropolis (`renewal.judging.judge`)."""
    old, new, on = pair.old.life, pair.new.life, pair.on
    then = stretch_at(new.stretches, on)
    kinds = {pair.old.device.position.kind, pair.new.device.position.kind}
    values = old.values
    in_base = values["in_scope"] and values["ownership"] is Ownership.OWNED and values["usage"] in USAGES
    state = then.state if then else None
    return sixth.judge(
        OldDevice(
            age=_age(old), in_use_since=_in_use_since(old), in_base_by_rule=in_base,
            in_repair=old.state is State.IN_REPAIR,
        ),
        NewDevice(
            age=_age(new), in_use_since=_in_use_since(new), in_service=state in IN_USE,
            on_loan=state is State.ON_LOAN,
            spare=new.values["usage"] is Usage.RESERVE or state is State.IN_RESERVE,
        ),
        replaced_on=on,
        minimum_gain_months=Terms().minimum_gain_months,
        same_sort=len(kinds) == 1 or kinds <= set(TERMINALS),
    )  # fmt: skip


def _age(life: Life) -> Age | None:
    return age_of(SimpleNamespace(**{basis.value: life.values.get(basis.value) for basis in AgeBasis}))


def _in_use_since(life: Life) -> date | None:
    return next((stretch.from_on for stretch in life.stretches if stretch.state in IN_USE), None)


def present(world: World) -> None:
    """Keep the figures of the two years before as they were presented, once the rest is in the store."""
    order = world.order
    seats = [one.seat.id for one in world.communes if one.number]
    entities = db.session.scalars(select(Entity).where(Entity.id.in_(seats)).order_by(Entity.id)).all()
    joined = {one.seat.id: one.joined_on for one in world.communes}
    for year in (order.year - 2, order.year - 1):
        there = [one for one in entities if joined[one.id] < order.start_of(year)]
        for figures in queries.figures_of(queries.asks_for(there, year=year, as_of=order.today)):
            _present(world, figures, order.start_of(year + 1) + PRESENTED_AFTER)


def _present(world: World, figures: queries.Figures, day: date) -> None:
    ask, main = figures.ask, figures.main.outcome
    entity = ask.perimeter.entity
    chance = world.chance("presented", entity.code, ask.year)
    manager, public_id = world.actors[Role.MANAGER], chance.public_id()
    act = Act(manager, chance.at_work(chance.workday(day)))
    note = "Comité de suivi du contrat"
    world.rows.add(
        Snapshot,
        public_id=public_id,
        entity_id=entity.id,
        rule_id=ask.rule.row.id if ask.rule.row else None,
        year=ask.year,
        perimeter=ask.perimeter.part.value,
        as_of_on=ask.as_of,
        figures=snapshots.as_json(figures),
        presented_at=act.at,
        presented_by=manager.label,
        note=note,
    )
    subject = trail.Subject("renewal_snapshot", public_id, f"{entity.name} {ask.year}", entity.id)
    changes: trail.Changes = {"renewed": [None, main.renewed], "in_base": [None, main.base], "target": [None, main.target]}  # fmt: skip
    trail.record(world.rows, Action.CREATED, subject, changes, act=act, note=note)
