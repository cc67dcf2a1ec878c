"""What an application runs on: equipment added in a role and taken off."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from inventory.applications import forms, services
from inventory.applications.models import ApplicationComponent
from inventory.applications.views.blueprint import address_of, bp, load_application, with_words
from inventory.assets.models import Asset
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, load, page
from inventory.organization.choices import chosen


# Who logs the servers says what runs on them.
@bp.route("/<public_id>/equipment", methods=["GET", "POST"])
@requires(Permission.ASSETS_EDIT)
def attach(public_id: str) -> Response:
    """Say that an application runs on a piece of equipment."""
    application = load_application(public_id, Permission.ASSETS_EDIT)
    form = forms.ComponentForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            asset = chosen(Asset, form.asset.data, field="asset")
            role: Any = form.role.data
            component = services.attach(application, asset, role, actor=g.actor, label=form.label.data)
        if not form.errors:
            words = _("%(name)s runs on %(label)s.", name=application.name, label=component.asset.label)
            return done(words, to=address_of(application))
    return page(
        "applications/component.html",
        form=with_words(form, {"asset": Asset}),
        status=form.status,
        application=application,
    )


@bp.route("/equipment/<public_id>/remove", methods=["POST"])
@requires(Permission.ASSETS_EDIT)
def detach(public_id: str) -> Response:
    """Say that an application no longer runs on a piece of equipment."""
    component = load(ApplicationComponent, public_id, Permission.ASSETS_EDIT)
    application, label = component.application, component.asset.label
    with transaction():
        services.detach(component, actor=g.actor)
    words = _("%(name)s no longer runs on %(label)s.", name=application.name, label=label)
    return done(words, to=address_of(application))
