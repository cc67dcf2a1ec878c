"""Tells the administrators who want to know that background work failed or was given up."""

from __future__ import annotations

from flask_babel import gettext as _

from inventory.core import mail
from inventory.core.mail import Letter
from inventory.jobs import presentation
from inventory.jobs import queries as jobs
from inventory.jobs.models import Job
from inventory.notices import queries
from inventory.notices.services import SEND


def tell(job: Job) -> None:
    """Write to each of them, once for a job however often it fails (hook "job.finished")."""
    # A mail that cannot be sent is nothing to write a mail about.
    if job.state not in jobs.FAILED_STATES or job.kind == SEND:
        return
    readers = queries.told_of_failures()
    if not readers or not mail.is_set_up():
        return
    for user in readers:
        with mail.in_language(user.language):
            title, state = presentation.title_words(job), _(job.state.label)
            ended = _("“%(title)s” did not come to its end: %(state)s.", title=title, state=state)
            page = _("What it did until then, and a button to try again:")
            asked = _("You asked for these mails in your account, where you can also stop them.")
            address = mail.url("jobs.detail", public_id=job.public_id)
            why = presentation.last_words(job)
            text = mail.signed(user.name, ended, *why, f"{page}\n{address}", asked)
            subject = _("Failed: %(title)s", title=title)
        mail.send(Letter(user.email, user.name, subject, text, key=f"job:{job.public_id}:{user.public_id}"))
