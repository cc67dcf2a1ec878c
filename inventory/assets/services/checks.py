"""What a record must pass before it is written, whoever writes it: the same rules for one and for thousands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.assets import fields
from inventory.assets.models import Asset
from inventory.assets.services import history
from inventory.assets.states import State
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import among, db, row_of
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from scanners import identity

# Two days of which one edit may give only one.
TOGETHER = ("warranty_starts_on", "warranty_ends_on")
_PAST_DAYS = frozenset(fields.DAYS) - set(TOGETHER)


def consistent(asset: Asset | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with what follows from others: a model's maker and category, the serial cleaned.

    The category of an asset that has one follows a new model where nobody chose it apart from the model before or now.
    Raises Invalid for an emptied category and for a placeholder in place of a serial.
    """
    result = dict(given)
    model = row_of(Model, result["model_id"]) if result.get("model_id") else None
    if model is not None:
        result["manufacturer_id"] = model.manufacturer_id
        # The category by its model, which keeps it at hand for thousands that get this model.
        if (
            "category_id" not in result
            and model.category is not None
            and (asset is None or follows_model(asset))
        ):
            result["category_id"] = model.category.id
    elif asset is not None and asset.model_id and result.get("model_id", asset.model_id):
        result.pop("manufacturer_id", None)
    if asset is not None and "category_id" in result and result["category_id"] is None:
        result["category_id"] = _category_of_model(result.get("model_id", asset.model_id))
    if asset is not None and "category_id" in result and result["category_id"] is None:
        raise Invalid("category", N_("Choose a category."))
    if result.get("serial"):
        result["serial"] = clean_serial(result["serial"], result.get("manufacturer_id"))
    return result


def _category_of_model(model_id: int | None) -> int | None:
    model = row_of(Model, model_id) if model_id else None
    return model.category_id if model is not None else None


def follows_model(asset: Asset) -> bool:
    """Say whether an asset's category is the one that its model says."""
    model = row_of(Model, asset.model_id) if asset.model_id else None
    return model is not None and model.category_id == asset.category_id


def is_apart(asset: Asset, values: Mapping[str, Any]) -> bool:
    """Say whether an asset's category would be of another kind than that of its model, with these values."""
    model_id = values.get("model_id", asset.model_id)
    category_id = values.get("category_id", asset.category_id)
    model = row_of(Model, model_id) if model_id else None
    if model is None or model.category is None or category_id in (None, model.category.id):
        return False
    return bool(row_of(Category, category_id).kind != model.category.kind)


def clean_serial(text: str, maker_id: int | None) -> str:
    """Return a serial number in its maker's form; raises Invalid for a placeholder."""
    maker = row_of(Manufacturer, maker_id) if maker_id else None
    canonical = identity.canonical_serial(text, maker.key if maker else None)
    if canonical:
        return canonical
    if identity.is_junk(text) or len(text) > identity.LONGEST_SERIAL:
        raise Invalid(
            "serial",
            N_("“%(serial)s” is a placeholder, not a serial number. Leave the field empty."),
            serial=text[:64],
        )
    return " ".join(text.upper().split())


def check(values: Mapping[str, Any], entity_id: int, all_values: Mapping[str, Any] | None = None) -> None:
    """Raise Invalid for a day that has not come, a warranty the wrong way round, or what a state or category lacks."""
    today = history.today_of(entity_id)
    for name in _PAST_DAYS & values.keys():
        if values[name] is not None and values[name] > today and name != "ordered_on":
            raise Invalid(name, N_("This day has not come yet."))
    together = all_values or values
    starts, ends = together.get("warranty_starts_on"), together.get("warranty_ends_on")
    if starts and ends and ends < starts:
        raise Invalid("warranty_ends_on", N_("The warranty cannot end before it begins."))
    if values.get("state") is State.DISPOSED and not values.get("disposal_route"):
        raise Invalid("disposal_route", N_("Say where it goes."))
    if values.get("category_id") is not None and row_of(Category, values["category_id"]) is None:
        raise Invalid("category", N_("Choose a category."))


def check_duplicate(asset: Asset | None, serial: str | None, maker_id: int | None, entity_id: int) -> None:
    """Raise Invalid when another asset has this serial under this maker (or under none)."""
    if serial is not None:
        refuse_same(serials_known([serial]).get(serial, []), asset, maker_id, entity_id)


def with_serial(text: str | None, maker_id: int | None) -> list[Asset]:
    """Return the assets that have this serial number, none for a placeholder."""
    try:
        serial = clean_serial(text, maker_id) if text else None
    except Invalid:
        return []
    return serials_known([serial]).get(serial, []) if serial else []


def serials_known(serials: Collection[str]) -> dict[str, list[Asset]]:
    """Return the assets that have one of these serials, by serial."""
    found: dict[str, list[Asset]] = {}
    if serials:
        for asset in db.session.scalars(select(Asset).where(among(Asset.serial, serials)).order_by(Asset.id)):
            found.setdefault(asset.serial or "", []).append(asset)
    return found


def refuse_same(others: Iterable[Asset], asset: Asset | None, maker_id: int | None, entity_id: int) -> None:
    """Raise Invalid when one of `others`, which have the serial in question, may be of the same maker."""
    for other in others:
        if other is asset:
            continue
        if None not in (maker_id, other.manufacturer_id) and maker_id != other.manufacturer_id:
            continue
        if other.entity_id == entity_id:
            raise Invalid("serial", N_("%(label)s has this serial number already."), label=other.label)
        raise Invalid("serial", N_("Equipment of another entity has this serial number already."))


def check_tag(tag: str | None) -> None:
    """Raise Invalid when an asset has this tag."""
    if tag and db.session.scalar(select(Asset.id).where(Asset.tag == tag)) is not None:
        raise taken(tag)


def taken(tag: str | None) -> Invalid:
    """Return the refusal of a tag that another asset has."""
    return Invalid("tag", N_("The tag %(tag)s is taken."), tag=tag)


@contextmanager
def unique_tag(tag: str | None) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal tag into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        if "tag" in str(error.orig):
            raise taken(tag) from error
        raise
