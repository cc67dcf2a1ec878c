"""Makes one maker or model of several that mean the same, as a change set; the names that go keep meaning the one that stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import select

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.catalog.models import Manufacturer, ManufacturerAlias, Model, ModelAlias
from inventory.catalog.services import model_key
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Refused
from inventory.core.wording import N_

MOST = 20
# What a kept model takes from those that go where it has nothing itself.
FILLED = ("category_id", "part_number", "price_cents", "support_ends_on", "carbon_kg")
Versions = Mapping[str, int]
# Hears how many items of equipment followed since it was told last.
Tell = Callable[[int], None]


def merge_models(
    kept: Model,
    absorbed: Sequence[Model],
    *,
    actor: Actor,
    versions: Versions,
    entity_id: int | None = None,
    tell: Tell = lambda _followed: None,
) -> ChangeSet:
    """Fold models into `kept`; returns the change set that undoes it.

    Empty fields of the kept one are filled, equipment follows by the hook "model.merged". `versions` are those that were
    shown, by public id, `tell` hears of what follows. Raises Refused for models of several makers or kinds, or nothing to merge, and Stale.
    """
    check_models(kept, absorbed)
    _check_versions([kept, *absorbed], versions)
    with _as_one_change(kept, absorbed, actor, entity_id) as opened:
        for model in absorbed:
            _absorb_model(kept, model, actor, tell)
    return opened


def merge_manufacturers(
    kept: Manufacturer,
    absorbed: Sequence[Manufacturer],
    *,
    actor: Actor,
    versions: Versions,
    entity_id: int | None = None,
    tell: Tell = lambda _followed: None,
) -> ChangeSet:
    """Fold makers into `kept` as `merge_models` does; their models go with them, and become one where their names meet.

    Raises Refused where two such models are of different kinds, or there is nothing to merge, and Stale.
    """
    check_manufacturers(kept, absorbed)
    _check_versions([kept, *absorbed], versions)
    with _as_one_change(kept, absorbed, actor, entity_id) as opened:
        for maker in absorbed:
            _absorb_manufacturer(kept, maker, actor, tell)
    return opened


def check_models(kept: Model, absorbed: Sequence[Model]) -> None:
    """Raise Refused where these models may not become one."""
    _check_several(kept, absorbed)
    for model in absorbed:
        if model.manufacturer_id != kept.manufacturer_id:
            raise Refused(
                N_("“%(one)s” and “%(other)s” are of different makers. If these are one, merge the makers first."),
                one=kept.name, other=model.name,
            )  # fmt: skip
        _check_kinds(kept, model)


def check_manufacturers(kept: Manufacturer, absorbed: Sequence[Manufacturer]) -> None:
    """Raise Refused where these makers may not become one."""
    _check_several(kept, absorbed)
    for first, second in meeting_models(kept, absorbed):
        _check_kinds(first, second)


def meeting_models(kept: Manufacturer, absorbed: Sequence[Manufacturer]) -> list[tuple[Model, Model]]:
    """Return the models that become one when these makers do: (the one that stays, the one that goes)."""
    own = {model_key(model.name, kept.name): model for model in _models_of(kept)}
    pairs = []
    for maker in absorbed:
        for model in _models_of(maker):
            stays = own.setdefault(model_key(model.name, maker.name), model)
            if stays is not model:
                pairs.append((stays, model))
    return pairs


def stays(name: str, kept: Any, absorbed: Sequence[Any]) -> Any:
    """Return what the kept one says of a field once the others are folded into it: its own value, else the first of theirs.

    It is a standard configuration as soon as one of them is.
    """
    said = [getattr(row, name) for row in (kept, *absorbed)]
    return any(said) if name == "is_standard" else next((one for one in said if one is not None), None)


def _check_several(kept: Any, absorbed: Sequence[Any]) -> None:
    if not absorbed:
        raise Refused(N_("Choose at least two to merge."))
    if len(absorbed) >= MOST:
        raise Refused(N_("Merge at most %(most)s at once."), most=MOST)
    if kept in absorbed:
        raise Refused(N_("“%(name)s” cannot be merged into itself."), name=kept.name)


def _check_kinds(kept: Model, model: Model) -> None:
    if kept.category and model.category and kept.category.kind is not model.category.kind:
        raise Refused(
            N_(
                "“%(one)s” and “%(other)s” are of different kinds. Correct the category of one of them first."
            ),
            one=kept.name,
            other=model.name,
        )


def _check_versions(rows: Sequence[Any], versions: Versions) -> None:
    for row in rows:
        audit.bump(row, versions.get(row.public_id, 0), {"name": row.name})


def _as_one_change(
    kept: Any, absorbed: Sequence[Any], actor: Actor, entity_id: int | None
) -> AbstractContextManager[ChangeSet]:
    title = f"{', '.join(row.name for row in absorbed)} → {kept.name}"
    return audit.change_set(ChangeSetKind.BULK, title, actor=actor, entity_id=entity_id)


def _absorb_model(kept: Model, model: Model, actor: Actor, tell: Tell) -> None:
    changes = audit.apply(kept, {name: stays(name, kept, [model]) for name in (*FILLED, "is_standard")})
    registry.run_hooks("model.merged", kept=kept, absorbed=model, actor=actor, tell=tell)
    for alias in db.session.scalars(select(ModelAlias).where(ModelAlias.model_id == model.id)):
        alias.model_id = kept.id
    _record(kept, model, changes, actor)
    taken = _is_taken(kept.manufacturer_id, key := model_key(model.name, model.manufacturer.name), model)
    alias = ModelAlias(public_id=model.public_id, name=model.name, manufacturer_id=kept.manufacturer_id,
                       key=None if taken else key, model_id=kept.id)  # fmt: skip
    _replace(model, alias)


def _absorb_manufacturer(kept: Manufacturer, maker: Manufacturer, actor: Actor, tell: Tell) -> None:
    for stays, goes in meeting_models(kept, [maker]):
        # Its equipment follows its maker too, and is counted there.
        _absorb_model(stays, goes, actor, lambda _followed: None)
    for model in _models_of(maker):
        model.manufacturer_id = kept.id
        db.session.flush()
        db.session.expire(model, ["manufacturer"])
    for alias in db.session.scalars(select(ModelAlias).where(ModelAlias.manufacturer_id == maker.id)).all():
        alias.key = None if alias.key is None or _is_taken(kept.id, alias.key) else alias.key
        alias.manufacturer_id = kept.id
        db.session.flush()
    registry.run_hooks("manufacturer.merged", kept=kept, absorbed=maker, actor=actor, tell=tell)
    for former in db.session.scalars(
        select(ManufacturerAlias).where(ManufacturerAlias.manufacturer_id == maker.id)
    ):
        former.manufacturer_id = kept.id
    _record(kept, maker, {}, actor)
    _replace(
        maker,
        ManufacturerAlias(public_id=maker.public_id, name=maker.name, key=maker.key, manufacturer_id=kept.id),
    )


def _models_of(maker: Manufacturer) -> Sequence[Model]:
    statement = select(Model).where(Model.manufacturer_id == maker.id).order_by(Model.id)
    return db.session.scalars(statement).all()


def _is_taken(maker_id: int, key: str, but: Model | None = None) -> bool:
    """Say whether the maker has a model of this folded name already, or one that took over such a model."""
    maker = db.session.get_one(Manufacturer, maker_id)
    names = {model_key(row.name, maker.name) for row in _models_of(maker) if row is not but}
    former = select(ModelAlias.public_id).where(ModelAlias.manufacturer_id == maker_id, ModelAlias.key == key)
    return key in names or db.session.scalar(former.limit(1)) is not None


def _record(kept: Any, absorbed: Any, changes: audit.Changes, actor: Actor) -> None:
    noun, merged = kept.__tablename__, {"merged": [absorbed.name, kept.name]}
    audit.record(Action.MERGED, noun, absorbed, merged, actor=actor)
    audit.record(Action.MERGED, noun, kept, {**merged, **changes}, actor=actor)


def _replace(row: Any, alias: Any) -> None:
    """Delete a row that nothing names any more, and leave its alias."""
    db.session.flush()
    db.session.delete(row)
    db.session.flush()
    db.session.add(alias)
    db.session.flush()
