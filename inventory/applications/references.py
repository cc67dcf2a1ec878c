"""Turns the public ids that forms and the API give into the store's ids, within what the user may see."""

from __future__ import annotations

from typing import Any

from inventory.applications import fields
from inventory.applications.models import Application
from inventory.core.permissions import Permission
from inventory.organization.choices import chosen, chosen_entity


def resolved(values: dict[str, Any], present: Application | None = None) -> dict[str, Any]:
    """Return a form's values as columns of Application: `editor` (a public id) becomes `editor_id`.

    What the application has already stays as it is, even of an entity that the user does not see. Raises Invalid
    beside the field for anything else that is absent, foreign, or an entity where the user may not do this.
    """
    result = {}
    for name, value in values.items():
        column = fields.column_of(name)
        if column not in fields.RELATIONS:
            result[name] = value
        elif name == "entity":
            result[column] = chosen_entity(value, Permission.APPLICATIONS_EDIT).id
        elif present is not None and value and value == _public_id(getattr(present, name)):
            result[column] = getattr(present, column)
        else:
            row: Any = chosen(fields.RELATIONS[column], value, field=name)
            result[column] = row.id if row is not None else None
    return result


def _public_id(row: Any) -> str | None:
    return None if row is None else str(row.public_id)
