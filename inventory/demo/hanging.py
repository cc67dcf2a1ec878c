"""Says where the made-up devices hang, as the nights' runs would have, and lets a few of them have moved of late."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from inventory.audit.models import Action
from inventory.core.access import SYSTEM
from inventory.core.database import db
from inventory.demo import trail
from inventory.demo.nights import Night
from inventory.demo.world import World
from inventory.discovery import runs
from inventory.discovery.models import Run
from inventory.topology import services
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.services import port_words

MOVED = 0.01
LONGEST_DAYS = 700


def settle(world: World, site_code: str, past: list[Night]) -> None:
    """Decide where everything of a site hangs since when; needs the rows of the commune in the store."""
    if not past:
        return
    last = max(past, key=lambda night: night.ends)
    services.settle(site_code, actor=SYSTEM, at=last.ends)
    chance = world.chance("hanging", site_code)
    for model in (PortAttachment, SwitchLink):
        ids = db.session.scalars(
            select(model.id).where(model.site_code == site_code).order_by(model.id)
        ).all()
        if ids:
            dates = [{"id": id_, "since": _since(last.ends, chance.between(2, LONGEST_DAYS))} for id_ in ids]
            db.session.execute(update(model), dates)
    db.session.expire_all()
    _move_some(world, site_code, past)


def _since(last: datetime, days: int) -> datetime:
    return last - timedelta(days=days)


def _move_some(world: World, site_code: str, past: list[Night]) -> None:
    """A few devices were on another port of the same switch until a night of this month."""
    chance = world.chance("moving", site_code)
    statement = select(PortAttachment).where(
        PortAttachment.site_code == site_code, PortAttachment.port.is_not(None)
    )
    rows = db.session.scalars(statement.order_by(PortAttachment.id)).all()
    for row in rows:
        if not world.is_turn("moved", MOVED):
            continue
        night, other = chance.one(past), chance.one(rows)
        if other.port_name == row.port_name and other.switch_id == row.switch_id:
            continue
        _write_move(world, row, other, night)


def _write_move(world: World, row: PortAttachment, other: PortAttachment, night: Night) -> None:
    before = PortAttachment(
        site_code=row.site_code, asset_id=row.asset_id, mac=row.mac, switch_id=other.switch_id,
        port=other.port, port_name=other.port_name, vlan=other.vlan, reason=row.reason, confidence=row.confidence,
        since=min(row.since, night.ends - timedelta(days=30)), until=night.ends,
        last_seen_at=night.ends - timedelta(days=1),
    )  # fmt: skip
    db.session.add(before)
    row.since = night.ends
    asset = row.asset
    subject = trail.Subject("asset", asset.public_id, asset.label, asset.entity_id)
    ports = [port_words(other.switch, other.port_name), port_words(row.switch, row.port_name)]
    trail.record(world.rows, Action.UPDATED, subject, {"switch_port": ports}, act=night.act)
    runs.add_outcome(db.session.get_one(Run, night.run_id), port_moves=1)
