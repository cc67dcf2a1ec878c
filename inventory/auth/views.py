"""Sign-in in one or two steps, the first run, one-time links and the choice of language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from sqlalchemy.exc import OperationalError

from inventory.auth import forms, passwords, queries, services, throttle
from inventory.auth.claims import claim
from inventory.auth.identity import COOKIE_FIELD
from inventory.auth.models import User
from inventory.core import clock, guard, i18n, registry
from inventory.core.access import SYSTEM
from inventory.core.addresses import local_target
from inventory.core.database import db, is_busy, transaction
from inventory.core.errors import Invalid
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import RETRY_AFTER_S, done, leave, page
from inventory.core.wording import N_
from inventory.organization import services as organization

bp = Blueprint("auth", __name__)
preferences = Blueprint("preferences", __name__)

PENDING = "pending_user"
PENDING_SECONDS = 300
NOT_NOW = N_(
    "Nobody can be signed in just now, because something large is being written. Try again in a few seconds."
)
WRONG = N_("The e-mail address or the password is wrong, or the account waits after too many attempts.")


@bp.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def sign_in() -> Response:
    """Ask for e-mail and password; then for the second factor where there is one."""
    form = forms.SignInForm(request.form)
    target = local_target(request.args.get("next"), "/")
    if g.user is not None:
        return leave(target)
    if form.submitted_and_valid():
        try:
            user, token = _checked(form)
        except OperationalError as error:
            return _put_off(error, form, _sign_in_page)
        if token is not None:
            return _enter(token, target)
        if user is not None:
            session[PENDING] = [user.public_id, int(clock.now().timestamp())]
            return leave(url_for(".second_factor", next=target))
        form.refuse(Invalid("", WRONG))
    return _sign_in_page(form)


def _put_off(error: OperationalError, form: Any, shown: Callable[[Any], Response]) -> Response:
    """Say on the form's page that nobody is let in while another keeps SQLite's only writer; raises any other error.

    The attempts that lock an account, and the sessions that an administrator may end, are in the store: who cannot be
    counted does not come in.
    """
    if not is_busy(error):
        raise error
    form.refuse(Invalid("", NOT_NOW))
    answer = shown(form)
    answer.status_code, answer.headers["Retry-After"] = 503, str(RETRY_AFTER_S)
    return answer


def _sign_in_page(form: forms.SignInForm) -> Response:
    return page(
        "auth/sign_in.html",
        form=form,
        status=form.status,
        is_new=not queries.has_users(),
        offers=[panel.template for panel in registry.panels("sign_in") if panel.load(None) is not None],
    )


def _checked(form: forms.SignInForm) -> tuple[User | None, str | None]:
    """Return whose password it is, and the token of a new session where no second factor is to be asked for."""
    key = _count_attempt("sign-in")
    claimed = claim(form.email.data or "", form.password.data or "")
    with transaction():
        user = services.sign_in(claimed, at=clock.now())
        if user is None:
            return None, None
        throttle.give_back(key)
        return user, None if user.totp_confirmed_at is not None else _new_session(user)


def _count_attempt(act: str) -> str:
    # Committed before the attempt itself, so that one that breaks is counted too.
    key = throttle.key_of(act, request.remote_addr)
    with transaction():
        throttle.count(key, current_app.config["SIGN_IN_ATTEMPTS"], clock.now())
    return key


def _new_session(user: User) -> str:
    return services.open_session(
        user, address=request.remote_addr, agent=request.user_agent.string, at=clock.now()
    )


def _enter(token: str, target: str) -> Response:
    session.clear()
    session[COOKIE_FIELD] = token
    return leave(target)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def second_factor() -> Response:
    """Ask for the code of the authenticator, or a recovery code."""
    form, user = forms.CodeForm(request.form), _pending_user()
    target = local_target(request.args.get("next"), "/")
    if user is None:
        session.pop(PENDING, None)
        return leave(url_for(".sign_in", next=target))
    if form.submitted_and_valid():
        try:
            token = _token_for_code(user, form.code.data or "")
        except OperationalError as error:
            return _put_off(error, form, _code_page)
        if token is not None:
            return _enter(token, target)
        form.refuse(Invalid("code", N_("This code is wrong, was used already, or the account waits.")))
    return _code_page(form)


def _code_page(form: forms.CodeForm) -> Response:
    return page("auth/second_factor.html", form=form, status=form.status)


def _token_for_code(user: User, code: str) -> str | None:
    """Return the token of a new session, None for a wrong code."""
    key = _count_attempt("code")
    with transaction():
        if not services.check_code(user, code, at=clock.now()):
            return None
        throttle.give_back(key)
        return _new_session(user)


def _pending_user() -> User | None:
    public_id, since = session.get(PENDING) or (None, 0)
    if public_id is None or clock.now().timestamp() - since > PENDING_SECONDS:
        return None
    return db.session.scalar(db.select(User).where(User.public_id == public_id, User.active))


@bp.route("/sign-out", methods=["POST"])
@requires(Permission.SIGNED_IN)
def sign_out() -> Response:
    """End this browser's session."""
    with transaction():
        services.end_session(g.user_session, actor=g.actor)
    session.clear()
    # The page that comes next is in the browser's language, whatever the user's is.
    g.user = None
    refresh()
    return done(_("You are signed out."), to=url_for(".sign_in"))


@bp.route("/start/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def first_run(token: str) -> Response:
    """Name the instance and create its first administrator, by the link that the start printed."""
    link, form = services.link_by_token(services.FIRST_ADMINISTRATOR, token), forms.FirstRunForm(request.form)
    if form.submitted_and_valid():
        values: dict[str, Any] = form.values()
        with form.saving():
            services.use_link(link)
            root = organization.found_instance(values.pop("organization"), values.pop("code"), actor=SYSTEM)
            user = services.create_first_administrator({**values, "language": i18n.language()}, root)
            token = _new_session(user)
        if not form.errors:
            return _enter(token, "/")
    return page("auth/first_run.html", form=form, status=form.status)


@bp.route("/password/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def new_password(token: str) -> Response:
    """Set a password by the one-time link that an administrator handed over."""
    link, form = services.link_by_token(services.RESET, token), forms.NewPasswordForm(request.form)
    user = db.session.get_one(User, link.user_id)
    if form.submitted_and_valid():
        with form.saving():
            services.use_link(link)
            services.set_password(user, form.password.data or "", actor=services.actor_for(user))
        if not form.errors:
            return done(_("Your password is set. Sign in with it."), to=url_for(".sign_in"))
    return page(
        "auth/new_password.html", form=form, status=form.status, user=user, minimum=passwords.MIN_LENGTH
    )


@preferences.route("/language/<code>", methods=["POST"])
@requires(Permission.PUBLIC)
def language(code: str) -> Response:
    """Change the language, for this browser and for the signed-in user."""
    answer = leave(local_target(request.args.get("next"), "/"))
    if code in i18n.LANGUAGES:
        if g.user is not None:
            with transaction():
                g.account.language = code
        answer.set_cookie(
            i18n.LANGUAGE_COOKIE,
            code,
            max_age=31_536_000,
            samesite="Lax",
            httponly=True,
            secure=guard.is_secure(),
        )
    return answer
