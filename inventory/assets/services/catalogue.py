"""Follows what becomes of the catalogue: equipment of a maker or a model that was merged is of the one that was kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, select

from inventory.assets import fields
from inventory.assets.models import Asset, Provenance
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog.models import Manufacturer, Model
from inventory.core.access import Actor
from inventory.core.database import db


def follow_model(kept: Model, absorbed: Model, actor: Actor) -> None:
    """Give equipment of a merged model the one that was kept."""
    _follow("model_id", kept, absorbed, actor)


def follow_manufacturer(kept: Manufacturer, absorbed: Manufacturer, actor: Actor) -> None:
    """Give equipment of a merged maker the one that was kept; serial numbers stay in the scope that they were read in."""
    _follow("manufacturer_id", kept, absorbed, actor)


def _follow(name: str, kept: Any, absorbed: Any, actor: Actor) -> None:
    changes: audit.Changes = {fields.public_name(name): [absorbed.name, kept.name]}
    assets = db.session.scalars(select(Asset).where(getattr(Asset, name) == absorbed.id)).all()
    with audit.gathering():
        for asset in assets:
            setattr(asset, name, kept.id)
            asset.version += 1
            audit.record(Action.UPDATED, "asset", asset, changes, actor=actor)
    # What each source said is the same thing under its new name, on whatever it was said of.
    said = (Provenance.field == name, cast(Provenance.value, String) == str(absorbed.id))
    for claim in db.session.scalars(select(Provenance).where(*said)):
        claim.value, claim.display = kept.id, kept.name[:255]
    db.session.flush()
    for asset in assets:
        db.session.expire(asset, [fields.public_name(name)])
