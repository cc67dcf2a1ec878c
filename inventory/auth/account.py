"""A user's own page: profile, password, second factor and sessions."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from inventory.auth import forms, passwords, queries, services, throttle
from inventory.auth.models import UserSession
from inventory.core import clock, mail
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, NotFound
from inventory.core.guard import requires
from inventory.core.permissions import Permission
from inventory.core.web import access, done, leave, page
from inventory.core.wording import N_

bp = Blueprint("account", __name__, url_prefix="/account")
PASSWORD_ATTEMPTS = 10


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def profile() -> Response:
    """Show and change one's own name and language, with sessions and roles beside."""
    form = forms.ProfileForm(request.form, obj=g.account)
    form.language.choices = forms.language_options()
    if not access().allows(Permission.INSTANCE_ADMIN):
        # Background work is theirs to look after alone.
        del form.told_of_failures
    if form.submitted_and_valid():
        with form.saving():
            services.update_user(g.account, form.values(), version=form.seen_version(), actor=g.actor)
        if not form.errors:
            return done(_("Your profile is saved."), to=url_for(".profile"))
    sessions = queries.live_sessions(g.account, clock.now())
    return page(
        "auth/account.html",
        form=form,
        status=form.status,
        sessions=sessions,
        sends_mail=mail.is_set_up(),
        this_session=g.user_session,
        grants=sorted(g.account.grants, key=lambda row: row.entity.name),
    )


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def password() -> Response:
    """Change one's own password, knowing the present one; all sessions end, this one too."""
    form = forms.ChangePasswordForm(request.form)
    if form.submitted_and_valid():
        is_right = _knows_password(form.current.data)
        with form.saving():
            if not is_right:
                raise Invalid("current", N_("This is not your present password."))
            if form.password.data == form.current.data:
                raise Invalid("password", N_("This is your present password: take another one."))
            services.set_password(g.account, form.password.data or "", actor=g.actor)
        if not form.errors:
            session.clear()
            return done(_("Your password is changed. Sign in with it."), to=url_for("auth.sign_in"))
    return page("auth/password.html", form=form, status=form.status)


@bp.route("/second-factor", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def second_factor() -> Response:
    """Set the authenticator up: show its QR code, then ask for its first code."""
    if g.user.has_second_factor:
        return leave(url_for(".profile"))
    form = forms.TotpForm(request.form)
    typed = form.secret.data or ""
    secret = typed if passwords.is_totp_secret(typed) else passwords.new_totp_secret()
    form.secret.data = secret
    codes: list[str] = []
    if form.submitted_and_valid():
        with form.saving():
            codes = services.confirm_totp(g.account, secret, form.code.data or "", actor=g.actor)
        if not form.errors:
            return page("auth/recovery_codes.html", codes=codes)
    address = passwords.totp_address(secret, g.user.email)
    return page("auth/totp.html", form=form, status=form.status, secret=secret, qr=_qr(address))


def _knows_password(password: str | None) -> bool:
    # Counted like a sign-in, so that who found a browser open cannot go on guessing.
    key = f"password:{g.user.id}"
    with transaction():
        throttle.count(key, PASSWORD_ATTEMPTS, clock.now())
    if not passwords.verify_password(g.account.password_hash, password or ""):
        return False
    with transaction():
        throttle.give_back(key)
    return True


def _qr(address: str) -> str:
    import segno

    return str(segno.make(address, micro=False).svg_data_uri(scale=5, border=2))


@bp.route("/second-factor/remove", methods=["POST"])
@requires(Permission.SIGNED_IN)
def remove_second_factor() -> Response:
    """Switch one's own second factor off, with the password."""
    if not _knows_password(request.form.get("password")):
        flash(_("This is not your present password: the second factor is still on."), "error")
        return leave(url_for(".profile"))
    with transaction():
        services.remove_totp(g.account, actor=g.actor)
    return done(_("The second factor is off."), to=url_for(".profile"))


@bp.route("/sessions/<public_id>/end", methods=["POST"])
@requires(Permission.SIGNED_IN)
def end_session(public_id: str) -> Response:
    """End one of one's own sessions."""
    found = db.session.scalar(
        select(UserSession).where(UserSession.public_id == public_id, UserSession.user_id == g.user.id)
    )
    if found is None:
        raise NotFound(N_("This session has ended already."))
    with transaction():
        services.end_session(found, actor=g.actor)
    return done(_("The session is ended."), to=url_for(".profile"))


@bp.route("/sessions/end", methods=["POST"])
@requires(Permission.SIGNED_IN)
def end_other_sessions() -> Response:
    """End all of one's own sessions but this one."""
    with transaction():
        services.end_sessions(g.account, actor=g.actor, but=g.user_session)
    return done(_("All your other sessions are ended."), to=url_for(".profile"))
