"""Background work as rows: jobs with their lease and progress, and the schedules that make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.core import clock
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.core.database import Base
from inventory.core.titles import HasTitle
from inventory.core.types import BigId, Code, CodeType, HasPublicId, UtcDateTime
from inventory.core.wording import N_


class JobState(Code):
    """Where a job stands."""

    QUEUED = "queued", N_("waiting"), "neutral", "clock"
    RUNNING = "running", N_("running"), "info", "player-play"
    PAUSED = "paused", N_("paused"), "warn", "player-pause"
    DONE = "done", N_("done"), "good", "check"
    PARTIAL = "partial", N_("done in part"), "warn", "alert-triangle"
    FAILED = "failed", N_("failed"), "bad", "x"
    CANCELLED = "cancelled", N_("cancelled"), "neutral", "player-stop"
    DEAD = "dead", N_("given up"), "bad", "x"

    @property
    def is_finished(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED)


class Job(HasTitle, HasPublicId, Base):
    """One piece of background work; whoever holds its lease may write for it."""

    __tablename__ = "job"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(60), default="default")
    entity_id: Mapped[int | None] = mapped_column(BigId, index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(CodeType(JobState), default=JobState.QUEUED)
    # What a killed worker's successor needs to go on from: written with each finished chunk.
    checkpoint: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=3)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wish: Mapped[str | None] = mapped_column(String(10))  # "cancel" or "pause", obeyed at the next heartbeat
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # cleared when the job ends
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_kind_created_at", "kind", "created_at"),
    )


class JobEvent(Base):
    """One line of a job's own journal."""

    __tablename__ = "job_event"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    level: Mapped[str] = mapped_column(String(10), default="info")
    message: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Schedule(HasPublicId, Base):
    """When a kind of job is made again: cron text in a time zone, never fired twice for one due instant."""

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    queue: Mapped[str] = mapped_column(String(60), default="default")
    # Given to each job it makes: nothing is started while such a job is still open.
    dedupe_key: Mapped[str | None] = mapped_column(String(120))
    entity_id: Mapped[int | None] = mapped_column(BigId, index=True)
    cron: Mapped[str] = mapped_column(String(60))
    time_zone: Mapped[str] = mapped_column(String(40), default=DEFAULT_TIME_ZONE)
    enabled: Mapped[bool] = mapped_column(default=True)
    last_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class Firing(Base):
    """One due instant of a schedule and the job it made; its key keeps two schedulers from firing it twice."""

    __tablename__ = "firing"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedule.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    schedule: Mapped[Schedule] = relationship()

    __table_args__ = (UniqueConstraint("schedule_id", "due_at"),)
