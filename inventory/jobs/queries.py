"""Reads jobs, their journal and the schedules that make them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, or_, select

from inventory.core import titles
from inventory.core.database import db
from inventory.jobs.models import Job, JobEvent, JobState, Schedule

JOURNAL_SHOWN = 200
OPEN_STATES = tuple(state for state in JobState if not state.is_finished)
FAILED_STATES = (JobState.FAILED, JobState.DEAD)


def jobs() -> Select[Any]:
    """Return all jobs."""
    return select(Job)


def by_public_id(public_id: str) -> Job | None:
    """Return the job of a public id, or None."""
    return db.session.scalar(select(Job).where(Job.public_id == public_id))


def journal(job: Job) -> list[JobEvent]:
    """Return the lines of a job's journal, newest first."""
    statement = select(JobEvent).where(JobEvent.job_id == job.id).order_by(JobEvent.id.desc())
    return list(db.session.scalars(statement.limit(JOURNAL_SHOWN)))


def last_errors(job_ids: Collection[int]) -> dict[int, JobEvent]:
    """Return the last line of level error in the journal of each of these jobs that has one: {job id: line}."""
    latest = (
        select(func.max(JobEvent.id))
        .where(JobEvent.job_id.in_(job_ids), JobEvent.level == "error")
        .group_by(JobEvent.job_id)
    )
    return {row.job_id: row for row in db.session.scalars(select(JobEvent).where(JobEvent.id.in_(latest)))}


def matching(statement: Select[Any], text: str) -> Select[Any]:
    """Keep jobs whose title, or who asked for them, holds `text`."""
    columns = (*titles.searched(Job), Job.requested_by)
    return statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))


def count_open() -> int:
    """Return how many jobs wait, run or are paused."""
    return db.session.scalar(select(func.count(Job.id)).where(Job.state.in_(OPEN_STATES))) or 0


def count_before(job: Job) -> int:
    """Return how many jobs are under way, or wait and come before this one."""
    earlier = (Job.run_after < job.run_after) | ((Job.run_after == job.run_after) & (Job.id < job.id))
    before = (Job.state == JobState.RUNNING) | ((Job.state == JobState.QUEUED) & earlier)
    return db.session.scalar(select(func.count(Job.id)).where(before)) or 0


def count_failed() -> int:
    """Return how many jobs failed or were given up and wait for somebody."""
    return db.session.scalar(select(func.count(Job.id)).where(Job.state.in_(FAILED_STATES))) or 0


def schedules() -> list[Schedule]:
    """Return the schedules, the next due first."""
    statement = select(Schedule).order_by(Schedule.enabled.desc(), Schedule.next_due_at, Schedule.id)
    return list(db.session.scalars(statement))
