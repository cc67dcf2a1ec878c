"""Verbs on mail: giving its settings, keeping a letter to be sent, sending it, trying the server."""

from __future__ import annotations

import re
import ssl
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, update

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.auth.services import EMAIL
from inventory.core import clock, vault
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid, Refused
from inventory.core.text import clean
from inventory.core.wording import N_
from inventory.jobs import services as jobs
from inventory.notices import composing, queries, smtp
from inventory.notices.models import MailSettings, OutgoingMail
from inventory.notices.smtp import Note, Protection, Server

SEND = "notices.send"
# Attempts after 10 s, 30 s, 90 s … 6 h: a server may be away for a night.
ATTEMPTS = 9
USEFUL = timedelta(days=3)
KEPT = timedelta(days=90)
HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
HIGHEST_PORT = 65_535
SERVER_SAID = N_("The mail server said: %(said)s")
NOT_SET_UP = N_("Mail is not set up, or switched off.")


def save_settings(values: dict[str, Any], *, version: int | None, actor: Actor) -> MailSettings:
    """Give the settings of mail; a password left empty keeps the one that is stored. Raises Invalid beside the field."""
    row = queries.settings()
    password = values.get("password")
    values = {name: value for name, value in values.items() if name != "password"}
    if not values["account"]:
        password = None
    _check(row, values, password)
    if row is None:
        # Of two who set mail up at once, the second is refused by the key.
        row = MailSettings(id=1, **values)
        changes: audit.Changes = {name: [None, value] for name, value in values.items() if value}
        db.session.add(row)
    else:
        audit.bump(row, version, values, beside=bool(password))
        changes = audit.apply(row, values)
    if password:
        row.password = vault.encrypt(password)
        changes["password"] = [None, "•••"]
    elif not row.account:
        row.password = None
    db.session.flush()
    if changes:
        audit.record(Action.UPDATED, "mail_settings", row, changes, actor=actor)
        send_waiting()
    return row


def send_waiting() -> int:
    """Try at once to send the mails that wait for another attempt; returns how many."""
    return jobs.hurry(SEND)


def _check(row: MailSettings | None, values: dict[str, Any], password: str | None) -> None:
    if not HOST.fullmatch(values["host"] or ""):
        raise Invalid("host", N_("Give the server's name or address alone, such as mail.commune.fr."))
    if not 1 <= (values["port"] or 0) <= HIGHEST_PORT:
        raise Invalid("port", N_("Give a number from %(least)s to %(most)s."), least=1, most=HIGHEST_PORT)
    for name in ("sender_address", "reply_to"):
        if values[name] and not EMAIL.fullmatch(values[name]):
            raise Invalid(name, N_("Type an e-mail address such as name@commune.fr."))
    _check_address(values["address"])
    _check_authority(values["ca_pem"])
    if values["account"]:
        _check_account(row, values, password)


def _check_address(address: str | None) -> None:
    parts = urlsplit(address or "")
    if address and (
        parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment
    ):
        raise Invalid("address", N_("Give the address that people type, such as https://parc.commune.fr."))


def _check_authority(pem: str | None) -> None:
    try:
        ssl.create_default_context(cadata=pem or None)
    except (ssl.SSLError, ValueError):
        raise Invalid("ca_pem", N_("This is not a certificate in PEM form.")) from None


def _check_account(row: MailSettings | None, values: dict[str, Any], password: str | None) -> None:
    if values["protection"] is Protection.NONE:
        raise Invalid(
            "protection",
            N_("The account's password would cross the network in clear: choose STARTTLS or TLS."),
        )
    if password:
        return
    if row is None or row.password is None:
        raise Invalid("password", N_("Give the account's password."))
    if (row.host, row.account) != (values["host"], values["account"]):
        # Who changes the server must not learn the password by that.
        raise Invalid("password", N_("The server or the account is another one: type its password again."))


def keep(
    *,
    to: tuple[str, str],
    subject: str,
    text: str,
    useful_until: datetime | None = None,
    key: str | None = None,
) -> OutgoingMail | None:
    """Put a mail to (name, address) into the outbox, to be sent after the commit; None when its key was there already."""
    if key is not None and queries.has_key(key):
        return None
    now = clock.now()
    _forget(now)
    subject = clean(subject, composing.LONGEST_SUBJECT) or ""
    mail = OutgoingMail(
        to_name=clean(to[0], composing.LONGEST_NAME) or "",
        to_address=to[1],
        subject=subject,
        body=vault.encrypt(text[: composing.LONGEST_TEXT]),
        key=key,
        created_at=now,
        useful_until=useful_until or now + USEFUL,
    )
    db.session.add(mail)
    db.session.flush()
    job = jobs.enqueue(
        SEND, {"mail": mail.id}, title=f"{subject} → {to[1]}", queue=jobs.QUICK, max_attempts=ATTEMPTS
    )
    mail.job_id = job.id
    return mail


def _forget(now: datetime) -> None:
    """Remove the lines of old mails, and the words of those that are too old to be sent."""
    db.session.execute(delete(OutgoingMail).where(OutgoingMail.created_at < now - KEPT))
    too_old = update(OutgoingMail).where(OutgoingMail.useful_until < now, OutgoingMail.body.is_not(None))
    db.session.execute(too_old.values(body=None))


def message_of(mail: OutgoingMail) -> tuple[Server, str, bytes]:
    """Return the server, the sender's address and the octets of a mail that waits.

    Raises Refused when mail is switched off, or when this mail is too old to be of use.
    """
    settings = _settings()
    if mail.body is None or mail.useful_until < clock.now():
        raise Refused(N_("This mail is too old to be of use, so it is not sent any more."))
    octets = composing.compose(
        sender=(settings.sender_name or "", settings.sender_address),
        to=(mail.to_name, mail.to_address),
        subject=mail.subject,
        text=vault.decrypt(mail.body),
        at=mail.created_at,
        message_id=mail.public_id,
        reply_to=settings.reply_to,
    )
    return server_of(settings), settings.sender_address, octets


def note_sent(mail: OutgoingMail) -> None:
    """Keep that a mail was sent, and its words no longer."""
    mail.sent_at, mail.body = clock.now(), None


def server_of(settings: MailSettings) -> Server:
    """Return the server that the settings name, its password opened."""
    return Server(
        host=settings.host,
        port=settings.port,
        protection=settings.protection,
        hello=settings.sender_address.rpartition("@")[2].encode("idna").decode("ascii"),
        ca_pem=settings.ca_pem,
        account=settings.account,
        password=vault.decrypt(settings.password) if settings.password else None,
    )


def try_out(to: str, *, subject: str, text: str, note: Note) -> None:
    """Send a mail to an address at once, without the outbox; `note` hears of each step.

    Raises Invalid for an address that is none, Refused while mail is not set up, NotAccepted at the step that fails.
    """
    settings = _settings()
    address = (to or "").strip()
    if not EMAIL.fullmatch(address):
        raise Invalid("to", N_("Type an e-mail address such as name@commune.fr."))
    octets = composing.compose(
        sender=(settings.sender_name or "", settings.sender_address),
        to=("", address),
        subject=subject,
        text=text,
        at=clock.now(),
        message_id=f"test.{clock.now().timestamp():.0f}",
        reply_to=settings.reply_to,
    )
    smtp.deliver(server_of(settings), octets, sender=settings.sender_address, to=address, note=note)


def _settings() -> MailSettings:
    settings = queries.settings()
    if settings is None or not settings.enabled:
        raise Refused(NOT_SET_UP)
    return settings
