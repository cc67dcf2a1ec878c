"""The custom fields of equipment: those of all equipment and those of its category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import url_for
from flask_babel import gettext

from inventory.assets import queries
from inventory.assets.models import Asset
from inventory.audit.models import CUSTOM
from inventory.catalog.models import Category, Model
from inventory.core.access import Actor
from inventory.core.errors import Stale
from inventory.core.wording import N_
from inventory.fields import columns, inputs, kinds, values
from inventory.fields import queries as custom_fields
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.organization.choices import seen_row
from inventory.organization.models import Person

NOUN = "asset"


def fields_of(category: Category | None) -> Sequence[CustomField]:
    """Return the fields that equipment of a category has, in the order that forms show them."""
    homes = [(NOUN, "")]
    if category is not None:
        homes.append(("category", category.public_id))
    return custom_fields.fields_at(homes)


def category_of(given: Mapping[str, Any], otherwise: Category | None = None) -> Category | None:
    """Return the category that a form names, itself or through its model."""
    if given.get("category"):
        named: Category | None = queries.row_named(Category, str(given["category"]))
        return named
    model = (
        queries.row_named(Model, str(given["model"])) if given.get("model") and otherwise is None else None
    )
    return model.category if model else otherwise


def values_of(asset: Asset) -> dict[int, CustomValue]:
    """Return what an asset has in its custom fields, by field id."""
    return custom_fields.values_of(NOUN, [asset.public_id]).get(asset.public_id, {})


def save(asset: Asset, fields: Sequence[CustomField], form: Any, *, actor: Actor) -> dict[str, Any]:
    """Save what a form holds for the fields and return {name: [old, new]}."""
    return values.save(NOUN, asset, fields, inputs.typed(form, fields), actor=actor)


def check(asset: Asset | None, fields: Sequence[CustomField], given: Mapping[str, Any]) -> None:
    """Raise Invalid for what others have of the values of a form, as `save` does."""
    values.check_unique(NOUN, None if asset is None else asset.public_id, fields, given)


@contextmanager
def told_in_conflicts(asset: Asset, fields: Sequence[CustomField], form: Any) -> Iterator[None]:
    """Add what was typed into custom fields to the conflict that the block may raise."""
    try:
        yield
    except Stale as error:
        kept = values_of(asset)
        for field in fields:
            now = kept.get(field.id)
            typed = form[field.key].data
            old = kinds.value_of(field.kind, now.text) if now else None
            if typed != old:
                error.current[CUSTOM + field.label] = values.shown(field, now)
                error.yours[CUSTOM + field.label] = _words(field, typed)
        raise


def _words(field: CustomField, value: Any) -> Any:
    if value in (None, ""):
        return None
    person = seen_row(Person, value) if field.kind is FieldKind.PERSON else None
    return values.told(field, kinds.stored(field.kind, value), person)


def facts(asset: Asset, *, editable: bool) -> list[dict[str, Any]]:
    """Return the rows of `panels.facts` for an asset's custom fields; empty ones where somebody may fill them."""
    kept = values_of(asset)
    found = []
    for field in fields_of(asset.category):
        row = kept.get(field.id)
        if row is None and not editable:
            continue
        found.append(_fact(asset, field, row, editable=editable))
    return found


def _fact(asset: Asset, field: CustomField, row: CustomValue | None, *, editable: bool) -> dict[str, Any]:
    fact: dict[str, Any] = {
        "name": field.key,
        "label": field.label,
        "value": kinds.value_of(field.kind, row.text) if row else None,
        "kind": columns.SHOWN_AS.get(field.kind, "text"),
    }
    if field.kind is FieldKind.PERSON and row is not None:
        fact["value"] = row.person.display_name if row.person else None
        fact["url"] = url_for("people.detail", public_id=row.person.public_id) if row.person else None
    if editable:
        fact["edit_url"] = url_for("assets.edit_field", public_id=asset.public_id, field=field.key)
    if field.required:
        fact["help"] = gettext(N_("Edit to fill it in."))
    return fact
