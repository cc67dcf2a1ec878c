"""Who may work on a job: claiming it, keeping the lease, and writing only while it is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.jobs.models import Job, JobState

LEASE = timedelta(seconds=30)


class LostLeaseError(Exception):
    """Somebody else may be doing this job now, so that nothing more may be written for it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one job; `owner` is different for every claim, even by the same worker."""

    job_id: int
    owner: str

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction that only commits while the lease is held; raises LostLeaseError at once if not.

        The conditional UPDATE also locks the job's row, so that nobody can take the lease before the commit.
        """
        with transaction() as session:
            renew(self)
            yield session


def claim(queues: Sequence[str] | None, owner: str, *, job_id: int | None = None) -> Lease | None:
    """Take the oldest waiting job of `queues` (None: of any), or the given one; None when there is none.

    One conditional UPDATE: of two workers that want the same job, exactly one gets it.
    """
    now = clock.now()
    wanted = select(Job.id).where(Job.state == JobState.QUEUED)
    wanted = wanted.where(Job.id == job_id) if job_id is not None else wanted.where(Job.run_after <= now)
    if queues is not None:
        wanted = wanted.where(Job.queue.in_(queues))
    wanted = wanted.order_by(Job.run_after, Job.id).limit(1).with_for_update(skip_locked=True)
    statement = (
        update(Job)
        .where(Job.id == wanted.scalar_subquery(), Job.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            owner=owner,
            lease_until=now + LEASE,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, now),
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    claimed = db.session.execute(statement).scalar_one_or_none()
    return None if claimed is None else Lease(claimed, owner)


def renew(lease: Lease, *, progress: dict[str, Any] | None = None) -> str | None:
    """Prolong the lease, write how far the job is, and return the wish ("cancel", "pause") that a person left.

    Raises LostLeaseError when the lease is not held any more.
    """
    values: dict[str, Any] = {"lease_until": clock.now() + LEASE}
    if progress is not None:
        values["progress"] = progress
    statement = (
        update(Job)
        .where(Job.id == lease.job_id, Job.owner == lease.owner, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.wish)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise LostLeaseError(f"job {lease.job_id} is no longer {lease.owner}'s")
    wish: str | None = row[0]
    return wish


def renew_held_up() -> None:
    """Prolong the leases that ran out while one job kept SQLite's only writer: their workers could not."""
    db.session.execute(
        update(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < clock.now() + LEASE / 2)
        .values(lease_until=clock.now() + LEASE)
        .execution_options(synchronize_session=False)
    )


def has_waiting_job(queues: Sequence[str] | None) -> bool:
    """Say, without any lock, whether `claim` is worth trying."""
    wanted = select(Job.id).where(Job.state == JobState.QUEUED, Job.run_after <= clock.now()).limit(1)
    if queues is not None:
        wanted = wanted.where(Job.queue.in_(queues))
    return db.session.scalar(wanted) is not None


def is_due(lease_until: datetime) -> bool:
    """Say whether a third of the lease is over, so that it should be renewed."""
    return lease_until - clock.now() < LEASE * 2 / 3
