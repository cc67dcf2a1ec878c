"""Names the fields of an asset: their words for people, which ones people edit, and how a value reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import inspect, select

from inventory.assets.models import Asset
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import among, db, row_of
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location, Person
from inventory.organization.settings import Setting
from inventory.procurement.models import Supplier

LABELS = {
    "tag": N_("Tag"),
    "name": N_("Name"),
    "serial": N_("Serial number"),
    "manufacturer": N_("Maker"),
    "model": N_("Model"),
    "category": N_("Category"),
    "entity": N_("Entity"),
    "location": N_("Place"),
    "holder": N_("Holder"),
    "state": N_("State"),
    "ownership": N_("Ownership"),
    "usage": N_("Usage"),
    "payer": N_("Paid by"),
    "in_scope": N_("In the scope of the service"),
    "ordered_on": N_("Ordered"),
    "received_on": N_("Received"),
    "invoiced_on": N_("Invoiced"),
    "first_used_on": N_("First used"),
    "commissioned_on": N_("Put in service"),
    "warranty_starts_on": N_("Warranty from"),
    "warranty_ends_on": N_("Warranty until"),
    "bios_on": N_("Date of the BIOS"),
    "retired_on": N_("Retired"),
    "wiped_on": N_("Erased"),
    "disposed_on": N_("Disposed of"),
    "disposal_route": N_("Way out"),
    "supplier": N_("Supplier"),
    "order_number": N_("Order number"),
    "accounting_number": N_("Accounting number"),
    "price_cents": N_("Price"),
    "price_tax": N_("Tax"),
    "firmware": N_("Firmware"),
    "os_name": N_("Operating system"),
    "description": N_("Description"),
    "notes": N_("Notes"),
}

RELATIONS: dict[str, type[Any]] = {
    "manufacturer_id": Manufacturer,
    "model_id": Model,
    "category_id": Category,
    "entity_id": Entity,
    "location_id": Location,
    "holder_id": Person,
    "payer_id": Entity,
    "supplier_id": Supplier,
}

# What an edit may set; state, entity, place and holder change by dated acts of their own.
_DATED = {"entity", "location", "holder", "state", "disposal_route"}
EDITABLE = frozenset(
    f"{name}_id" if f"{name}_id" in RELATIONS else name for name in LABELS if name not in _DATED
)
DAYS = tuple(name for name in LABELS if name.endswith("_on"))
# A name, a serial or a model may be claimed by several sources; who said what is kept for all but the free notes.
CLAIMED = (EDITABLE - {"notes"}) | {"entity_id", "location_id"}


def public_name(field: str) -> str:
    """Return the field's name in pages, history and exports: `model` for `model_id`."""
    return field.removesuffix("_id")


def display(field: str, value: Any) -> Any:
    """Return a value as history keeps it: the name of what an id stands for, euros for cents, else as JSON does."""
    if value is None:
        return None
    if field in RELATIONS:
        row = row_of(RELATIONS[field], value)
        return None if row is None else str(getattr(row, "display_name", None) or getattr(row, "name", value))
    if field == "price_cents":
        return f"{value // 100}.{value % 100:02d} €"
    return as_json(value)


def at_hand(rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Read what the ids in these columns of assets stand for, in one query for each noun.

    The session finds them again without asking the store for as long as somebody holds what this returns.
    """
    wanted: dict[type[Any], set[int]] = {model: set() for model in RELATIONS.values()}
    for values in rows:
        for name, model in RELATIONS.items():
            if values.get(name) is not None:
                wanted[model].add(values[name])
    models = _read(Model, wanted.pop(Model))
    for row in models:
        wanted[Manufacturer].add(row.manufacturer_id)
        if row.category_id is not None:
            wanted[Category].add(row.category_id)
    return [*models, *(row for model, ids in wanted.items() for row in _read(model, ids))]


def _read(model: type[Any], ids: Collection[int]) -> list[Any]:
    """Return the rows with these ids, asking only for those that the session does not have in full."""
    known = [db.session.identity_map.get(db.session.identity_key(model, id_)) for id_ in ids]
    kept = [row for row in known if row is not None and not inspect(row).expired]
    missing = sorted(set(ids) - {row.id for row in kept})
    if missing:
        kept += db.session.scalars(select(model).where(among(model.id, missing)))
    return kept


def as_json(value: Any) -> Any:
    """Return a value as JSON keeps it: codes as text, days in ISO form."""
    if isinstance(value, Code):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def coded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the codes of closed lists as their members; raises ValueError for an unknown code."""
    result = dict(values)
    for name, value in values.items():
        codes = getattr(Asset.__table__.c[name].type, "codes", None)
        if codes is not None and value:
            result[name] = codes(value)
    return result


def from_json(field: str, value: Any) -> Any:
    """Return a value kept by `as_json` as the asset's attribute wants it."""
    if value is None:
        return None
    kind = Asset.__table__.c[field].type
    if field.endswith("_on"):
        return date.fromisoformat(value)
    codes = getattr(kind, "codes", None)
    return codes(value) if codes else value


def forget_relations(asset: Asset) -> None:
    """Make the asset read its maker, model, category, entity, place and the like again from their ids."""
    db.session.expire(asset, [public_name(name) for name in RELATIONS])


# The assembly of each commune sets the durations; three years are usual for account 2183.
DEPRECIATION = Setting(
    "depreciation_months",
    N_("Depreciation of equipment, in months"),
    N_(
        "Over how many months the price of equipment is written off, in equal parts from the day it was put in service."
    ),
    default=36,
    least=12,
    most=120,
)

# How history and filters call each field, and the closed list of its values (audit.presentation.describe).
DESCRIBED = {
    name: (label, getattr(getattr(Asset.__table__.c.get(name), "type", None), "codes", None))
    for name, label in LABELS.items()
} | {
    "pinned": (N_("Pinned"), None),
    "unpinned": (N_("No longer pinned"), None),
    "merged": (N_("Merged"), None),
    "connected": (N_("Connected equipment"), None),
    "connected_to": (N_("Connected to"), None),
    "source_label": (N_("Who said it"), None),
    "said_at": (N_("When it was said"), None),
    "from_on": (N_("From"), None),
    "until_on": (N_("Until"), None),
}
