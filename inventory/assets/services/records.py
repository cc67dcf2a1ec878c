"""Edits the fields of assets, with the checks that a record must pass whoever writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.assets import fields, lifecycle, periods
from inventory.assets.models import Asset
from inventory.assets.services import checks, claims, history, identifiers
from inventory.assets.states import SourceKind
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor


def update_asset(
    asset: Asset,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    accept_duplicate: bool = False,
) -> audit.Changes:
    """Set fields of an asset (names in `fields.EDITABLE`) and return {field: [old, new]} as people read them.

    A person's edit pins what it changes. An earlier day of use makes the history begin then. Raises Stale when
    `version` is not the present one, and Invalid as `create_asset` does.
    """
    given = {name: value for name, value in values.items() if name in fields.EDITABLE}
    given = checks.consistent(asset, fields.coded(given))
    differing = {name: value for name, value in given.items() if getattr(asset, name) != value}
    changes = _changes(asset, differing)
    audit.bump(asset, version, {name: new for name, (_old, new) in changes.items()})
    if not differing:
        return {}
    checks.check(differing, asset.entity_id, {**_columns(asset), **given})
    if not accept_duplicate and actor.is_person and {"serial", "manufacturer_id"} & differing.keys():
        serial, maker = given.get("serial", asset.serial), given.get("manufacturer_id", asset.manufacturer_id)
        checks.check_duplicate(asset, serial, maker, asset.entity_id)
    _set(asset, differing)
    claims.remember(asset, differing, actor=actor)
    identifiers.follow_fields(asset, claims.SOURCE_OF_ACTOR.get(actor.kind, SourceKind.SYSTEM))
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor)
    return changes


def _columns(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in fields.EDITABLE}


def _changes(asset: Asset, differing: Mapping[str, Any]) -> audit.Changes:
    return {
        fields.public_name(name): [fields.display(name, getattr(asset, name)), fields.display(name, value)]
        for name, value in differing.items()
    }


def _set(asset: Asset, differing: Mapping[str, Any]) -> None:
    with checks.unique_tag(differing.get("tag")):
        for name in differing.keys() - {"category_id"}:
            setattr(asset, name, differing[name])
    stretches = history.stretches_of(asset)
    if "category_id" in differing:
        # A corrected category was wrong before too, since it last changed.
        since = periods.since(stretches, "category_id")
        stretches = periods.change(stretches, since, {"category_id": differing["category_id"]})
    for name in ("first_used_on", "commissioned_on"):
        day = differing.get(name)
        if day is not None and stretches[0].state in lifecycle.IN_USE:
            stretches = periods.begin_at(stretches, day)
    history.write(asset, stretches)
