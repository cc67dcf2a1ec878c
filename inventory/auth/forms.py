"""Input shapes of sign-in, the account and the users' administration."""

from __future__ import annotations

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from inventory.core import i18n
from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    Form,
    HiddenField,
    PasswordField,
    TextField,
    options,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.permissions import Role
from inventory.core.wording import N_


def language_options() -> list[SelectChoice]:
    """Return what a choice of language offers; empty follows the browser."""
    return options([("", gettext(N_("As the browser"))), *i18n.LANGUAGES.items()])


class SignInForm(Form):
    """E-mail and password."""

    email = TextField(
        N_("E-mail address"), [required()], render_kw={"autocomplete": "username", "autofocus": True}
    )
    password = PasswordField(N_("Password"), [required()], render_kw={"autocomplete": "current-password"})


class CodeForm(Form):
    """The second factor."""

    code = TextField(
        N_("Code"),
        [required()],
        description=N_("Six digits from your authenticator, or a recovery code."),
        limit=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True},
    )


class FirstRunForm(Form):
    """The instance's name and its first administrator."""

    organization = TextField(N_("Name of your organisation"), [required()], limit=120)
    code = TextField(
        N_("Short code"),
        [required()],
        description=N_(
            "Two to twelve letters, digits or dashes, such as BM: it begins the tags and stands in addresses."
        ),
        limit=12,
    )
    name = TextField(N_("Your name"), [required()], limit=120, render_kw={"autocomplete": "name"})
    email = TextField(N_("E-mail address"), [required()], render_kw={"autocomplete": "username"})
    password = PasswordField(
        N_("Password"),
        [required()],
        description=N_("At least 12 characters: a sentence is easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(Form):
    """A new password, by a one-time link."""

    password = PasswordField(
        N_("New password"),
        [required()],
        description=N_("At least 12 characters: a sentence is easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password for who knows the old one."""

    current = PasswordField(
        N_("Present password"), [required()], render_kw={"autocomplete": "current-password"}
    )


class ProfileForm(Form):
    """What a user may change of their own."""

    version = VersionField()
    name = TextField(N_("Your name"), [required()], limit=120)
    language = ChoiceField(N_("Language"))
    told_of_failures = BoolField(
        N_("Write to me when background work fails"),
        description=N_("A scan, an import or other work that failed or was given up: one mail for each."),
    )


class TotpForm(Form):
    """The first code of a new authenticator."""

    secret = HiddenField()
    code = TextField(
        N_("Code shown by the authenticator"),
        [required()],
        limit=10,
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class UserForm(Form):
    """A user as an administrator sees them."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    email = TextField(N_("E-mail address"), [required()])
    language = ChoiceField(N_("Language"))
    active = BoolField(N_("May sign in"))


ROLE_HELP = N_(
    "A reader sees. A technician also logs, moves, hands over and scans. A manager also imports, edits in bulk, retires and "
    "plans. An administrator also keeps users and settings. Each on the entity and all below it."
)


class NewUserForm(Form):
    """A new user with a first role."""

    name = TextField(N_("Name"), [required()], limit=120)
    email = TextField(N_("E-mail address"), [required()])
    language = ChoiceField(N_("Language"))
    entity = ChoiceField(N_("Entity"), [required()])
    role = CodeField(N_("Role"), codes=Role, description=ROLE_HELP)


class GrantForm(Form):
    """A role on an entity."""

    entity = ChoiceField(N_("Entity"), [required()])
    role = CodeField(N_("Role"), codes=Role, description=ROLE_HELP)
