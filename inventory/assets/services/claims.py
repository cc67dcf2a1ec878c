"""Keeps who said what about each field, and lets the field show the claim that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from inventory.assets import authority, fields, periods
from inventory.assets.authority import Claim
from inventory.assets.models import Asset, Provenance
from inventory.assets.services import history
from inventory.assets.services.dossiers import Dossier
from inventory.assets.states import SourceKind
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db, lookup
from inventory.core.errors import Refused
from inventory.core.wording import N_

_UNSET: Any = object()
SOURCE_OF_ACTOR = {"user": SourceKind.PERSON, "import": SourceKind.IMPORT}


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something: the kind of source, its name for people, when, and by field what it was read from."""

    source: SourceKind
    label: str
    at: datetime
    evidence: Mapping[str, str] = field(default_factory=dict)


def claims_of(asset: Asset, names: Iterable[str] | None = None) -> dict[str, list[Provenance]]:
    """Return what each source says by field, for all fields or those named."""
    statement = _claims()
    if names is not None:
        statement = statement.where(Provenance.field.in_(list(names)))
    found: dict[str, list[Provenance]] = {}
    for row in db.session.scalars(statement, {"asset": asset.id}):
        found.setdefault(row.field, []).append(row)
    return found


@cache
def _claims() -> Select[Provenance]:
    of_asset = Provenance.asset_id == bindparam("asset")
    return lookup(select(Provenance).where(of_asset).order_by(Provenance.id))


def remember(asset: Asset, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep as the actor's claim what the actor set: a person's edit pins it, an import's does not."""
    if actor.kind in SOURCE_OF_ACTOR:
        note_act(Dossier(asset, claims=claims_of(asset, values)), values, actor=actor)
        db.session.flush()


def note_act(dossier: Dossier, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Do as `remember` does, in a dossier: the caller saves."""
    source = SOURCE_OF_ACTOR.get(actor.kind)
    if source is None:
        return
    said = Said(source, actor.label, clock.now())
    for name in [name for name in values if name in fields.CLAIMED]:
        if values[name] is not None:
            _claim(dossier, name, values[name], said).pinned = actor.is_person
            continue
        # An emptied field is open again: what machines say fills it at their next word.
        for row in [row for row in dossier.claims.get(name, []) if row.source is source]:
            dossier.drop(row)
            dossier.claims[name].remove(row)


def set_from_source(asset: Asset, values: Mapping[str, Any], said: Said, *, actor: Actor) -> audit.Changes:
    """Keep what a source says and set the fields where its word counts; returns {field: [old, new]} of those set.

    `values` maps columns of Asset (`model_id`, `serial`, `firmware`…) to their value; a pinned field keeps the
    person's value and the claim beside it. The asset's version is not raised: an open form stays valid unless
    the same field is edited.
    """
    changes = note_word(Dossier(asset, claims=claims_of(asset, values)), values, said, actor=actor)
    db.session.flush()
    return changes


def note_word(dossier: Dossier, values: Mapping[str, Any], said: Said, *, actor: Actor) -> audit.Changes:
    """Do as `set_from_source` does, in a dossier: the caller saves."""
    for name, value in values.items():
        _claim(dossier, name, value, said)
    return _apply(dossier, {name: _shown(name, dossier.claims[name]) for name in values}, actor)


def pin(asset: Asset, name: str, *, actor: Actor) -> None:
    """Keep the field's present value against every machine; raises Refused for an unknown or empty field."""
    _check_claimed(name)
    value = getattr(asset, name)
    if value is None:
        raise Refused(N_("There is no value to pin. Fill in the field first."))
    remember(asset, {name: value}, actor=actor)
    _record_pin(asset, name, actor, pinned=True)


def unpin(asset: Asset, name: str, *, actor: Actor) -> audit.Changes:
    """Let machines change the field again; it shows at once what the best of them says. Returns what changed."""
    _check_claimed(name)
    rows = claims_of(asset, [name]).get(name, [])
    for row in rows:
        row.pinned = False
    _record_pin(asset, name, actor, pinned=False)
    changes = _apply(Dossier(asset), {name: _shown(name, rows)}, actor) if rows else {}
    db.session.flush()
    return changes


def _check_claimed(name: str) -> None:
    if name not in fields.CLAIMED:
        raise Refused(N_("There is no such field."))


def _record_pin(asset: Asset, name: str, actor: Actor, *, pinned: bool) -> None:
    label = fields.LABELS[fields.public_name(name)]
    change = {"pinned": [None, label]} if pinned else {"unpinned": [None, label]}
    audit.record(Action.UPDATED, "asset", asset, change, actor=actor)


def _claim(dossier: Dossier, name: str, value: Any, said: Said) -> Provenance:
    # Before a new row is in the session: what an id stands for may have to be read, which would save the row half made.
    columns = _columns(name, value, fields.display(name, value), said)
    known = dossier.claims.setdefault(name, [])
    row = next((row for row in known if row.source is said.source), None)
    if row is None:
        row = dossier.add(Provenance, asset_id=dossier.asset.id, field=name, source=said.source, pinned=False)
        known.append(row)
    for column, held in columns.items():
        if getattr(row, column, _UNSET) != held:
            setattr(row, column, held)
    return row


def _columns(name: str, value: Any, display: Any, said: Said) -> dict[str, Any]:
    return {**_by_whom(said), **_what(name, value, display, said)}


def _by_whom(said: Said) -> dict[str, Any]:
    return {"source_label": said.label[:255], "said_at": said.at}


def _what(name: str, value: Any, display: Any, said: Said) -> dict[str, Any]:
    evidence = said.evidence.get(name)
    return {
        "value": fields.as_json(value),
        "display": str(display or "")[:255],
        "evidence": evidence[:160] if evidence else None,
    }


def first_claims(
    asset_id: int, values: Mapping[str, Any], displays: Mapping[str, Any], said: Said, *, pinned: bool
) -> list[dict[str, Any]]:
    """Return as rows of Provenance what `note_act` would note of an asset that nothing is claimed of yet.

    `displays` are the values as people read them, by the same names.
    """
    own = {"asset_id": asset_id, "source": said.source, "pinned": pinned, **_by_whom(said)}
    return [
        {**own, "field": name, **_what(name, value, displays[name], said)}
        for name, value in values.items()
        if value is not None and name in fields.CLAIMED
    ]


def _shown(name: str, rows: list[Provenance]) -> Any:
    claims = [Claim(row.source, row.value, row.said_at, row.pinned) for row in rows]
    best = authority.winner(name, claims)
    return fields.from_json(name, best.value) if best else None


def _apply(dossier: Dossier, values: dict[str, Any], actor: Actor) -> audit.Changes:
    asset = dossier.asset
    differing = {name: value for name, value in values.items() if getattr(asset, name) != value}
    changes = {
        fields.public_name(name): [fields.display(name, getattr(asset, name)), fields.display(name, value)]
        for name, value in differing.items()
    }
    dated = {name: differing.pop(name) for name in periods.FIELDS if name in differing}
    for name, value in differing.items():
        setattr(asset, name, value)
    for name, value in dated.items():
        # What a machine learns about the kind of thing was so before; where it stands is news of today.
        on = None if name == "category_id" else history.today_of(asset.entity_id)
        history.note_change(dossier, on, {name: value})
    if changes:
        audit.record(Action.UPDATED, "asset", asset, changes, actor=actor)
        fields.forget_relations(asset)
    return changes
