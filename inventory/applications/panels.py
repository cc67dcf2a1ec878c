"""What the pages of equipment, people and entities show of applications."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from inventory.applications import fields, queries
from inventory.applications.models import Application
from inventory.assets.models import Asset
from inventory.core.registry import Panel
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, Person


def _running(asset: Asset) -> dict[str, Any] | None:
    rows = queries.running_on(asset, access().roles)
    return {"rows": rows, "server": asset.public_id} if rows else None


def _answered(person: Person) -> dict[str, Any] | None:
    rows = [(row, _roles_of(row, person)) for row in queries.answered_by(person, access().roles)]
    return {"rows": rows, "owner": person.public_id} if rows else None


def _roles_of(application: Application, person: Person) -> str:
    held = [name for name in fields.PEOPLE if getattr(application, f"{name}_id") == person.id]
    return ", ".join(gettext(fields.LABELS[name]) for name in held)


def _kept(entity: Entity) -> dict[str, Any]:
    return {"entity": entity, **queries.figures(organization.branch_ids(entity) & access().roles.keys())}


RUNNING = Panel(
    "applications-here",
    N_("Applications that run here"),
    "applications/_panel_running.html",
    _running,
    order=30,
)
ANSWERED = Panel(
    "applications-owned",
    N_("Applications they answer for"),
    "applications/_panel_answered.html",
    _answered,
    order=30,
)
KEPT = Panel("applications", N_("Applications"), "applications/_panel_entity.html", _kept, order=30)
