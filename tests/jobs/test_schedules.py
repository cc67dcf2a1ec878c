"""When schedules are due, and that each due instant is fired once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid
from inventory.jobs import schedules, services
from inventory.jobs.models import Firing, Job, JobState, Schedule
from inventory.jobs.runner import keep_house


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("0 3 * * *", "2026-11-24 01:00", "2026-11-24 02:00"),
        ("0 3 * * *", "2026-11-24 02:00", "2026-11-25 02:00"),
        ("0 3 * * *", "2026-07-24 00:30", "2026-07-24 01:00"),
        ("0 3 * * 1", "2026-11-24 12:00", "2026-11-30 02:00"),
        # 2:30 does not exist on 29 March 2026: due as the clock has jumped to 3:30
        ("30 2 * * *", "2026-03-28 12:00", "2026-03-29 01:30"),
        # 2:30 comes twice on 25 October 2026: due the first time only
        ("30 2 * * *", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("30 2 * * *", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("30 2 * * *", "2026-10-25 01:10", "2026-10-26 01:30"),
    ],
)
def test_the_next_due_instant_follows_the_wall_clock(cron: str, after: str, due: str) -> None:
    assert schedules.next_due(cron, "Europe/Paris", utc(after)) == utc(due)


@pytest.mark.parametrize(
    "cron", ["", "3", "0 3 * *", "61 3 * * *", "0 3 * * * *", "@daily", "0 3 * * mardi", "x" * 90]
)
def test_cron_text_that_cannot_be_understood_is_refused(cron: str) -> None:
    with pytest.raises(Invalid) as refusal:
        schedules.check_cron(cron)
    assert refusal.value.field == "cron"


@pytest.mark.parametrize("name", ["", "Paris", "../etc/passwd", "Europe/Bouscat", "\0"])
def test_a_time_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        schedules.check_time_zone(name)


def add_schedule(due: datetime, **values: object) -> Schedule:
    with transaction():
        schedule = Schedule(
            title="Every night", kind="test.kind", payload={"n": 1}, cron="0 3 * * *",
            dedupe_key="range:1", next_due_at=due, **values,
        )  # fmt: skip
        db.session.add(schedule)
    return schedule


def count_jobs() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Job.id))) or 0


def fire(schedule: Schedule) -> Job | None:
    with transaction():
        return schedules.fire(schedule.id)


@pytest.mark.usefixtures("engine")
def test_a_due_schedule_makes_one_job_and_says_when_it_is_due_next() -> None:
    due = clock.now() - timedelta(minutes=1)
    schedule = add_schedule(due)
    job = fire(schedule)
    assert job
    assert (job.kind, job.payload["n"], job.dedupe_key) == ("test.kind", 1, "range:1")
    assert schedule.last_due_at == due
    assert schedule.next_due_at is not None
    assert schedule.next_due_at > clock.now()
    assert fire(schedule) is None
    assert count_jobs() == 1


@pytest.mark.usefixtures("engine")
def test_a_due_instant_that_was_already_fired_makes_no_second_job() -> None:
    due = clock.now() - timedelta(minutes=1)
    schedule = add_schedule(due)
    with transaction():
        db.session.add(Firing(schedule_id=schedule.id, due_at=due))
    assert fire(schedule) is None
    assert count_jobs() == 0
    assert schedule.next_due_at is not None
    assert schedule.next_due_at > clock.now()


@pytest.mark.usefixtures("engine")
def test_nights_missed_while_nothing_ran_are_made_up_for_once() -> None:
    schedule = add_schedule(clock.now() - timedelta(days=10))
    keep_house()
    keep_house()
    assert count_jobs() == 1
    assert db.session.get_one(Schedule, schedule.id).next_due_at > clock.now()  # type: ignore[operator]


def test_two_schedulers_at_once_fire_a_due_instant_once(engine: Flask) -> None:
    schedule = add_schedule(clock.now() - timedelta(minutes=1), enabled=True)
    start = threading.Barrier(4)
    made: list[Job | None] = []

    def work() -> None:
        with engine.app_context():
            start.wait()
            made.append(fire(schedule))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len([job for job in made if job]) == 1
    assert count_jobs() == 1


@pytest.mark.usefixtures("engine")
def test_a_disabled_schedule_makes_nothing() -> None:
    add_schedule(clock.now() - timedelta(minutes=1), enabled=False)
    keep_house()
    assert count_jobs() == 0


@pytest.mark.usefixtures("engine")
def test_a_night_whose_work_is_still_under_way_adds_nothing_to_it() -> None:
    schedule = add_schedule(clock.now() - timedelta(minutes=1))
    first = fire(schedule)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        again = fire(schedule)
    assert first
    assert again
    assert first.id == again.id
    assert services.locked(first.id).state is JobState.QUEUED
    db.session.rollback()
