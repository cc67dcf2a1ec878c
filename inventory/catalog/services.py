"""Writes the catalogue: installs the built-in categories, creates and edits categories, makers and models."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog import builtin
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, ManufacturerAlias, Model, ModelAlias
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.text import clean, folded
from inventory.core.wording import N_
from scanners.makers import canonical_maker

LONGEST_LIFE_MONTHS = 600

Row = TypeVar("Row")


def install_builtin() -> int:
    """Create the built-in categories that are absent (edited ones are left alone); returns how many were."""
    present = set(db.session.scalars(select(Category.code)))
    missing = [category for category in builtin.categories() if category.code not in present]
    with_default = set(db.session.scalars(select(Category.kind).where(Category.is_default)))
    for category in missing:
        row = Category(
            code=category.code,
            name=category.name,
            kind=category.kind,
            service_life_months=category.service_life_months,
            in_renewal_base=category.in_renewal_base,
            in_workplace=category.in_workplace,
            is_default=category.kind not in with_default,
        )
        db.session.add(row)
        db.session.flush()
        audit.record(Action.CREATED, "category", row, {"name": [None, row.name]}, actor=SYSTEM)
    return len(missing)


def create_category(values: Mapping[str, Any], *, actor: Actor) -> Category:
    """Create a category from its columns (name and kind at least); raises Invalid for a taken name or a wrong life."""
    given = dict(values)
    _check_life(given)
    given.setdefault("code", None)
    given["code"] = given["code"] or _free_code(given["name"])
    row = Category(**given)
    with _unique(given["name"]):
        db.session.add(row)
    if row.is_default:
        _make_default(row)
    audit.record(Action.CREATED, "category", row, _all_new(given), actor=actor)
    return row


def update_category(
    category: Category, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Edit a category and return what changed; raises Stale, and Invalid as `create_category` does."""
    given = dict(values)
    _check_life(given)
    if category.is_default and given.get("is_default") is False:
        raise Invalid(
            "is_default", N_("Each kind needs a default category. Make another one the default instead.")
        )
    audit.bump(category, version, given)
    with _unique(given.get("name", category.name)):
        changes = audit.apply(category, given)
    if "is_default" in changes:
        _make_default(category)
    return _recorded("category", category, changes, actor)


def default_categories() -> dict[Kind, Category]:
    """Return for every kind the category that a discovered device of it gets, in one query.

    Raises LookupError where the built-in categories are not installed.
    """
    statement = select(Category).where(Category.active).order_by(Category.is_default.desc(), Category.id)
    found: dict[Kind, Category] = {}
    for category in db.session.scalars(statement):
        found.setdefault(category.kind, category)
    if Kind.OTHER not in found:
        raise LookupError("the built-in categories are not installed")
    return {kind: found.get(kind, found[Kind.OTHER]) for kind in Kind}


def create_manufacturer(values: Mapping[str, Any], *, actor: Actor) -> Manufacturer:
    """Create a maker by name; raises Invalid when it exists already under this or another spelling."""
    name = values["name"]
    key = _maker_key(name)
    row = Manufacturer(name=name, key=key)
    known = known_makers({key}).get(key)
    if known is not None:
        raise Invalid("name", N_("This maker exists already as “%(name)s”."), name=known.name)
    with _unique(name):
        db.session.add(row)
    audit.record(Action.CREATED, "manufacturer", row, {"name": [None, name]}, actor=actor)
    return row


def update_manufacturer(
    manufacturer: Manufacturer, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Rename a maker for people; the folded key by which spellings meet stays as it is."""
    given = {"name": values["name"]}
    audit.bump(manufacturer, version, given)
    with _unique(given["name"]):
        changes = audit.apply(manufacturer, given)
    return _recorded("manufacturer", manufacturer, changes, actor)


def manufacturer_named(name: str, *, actor: Actor = SYSTEM) -> Manufacturer | None:
    """Return the maker that this spelling means, created when it is new; None when nothing remains of the name."""
    return manufacturers_named([name], actor=actor)[name]


def manufacturers_named(names: Collection[str], *, actor: Actor = SYSTEM) -> dict[str, Manufacturer | None]:
    """Do as `manufacturer_named` does for many spellings, in a fixed number of queries."""
    keys = {name: (canonical_maker(name) or "")[:120] for name in names}
    known = known_makers({key for key in keys.values() if key})
    new = [
        Manufacturer(name=key, key=key) for key in dict.fromkeys(keys.values()) if key and key not in known
    ]
    known |= {row.key: row for row in _all_added(new)}
    for row in new:
        if known.get(row.key) is row:
            audit.record(Action.CREATED, "manufacturer", row, {"name": [None, row.key]}, actor=actor)
    lost = {row.key for row in new} - known.keys()
    # Another process made it in between, or somebody gave its name to a maker of another key.
    known |= {**_makers(lost, by=Manufacturer.name), **known_makers(lost)}
    return {name: known[key] if key else None for name, key in keys.items()}


def known_makers(keys: Collection[str]) -> dict[str, Manufacturer]:
    """Return the makers that these folded names mean, by key: those that have one, and those that took over who had it."""
    found = _makers(keys)
    if missing := set(keys) - found.keys():
        statement = (
            select(ManufacturerAlias.key, Manufacturer)
            .join(Manufacturer, Manufacturer.id == ManufacturerAlias.manufacturer_id)
            .where(ManufacturerAlias.key.in_(missing))
        )
        found |= {key: maker for key, maker in db.session.execute(statement)}  # noqa: C416 - rows are no pairs to a type checker
    return found


def _makers(
    texts: Collection[str], by: InstrumentedAttribute[str] = Manufacturer.key
) -> dict[str, Manufacturer]:
    """Return the makers that have one of these keys (or names), by key (or name)."""
    if not texts:
        return {}
    rows = db.session.scalars(select(Manufacturer).where(by.in_(texts)))
    return {getattr(row, by.key): row for row in rows}


def create_model(values: Mapping[str, Any], *, actor: Actor) -> Model:
    """Create a model from its columns (manufacturer_id and name at least); raises Invalid for one that exists."""
    given = dict(values)
    maker = db.session.get(Manufacturer, given.get("manufacturer_id") or 0)
    if maker is None:
        raise Invalid("manufacturer", N_("Choose a maker."))
    known = _model_like(maker, given["name"])
    if known is not None:
        raise Invalid("name", N_("This model exists already as “%(name)s”."), name=known.name)
    row = Model(**given)
    with _unique(given["name"]):
        db.session.add(row)
    audit.record(
        Action.CREATED, "model", row, _all_new({"name": row.name, "manufacturer": maker.name}), actor=actor
    )
    return row


def update_model(
    model: Model, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Edit a model and return what changed; raises Stale, and Invalid for a taken name."""
    given = dict(values)
    audit.bump(model, version, given)
    with _unique(given.get("name", model.name)):
        changes = audit.apply(model, given)
    db.session.expire(model, ["manufacturer", "category"])
    return _recorded("model", model, changes, actor)


def model_named(
    manufacturer: Manufacturer, name: str, category: Category | None = None, *, actor: Actor = SYSTEM
) -> Model | None:
    """Return the maker's model of this name, created when it is new; None when nothing remains of the name.

    Case, spaces, punctuation and the maker's own name before the model's do not tell two models apart.
    """
    wanted = ModelName(manufacturer, name, category)
    return models_named([wanted], actor=actor)[wanted.key]


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model as somebody calls it, its maker, and the category that it gets when it is new."""

    manufacturer: Manufacturer
    name: str
    category: Category | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What `models_named` finds it by: the maker's id and the name as it was given."""
        return self.manufacturer.id, self.name


def models_named(
    wanted: Collection[ModelName], *, actor: Actor = SYSTEM
) -> dict[tuple[int, str], Model | None]:
    """Do as `model_named` does for many names, in a fixed number of queries; by the `key` of each."""
    makers = {one.manufacturer.id: one.manufacturer for one in wanted}
    folded = {one.key: _model_place(one) for one in wanted}
    known = _models_of(makers) if any(folded.values()) else {}
    if any(place is not None and place not in known for place in folded.values()):
        known = _former_models_of(makers) | known
    new: dict[tuple[int, str], Model] = {}
    for one in wanted:
        place, text = folded[one.key], clean(one.name, 160)
        if place is not None and place not in known and place not in new:
            category_id = one.category.id if one.category else None
            new[place] = Model(manufacturer_id=one.manufacturer.id, name=text, category_id=category_id)
    added = _all_added(list(new.values()))
    for row in added:
        given = {"name": row.name, "manufacturer": makers[row.manufacturer_id].name}
        audit.record(Action.CREATED, "model", row, _all_new(given), actor=actor)
    known |= {place: row for place, row in new.items() if row in added}
    if len(added) < len(new):
        known |= _models_of(makers)
    return {key: known.get(place) if place else None for key, place in folded.items()}


def _model_place(one: ModelName) -> tuple[int, str] | None:
    """Return the maker's id and the folded name; None when nothing remains of the name."""
    text = clean(one.name, 160)
    folded = model_key(text, one.manufacturer.name) if text else ""
    return (one.manufacturer.id, folded) if folded else None


def _models_of(makers: Mapping[int, Manufacturer]) -> dict[tuple[int, str], Model]:
    """Return all models of these makers by maker and folded name; of two that read alike, the older."""
    found: dict[tuple[int, str], Model] = {}
    for row in db.session.scalars(
        select(Model).where(Model.manufacturer_id.in_(sorted(makers))).order_by(Model.id)
    ):
        key = model_key(row.name, makers[row.manufacturer_id].name)
        found.setdefault((row.manufacturer_id, key), row)
    return found


def _former_models_of(makers: Collection[int]) -> dict[tuple[int, str], Model]:
    """Return the models that took over others of these makers, by maker and the folded name of who is gone."""
    statement = select(ModelAlias).options(joinedload(ModelAlias.model))
    rows = db.session.scalars(
        statement.where(ModelAlias.manufacturer_id.in_(makers), ModelAlias.key.is_not(None))
    )
    return {(row.manufacturer_id, row.key or ""): row.model for row in rows}


def model_key(name: str, maker: str) -> str:
    """Return a model's name folded: letters and digits only, small, without the maker's name before it."""
    folded, prefix = _folded(name), _folded(maker)
    shorter = folded.removeprefix(prefix)
    return shorter or folded


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _model_like(manufacturer: Manufacturer, name: str) -> Model | None:
    place = _model_place(ModelName(manufacturer, name))
    if place is None:
        return None
    former = _former_models_of([manufacturer.id])
    return (former | _models_of({manufacturer.id: manufacturer})).get(place)


def _maker_key(name: str) -> str:
    key = canonical_maker(name)
    if key is None:
        raise Invalid("name", N_("This is no name of a maker."))
    return key[:120]


def _check_life(given: Mapping[str, Any]) -> None:
    months = given.get("service_life_months")
    if months is not None and not 1 <= months <= LONGEST_LIFE_MONTHS:
        raise Invalid("service_life_months", N_("Give a service life between 1 and 600 months."))


def _free_code(name: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", folded(name)).strip("_")[:34] or "category"
    count = (
        db.session.scalar(select(func.count()).where(Category.code.startswith(stem, autoescape=True))) or 0
    )
    return f"{stem}_{count + 1}" if count else stem


def _make_default(category: Category) -> None:
    others = select(Category).where(
        Category.kind == category.kind, Category.id != category.id, Category.is_default
    )
    for other in db.session.scalars(others):
        other.is_default = False
    db.session.flush()


def _all_new(given: Mapping[str, Any]) -> audit.Changes:
    return {name: [None, value] for name, value in given.items() if value is not None}


def _recorded(noun: str, row: Any, changes: audit.Changes, actor: Actor) -> audit.Changes:
    if changes:
        audit.record(Action.UPDATED, noun, row, changes, actor=actor)
    return changes


def _all_added(rows: Sequence[Row]) -> list[Row]:
    """Save new rows and return them, less those that another process made in between."""
    if not rows:
        return []
    try:
        with db.session.begin_nested():
            db.session.add_all(rows)
            db.session.flush()
    except IntegrityError:
        return [row for one in rows for row in _all_added([one])] if len(rows) > 1 else []
    return list(rows)


@contextmanager
def _unique(name: str) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal name into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        raise Invalid("name", N_("“%(name)s” exists already."), name=name) from error
