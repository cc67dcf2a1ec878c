"""Changes many assets at once: foreseen one by one before anything is saved, then written as one change set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select

from inventory.assets import fields, lifecycle
from inventory.assets.models import Asset, Custody
from inventory.assets.services import moves, records
from inventory.assets.services.custody import check_release, open_custodies
from inventory.assets.services.dossiers import Dossier, histories_of
from inventory.assets.services.history import effective_day
from inventory.assets.states import DisposalRoute, State
from inventory.audit import services as audit
from inventory.core.access import Access, Actor
from inventory.core.database import among, db
from inventory.core.errors import DomainError, Forbidden
from inventory.core.permissions import Permission
from inventory.core.wording import N_
from inventory.jobs.many import Changed
from inventory.organization.models import Entity, Location

AT_ONCE = 500
# What says where equipment is: what `moves.place` calls it, and of what it is a row.
PLACED: Mapping[str, tuple[str, type[Any]]] = {
    "entity_id": ("entity", Entity), "location_id": ("location", Location),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What is asked of every chosen asset.

    `values` are columns of `fields.EDITABLE`, and entity_id and location_id; None empties. `state` moves each that is
    not in it yet. `on` is the day of the dated ones, today unless given.
    """

    values: Mapping[str, Any]
    state: State | None = None
    on: date | None = None
    disposal_route: DisposalRoute | None = None
    note: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the values that are no dated acts."""
        return {name: value for name, value in self.values.items() if name not in PLACED}

    def data(self) -> dict[str, Any]:
        """Return what goes with the state."""
        return {"note": self.note, "disposal_route": self.disposal_route}

    def to_json(self) -> dict[str, Any]:
        """Return this as a job keeps it."""
        return {
            "values": {name: fields.as_json(value) for name, value in self.values.items()},
            "state": self.state and self.state.value,
            "on": self.on and self.on.isoformat(),
            "disposal_route": self.disposal_route and self.disposal_route.value,
            "note": self.note,
        }


def from_json(kept: Mapping[str, Any]) -> BulkEdit:
    """Return what `to_json` kept."""
    return BulkEdit(
        values={name: fields.from_json(name, value) for name, value in kept["values"].items()},
        state=State(kept["state"]) if kept["state"] else None,
        on=date.fromisoformat(kept["on"]) if kept["on"] else None,
        disposal_route=DisposalRoute(kept["disposal_route"]) if kept["disposal_route"] else None,
        note=kept["note"],
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an act would do to one asset: {field: [old, new]} as people read it (empty: nothing), or why not; with the
    id and version of the asset that this holds for, and its model. `is_apart` tells that its category would be of another
    kind than the model's.
    """

    public_id: str
    label: str
    changes: audit.Changes
    refusal: DomainError | None = None
    id: int = 0
    version: int = 0
    model: str | None = None
    is_apart: bool = False


@dataclass(slots=True)
class Done:
    """What an act on many did."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, other: Done) -> None:
        """Count what another piece did too."""
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused += other.refused


def foresee(asset_ids: Sequence[int], edit: BulkEdit, access: Access) -> Iterator[Outlook]:
    """Yield what the edit would do to each asset, in the order given, changing nothing."""
    asks_kind = not edit.values.keys().isdisjoint(("model_id", "category_id"))
    for assets, _at_hand in in_chunks(asset_ids, edit.values):
        known = _Known.of(assets, edit)
        for asset in assets:
            found = outlook(asset, _foreseen, edit, known, access)
            is_apart = bool(found.changes) and asks_kind and records.sets_apart(asset, edit.plain())
            yield replace(found, is_apart=True) if is_apart else found
        forget(asset_ids)


def outlook(asset: Asset, foreseen: Callable[..., audit.Changes], *asked: Any) -> Outlook:
    """Return what would become of an asset by what `foreseen(asset, *asked)` returns, or by the refusal that it raises."""
    known: dict[str, Any] = {"id": asset.id, "version": asset.version}
    known["model"] = asset.model.name if asset.model else None
    try:
        return Outlook(asset.public_id, asset.label, foreseen(asset, *asked), **known)
    except DomainError as why:
        return Outlook(asset.public_id, asset.label, {}, why, **known)


def changed_since(versions: Mapping[int, int]) -> list[Changed]:
    """Return those of these assets (id → version) that are another version by now; nobody changes any until the commit."""
    theirs = select(Asset.id, Asset.public_id, Asset.version, Asset.tag, Asset.name, Asset.serial)
    found = db.session.execute(
        theirs.where(among(Asset.id, versions.keys())).order_by(Asset.id).with_for_update(key_share=True)
    )
    return [
        Changed(row.id, row.public_id, row.tag or row.name or row.serial or row.public_id)
        for row in found
        if row.version != versions[row.id]
    ]


def in_chunks(
    asset_ids: Sequence[int], named_too: Mapping[str, Any]
) -> Iterator[tuple[list[Asset], list[Any]]]:
    """Yield the assets some hundreds at once, with what their columns and others (`named_too`) name held at hand."""
    numbered = iter(asset_ids)
    while chunk := list(islice(numbered, AT_ONCE)):
        found = {asset.id: asset for asset in db.session.scalars(select(Asset).where(among(Asset.id, chunk)))}
        assets = [found[id_] for id_ in chunk if id_ in found]
        named = [{name: getattr(asset, name) for name in fields.RELATIONS} for asset in assets]
        yield assets, fields.at_hand([*named, named_too])


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells how an edit of some assets would end: where they are to go, and where a state is asked, what they were when."""

    where: Mapping[str, Any]
    dossiers: Mapping[int, Dossier]
    custodies: Mapping[int, Custody]

    @classmethod
    def of(cls, assets: Sequence[Asset], edit: BulkEdit) -> _Known:
        """Return it in a fixed number of queries."""
        where = {
            name: _row(model, edit.values[column])
            for column, (name, model) in PLACED.items()
            if column in edit.values
        }
        if edit.state is None:
            return cls(where, {}, {})
        return cls(where, histories_of(assets), open_custodies(assets))


def _foreseen(asset: Asset, edit: BulkEdit, known: _Known, access: Access) -> audit.Changes:
    _require(asset, edit, access)
    changes = dict(records.foresee(asset, edit.plain()))
    wanted = moves.wanted_place(asset, **known.where)
    moves_on = edit.state is not None and asset.state is not edit.state
    day = effective_day(asset.entity_id, edit.on) if wanted or moves_on else None
    for name, value in wanted.items():
        shown = [fields.display(name, one) for one in (getattr(asset, name), value)]
        changes[fields.public_name(name)] = shown
    if edit.state is not None and day is not None and moves_on:
        moves.check_state(known.dossiers[asset.id], edit.state, on=day, data=edit.data())
        if edit.state in lifecycle.RELEASES and asset.id in known.custodies:
            check_release(known.custodies[asset.id], day)
        changes["state"] = [asset.state, edit.state]
    return changes


def _require(asset: Asset, edit: BulkEdit, access: Access) -> None:
    """Raise Forbidden or Refused for an asset that the user may not change so."""
    needed = [Permission.ASSETS_BULK]
    if edit.state is not None and asset.state is not edit.state:
        given = {**edit.data(), "holder": asset.holder_id}
        needed.append(lifecycle.check(asset.state, edit.state, asset.category.kind, given).permission)
    if not all(access.allows(permission, asset.entity_id) for permission in needed):
        raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))


def apply_edit(asset_ids: Sequence[int], edit: BulkEdit, *, access: Access, actor: Actor) -> Done:
    """Make the edit on each asset that allows it, inside the open change set, and count; the others stay as they are."""
    done = Done()
    for assets, _at_hand in in_chunks(asset_ids, edit.values):
        done.add(_apply_chunk(assets, edit, access=access, actor=actor))
        db.session.flush()
        forget(asset_ids)
    return done


def forget(asset_ids: Sequence[int]) -> None:
    """Let go of the assets of a finished chunk, where many follow: memory must not grow with the selection."""
    if len(asset_ids) > AT_ONCE:
        db.session.expunge_all()


def _apply_chunk(assets: Sequence[Asset], edit: BulkEdit, *, access: Access, actor: Actor) -> Done:
    done, allowed, known = Done(), [], _Known.of(assets, edit)
    for asset in assets:
        try:
            if _foreseen(asset, edit, known, access):
                allowed.append(asset)
            else:
                done.unchanged += 1
        except DomainError:
            done.refused += 1
    refused: dict[int, Any] = {}
    if plain := edit.plain():
        updates = records.update_many([(asset, plain) for asset in allowed], actor=actor)
        refused |= {allowed[place].id: why for place, why in updates.refused.items()}
    left = [asset for asset in allowed if asset.id not in refused]
    if known.where:
        refused |= moves.place_many(left, actor=actor, on=edit.on, note=edit.note, **known.where)
    if edit.state is not None:
        others = [asset for asset in left if asset.id not in refused and asset.state is not edit.state]
        refused |= moves.change_states(others, edit.state, actor=actor, on=edit.on, **edit.data())
    done.refused += len(refused)
    done.changed += len(allowed) - len(refused)
    return done


def _row(model: type[Any], id_: int | None) -> Any:
    return None if id_ is None else db.session.get(model, id_)


@dataclass(slots=True)
class Summary:
    """What an act would do in all: how many change, stay and are refused, and each field's new values counted."""

    changed: int = 0
    unchanged: int = 0
    apart: int = 0
    refused: dict[str, tuple[DomainError, int]] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    shown: list[Outlook] = field(default_factory=list)
    # Of every asset looked at, by its id.
    versions: dict[int, int] = field(default_factory=dict)

    @property
    def refused_count(self) -> int:
        """How many are refused."""
        return sum(count for _why, count in self.refused.values())


def summarize(outlooks: Iterable[Outlook], *, show: int) -> Summary:
    """Return what an act would do in all, with the first `show` assets that change or are refused."""
    found = Summary()
    for one in outlooks:
        found.versions[one.id] = one.version
        if one.refusal is not None:
            _why, count = found.refused.get(one.refusal.message, (one.refusal, 0))
            found.refused[one.refusal.message] = (one.refusal, count + 1)
        elif one.changes:
            found.changed += 1
            found.apart += one.is_apart
        else:
            found.unchanged += 1
            continue
        for name in one.changes:
            found.fields[name] = found.fields.get(name, 0) + 1
        if len(found.shown) < show:
            found.shown.append(one)
    return found
