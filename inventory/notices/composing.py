"""Puts a mail into the form of the Internet (RFC 5322), whatever its names and words hold."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from inventory.core.text import clean

LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TEXT = 120, 255, 50_000


def compose(
    *,
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    text: str,
    at: datetime,
    message_id: str,
    reply_to: str | None = None,
) -> bytes:
    """Return a plain-text mail as octets; `sender` and `to` are (name, address), `message_id` the part before the @.

    Names and subject are cleaned of line ends and control characters, so that none of them can begin a header.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(*sender)
    message["To"] = _address(*to)
    if reply_to:
        message["Reply-To"] = _address("", reply_to)
    message["Subject"] = clean(subject, LONGEST_SUBJECT) or "Parc"
    message["Date"] = format_datetime(at)
    # The same for each attempt, so that a mail that arrives twice can be told as one.
    message["Message-ID"] = f"<{message_id}@{_domain(sender[1])}>"
    # Nobody's absence note should answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text[:LONGEST_TEXT], cte="quoted-printable")
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    local, _at, _rest = address.rpartition("@")
    return Address(display_name=clean(name, LONGEST_NAME) or "", username=local, domain=_domain(address))


def _domain(address: str) -> str:
    domain = address.rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
