"""The forgotten password: a link sent by mail, with an answer that does not say whether there is such an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request, url_for

from inventory.auth import throttle
from inventory.core import clock, i18n, mail
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.registry import Panel
from inventory.core.text import clean
from inventory.core.web import leave, page
from inventory.core.wording import N_
from inventory.jobs import services as jobs
from inventory.notices import forms

bp = Blueprint("forgotten", __name__, url_prefix="/forgotten-password")
FORGOTTEN = "notices.forgotten"
# What one address of the network may ask for in a quarter of an hour, and everybody together.
ASKED_FROM_ONE, ASKED_BY_ALL = 5, 100


def _offer(_context: Any) -> dict[str, Any] | None:
    return {} if mail.is_set_up() else None


OFFER = Panel(
    "forgotten", N_("Forgotten password"), "notices/_forgotten.html", _offer, permission=Permission.PUBLIC
)


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def ask() -> Response:
    """Ask for the address of an account; whatever it is, the answer and the time it takes are the same."""
    if not mail.is_set_up():
        # Sign-in then says whom to ask.
        return leave(url_for("auth.sign_in"))
    form = forms.ForgottenForm(request.form)
    if form.submitted_and_valid():
        _send_link(form.email.data or "")
        return page("notices/forgotten_sent.html", email=form.email.data)
    return page("notices/forgotten.html", form=form, status=form.status)


def _send_link(email: str) -> None:
    # The account is looked up by a job, so that the answer comes as fast for one that does not exist.
    limit = min(ASKED_FROM_ONE, current_app.config["SIGN_IN_ATTEMPTS"])
    with transaction():
        throttle.count(throttle.key_of("forgotten", request.remote_addr), limit, clock.now())
        throttle.count("forgotten", ASKED_BY_ALL, clock.now())
    with transaction():
        jobs.enqueue(
            FORGOTTEN,
            {"email": clean(email, 255) or "", "language": i18n.language()},
            title=N_("Forgotten password"),
            queue=jobs.QUICK,
        )
