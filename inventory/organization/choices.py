"""What forms of several features offer: the entities where the user may act, and rows named by a public id."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.forms import PickerField
from inventory.core.permissions import Permission
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization import queries
from inventory.organization.models import Entity, Location

Row = TypeVar("Row")


def entity_options(permission: Permission) -> list[tuple[str, str]]:
    """Return (public id, indented name) of the entities where the user holds the permission."""
    rows = queries.outline(queries.tree(access().entity_ids(permission)))
    return [(row.public_id, "\u2003" * depth + row.name) for row, depth in rows]


def chosen_entity(public_id: str | None, permission: Permission, *, field: str = "entity") -> Entity:
    """Return the entity of a form's choice; raises Invalid when it is not one where the user may act."""
    entity = db.session.scalar(select(Entity).where(Entity.public_id == (public_id or "")))
    if entity is None or not access().allows(permission, entity.id):
        raise Invalid(field, N_("Choose an entity where you may do this."))
    return entity


def chosen(
    model: type[Row], public_id: str | None, *, field: str, permission: Permission = Permission.VIEW
) -> Row | None:
    """Return the row that a picker names, None when empty; raises Invalid when absent or of a foreign entity."""
    if not public_id:
        return None
    row = seen_row(model, public_id, permission)
    if row is None:
        raise Invalid(field, N_("Choose one from the list."))
    return row


def seen_row(model: type[Row], public_id: str, permission: Permission = Permission.VIEW) -> Row | None:
    """Return the row of this public id, None when absent or of an entity where the permission is not held."""
    row: Any = db.session.scalar(select(model).where(model.public_id == public_id))  # type: ignore[attr-defined,arg-type]
    entity_id = getattr(row, "entity_id", None)
    return row if entity_id is None or access().allows(permission, entity_id) else None


def show_place(field: PickerField) -> Location | None:
    """Give a picker of places the name of what it holds, typed just now or saved; returns the place."""
    place = seen_row(Location, field.data, Permission.VIEW) if field.data else None
    field.text = queries.location_name(place)
    return place
