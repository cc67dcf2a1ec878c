"""What the users' administration writes to people: their invitation, a link for a new password, what protects their account."""

from __future__ import annotations

from flask_babel import gettext as _

from inventory.auth.models import User
from inventory.auth.services import LINK_LIFE, Secured
from inventory.core import clock, i18n, mail
from inventory.core.access import Actor
from inventory.core.mail import Letter
from inventory.core.wording import N_

CHANGED = {
    Secured.PASSWORD: (N_("Your password was changed"), N_("The password of your account was changed.")),
    Secured.ADDRESS: (
        N_("Your e-mail address was changed"),
        N_("The e-mail address of your account was changed: this one no longer opens it."),
    ),
    Secured.FACTOR_ON: (
        N_("A second factor protects your account"),
        N_("An authenticator now protects your account: sign-in asks for its code."),
    ),
    Secured.FACTOR_OFF: (
        N_("The second factor of your account is off"),
        N_("The second factor of your account was switched off: the password alone now opens it."),
    ),
}


def invitation(user: User, token: str, by: Actor) -> bool:
    """Send a new user the link that sets their password; says whether mail is set up for that."""
    with mail.in_language(user.language):
        return _send_link(
            user,
            token,
            _("Your account in Parc"),
            _(
                "%(who)s opened an account for you in Parc, the inventory of IT equipment. Your account is %(email)s.",
                who=by.label,
                email=user.email,
            ),
            _("Choose your password within a day; this link works once:"),
        )


def new_password(user: User, token: str, by: Actor) -> bool:
    """Send a user the link that an administrator made for a new password; says whether mail is set up for that."""
    with mail.in_language(user.language):
        return _send_link(
            user,
            token,
            _("A new password for Parc"),
            _("%(who)s made a link with which you set a new password.", who=by.label),
            _("Choose your password within a day; this link works once:"),
        )


def forgotten(user: User, token: str, language: str) -> bool:
    """Send a user the link that was asked for at sign-in; says whether mail is set up for that."""
    with mail.in_language(user.language or language):
        return _send_link(
            user,
            token,
            _("A new password for Parc"),
            _("Somebody, probably you, said at sign-in that the password of this account is forgotten."),
            _("Choose a new one within two hours; this link works once:"),
            _("If it was not you, do nothing: your password stays as it is."),
        )


def _send_link(user: User, token: str, subject: str, *words: str) -> bool:
    if not mail.is_set_up():
        return False
    link = mail.url("auth.new_password", token=token)
    before, after = words[:2], words[2:]
    text = mail.signed(user.name, *before[:1], f"{before[1]}\n{link}", *after)
    mail.send(Letter(user.email, user.name, subject, text, useful_until=clock.now() + LINK_LIFE))
    return True


def secured(user: User, what: Secured, actor: Actor, to: str) -> None:
    """Tell a user that what protects their account was changed, and by whom (hook "user.secured")."""
    if not mail.is_set_up():
        return
    with mail.in_language(user.language):
        subject, sentence = CHANGED[what]
        when = i18n.instant(clock.now())
        by = _("It was done on %(when)s.", when=when)
        if actor.id != user.public_id:
            by = _("It was done on %(when)s by %(who)s.", when=when, who=actor.label)
        advice = _("If you do not know of it, tell your administrator at once.")
        mail.send(Letter(to, user.name, _(subject), mail.signed(user.name, f"{_(sentence)} {by}", advice)))
