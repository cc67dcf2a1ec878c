"""Turns the public ids that forms and the API give into the store's ids, within what the user may see."""

from __future__ import annotations

from typing import Any

from inventory.assets.fields import RELATIONS
from inventory.catalog.models import Category
from inventory.core.ordering import by_letters
from inventory.core.permissions import Permission
from inventory.organization.choices import chosen, chosen_entity


def resolved(values: dict[str, Any], permission: Permission = Permission.ASSETS_EDIT) -> dict[str, Any]:
    """Return a form's values as columns of Asset: `model` (a public id) becomes `model_id`.

    Raises Invalid beside the field for what is absent, foreign, or an entity where the permission is not held.
    """
    result = {}
    for name, value in values.items():
        column = f"{name}_id"
        if column not in RELATIONS:
            result[name] = value
        elif name == "entity":
            result[column] = chosen_entity(value, permission).id
        else:
            row: Any = chosen(RELATIONS[column], value, field=name)
            result[column] = row.id if row is not None else None
    return result


def category_choices(rows: Any, translate: Any) -> list[tuple[str, str]]:
    """Return (public id, shown name) of categories for a choice, by name."""
    pairs = [(row.public_id, translate(row.name)) for row in rows if isinstance(row, Category)]
    return sorted(pairs, key=lambda pair: by_letters(pair[1]))
