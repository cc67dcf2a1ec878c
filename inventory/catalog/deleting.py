"""Deletes a category, a maker or a model that nothing uses and never did, with the names that lead to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.catalog import builtin, uses
from inventory.catalog.models import Category, Manufacturer, ManufacturerAlias, Model, ModelAlias
from inventory.core.access import Actor
from inventory.core.database import db, hold
from inventory.core.errors import Refused
from inventory.core.wording import N_, Sentence

_ALIASES: dict[type[Any], Any] = {
    Manufacturer: ManufacturerAlias.manufacturer_id,
    Model: ModelAlias.model_id,
}
_USED = N_("“%(name)s” is used, so it stays.")


def needed(row: Category | Manufacturer | Model) -> str | None:
    """Return the N_ sentence that says why Parc itself needs a row, None where it does not."""
    if not isinstance(row, Category):
        return None
    if row.code in {category.code for category in builtin.categories()}:
        return N_("Parc brings this category, and would bring it again when it starts next.")
    if row.is_default:
        return N_("What scans find of its kind gets this category. Make another one the default first.")
    return None


def delete(row: Any, *, actor: Actor, entity_id: int | None) -> ChangeSet:
    """Delete a row of the catalogue as a change set, which brings it back.

    Raises Refused for one that is used, or ever was, and for one that Parc needs.
    """
    hold(row)
    if (why := needed(row)) is not None:
        raise Refused(why)
    if uses.uses_of(row):
        raise Refused(_USED, name=row.name)
    # The name of a category that Parc brought is a word of the application.
    name = Sentence(row.name) if isinstance(row, Category) else row.name
    title = Sentence(N_("Deleted from the catalogue: %(name)s"), name=name)
    with audit.change_set(ChangeSetKind.DELETION, title, actor=actor, entity_id=entity_id) as opened:
        audit.record(Action.DELETED, row.__tablename__, row, {"name": [row.name, None]}, actor=actor)
        if (names := _ALIASES.get(type(row))) is not None:
            for alias in db.session.scalars(select(names.class_).where(names == row.id)):
                db.session.delete(alias)
            db.session.flush()
        db.session.delete(row)
        try:
            db.session.flush()
        except IntegrityError as error:
            # Something began to use it after it was looked at.
            raise Refused(_USED, name=row.name) from error
    return opened
