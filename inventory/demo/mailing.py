"""Makes the mails of the demonstration: invitations that were sent, one that its server refused, and mail switched off."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.demo import names
from inventory.demo.world import World
from inventory.jobs import services as jobs
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.notices.models import MailSettings, OutgoingMail
from inventory.notices.services import ATTEMPTS, SEND, SERVER_SAID, USEFUL
from inventory.notices.smtp import NO_SUCH_RECIPIENT, Protection

SUBJECT = "Votre compte Parc"
GONE = ("secretariat@rocheval.example", "Secrétariat de Rocheval")
SAID = "5.1.1 unknown mailbox"


def make(world: World, people: list[tuple[str, str]]) -> None:
    """Write the invitation of each (address, name), and one to somebody whose mailbox is gone.

    Mail is set up but switched off: nothing leaves an instance in which everybody is made up.
    """
    world.rows.add(
        MailSettings,
        enabled=False,
        host=f"smtp.{names.MAIL_DOMAIN}",
        port=587,
        protection=Protection.STARTTLS,
        sender_address=f"parc@{names.MAIL_DOMAIN}",
        sender_name="Équipement informatique",
        address=f"https://parc.{names.MAIL_DOMAIN}",
    )
    began = datetime.combine(world.order.today - timedelta(days=40), time(9), ZoneInfo(DEFAULT_TIME_ZONE))
    for n, to in enumerate([*people, GONE]):
        _mail(world, to, at=began + timedelta(hours=26 * n), refused=to == GONE)


def _mail(world: World, to: tuple[str, str], *, at: datetime, refused: bool) -> None:
    job_id = world.rows.add(
        Job,
        kind=SEND,
        title=f"{SUBJECT} → {to[0]}",
        queue=jobs.QUICK,
        state=JobState.FAILED if refused else JobState.DONE,
        attempts=1,
        max_attempts=ATTEMPTS,
        run_after=at,
        created_at=at,
        started_at=at,
        ended_at=at + timedelta(seconds=2),
        error=NO_SUCH_RECIPIENT if refused else None,
    )
    world.rows.add(
        OutgoingMail,
        to_address=to[0],
        to_name=to[1],
        subject=SUBJECT,
        job_id=job_id,
        created_at=at,
        useful_until=at + USEFUL,
        sent_at=None if refused else at + timedelta(seconds=2),
    )
    if refused:
        ended = at + timedelta(seconds=2)
        world.rows.add(
            JobEvent, job_id=job_id, at=ended, level="warning", message=SERVER_SAID, params={"said": SAID}
        )
        world.rows.add(JobEvent, job_id=job_id, at=ended, level="error", message=NO_SUCH_RECIPIENT)
