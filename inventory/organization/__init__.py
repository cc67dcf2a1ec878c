"""Entities, places and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages of entities, places and people, with the pickers that search them."""
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.core.permissions import Permission
    from inventory.core.registry import Noun
    from inventory.core.wording import N_
    from inventory.organization import entities, locations, moving, people, search
    from inventory.organization.models import (
        Entity,
        EntityKind,
        Location,
        LocationKind,
        Person,
        PersonKind,
    )

    for blueprint in (entities.bp, locations.bp, people.bp, search.bp):
        app.register_blueprint(blueprint)
    registry.menu(people.MENU)
    registry.menu(locations.MENU)
    registry.menu(entities.MENU)
    presentation.also_of("kind", EntityKind, LocationKind, PersonKind)
    presentation.describe({said: (said, None) for said in (moving.TAKEN, moving.INSIDE)})
    registry.hook("undo.asked", moving.obstruct)
    registry.hook("undo.reverted", moving.settle)
    contribute = Permission.ASSETS_EDIT
    registry.noun(Noun("person", N_("Person"), Person, "people.detail", contribute))
    registry.noun(Noun("location", N_("Place"), Location, "locations.detail", contribute))
    registry.noun(
        Noun("entity", N_("Entity"), Entity, "entities.detail", contribute, "code", lambda row: int(row.id))
    )
