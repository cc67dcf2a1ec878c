"""The forms that create and edit the sheet of an application."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from inventory.applications import fields, forms, references, services
from inventory.applications.models import Application
from inventory.applications.services import FirstUse
from inventory.applications.states import ApplicationState
from inventory.applications.views.blueprint import address_of, bp, load_application, with_words
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, page
from inventory.organization import queries as organization
from inventory.organization.choices import entity_options

PICKED = {fields.public_name(name): model for name, model in fields.RELATIONS.items()}
BEGINNINGS = (ApplicationState.IN_SERVICE, ApplicationState.PLANNED)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def create() -> Response:
    """Add an application, and say that its entity uses it."""
    form = forms.NewApplicationForm(request.form)
    form.entity.choices = options(entity_options(Permission.APPLICATIONS_EDIT))
    form.state.choices = options([(state.value, _(state.label)) for state in BEGINNINGS])
    if not form.sent:
        form.entity.data = organization.public_id_of(g.scope.entity_id)
    if form.submitted_and_valid():
        with form.saving():
            values = form.values()
            used, users, origin = (values.pop(name) for name in ("used", "users", "origin"))
            first_use = FirstUse(users, origin) if used else None
            application = services.create_application(
                references.resolved(values), actor=g.actor, first_use=first_use
            )
        if not form.errors:
            return done(_("%(name)s is added.", name=application.name), to=address_of(application))
    return page("applications/form.html", form=with_words(form, PICKED), status=form.status, application=None)


@bp.route("/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def edit(public_id: str) -> Response:
    """Change the sheet of an application."""
    application = load_application(public_id, Permission.APPLICATIONS_EDIT)
    form = forms.ApplicationForm(request.form, data=_values_of(application))
    if form.submitted_and_valid():
        with form.saving():
            services.update_application(
                application,
                references.resolved(form.values(), application),
                actor=g.actor,
                version=form.seen_version(),
            )
        if not form.errors:
            return done(_("%(name)s is saved.", name=application.name), to=address_of(application))
    return page(
        "applications/form.html", form=with_words(form, PICKED), status=form.status, application=application
    )


def _values_of(application: Application) -> dict[str, Any]:
    """Return what the form shows of an application: public ids for rows, values for the rest."""
    values: dict[str, Any] = {"version": application.version}
    for name in fields.EDITABLE:
        value = getattr(application, fields.public_name(name))
        values[fields.public_name(name)] = getattr(value, "public_id", value)
    return values
