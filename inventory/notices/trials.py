"""A test of the mail server in words: each step that went well, and the one that did not with what to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from inventory.core import mail
from inventory.core.errors import DomainError
from inventory.core.forms import translated
from inventory.core.wording import N_
from inventory.notices import services
from inventory.notices.smtp import NotAccepted, Step

ADVICE = {
    Step.NAME: N_("Nothing was sent."),
    Step.CONNECTION: N_("Nothing was sent. Check the port, and whether a firewall lets this machine out."),
    Step.PROTECTION: N_("Nothing was sent, the password neither. Check the protection and the trusted authority."),
    Step.ACCOUNT: N_("Nothing was sent. Type the account and its password again; some servers want a password made for applications."),
    Step.SENDER: N_("Nothing was sent. Give a sender's address that this account may use."),
    Step.RECIPIENT: N_("Nothing was sent. Check the address, and whether the server carries mail to it."),
    Step.MESSAGE: N_("The server read the mail and refused it; what it says tells why."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test went: (step, what the server said) of each that went well, and why it ended, None when it was accepted."""

    to: str
    passed: list[tuple[Step, str]]
    failed: Step | None = None
    reason: str = ""
    said: str = ""
    advice: str = ""

    @property
    def is_good(self) -> bool:
        return not self.reason


def run(to: str) -> Trial:
    """Send a test mail to an address by the saved settings, in the reader's language."""
    passed: list[tuple[Step, str]] = []
    try:
        services.try_out(
            to,
            subject=_("A test of Parc's mail"),
            text=_("This mail was sent by the test button of Parc: mail works.")
            + f"\n\n{mail.signature()}\n",
            note=lambda step, said: passed.append((step, said)),
        )
    except NotAccepted as error:
        words = translated(error.message, error.params)
        return Trial(to, passed, error.step, words, error.said, _(ADVICE[error.step]))
    except DomainError as error:
        return Trial(to, passed, None, translated(error.message, error.params))
    return Trial(to, passed)
