"""Makes one asset of two records of the same thing, leaving a redirect and nothing lost that can be undone."""

from __future__ import annotations

from sqlalchemy import select

from inventory.assets import fields
from inventory.assets.models import Asset, AssetIdentifier, AssetRedirect, Custody, Provenance
from inventory.assets.services import history, identifiers, seen
from inventory.assets.services.custody import custodies_of
from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSetKind
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Refused
from inventory.core.wording import N_


def merge(kept: Asset, absorbed: Asset, *, actor: Actor) -> Asset:
    """Fold `absorbed` into `kept` and return `kept`; the address of the absorbed one leads to it from then on.

    Empty fields are filled, identifiers, custodies and earlier history move; what belongs to other features
    moves by the hook "asset.merged". It is undone as a change set: the open one, else one of its own.
    """
    if kept.id == absorbed.id:
        raise Refused(N_("These are one record already."))
    title = f"{absorbed.label} → {kept.label}"
    with audit.joined_change_set(ChangeSetKind.BULK, title, actor=actor, entity_id=kept.entity_id):
        _merge(kept, absorbed, actor)
    return kept


def _merge(kept: Asset, absorbed: Asset, actor: Actor) -> None:
    changes: audit.Changes = {"merged": [absorbed.label, kept.label]}
    changes |= _fill_empty_fields(kept, absorbed)
    _move_history(kept, absorbed)
    _move_custody(kept, absorbed)
    _move_identifiers(kept, absorbed)
    _move_claims(kept, absorbed)
    registry.run_hooks("asset.merged", kept=kept, absorbed=absorbed, actor=actor)
    for redirect in db.session.scalars(select(AssetRedirect).where(AssetRedirect.asset_id == absorbed.id)):
        redirect.asset_id = kept.id
    audit.record(Action.MERGED, "asset", absorbed, changes, actor=actor)
    audit.record(Action.MERGED, "asset", kept, changes, actor=actor)
    absorbed_id = absorbed.public_id
    db.session.flush()
    db.session.delete(absorbed)
    db.session.flush()
    db.session.add(AssetRedirect(public_id=absorbed_id, asset_id=kept.id))
    kept.version += 1
    db.session.flush()
    identifiers.follow_fields(kept)


def _fill_empty_fields(kept: Asset, absorbed: Asset) -> audit.Changes:
    names = sorted(name for name in fields.EDITABLE if getattr(kept, name) is None)
    found = {name: value for name in names if (value := getattr(absorbed, name)) is not None}
    if "tag" in found:
        # A tag is unique at every moment: the one lets go before the other takes.
        absorbed.tag = None
        db.session.flush()
    for name, value in found.items():
        setattr(kept, name, value)
    seen.follow_merge(kept, absorbed)
    db.session.flush()
    return {fields.public_name(n): [None, fields.display(n, value)] for n, value in found.items()}


def _move_history(kept: Asset, absorbed: Asset) -> None:
    own, other = history.stretches_of(kept), history.stretches_of(absorbed)
    earlier = [stretch for stretch in other if stretch.from_on < own[0].from_on]
    for row in history.rows_of(absorbed):
        db.session.delete(row)
    db.session.flush()
    if earlier:
        joined = [*earlier, *own]
        history.write(kept, [s for i, s in enumerate(joined) if i == 0 or not s.says(joined[i - 1])])


def _move_custody(kept: Asset, absorbed: Asset) -> None:
    own = custodies_of(kept)
    for row in custodies_of(absorbed):
        if any(_overlap(row, other) for other in own):
            db.session.delete(row)
        else:
            row.asset_id = kept.id
            own.append(row)
    db.session.flush()
    current = next((row for row in own if row.until_on is None), None)
    kept.holder_id = current.person_id if current else None
    absorbed.holder_id = None


def _overlap(one: Custody, other: Custody) -> bool:
    return (one.until_on is None or other.from_on < one.until_on) and (
        other.until_on is None or one.from_on < other.until_on
    )


def _move_identifiers(kept: Asset, absorbed: Asset) -> None:
    known = {(row.kind, row.value, row.scope): row for row in identifiers.identifiers_of(kept)}
    for row in db.session.scalars(select(AssetIdentifier).where(AssetIdentifier.asset_id == absorbed.id)):
        same = known.get((row.kind, row.value, row.scope))
        if same is None:
            row.asset_id = kept.id
        else:
            same.first_seen_at = min(same.first_seen_at, row.first_seen_at)
            same.last_seen_at = max(same.last_seen_at, row.last_seen_at)
            db.session.delete(row)
    db.session.flush()


def _move_claims(kept: Asset, absorbed: Asset) -> None:
    known = {
        (row.field, row.source)
        for row in db.session.scalars(select(Provenance).where(Provenance.asset_id == kept.id))
    }
    for row in db.session.scalars(select(Provenance).where(Provenance.asset_id == absorbed.id)):
        if (row.field, row.source) in known:
            db.session.delete(row)
        else:
            # A pin of the record that goes does not outvote the one that stays.
            row.pinned = row.pinned and getattr(kept, row.field, None) == fields.from_json(
                row.field, row.value
            )
            row.asset_id = kept.id
    db.session.flush()
