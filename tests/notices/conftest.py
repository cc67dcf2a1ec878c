"""Mail set up on the instance, and a real server that takes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobState
from inventory.notices import services
from inventory.notices.models import MailSettings
from inventory.notices.smtp import Protection
from tests.servers.smtpd import Received, Smtpd

ADDRESS = "https://parc.example.org"


@pytest.fixture
def smtpd(tmp_path: Path) -> Iterator[Smtpd]:
    """A mail server without protection."""
    with Smtpd(tmp_path) as server:
        yield server


def given(port: int, /, **changes: Any) -> dict[str, Any]:
    """Return settings of mail as the form gives them."""
    return {
        "enabled": True, "host": "localhost", "port": port, "protection": Protection.NONE, "ca_pem": None, "account": None,
        "password": None, "sender_address": "parc@example.org", "sender_name": "Équipement informatique",
        "reply_to": None, "address": ADDRESS, **changes,
    }  # fmt: skip


def set_up(port: int, **changes: Any) -> MailSettings:
    """Give the settings of mail."""
    with transaction():
        return services.save_settings(given(port, **changes), version=None, actor=SYSTEM)


@pytest.fixture
def mail_server(database: Any, smtpd: Smtpd) -> Smtpd:
    """A mail server that the instance is set up to use."""
    set_up(smtpd.port)
    return smtpd


def work() -> list[Job]:
    """Do every job that waits, whenever it is due; returns them as they are afterwards."""
    waiting = list(db.session.scalars(db.select(Job).where(Job.state == JobState.QUEUED).order_by(Job.id)))
    for job in waiting:
        with transaction():
            lease = leases.claim(None, f"test-{job.id}-{job.attempts}", job_id=job.id)
        assert lease is not None
        execute(open_context(lease))
    return [db.session.get_one(Job, job.id, populate_existing=True) for job in waiting]


@pytest.fixture
def sent(mail_server: Smtpd) -> Callable[[], list[Received]]:
    """Returns what does the waiting jobs, and those that they make, and gives all mails that the server has."""

    def mails() -> list[Received]:
        while work():
            pass
        return mail_server.mails

    return mails


def link_in(text: str) -> str:
    """Return the path of the one link of a mail that sets a password."""
    (found,) = re.findall(re.escape(ADDRESS) + r"(/password/\w+)", text)
    return str(found)
