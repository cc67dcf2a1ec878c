"""Many rows of every noun, each in an entity of its own, and many of all that the page of one row shows of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from inventory.assets.models import AssetIdentifier, Custody
from inventory.assets.states import IdentifierKind, SourceKind
from inventory.audit.models import Action, AuditRecord, RowChange
from inventory.auth import services as auth
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.discovery.models import OrganizationalUnit, RunResult, SightingRevision
from inventory.jobs.models import JobEvent, Schedule
from inventory.reconciliation.models import Link
from tests import factories, rows
from tests.discovery import making

MANY = 10


def surround(made: rows.Rows, *, user: Any, many: int = MANY) -> None:
    """Make `many` more rows of every noun, in entities of their own, and hang as many on the rows in `made`.

    `user` is who looks: they get as many sessions and roles.
    """
    made, user = _attached(made), _again(user)
    for _ in range(many):
        other = rows.make(factories.create_entity(made.entity))
        rows.MAKERS["snapshot"](made)
        with transaction():
            db.session.add_all(_belonging(made, other, factories.number()))
            _move(made, other)
            for one in (user, made["user"]):
                auth.grant(one, other.entity, Role.READER, actor=SYSTEM)
                auth.open_session(one, address="127.0.0.1", agent="tests", at=clock.now())


def _attached(made: rows.Rows) -> rows.Rows:
    """Return the rows as the present session knows them: what asked for pages in between has left its own."""
    by_noun = {noun: _again(row) for noun, row in made.by_noun.items()}
    return rows.Rows(_again(made.entity), by_noun, by_noun["category"])


def _again(row: Any) -> Any:
    return db.session.get_one(type(row), inspect(row).identity)


def _move(made: rows.Rows, other: rows.Rows) -> None:
    """Make the rows of another entity point at the ones that pages are asked for."""
    asset = other["asset"]
    asset.holder_id, asset.location_id = made["person"].id, made["location"].id
    asset.supplier_id, asset.serial = made["supplier"].id, made["asset"].serial
    other["person"].location_id = made["location"].id
    other["location"].parent_id, other["location"].path = (
        made["location"].id,
        f"{made['location'].path}{other['location'].id}/",
    )
    other["model"].manufacturer_id = made["manufacturer"].id
    other["sighting"].last_run_id = made["run"].id
    other["review"].asset_id = made["asset"].id
    other["range"].site_id = made["site"].id
    other["hanging"].site_code, other["hanging"].switch_id = (
        made["hanging"].site_code,
        made["hanging"].switch_id,
    )
    other["range"].credential_ids = [made["credential"].id]
    other["range"].schedule_id = _schedule(other["range"].name)
    for noun in ("replacement", "rule", "directory"):
        other[noun].entity_id = made.entity.id
    made["review"].candidate_ids = [*made["review"].candidate_ids, asset.id]


def _schedule(title: str) -> int:
    row = Schedule(title=title, kind="discovery.scan", cron="0 2 * * *", next_due_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row.id


def _belonging(made: rows.Rows, other: rows.Rows, n: int) -> list[Any]:
    asset, sighting, change_set = made["asset"], made["sighting"], made["change_set"]
    seen = making.observe(n)
    return [
        Custody(asset_id=asset.id, person_id=other["person"].id, from_on=rows.DAY, until_on=rows.DAY),
        Custody(asset_id=other["asset"].id, person_id=made["person"].id, from_on=rows.DAY),
        AssetIdentifier(asset_id=asset.id, kind=IdentifierKind.MAC, value=f"02{n:010x}", source=SourceKind.SNMP),
        Link(sighting_id=other["sighting"].id, asset_id=asset.id, reason="Same serial."),
        RunResult(run_id=made["run"].id, target=f"10.2.0.{n % 250}", cause="silent"),
        JobEvent(job_id=made["job"].id, message="Step."),
        SightingRevision(
            sighting_id=sighting.id, digest=f"{n:064d}", observation=seen.to_json(), observed_at=making.AT
        ),
        OrganizationalUnit(directory_id=made["directory"].id, dn=f"ou=u{n},dc=example", entity_id=other.entity.id),
        _record("asset", other["asset"], change_set.id),
        *(_record(noun, made[noun]) for noun in ("asset", "person", "location", "user")),
        RowChange(
            change_set_id=change_set.id, table_name="person", row_key={"id": other["person"].id}, operation="update",
            before={"department": None}, after={"department": "Mairie"},
        ),
    ]  # fmt: skip


def _record(noun: str, row: Any, change_set_id: int | None = None) -> AuditRecord:
    return AuditRecord(
        actor_kind="system", change_set_id=change_set_id, action=Action.UPDATED, object_type=noun,
        object_id=row.public_id, object_label="x", entity_id=getattr(row, "entity_id", None), changes={"name": ["a", "b"]},
    )  # fmt: skip
