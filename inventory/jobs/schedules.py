"""Schedules: when a kind of work is due again, and firing it once for each due instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core import clock
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.jobs import services
from inventory.jobs.models import Firing, Job, Schedule

if TYPE_CHECKING:
    from flask import Flask

CRON_FIELDS, LONGEST_CRON = 5, 60


def check_cron(cron: str, *, field: str = "cron") -> str:
    """Return the cron text with single spaces; raises Invalid on `field` when it is none."""
    text = " ".join(cron.split())
    if len(text) > LONGEST_CRON or len(text.split(" ")) != CRON_FIELDS:
        raise Invalid(field, N_("Give five fields: minute, hour, day, month, weekday, such as “0 3 * * *”."))
    if not croniter.is_valid(text):
        raise Invalid(field, N_("This is not a cron text that can be understood."))
    return text


def check_time_zone(name: str, *, field: str = "time_zone") -> str:
    """Return the name of an IANA time zone; raises Invalid on `field` for any other."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(field, N_("There is no time zone of this name.")) from None
    return name


def next_due(cron: str, time_zone: str, after: datetime) -> datetime:
    """Return the first instant later than `after` (UTC) at which the wall clock of `time_zone` matches.

    A time that the clock skips in spring is due right after the jump; one that it shows twice in autumn is due once.
    """
    zone = ZoneInfo(time_zone)
    wall_clock = croniter(cron, after.astimezone(zone).replace(tzinfo=None))
    while True:
        due: datetime = wall_clock.get_next(datetime).replace(tzinfo=zone).astimezone(UTC)
        if due > after:
            return due


def save(
    schedule: Schedule | None, values: dict[str, Any], *, actor: Actor, entity_id: int | None
) -> Schedule:
    """Create or change a schedule from title, kind, payload, queue, dedupe_key, cron, time_zone, enabled.

    Raises Invalid for cron text or a time zone that cannot be understood.
    """
    values = {
        **values,
        "cron": check_cron(values["cron"]),
        "time_zone": check_time_zone(values["time_zone"]),
        "entity_id": entity_id,
    }
    created = schedule is None
    if schedule is None:
        schedule = Schedule(**values)
        db.session.add(schedule)
        changes: dict[str, list[Any]] = {
            name: [None, values[name]] for name in ("cron", "time_zone", "enabled") if name in values
        }
    else:
        changes = audit.apply(schedule, values)
    if created or changes:
        schedule.next_due_at = next_due(schedule.cron, schedule.time_zone, clock.now())
        db.session.flush()
        action = Action.CREATED if created else Action.UPDATED
        audit.record(
            action, "schedule", schedule, changes, actor=actor, entity_id=entity_id, label=schedule.title
        )
    return schedule


def install(app: Flask, kind: str, title: str, cron: str) -> None:
    """Give the store of `app` the schedule of a kind of upkeep, where it lacks it; what people made of it stays."""
    plan = {
        "title": title,
        "kind": kind,
        "dedupe_key": kind,
        "cron": cron,
        "time_zone": clock.DEFAULT_TIME_ZONE,
        "enabled": True,
    }
    with app.app_context():
        if db.session.scalar(select(Schedule.id).where(Schedule.kind == kind).limit(1)) is None:
            with transaction():
                save(None, plan, actor=SYSTEM, entity_id=None)
        db.session.remove()


def due_ids() -> list[int]:
    """Return the ids of the enabled schedules that are due, the longest due first."""
    statement = (
        select(Schedule.id)
        .where(Schedule.enabled, Schedule.next_due_at <= clock.now())
        .order_by(Schedule.next_due_at)
    )
    return list(db.session.scalars(statement))


def fire(schedule_id: int) -> Job | None:
    """Make the job of a due schedule and set its next due instant; None when another process was first.

    Due instants missed while nothing ran are made up for by one job, not by one each.
    """
    schedule = db.session.scalar(
        select(Schedule)
        .where(Schedule.id == schedule_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    now = clock.now()
    if schedule is None or not schedule.enabled or schedule.next_due_at is None or schedule.next_due_at > now:
        return None
    firing = Firing(schedule_id=schedule.id, due_at=schedule.next_due_at)
    try:
        with db.session.begin_nested():
            db.session.add(firing)
    except IntegrityError:
        job = None
    else:
        job = _make_job(schedule)
        firing.job_id = job.id
    schedule.last_due_at = firing.due_at
    schedule.next_due_at = next_due(schedule.cron, schedule.time_zone, now)
    db.session.flush()
    return job


def _make_job(schedule: Schedule) -> Job:
    return services.enqueue(
        schedule.kind,
        schedule.payload,
        title=schedule.title,
        queue=schedule.queue,
        dedupe_key=schedule.dedupe_key,
        entity_id=schedule.entity_id,
        requested_by=services.BY_SCHEDULE,
    )
