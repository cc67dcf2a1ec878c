"""Background entry points: sending a mail of the outbox, and the link for a forgotten password."""

from __future__ import annotations

from datetime import timedelta

from inventory.auth import letters, queries, throttle
from inventory.auth import services as auth
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.jobs.context import JobContext, TryLaterError
from inventory.notices import services, smtp
from inventory.notices.models import OutgoingMail
from inventory.notices.smtp import NotAccepted

FORGOTTEN_LIFE = timedelta(hours=2)
# Links that one account may be sent in a quarter of an hour, whoever asks for them.
LINKS_AN_ACCOUNT = 3


def send(context: JobContext) -> None:
    """Send one mail; a server that is away is tried again, one that refuses this mail for good is not."""
    with transaction():
        mail = db.session.get(OutgoingMail, context.payload["mail"])
        if mail is None or mail.sent_at is not None:
            return
        server, sender, octets = services.message_of(mail)
    try:
        smtp.deliver(server, octets, sender=sender, to=mail.to_address)
    except NotAccepted as error:
        if error.said:
            context.event(services.SERVER_SAID, level="warning", said=error.said)
        raise (Refused if error.final else TryLaterError)(error.message, **error.params) from None
    with context.transaction():
        services.note_sent(db.session.get_one(OutgoingMail, mail.id))


def forgotten(context: JobContext) -> None:
    """Send a link for a new password to the user of an address, if there is one; whoever asked learns nothing of it."""
    with context.transaction():
        user = queries.user_named(context.payload["email"])
        if user is None or not user.active:
            return
        try:
            throttle.count(f"forgotten:{user.id}", LINKS_AN_ACCOUNT, clock.now())
        except throttle.TooMany:
            context.event(N_("This account was sent several links just now, so that no other one goes out."))
            return
        token = auth.issue_link(auth.RESET, user, life=FORGOTTEN_LIFE)
        letters.forgotten(user, token, context.payload["language"])
