"""Connects things that belong together, a screen or a dock to a computer, and keeps since when and until when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload

from inventory.assets import lifecycle
from inventory.assets.models import Asset, Connection, Custody
from inventory.assets.services import history
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import among, db, lookup
from inventory.core.errors import Invalid, Refused
from inventory.core.registry import Calls
from inventory.core.wording import N_

DEEPEST = 10
AT_ONCE = 500


def open_connections(asset: Asset) -> tuple[Connection | None, list[Connection]]:
    """Return what an asset hangs on now, and what hangs on it."""
    rows = db.session.scalars(_open_connections(), {"asset": asset.id}).all()
    above = next((row for row in rows if row.child_id == asset.id), None)
    return above, [row for row in rows if row.parent_id == asset.id]


@cache
def _open_connections() -> Select[Connection]:
    one: BindParameter[int] = bindparam("asset")
    return lookup(_open_where(or_(Connection.child_id == one, Connection.parent_id == one)))


def _open_where(condition: ColumnElement[bool]) -> Select[Connection]:
    return (
        select(Connection)
        .where(Connection.until_on.is_(None), condition)
        .options(
            *(
                joinedload(side).options(joinedload(Asset.model), joinedload(Asset.category))
                for side in (Connection.parent, Connection.child)
            )
        )
        .order_by(Connection.id)
    )


def connect(parent: Asset, child: Asset, *, actor: Actor, on: date | None = None) -> Connection:
    """Hang a thing on another from a day on (today unless given); it lets go of what it hung on before.

    Raises Invalid for a thing on itself or in a circle, and Refused for one that has left the fleet.
    """
    on = history.effective_day(child.entity_id, on)
    for asset in (parent, child):
        if asset.state in lifecycle.GONE:
            raise Refused(
                N_("%(label)s is %(state)s, so nothing is connected to it."),
                label=asset.label,
                state=asset.state,
            )
    if child.id in _line_above(parent):
        raise Invalid("other", N_("A thing cannot be connected to itself, directly or through others."))
    present, _below = open_connections(child)
    if present is not None:
        if present.parent_id == parent.id:
            return present
        _end(present, on, actor)
        db.session.flush()
    row = Connection(parent_id=parent.id, child_id=child.id, from_on=on)
    db.session.add(row)
    db.session.flush()
    _record(parent, child, (None, child.label), (None, parent.label), actor=actor, on=on)
    return row


def _line_above(asset: Asset) -> set[int]:
    """Return the ids of an asset and of all that it hangs on."""
    line = {asset.id}
    current: int | None = asset.id
    for _step in range(DEEPEST):
        statement = select(Connection.parent_id).where(
            Connection.child_id == current, Connection.until_on.is_(None)
        )
        current = db.session.scalar(statement)
        if current is None or current in line:
            break
        line.add(current)
    return line


def disconnect(connection: Connection, *, actor: Actor, on: date | None = None) -> None:
    """End a connection on a day (today unless given); raises Refused for a day before it began."""
    _end(connection, history.effective_day(connection.child.entity_id, on), actor)
    db.session.flush()


def _end(connection: Connection, on: date, actor: Actor) -> None:
    if on < connection.from_on:
        raise Refused(
            N_("It was connected later, on %(day)s. Choose that day or a later one."), day=connection.from_on
        )
    parent, child = connection.parent, connection.child
    connection.until_on = on
    _record(parent, child, (child.label, None), (parent.label, None), actor=actor, on=on)


def _record(
    parent: Asset,
    child: Asset,
    below: tuple[str | None, str | None],
    above: tuple[str | None, str | None],
    *,
    actor: Actor,
    on: date,
) -> None:
    for asset, name, change in ((parent, "connected", below), (child, "connected_to", above)):
        audit.record(Action.UPDATED, "asset", asset, {name: list(change)}, actor=actor, effective_on=on)


def together_with(asset: Asset) -> Sequence[Asset]:
    """Return what hangs on an asset and can move with it: what has not left the fleet and is not missing."""
    _above, below = open_connections(asset)
    return [row.child for row in below if row.child.state in lifecycle.HELD]


def together_with_many(asset_ids: Sequence[int], entity_ids: Collection[int], *, held: bool) -> list[int]:
    """Return the ids of what hangs on any of these and can move with it, of the entities given, less these themselves.

    `held`: only what somebody holds.
    """
    chosen = set(asset_ids)
    found: dict[int, None] = {}
    open_custody = exists().where(Custody.asset_id == Connection.child_id, Custody.until_on.is_(None))
    for start in range(0, len(asset_ids), AT_ONCE):
        hanging = (
            select(Connection.child_id)
            .join(Asset, Asset.id == Connection.child_id)
            .where(
                Connection.parent_id.in_(asset_ids[start : start + AT_ONCE]), Connection.until_on.is_(None)
            )
            .where(Asset.state.in_(lifecycle.HELD), among(Asset.entity_id, entity_ids))
            .order_by(Connection.id)
        )
        if held:
            hanging = hanging.where(open_custody)
        found.update(dict.fromkeys(id_ for id_ in db.session.scalars(hanging) if id_ not in chosen))
    return list(found)


def follow_state(**told: Any) -> None:
    """Let go of all connections of what leaves the fleet."""
    follow_states([told])


def follow_states(calls: Calls) -> None:
    """Do as `follow_state` does for many, in one query for some hundreds."""
    gone = {told["asset"].id: told for told in calls if told["new"] in lifecycle.GONE}
    ids = list(gone)
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        either = or_(among(Connection.child_id, chunk), among(Connection.parent_id, chunk))
        for row in db.session.scalars(_open_where(either)).all():
            told = gone.get(row.child_id) or gone[row.parent_id]
            _end(row, max(told["on"], row.from_on), told["actor"])
        # What hangs on things of two chunks is open in the first of them alone.
        db.session.flush()


def follow_merge(*, kept: Asset, absorbed: Asset, **_told: Any) -> None:
    """Hang on what two records became what hung on the absorbed one, as far as one thing hangs on one."""
    above, _below = open_connections(kept)
    statement = select(Connection).where(
        or_(Connection.child_id == absorbed.id, Connection.parent_id == absorbed.id)
    )
    for row in db.session.scalars(statement):
        clashes = row.child_id == absorbed.id and row.until_on is None and above is not None
        if clashes or kept.id in (row.child_id, row.parent_id):
            db.session.delete(row)
        elif row.child_id == absorbed.id:
            row.child_id = kept.id
        else:
            row.parent_id = kept.id
    db.session.flush()
