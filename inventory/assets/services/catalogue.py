"""Follows what becomes of the catalogue: equipment of a maker or a model that was merged is of the one that was kept."""

from __future__ import annotations

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
from inventory.core.database import db

# What a record of the trail names an asset by.
SHOWN = ("public_id", "entity_id", "tag", "name", "serial")


def follow_model(kept: Model, absorbed: Model, actor: Actor) -> None:
    """Give equipment of a merged model the one that was kept."""
    _follow("model_id", kept, absorbed, actor)


def follow_manufacturer(kept: Manufacturer, absorbed: Manufacturer, actor: Actor) -> None:
    """Give equipment of a merged maker the one that was kept; serial numbers stay in the scope that they were read in."""
    _follow("manufacturer_id", kept, absorbed, actor)


def _follow(name: str, kept: Any, absorbed: Any, actor: Actor) -> None:
    assets = Asset.__table__
    columns = [assets.c[column] for column in (*SHOWN, "id", "version", "updated_at", name)]
    rows = db.session.execute(select(*columns).where(assets.c[name] == absorbed.id)).mappings().all()
    told: audit.Changes = {fields.public_name(name): [absorbed.name, kept.name]}
    with audit.gathering():
        for row in rows:
            audit.record(
                Action.UPDATED, "asset", SimpleNamespace(**row, label=_label(row)), told, actor=actor
            )
    now = clock.now()
    loads.change(
        Asset,
        [(row, {**row, name: kept.id, "version": row["version"] + 1, "updated_at": now}) for row in rows],
    )
    # What each source said is the same thing under its new name, on whatever it was said of.
    said = Provenance.__table__
    claimed = (said.c.field == name, cast(said.c.value, String) == str(absorbed.id))
    columns = [said.c.id, said.c.value, said.c.display]
    claims = db.session.execute(select(*columns).where(*claimed)).mappings().all()
    loads.change(Provenance, [(row, {**row, "value": kept.id, "display": kept.name[:255]}) for row in claims])


def _label(row: RowMapping) -> str:
    """Return what people call an asset, as `Asset.label` does."""
    return str(row["tag"] or row["name"] or row["serial"] or row["public_id"])
