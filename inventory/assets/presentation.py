"""Puts one asset into what its page shows: facts with their sources, its history, its life in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import joinedload

from inventory.assets import ages, authority, bookvalue, custom, fields, lists, past
from inventory.assets.authority import Claim
from inventory.assets.models import Asset, Custody, Provenance
from inventory.assets.states import Ownership, SourceKind, State
from inventory.audit.presentation import field_label, field_value
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import i18n
from inventory.core.addresses import pattern
from inventory.core.errors import NotFound
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization import settings
from inventory.organization.models import Entity, Location, Person
from inventory.procurement.models import Supplier

IDENTITY = (
    "tag",
    "category_id",
    "model_id",
    "manufacturer_id",
    "serial",
    "name",
    "description",
    "os_name",
    "firmware",
)
BELONGING = ("entity_id", "location_id", "ownership", "usage", "payer_id", "in_scope")
WARRANTY = ("warranty_starts_on", "warranty_ends_on")
DATES = (
    "ordered_on",
    "received_on",
    "invoiced_on",
    "first_used_on",
    "commissioned_on",
    "bios_on",
    "retired_on",
    "wiped_on",
    "disposed_on",
)
PURCHASE = ("supplier_id", "order_number", "price_cents", "price_tax")
ACCOUNTS = ("accounting_number",)
# Shown even when empty, because somebody should fill them.
WANTED = frozenset(
    {"category_id", "model_id", "serial", "location_id", "commissioned_on", "warranty_ends_on"}
)
# What the head of a page about one asset says that is no column of it (templates/assets/_identity.html).
AT_A_GLANCE = (
    joinedload(Asset.last_seen),
    joinedload(Asset.manufacturer).load_only(Manufacturer.public_id, Manufacturer.name),
)
# Rows that the page names beside the asset, read with it: what it says of them, and no more.
NAMED = (
    joinedload(Asset.category).load_only(Category.public_id, Category.name, Category.kind),
    joinedload(Asset.model).load_only(Model.public_id, Model.name, Model.category_id),
    joinedload(Asset.entity),
    joinedload(Asset.location).load_only(Location.public_id, Location.name, Location.path),
    joinedload(Asset.holder).load_only(Person.public_id, Person.display_name),
    joinedload(Asset.supplier).load_only(Supplier.public_id, Supplier.name),
    joinedload(Asset.payer).load_only(Entity.public_id, Entity.name),
    *AT_A_GLANCE,
)
# The marks of `components/panels.html`.
MARKS = {
    SourceKind.PERSON: "person",
    SourceKind.SNMP: "network",
    SourceKind.LDAP: "directory",
    SourceKind.AGENT: "agent",
    SourceKind.IMPORT: "import",
    SourceKind.SYSTEM: "system",
}
KINDS = {"price_cents": "euros", "in_scope": "bool", "tag": "code", "serial": "code"}


def facts(
    asset: Asset, names: Sequence[str], claims: Mapping[str, Sequence[Provenance]], *, editable: bool
) -> list[dict[str, Any]]:
    """Return the rows of `panels.facts` for fields of an asset; empty ones only where somebody should fill them."""
    found, acts = [], _acts_on(asset)
    for name in names:
        value = getattr(asset, name)
        if value is None and name not in WANTED and name not in claims:
            continue
        if name == "price_tax" and asset.price_cents is None:
            # The tax mode of no price says nothing.
            continue
        found.append(_fact(asset, name, claims.get(name, ()), acts, editable=editable))
    return found


def _acts_on(asset: Asset) -> dict[str, Callable[[str], str]]:
    """Return what makes the address of each act on a field."""
    return {
        act: pattern(f"assets.{act}", "field", public_id=asset.public_id) for act in ("edit_field", "pin")
    }


def fact_named(
    asset: Asset, name: str, claims: Mapping[str, Sequence[Provenance]], *, editable: bool
) -> dict[str, Any]:
    """Return the row of one field, a column of Asset that people edit or the key of a custom field; raises NotFound."""
    own = next((row for row in custom.facts(asset, editable=True) if row["name"] == name), None)
    if own is not None:
        return own
    if name not in fields.EDITABLE:
        raise NotFound(N_("There is no such field."))
    return _fact(asset, name, claims.get(name, ()), _acts_on(asset), editable=editable)


def _fact(
    asset: Asset,
    name: str,
    claims: Sequence[Provenance],
    acts: Mapping[str, Callable[[str], str]],
    *,
    editable: bool,
) -> dict[str, Any]:
    public_name = fields.public_name(name)
    row: dict[str, Any] = {
        "name": public_name,
        "label": i18n.shown(fields.LABELS[public_name]),
        "value": shown(name, getattr(asset, name)),
        "kind": kind_of(name),
        "url": _link(asset, name),
    }
    if editable and name in fields.EDITABLE:
        row["edit_url"] = acts["edit_field"](public_name)
    if editable and name in {"entity_id", "location_id"} and asset.state is not State.DISPOSED:
        row |= {"act": gettext("Move"), "act_url": url_for("assets.move", public_id=asset.public_id)}
    if name in WANTED and name != "location_id" and editable:
        row["help"] = i18n.shown(N_("Edit to fill it in."))
    if name == "category_id":
        row["remark"] = other_kind(asset.model, asset.category)
    best = authority.winner(name, [Claim(c.source, c, c.said_at, c.pinned) for c in claims])
    if best is not None:
        claim: Provenance = best.value
        row |= {
            "source": MARKS[claim.source],
            "source_label": claim.source_label or i18n.shown(claim.source),
            "seen_at": claim.said_at,
            "pinned": any(c.pinned for c in claims),
            "claims": [(_source(c), shown(name, fields.from_json(name, c.value)), c.said_at) for c in claims],
        }
    if editable and name in fields.CLAIMED and (best is not None or getattr(asset, name) is not None):
        row["pin_url"] = acts["pin"](name)
    return row


def other_kind(model: Model | None, category: Category | None) -> str | None:
    """Return the remark that a model's category is of another kind than the one beside it, None where it is not."""
    if model is None or category is None or model.category_id == category.id:
        return None
    own = model.category
    if own is None or own.kind == category.kind:
        return None
    return gettext(N_("Its model is of another kind: %(category)s."), category=i18n.shown(own.name))


def followed(category: Category, before: Category) -> str | None:
    """Return the remark that an asset gets the category of its new model, None where that is the one it has."""
    if category is before:
        return None
    return gettext(N_("As its model says; it was %(category)s."), category=i18n.shown(before.name))


def _source(claim: Provenance) -> str:
    label = i18n.shown(claim.source)
    words = i18n.labelled(label, claim.source_label) if claim.source_label else label
    return f"{words} ({claim.evidence})" if claim.evidence else words


def kind_of(name: str) -> str:
    """Return how values of a field are shown."""
    return "day" if name.endswith("_on") else KINDS.get(name, "text")


def shown(name: str, value: Any) -> Any:
    """Return a field's value for a page: names for ids, words for codes."""
    if isinstance(value, Code):
        return i18n.shown(value)
    if name == "category_id" and value is not None:
        words = fields.display(name, value)
        return i18n.shown(words) or None
    return fields.display(name, value) if name in fields.RELATIONS else value


def _link(asset: Asset, name: str) -> str | None:
    if name == "location_id" and asset.location is not None:
        return url_for("locations.detail", public_id=asset.location.public_id)
    if name == "model_id" and asset.model is not None:
        return url_for("assets.index", model=asset.model.public_id)
    return None


def age_words(asset: Asset, on: date) -> str:
    """Return the age with what it counts from, or what to do to know it."""
    age = ages.age_of(asset)
    if age is None:
        return gettext(N_("unknown: fill in the day of its first use or delivery"))
    return f"{lists.age_words(asset, on)} ({gettext(age.basis.label)}, {i18n.day(age.from_on)})"


def age_fact(asset: Asset, on: date) -> dict[str, Any]:
    """Return the row that says how old an asset is."""
    return {"name": "age", "label": gettext(N_("Age")), "value": age_words(asset, on)}


def book_value_fact(asset: Asset, on: date) -> dict[str, Any] | None:
    """Return the row that says what an asset is worth in the accounts on a day; None without a price."""
    if asset.price_cents is None or asset.ownership is not Ownership.OWNED:
        return None
    label, name = gettext(N_("Book value")), "book_value"
    begins_on = asset.commissioned_on or asset.received_on or asset.invoiced_on
    if begins_on is None:
        return {
            "name": name,
            "label": label,
            "value": None,
            "help": gettext(N_("Fill in the day it was put in service.")),
        }
    held = settings.value(asset.entity, fields.DEPRECIATION.name)
    found = bookvalue.book_value(asset.price_cents, begins_on, held.value, on)
    if found.cents:
        words = gettext(N_("%(value)s, in equal parts until %(day)s (%(months)s months)"))
    else:
        words = gettext(N_("%(value)s, written off since %(day)s (%(months)s months)"))
    filled = {"value": i18n.euros(found.cents), "day": i18n.day(found.until_on), "months": held.value}
    return {"name": name, "label": label, "value": words % filled}


def model_words(asset: Asset) -> str:
    """Return what an asset is called at the head of its page."""
    return lists.model_words(asset) or asset.name or gettext(N_("Model unknown"))


def beside(
    asset: Asset, on: date, claims: Mapping[str, Sequence[Provenance]], *, editable: bool
) -> dict[str, dict[str, Any]]:
    """Return the rows, by name, of what an asset's page says that may follow from another field."""
    rows = facts(asset, ("category_id", "manufacturer_id"), claims, editable=editable)
    return {row["name"]: row for row in (age_fact(asset, on), book_value_fact(asset, on), *rows) if row}


def custody_words(row: Custody | None) -> str | None:
    """Return who holds by a custody, and where."""
    if row is None:
        return None
    names = (row.person and row.person.display_name, row.location and row.location.name)
    return " · ".join(name for name in names if name) or None


def then(asset: Asset, day: date, custodies: Sequence[Custody]) -> list[dict[str, Any]] | None:
    """Return what held on a day beside what holds today: label, then, now, differs; None before the record begins."""
    found = past.as_it_was(asset, day, custodies)
    if found is None:
        return None
    return [
        {
            "label": field_label(was.name),
            "then": field_value(was.name, was.then),
            "now": field_value(was.name, was.now),
            "differs": was.differs,
        }
        for was in found
    ]
