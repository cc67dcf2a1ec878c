"""Making, ending, stopping and doing again of background work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError

from inventory.core import clock, registry
from inventory.core.access import Actor
from inventory.core.database import after_commit, db
from inventory.core.errors import Refused
from inventory.core.wording import N_, Sentence, Title
from inventory.jobs.leases import Lease
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.jobs.wakeup import wake_runners

CANCEL, PAUSE = "cancel", "pause"
# Work of a moment, such as a mail: a thread of its own does it, so that it does not wait behind a night's scan.
QUICK = "quick"
RETRY_AFTER = timedelta(seconds=10)
LONGEST_NAME = 255
MAX_ATTEMPTS = 3

BY_SCHEDULE = N_("the schedule")

LEASE_EXPIRED = N_("The worker stopped without a word; the job was given up after %(attempts)s attempts.")
TAKEN_OVER = N_("The worker stopped without a word; another one goes on from the last finished step.")


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    title: Title,
    queue: str = "default",
    dedupe_key: str | None = None,
    entity_id: int | None = None,
    requested_by: str = "",
    max_attempts: int = MAX_ATTEMPTS,
) -> Job:
    """Add a job; while an unfinished one has the same `dedupe_key`, return that one instead.

    An attempt that failed is repeated after 10 s, then after three times as long each time, up to `max_attempts`.
    """
    existing = _open_job(dedupe_key)
    if existing is not None:
        return existing
    job = Job(
        kind=kind,
        payload={**payload, "dedupe_key": dedupe_key} if dedupe_key else dict(payload),
        title=title,
        queue=queue,
        dedupe_key=dedupe_key,
        entity_id=entity_id,
        requested_by=requested_by[:LONGEST_NAME],
        max_attempts=max_attempts,
    )
    try:
        with db.session.begin_nested():
            db.session.add(job)
    except IntegrityError:
        # Another process added the same work in between: its job is as good as ours.
        existing = _open_job(dedupe_key)
        if existing is None:
            raise
        return existing
    after_commit(wake_runners)
    return job


def _open_job(dedupe_key: str | None) -> Job | None:
    if dedupe_key is None:
        return None
    return db.session.scalar(select(Job).where(Job.dedupe_key == dedupe_key))


def add_event(job_id: int, message: str, *, level: str = "info", **params: Any) -> None:
    """Add a line to the job's journal; `message` is an N_ sentence."""
    kept = {name: v.to_json() if isinstance(v, Sentence) else v for name, v in params.items()}
    db.session.add(JobEvent(job_id=job_id, level=level, message=message, params=kept))
    db.session.flush()


def locked(job_id: int) -> Job:
    """Return the job as it is now, with its row locked until the end of the transaction."""
    # Not from whom rows that name the job are being written: on PostgreSQL a stop would wait for all of an import.
    return db.session.get_one(Job, job_id, with_for_update={"key_share": True}, populate_existing=True)


def settle(lease: Lease, state: JobState, *, message: str | None = None, **params: Any) -> Job:
    """End the leased job in `state`, saying why in `message`; raises LostLeaseError."""
    with lease.transaction():
        job = locked(lease.job_id)
        if message:
            add_event(job.id, message, level="error", **params)
            job.error = message % params if params else message
        else:
            job.error = None
        end(job, state)
        return job


def end(job: Job, state: JobState) -> None:
    """Put a locked job into its last state and tell those who wait for it."""
    job.state = state
    job.ended_at = clock.now()
    job.dedupe_key = job.wish = job.owner = job.lease_until = None
    db.session.flush()
    registry.run_hooks("job.finished", job=job)


def retry_later(lease: Lease, message: str, **params: Any) -> Job:
    """Queue a job that failed again, later each time; at its limit it is dead, with the reason. Raises LostLeaseError."""
    with lease.transaction():
        job = locked(lease.job_id)
        job.error = message % params if params else message
        add_event(job.id, message, level="error", **params)
        if job.attempts >= job.max_attempts:
            end(job, JobState.DEAD)
        else:
            release(job, run_after=clock.now() + RETRY_AFTER * 3 ** (job.attempts - 1))
        return job


def release(job: Job, *, state: JobState = JobState.QUEUED, run_after: datetime | None = None) -> None:
    """Let go of a locked job without ending it: it waits again, or is paused."""
    job.state = state
    job.owner = job.lease_until = job.wish = None
    if run_after is not None:
        job.run_after = run_after
    db.session.flush()


def postpone(lease: Lease, until: datetime, message: str, /, **params: Any) -> Job:
    """Let a job wait until an instant and go on by itself, which is no failure; a wish comes first. Raises LostLeaseError."""
    with lease.transaction():
        job = locked(lease.job_id)
        if job.wish is None:
            add_event(job.id, message, **params)
            job.attempts, job.error = 0, None
            release(job, run_after=until)
            return job
    return stop_at_wish(lease)


def go_on(job_id: int, *, actor: Actor, **payload: Any) -> Job:
    """Let a waiting job begin at once, with more in its payload; raises Refused when it is over."""
    job = locked(job_id)
    _must_be_open(job)
    job.payload = {**job.payload, **payload}
    if job.state is JobState.PAUSED:
        job.wish = None
    if job.state is not JobState.RUNNING:
        release(job, run_after=clock.now())
        after_commit(wake_runners)
    add_event(job.id, N_("%(who)s lets it go on."), who=actor.label)
    return job


def stop_at_wish(lease: Lease, *, wish: str | None = None) -> Job:
    """Do what was wished for a job that has stopped between two steps: cancelled, paused, or back in its queue.

    `wish` is what somebody left beside the store. Without any, the worker is closing: the attempt does not count.
    Raises LostLeaseError.
    """
    with lease.transaction():
        job = locked(lease.job_id)
        wish = job.wish or wish
        if wish == CANCEL:
            end(job, JobState.CANCELLED)
        elif wish == PAUSE:
            job.attempts = 0
            release(job, state=JobState.PAUSED)
        else:
            job.attempts = max(job.attempts - 1, 0)
            release(job)
        return job


def cancel(job_id: int, *, actor: Actor, heard: bool = False) -> Job:
    """Cancel a job: at once unless it runs, else at its next step; raises Refused when it is over.

    Where its worker `heard` of it beside the store (`aside.ask`), it may be cancelled already.
    """
    job = locked(job_id)
    if not (heard and job.state is JobState.CANCELLED):
        _must_be_open(job)
    add_event(job.id, N_("%(who)s cancelled it."), who=actor.label)
    if job.state is JobState.CANCELLED:
        return job
    if job.state is JobState.RUNNING:
        job.wish = CANCEL
    else:
        end(job, JobState.CANCELLED)
    db.session.flush()
    return job


def pause(job_id: int, *, actor: Actor) -> Job:
    """Pause a job: at once unless it runs, else at its next step; raises Refused when it is over."""
    job = locked(job_id)
    _must_be_open(job)
    add_event(job.id, N_("%(who)s paused it."), who=actor.label)
    if job.state is JobState.RUNNING:
        job.wish = PAUSE
    else:
        job.state = JobState.PAUSED
    db.session.flush()
    return job


def resume(job_id: int, *, actor: Actor) -> Job:
    """Let a paused job go on from its last finished step; raises Refused when it is over."""
    job = locked(job_id)
    _must_be_open(job)
    add_event(job.id, N_("%(who)s resumed it."), who=actor.label)
    job.wish = None
    if job.state is JobState.PAUSED:
        release(job, run_after=clock.now())
        after_commit(wake_runners)
    db.session.flush()
    return job


def retry(job_id: int, *, actor: Actor) -> Job:
    """Queue a job again that failed or was given up; it goes on from its last finished step. One that waits to be tried again is so at once.

    Raises Refused unless it failed, or when the same work is already under way.
    """
    job = locked(job_id)
    waits = waits_to_retry(job)
    if not waits and job.state not in (JobState.FAILED, JobState.DEAD):
        raise Refused(N_("Only a job that failed can be tried again."))
    key = job.payload.get("dedupe_key")
    if not waits and _open_job(key) is not None:
        raise Refused(N_("The same work is already under way in another job."))
    add_event(job.id, N_("%(who)s asked to try again."), who=actor.label)
    job.attempts, job.ended_at, job.error, job.dedupe_key = 0, None, None, key
    release(job, run_after=clock.now())
    after_commit(wake_runners)
    return job


def waits_to_retry(job: Job) -> bool:
    """Say whether a job failed and waits for its next attempt."""
    return job.state is JobState.QUEUED and job.error is not None


def hurry(kind: str) -> int:
    """Try again at once what of a kind waits for its next attempt, because its cause may be mended; returns how many.

    This attempt takes the place of the one that failed: whoever mends in several steps uses none of them up.
    """
    waiting = update(Job).where(Job.kind == kind, Job.state == JobState.QUEUED, Job.error.is_not(None))
    counted = case((Job.attempts > 0, Job.attempts - 1), else_=0)
    hurried = waiting.values(run_after=clock.now(), attempts=counted)
    found = db.session.execute(hurried).rowcount  # type: ignore[attr-defined]
    if found:
        after_commit(wake_runners)
    return int(found)


def _must_be_open(job: Job) -> None:
    if job.state.is_finished:
        raise Refused(N_("This job is already over."))


def has_expired_job() -> bool:
    """Say, without any lock, whether `sweep` is worth running."""
    expired = select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_until < clock.now()).limit(1)
    return db.session.scalar(expired) is not None


def sweep() -> int:
    """Free the jobs whose lease has run out: they are done again up to their limit. Returns how many."""
    expired = db.session.scalars(
        select(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < clock.now())
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for job in expired:
        if job.wish == CANCEL:
            end(job, JobState.CANCELLED)
        elif job.wish == PAUSE:
            release(job, state=JobState.PAUSED)
        elif job.attempts >= job.max_attempts:
            job.error = LEASE_EXPIRED % {"attempts": job.attempts}
            add_event(job.id, LEASE_EXPIRED, level="error", attempts=job.attempts)
            end(job, JobState.DEAD)
        else:
            add_event(job.id, TAKEN_OVER, level="warning")
            release(job, run_after=clock.now())
    return len(expired)
