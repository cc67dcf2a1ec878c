"""The settings of mail with their test, and the latest mails, for the administrator of the instance."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, request, url_for
from flask_babel import gettext as _

from inventory.core import mail
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import done, page
from inventory.core.wording import N_
from inventory.notices import forms, queries, services, trials
from inventory.notices.models import MailSettings

bp = Blueprint("mail", __name__, url_prefix="/mail")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Mail"),
    "mail.index",
    "mail",
    Permission.INSTANCE_ADMIN,
    order=94,
    hint=N_("The mail server, a test of it, and what was sent."),
)


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.INSTANCE_ADMIN)
def index() -> Response:
    """Show and change the settings of mail, with the latest mails beside."""
    settings = queries.settings()
    proposed = {} if settings else {"address": request.host_url.rstrip("/")}
    form = forms.MailForm(request.form, obj=settings, **proposed)
    _say_what_is_stored(form, settings)
    if form.submitted_and_valid():
        with form.saving():
            services.save_settings(form.values(), version=form.seen_version(), actor=g.actor)
        if not form.errors and not form.enabled.data:
            return done(_("The settings of mail are saved. Mail is switched off."), to=url_for(".index"))
        if not form.errors:
            return done(
                _("The settings of mail are saved. Now send a test."), to=url_for(".index", _anchor="test")
            )
    test = forms.MailTestForm(to=g.user.email)
    return page("notices/mail.html", form=form, status=form.status, test=test, trial=None, **_around())


def _say_what_is_stored(form: forms.MailForm, settings: MailSettings | None) -> None:
    if settings is not None and settings.password is not None:
        form.password.description = _("One is stored. Leave empty to keep it.")


def _around() -> dict[str, Any]:
    return {
        "settings": queries.settings(),
        "is_set_up": mail.is_set_up(),
        "public_url": current_app.config["PUBLIC_URL"],
        "mails": queries.latest(),
    }


@bp.route("/test", methods=["POST"])
@requires(Permission.INSTANCE_ADMIN)
def test() -> Response:
    """Send a test mail by the saved settings, and say step by step how it went."""
    form = forms.MailTestForm(request.form)
    trial = trials.run(form.to.data or "") if form.submitted_and_valid() else None
    if trial is not None and trial.is_good:
        with transaction():
            services.send_waiting()
    if request.headers.get("HX-Request"):
        return page("notices/_trial.html", test=form, trial=trial)
    settings = queries.settings()
    shown = forms.MailForm(obj=settings)
    _say_what_is_stored(shown, settings)
    return page("notices/mail.html", status=form.status, form=shown, test=form, trial=trial, **_around())
