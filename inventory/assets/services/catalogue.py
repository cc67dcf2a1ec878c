"""Follows what becomes of the catalogue: equipment of a maker or a model that was merged is of the one that was kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import RowMapping, String, cast, select

from inventory.assets import fields
from inventory.assets.models import Asset, Provenance
from inventory.audit import loads
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog.models import Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import among, db

AT_ONCE = 500
# What a record of the trail names an asset by.
SHOWN = ("public_id", "entity_id", "tag", "name", "serial")


def follow_model(kept: Model, absorbed: Model, actor: Actor, tell: Callable[[int], None]) -> None:
    """Give equipment of a merged model the one that was kept."""
    _follow("model_id", kept, absorbed, actor=actor, tell=tell)


def follow_manufacturer(
    kept: Manufacturer, absorbed: Manufacturer, actor: Actor, tell: Callable[[int], None]
) -> None:
    """Give equipment of a merged maker the one that was kept; serial numbers stay in the scope that they were read in."""
    _follow("manufacturer_id", kept, absorbed, actor=actor, tell=tell)


def _follow(name: str, kept: Any, absorbed: Any, *, actor: Actor, tell: Callable[[int], None]) -> None:
    of_it = Asset.__table__.c[name] == absorbed.id
    ids = db.session.scalars(select(Asset.id).where(of_it).order_by(Asset.id)).all()
    told: audit.Changes = {fields.public_name(name): [absorbed.name, kept.name]}
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        _give(name, kept.id, chunk, told=told, actor=actor)
        tell(len(chunk))
    # What each source said is the same thing under its new name, on whatever it was said of.
    said = Provenance.__table__
    claimed = (said.c.field == name, cast(said.c.value, String) == str(absorbed.id))
    columns = [said.c.id, said.c.value, said.c.display]
    claims = db.session.execute(select(*columns).where(*claimed)).mappings().all()
    loads.change(
        Provenance, [(dict(row), {**row, "value": kept.id, "display": kept.name[:255]}) for row in claims]
    )


def _give(name: str, id_: int, asset_ids: Sequence[int], *, told: audit.Changes, actor: Actor) -> None:
    """Write a maker's or a model's id to assets, with a record of each."""
    assets, now = Asset.__table__, clock.now()
    columns = [assets.c[column] for column in (*SHOWN, "id", "version", "updated_at", name)]
    rows = db.session.execute(select(*columns).where(among(assets.c.id, asset_ids))).mappings().all()
    with audit.gathering():
        for row in rows:
            audit.record(
                Action.UPDATED, "asset", SimpleNamespace(**row, label=_label(row)), told, actor=actor
            )
    given = {name: id_, "updated_at": now}
    loads.change(Asset, [(dict(row), {**row, **given, "version": row["version"] + 1}) for row in rows])


def _label(row: RowMapping) -> str:
    """Return what people call an asset, as `Asset.label` does."""
    return str(row["tag"] or row["name"] or row["serial"] or row["public_id"])
