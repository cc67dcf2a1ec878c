"""The blueprint of applications, their line in the navigation, and how a view loads one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from inventory.applications import queries
from inventory.applications.models import Application
from inventory.core.errors import Forbidden, NotFound
from inventory.core.forms import PickerField
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import access
from inventory.core.wording import N_

bp = Blueprint("applications", __name__, url_prefix="/applications")
MENU = MenuEntry(
    Group.SERVICE,
    N_("Applications"),
    "applications.index",
    "stack-2",
    Permission.VIEW,
    order=35,
    shortcut="g a",
)


def load_application(public_id: str, permission: Permission = Permission.VIEW) -> Application:
    """Return an application that is kept for, or used by, an entity of the user's.

    Who only uses it may see it and do no more: Forbidden; NotFound for everybody else.
    """
    application = queries.application(public_id)
    seen = access().roles
    if application is not None and access().allows(permission, application.entity_id):
        return application
    if application is not None and (
        application.entity_id in seen or queries.is_used_by(application, set(seen))
    ):
        if permission is Permission.VIEW:
            return application
        raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))
    raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))


def address_of(application: Application) -> str:
    """Return the address of an application's page."""
    return url_for("applications.detail", public_id=application.public_id)


def with_words(form: Any, models: dict[str, type[Any]]) -> Any:
    """Give each picker the words of what it holds, so that nothing chosen is lost on the way back."""
    for field in form:
        if isinstance(field, PickerField) and field.data and field.name in models:
            row = queries.row_named(models[field.name], field.data)
            for attribute in ("label", "display_name", "name"):
                field.text = field.text or getattr(row, attribute, None)
    return form
