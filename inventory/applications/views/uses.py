"""Who uses an application: added, corrected, ended with a reason."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.applications import forms, services
from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services.uses import UseTerms
from inventory.applications.views.acts import leaving_of
from inventory.applications.views.blueprint import address_of, bp, load_application, with_words
from inventory.core.database import transaction
from inventory.core.forms import options
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import done, load, page
from inventory.organization.choices import chosen_entity, entity_options


@bp.route("/<public_id>/uses/new", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def add_use(public_id: str) -> Response:
    """Say that one more entity uses an application."""
    application = load_application(public_id, Permission.APPLICATIONS_EDIT)
    form = forms.NewUseForm(request.form)
    form.entity.choices = options(entity_options(Permission.APPLICATIONS_EDIT))
    if form.submitted_and_valid():
        with form.saving():
            entity = chosen_entity(form.entity.data, Permission.APPLICATIONS_EDIT)
            origin: Any = form.origin.data
            terms = UseTerms(form.since_on.data, form.users.data, origin)
            services.add_use(application, entity, terms, actor=g.actor)
        if not form.errors:
            words = _("%(entity)s uses %(name)s.", entity=entity.name, name=application.name)
            return done(words, to=address_of(application))
    return page("applications/use.html", form=form, status=form.status, application=application, use=None)


@bp.route("/uses/<public_id>/edit", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def edit_use(public_id: str) -> Response:
    """Correct since when an entity uses an application, and by how many people."""
    use = load(ApplicationUse, public_id, Permission.APPLICATIONS_EDIT)
    form = forms.UseForm(request.form, obj=use)
    if form.submitted_and_valid():
        with form.saving():
            services.update_use(use, form.values(), actor=g.actor, version=form.seen_version())
        if not form.errors:
            words = _("%(entity)s is saved.", entity=use.entity.name)
            return done(words, to=address_of(use.application))
    return page("applications/use.html", form=form, status=form.status, application=use.application, use=use)


@bp.route("/uses/<public_id>/end", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def end_use(public_id: str) -> Response:
    """Say that an entity stopped using an application, and why."""
    use = load(ApplicationUse, public_id, Permission.APPLICATIONS_EDIT)
    form = forms.LeavingForm(request.form, data={"version": use.version})
    if form.submitted_and_valid():
        with form.saving():
            services.end_use(use, leaving_of(form), actor=g.actor, version=form.seen_version())
        if not form.errors:
            words = _(
                "%(entity)s no longer uses %(name)s.", entity=use.entity.name, name=use.application.name
            )
            return done(words, to=address_of(use.application))
    return page(
        "applications/leave.html", form=with_words(form, {"replaced_by": Application}), status=form.status,
        application=use.application, use=use, uses=[], action=url_for(".end_use", public_id=public_id),
    )  # fmt: skip


@bp.route("/uses/<public_id>/reopen", methods=["POST"])
@requires(Permission.APPLICATIONS_EDIT)
def reopen_use(public_id: str) -> Response:
    """Take back that an entity stopped using an application."""
    use = load(ApplicationUse, public_id, Permission.APPLICATIONS_EDIT)
    with transaction():
        services.reopen_use(use, actor=g.actor)
    words = _("%(entity)s uses %(name)s.", entity=use.entity.name, name=use.application.name)
    return done(words, to=address_of(use.application))
