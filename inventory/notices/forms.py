"""Input shapes of the settings of mail, its test, and the forgotten password."""

from __future__ import annotations

from inventory.core.forms import (
    BoolField,
    CodeField,
    Form,
    IntField,
    LongTextField,
    PasswordField,
    TextField,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_
from inventory.notices.smtp import Protection


class MailForm(Form):
    """The mail server, and as whom the instance writes."""

    version = VersionField()
    enabled = BoolField(
        N_("Send mail"),
        description=N_("Switched off, nothing is sent; what waits is given up."),
        default=True,
    )
    host = TextField(N_("Server"), [required()], description=N_("Such as mail.commune.fr."))
    port = IntField(N_("Port"), [required()], default=587)
    protection = CodeField(
        N_("Protection"),
        codes=Protection,
        default=Protection.STARTTLS,
        description=N_("None only for a server of your own network."),
    )
    account = TextField(
        N_("Account"),
        description=N_("Leave empty when the server asks for none."),
        render_kw={"autocomplete": "off"},
    )
    password = PasswordField(N_("Password"), render_kw={"autocomplete": "new-password"})
    sender_address = TextField(
        N_("Sender's address"), [required()], description=N_("One that the server lets this account use.")
    )
    sender_name = TextField(N_("Sender's name"), limit=120, description=N_("Such as “IT equipment”."))
    reply_to = TextField(N_("Replies go to"), description=N_("Leave empty for the sender's address."))
    address = TextField(
        N_("Address of this instance"),
        description=N_("What links in mails begin with, such as https://parc.commune.fr."),
    )
    ca_pem = LongTextField(
        N_("Trusted authority"),
        description=N_(
            "The certificate of your own authority, in PEM form. Leave empty to trust the system's."
        ),
    )


class MailTestForm(Form):
    """Where a test goes."""

    to = TextField(N_("Send a test to"), [required()])


class ForgottenForm(Form):
    """Whose password is forgotten."""

    email = TextField(
        N_("E-mail address"), [required()], render_kw={"autocomplete": "username", "autofocus": True}
    )
