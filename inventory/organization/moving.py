"""Where places stand in one another: what a move carries along, and what stands in the way of taking one back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from inventory.audit import loads
from inventory.audit.conflicts import Conflict
from inventory.audit.journal import LOAD, UNLOAD, Change
from inventory.core.database import among, db
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location

# What says where a place stands, under which name.
STANDS_BY = ("entity_id", "parent_id", "name")
# What is said of a place in the way, instead of its columns that differ.
TAKEN, INSIDE = N_("stands there under the same name"), N_("stands inside it now")
# Where each place of an entity stands, by its id: the columns of STANDS_BY.
Standing = dict[int, dict[str, Any]]


def move(location: Location, parent: Location | None) -> int:
    """Put a place inside another, or nothing, with all that stands in it; returns how many places that is."""
    old_path = location.path
    new_path = f"{parent.path if parent else '/'}{location.id}/"
    inside = db.session.scalars(
        select(Location).where(Location.path.startswith(old_path, autoescape=True))
    ).all()
    for row in inside:
        row.path = new_path + row.path.removeprefix(old_path)
    return len(inside) - 1


def hold_trees(entity_ids: Collection[int]) -> None:
    """Have whoever else moves places of these entities wait for the commit: two moves at once could close a circle."""
    rows = select(Entity.id).where(among(Entity.id, list(entity_ids))).order_by(Entity.id)
    db.session.execute(rows.with_for_update(key_share=True))


def obstruct(changes: Sequence[Change], conflicts: list[Conflict], *, held: bool) -> None:
    """Add what stands in the way of taking changes back, newest first: a place of the same name, or one that is inside now.

    `held`: places of these entities stay where they are until the commit.
    """
    wanted, gone = _wanted(changes)
    if not wanted:
        return
    entity_ids = _entities_of(wanted)
    if held:
        hold_trees(entity_ids)
    standing = _standing(entity_ids)
    for id_, columns in wanted.items():
        standing[id_] = standing.get(id_, {}) | columns
    standing = {id_: row for id_, row in standing.items() if id_ not in gone}
    taken = {_place(row): id_ for id_, row in standing.items() if id_ not in wanted}
    for id_ in wanted:
        row = standing[id_]
        if (twin := taken.get(_place(row))) is not None:
            conflicts.append(("location", {"id": twin}, [TAKEN]))
        if _is_circle(id_, standing):
            conflicts.append(("location", {"id": row["parent_id"]}, [INSIDE]))


def _wanted(changes: Sequence[Change]) -> tuple[Standing, set[int]]:
    """Return where places would stand that these changes, newest first, moved, named or took out, and which they added."""
    wanted: Standing = {}
    gone = set()
    for change in changes:
        if change.table_name != "location":
            continue
        if change.operation == LOAD:
            gone |= {row["id"] for row in loads.rows_of(change)}
            continue
        if change.operation == UNLOAD:
            wanted |= {row["id"]: {name: row[name] for name in STANDS_BY} for row in loads.rows_of(change)}
            continue
        id_ = change.row_key["id"]
        if change.operation == "insert":
            gone.add(id_)
        elif columns := {name: value for name, value in (change.before or {}).items() if name in STANDS_BY}:
            wanted[id_] = wanted.get(id_, {}) | columns
    return {id_: columns for id_, columns in wanted.items() if id_ not in gone}, gone


def _entities_of(wanted: Standing) -> set[int]:
    known = {row["entity_id"] for row in wanted.values() if "entity_id" in row}
    return known | set(db.session.scalars(select(Location.entity_id).where(among(Location.id, list(wanted)))))


def _standing(entity_ids: set[int]) -> Standing:
    columns = [getattr(Location, name) for name in STANDS_BY]
    found = db.session.execute(
        select(Location.id, *columns).where(among(Location.entity_id, list(entity_ids)))
    )
    return {row.id: dict(zip(STANDS_BY, row[1:], strict=True)) for row in found}


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in STANDS_BY)


def _is_circle(id_: int, standing: Standing) -> bool:
    """Say whether who goes up from a place comes back to it."""
    met: set[int] = set()
    above = standing[id_]["parent_id"]
    while above is not None and above != id_ and above in standing and above not in met:
        met.add(above)
        above = standing[above]["parent_id"]
    return above == id_


def settle(changes: Sequence[Change]) -> None:
    """Give the places of the entities that changes were taken back in the paths that they have as they stand now.

    What has come inside since goes along, and what a place goes back into may have moved itself.
    """
    wanted, _gone = _wanted(changes)
    if not wanted:
        return
    places = select(Location.id, Location.parent_id, Location.path)
    rows = db.session.execute(places.where(among(Location.entity_id, list(_entities_of(wanted))))).all()
    paths = _paths({row.id: row.parent_id for row in rows})
    moved = [({"id": row.id, "path": row.path}, {"id": row.id, "path": paths[row.id]}) for row in rows]
    loads.change(Location, moved)


def _paths(parents: Mapping[int, int | None]) -> dict[int, str]:
    """Return the path of each place, given what each stands in."""
    paths: dict[int, str] = {}
    for own in parents:
        line: list[int] = []
        above: int | None = own
        while above is not None and above not in paths:
            line.append(above)
            above = parents[above]
        path = "/" if above is None else paths[above]
        for step in reversed(line):
            path = paths[step] = f"{path}{step}/"
    return paths
