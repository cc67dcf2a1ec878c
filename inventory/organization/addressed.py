"""The entity that a page's address names by its code."""

from __future__ import annotations

from sqlalchemy import select

from inventory.core.database import db, lookup
from inventory.core.errors import NotFound
from inventory.core.permissions import Permission
from inventory.core.web import authorise
from inventory.core.wording import N_
from inventory.organization.models import Entity


def entity_of(code: str, permission: Permission = Permission.VIEW) -> Entity:
    """Return the entity of a code; raises NotFound when absent or foreign, Forbidden without the right."""
    entity = db.session.scalar(lookup(select(Entity).where(Entity.code == code.upper())))
    if entity is None:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    authorise(permission, entity.id)
    return entity
