"""Reads the settings of mail and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from inventory.auth.models import Grant, User
from inventory.core.database import db
from inventory.core.permissions import Role
from inventory.jobs.models import Job, JobState
from inventory.jobs.queries import FAILED_STATES
from inventory.notices.models import MailSettings, OutgoingMail
from inventory.organization.models import Entity


def settings() -> MailSettings | None:
    """Return the settings of mail, None while nobody has given any."""
    return db.session.scalar(select(MailSettings))


def latest(limit: int = 10) -> Sequence[OutgoingMail]:
    """Return the latest mails with their jobs, newest first."""
    statement = select(OutgoingMail).options(joinedload(OutgoingMail.job)).order_by(OutgoingMail.id.desc())
    return db.session.scalars(statement.limit(limit)).all()


def has_key(key: str) -> bool:
    """Say whether a mail of this key was written already."""
    return db.session.scalar(select(OutgoingMail.id).where(OutgoingMail.key == key)) is not None


def given_up_since(at: datetime) -> int:
    """Return how many mails written since an instant were given up."""
    statement = (
        select(func.count())
        .select_from(OutgoingMail)
        .join(Job, Job.id == OutgoingMail.job_id)
        .where(OutgoingMail.created_at >= at, Job.state.in_(FAILED_STATES))
    )
    return db.session.scalar(statement) or 0


def waiting_refused() -> int:
    """Return how many mails wait for another attempt, because none went through yet."""
    statement = (
        select(func.count())
        .select_from(OutgoingMail)
        .join(Job, Job.id == OutgoingMail.job_id)
        .where(OutgoingMail.sent_at.is_(None), Job.state == JobState.QUEUED, Job.error.is_not(None))
    )
    return db.session.scalar(statement) or 0


def told_of_failures() -> Sequence[User]:
    """Return the administrators of the instance who want to hear of work that failed."""
    statement = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .join(Entity, Entity.id == Grant.entity_id)
        .where(
            User.active, User.told_of_failures, Grant.role == Role.ADMINISTRATOR, Entity.parent_id.is_(None)
        )
        .order_by(User.id)
    )
    return db.session.scalars(statement).all()
