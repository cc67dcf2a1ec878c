"""Edits the fields of assets, with the checks that a record must pass whoever writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from inventory.assets import fields
from inventory.assets.models import Asset
from inventory.assets.services import checks, claims, history, identifiers
from inventory.assets.services.dossiers import Dossier, dossiers_of
from inventory.assets.states import SourceKind
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid

AT_ONCE = 500


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
    given, differing = _differing(asset, values)
    changes = _changes(asset, differing)
    audit.bump(asset, version, {name: new for name, (_old, new) in changes.items()})
    if not differing:
        return {}
    _check(asset, given, differing, watchful=actor.is_person and not accept_duplicate)
    with checks.unique_tag(differing.get("tag")):
        _set(asset, differing)
    dossier = Dossier(asset, identifiers.identifiers_of(asset), claims.claims_of(asset, differing))
    _note(dossier, differing, changes, actor)
    db.session.flush()
    return changes


@dataclass(slots=True)
class Updates:
    """What came of edits, by their place in the sequence: {field: [old, new]} as people read it, and the refusals."""

    changed: dict[int, audit.Changes] = field(default_factory=dict)
    refused: dict[int, Invalid] = field(default_factory=dict)


def update_many(
    edits: Sequence[tuple[Asset, Mapping[str, Any]]], *, actor: Actor, accept_duplicate: bool = False
) -> Updates:
    """Set fields of many assets, each named once, as `update_asset` does whatever their versions.

    A refused edit changes nothing; whoever wants all or nothing rolls back. The number of queries is that of a
    chunk, but for tags and serials, which are looked up one by one.
    """
    updates = Updates()
    numbered = enumerate(edits)
    while chunk := dict(islice(numbered, AT_ONCE)):
        before = [_relations(asset) for asset, _values in chunk.values()]
        at_hand = fields.at_hand([*before, *(values for _asset, values in chunk.values())])
        dossiers = dossiers_of([asset for asset, _values in chunk.values()])
        for number, (asset, values) in chunk.items():
            watchful = actor.is_person and not accept_duplicate
            try:
                with _own_tag(asset, values):
                    changes = note_update(dossiers[asset.id], values, actor=actor, watchful=watchful)
            except Invalid as why:
                updates.refused[number] = why
            else:
                updates.changed[number] = changes
        db.session.flush()
        del at_hand
    return updates


def _own_tag(asset: Asset, values: Mapping[str, Any]) -> AbstractContextManager[None]:
    tag = values.get("tag")
    return checks.unique_tag(tag) if tag and tag != asset.tag else nullcontext()


def note_update(
    dossier: Dossier, values: Mapping[str, Any], *, actor: Actor, watchful: bool = False
) -> audit.Changes:
    """Do as `update_asset` does whatever the version, in a dossier: the caller saves, and has looked for the tag.

    `watchful` refuses a serial that is known already. Raises Invalid before anything is noted.
    """
    asset = dossier.asset
    given, differing = _differing(asset, values)
    changes = _changes(asset, differing)
    if differing:
        _check(asset, given, differing, watchful=watchful)
        _set(asset, differing)
        asset.version += 1
        _note(dossier, differing, changes, actor)
    return changes


def foresee(asset: Asset, values: Mapping[str, Any], *, watchful: bool = False) -> audit.Changes:
    """Return what `update_asset` would change, changing nothing.

    Raises Invalid as it does, but for what others have already: `watchful` looks for equal serials and tags too.
    """
    given, differing = _differing(asset, values)
    if differing:
        _check(asset, given, differing, watchful=watchful)
    if watchful:
        checks.check_tag(differing.get("tag"))
    return _changes(asset, differing)


def sets_apart(asset: Asset, values: Mapping[str, Any]) -> bool:
    """Say whether `update_asset` would leave a category of another kind than the model's."""
    given, _differing_ones = _differing(asset, values)
    return checks.is_apart(asset, given)


def _relations(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in fields.RELATIONS}


def _differing(asset: Asset, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is given of what may be edited, made consistent, and what of it is not so already."""
    given = {name: value for name, value in values.items() if name in fields.EDITABLE}
    given = checks.consistent(asset, fields.coded(given))
    return given, {name: value for name, value in given.items() if getattr(asset, name) != value}


def _check(asset: Asset, given: Mapping[str, Any], differing: Mapping[str, Any], *, watchful: bool) -> None:
    warranty = {name: getattr(asset, name) for name in checks.TOGETHER}
    checks.check(differing, asset.entity_id, {**warranty, **given})
    if watchful and {"serial", "manufacturer_id"} & differing.keys():
        serial, maker = given.get("serial", asset.serial), given.get("manufacturer_id", asset.manufacturer_id)
        checks.check_duplicate(asset, serial, maker, asset.entity_id)


def _changes(asset: Asset, differing: Mapping[str, Any]) -> audit.Changes:
    return {
        fields.public_name(name): [fields.display(name, getattr(asset, name)), fields.display(name, value)]
        for name, value in differing.items()
    }


def _set(asset: Asset, differing: Mapping[str, Any]) -> None:
    for name in differing.keys() - {"category_id"}:
        setattr(asset, name, differing[name])


def _note(dossier: Dossier, differing: Mapping[str, Any], changes: audit.Changes, actor: Actor) -> None:
    """Note what follows from an edit: history, claims, identifiers and the record of it; the caller saves."""
    asset = dossier.asset
    if "category_id" in differing:
        # A corrected category was wrong before too, since it last changed.
        history.note_change(dossier, None, {"category_id": differing["category_id"]})
    used = [day for name in ("first_used_on", "commissioned_on") if (day := differing.get(name)) is not None]
    if used:
        history.note_use(dossier, min(used))
    if not fields.RELATIONS.keys().isdisjoint(differing):
        fields.forget_relations(asset)
    claims.note_act(dossier, differing, actor=actor)
    if not identifiers.NAMING.isdisjoint(differing):
        identifiers.note_fields(dossier, claims.SOURCE_OF_ACTOR.get(actor.kind, SourceKind.SYSTEM))
    audit.record(Action.UPDATED, "asset", asset, changes, actor=actor)
