"""The dated acts on an application: into service, towards its end, retired."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from inventory.applications import forms, lifecycle, queries, services
from inventory.applications.models import Application
from inventory.applications.services import Leaving
from inventory.applications.states import ApplicationState
from inventory.applications.views.blueprint import address_of, bp, load_application, with_words
from inventory.core.errors import Invalid
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, done, page
from inventory.core.wording import N_

# The words of an address and the state that they lead to.
TO = {"begin-to-retire": ApplicationState.RETIRING, "put-in-service": ApplicationState.IN_SERVICE}


@bp.route("/<public_id>/<any('begin-to-retire', 'put-in-service'):act>", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def change_state(public_id: str, act: str) -> Response:
    """Put an application in service, or begin to retire it."""
    application = load_application(public_id, Permission.APPLICATIONS_EDIT)
    move = lifecycle.move(application.state, TO[act])
    form = forms.StateForm(request.form)
    if form.submitted_and_valid():
        with form.saving():
            services.change_state(application, move.to, actor=g.actor, on=form.on.data, note=form.note.data)
        if not form.errors:
            state = _(application.state.label)
            words = _("%(name)s is %(state)s.", name=application.name, state=state)
            return done(words, to=address_of(application))
    return page("applications/state.html", form=form, status=form.status, application=application, move=move)


@bp.route("/<public_id>/retire", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_EDIT)
def retire(public_id: str) -> Response:
    """Retire an application with its reason; what used it stops that day."""
    application = load_application(public_id, Permission.APPLICATIONS_EDIT)
    lifecycle.move(application.state, ApplicationState.RETIRED)
    form = forms.LeavingForm(request.form, data={"version": application.version})
    if form.submitted_and_valid():
        with form.saving():
            services.retire(application, leaving_of(form), actor=g.actor, version=form.seen_version())
        if not form.errors:
            words = _("%(name)s is retired.", name=application.name)
            return done(words, to=address_of(application))
    uses = [use for use in queries.uses_of(application) if use.until_on is None]
    return page(
        "applications/leave.html", form=with_words(form, {"replaced_by": Application}), status=form.status,
        application=application, use=None, uses=uses, action=url_for(".retire", public_id=public_id),
    )  # fmt: skip


def leaving_of(form: forms.LeavingForm) -> Leaving:
    """Return what a form says of an exit; raises Invalid for a replacement that the user does not see."""
    chosen = form.replaced_by.data
    replaced_by = queries.application(chosen) if chosen else None
    seen = set(access().roles)
    if chosen and (
        replaced_by is None or not (replaced_by.entity_id in seen or queries.is_used_by(replaced_by, seen))
    ):
        raise Invalid("replaced_by", N_("Choose one from the list."))
    leaves_by: Any = form.exit.data
    return Leaving(leaves_by, form.reason.data or "", form.on.data, replaced_by)  # fmt: skip
