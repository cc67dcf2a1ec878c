"""The health page says what is wrong with the instance and what to do about it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from inventory.audit.models import Action, AuditRecord
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.dashboard import health
from inventory.dashboard.health import Wellness
from inventory.jobs.models import Job, JobState, Schedule
from inventory.notices import services as mail
from tests.notices.conftest import set_up

pytestmark = pytest.mark.database


@pytest.fixture
def answered(database, reading):
    """Returns a function that gives the answer to a check by a part of its label."""

    def answer(words: str) -> health.Check:
        reading("en")
        return next(check for check in health.checks() if words in check.label)

    return answer


def keep(row: object) -> None:
    with transaction():
        db.session.add(row)


def test_an_instance_at_rest_is_well(answered):
    assert answered("Waiting").wellness is Wellness.GOOD
    assert answered("Failed").wellness is Wellness.GOOD
    assert answered("Schedules").wellness is Wellness.GOOD


def test_work_that_nobody_takes_up_is_said(answered):
    keep(Job(kind="x", title="x", run_after=clock.now() - timedelta(minutes=6)))
    found = answered("Waiting")
    assert (found.wellness, "worker" in found.advice) == (Wellness.BAD, True)


def test_work_that_its_worker_left_behind_waits_too(answered):
    keep(Job(kind="x", title="x", state=JobState.RUNNING, lease_until=clock.now() - timedelta(minutes=6)))
    assert answered("Waiting").wellness is Wellness.BAD


def test_a_clock_that_went_back_is_said(answered):
    assert answered("Clock").wellness is Wellness.GOOD
    with transaction():
        db.session.add(
            AuditRecord(
                action=Action.NOTED, object_type="x", object_id="x", object_label="x", changes={}, actor_kind="system",
                recorded_at=clock.now() + timedelta(hours=1),
            )
        )  # fmt: skip
    assert answered("Clock").wellness is Wellness.BAD


def test_failed_work_and_late_schedules_are_said(answered):
    keep(Job(kind="x", title="x", state=JobState.FAILED))
    keep(Schedule(title="x", kind="x", cron="0 3 * * *", next_due_at=clock.now() - timedelta(hours=1)))
    assert answered("Failed").wellness is Wellness.LOOK
    assert answered("Schedules").wellness is Wellness.LOOK


def test_a_key_that_others_can_read_is_said_first(app, answered, monkeypatch, tmp_path):
    key: Path = tmp_path / "secrets.key"
    key.write_text("x")
    key.chmod(0o644)
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    assert answered("keys").wellness is Wellness.BAD
    key.chmod(0o600)
    assert answered("keys").wellness is Wellness.GOOD


@pytest.mark.parametrize(
    ("days", "wellness"), [(1, Wellness.GOOD), (3, Wellness.LOOK), (8, Wellness.BAD), (None, Wellness.LOOK)]
)
def test_the_age_of_the_last_backup_is_judged(app, answered, monkeypatch, tmp_path, days, wellness):
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    if days is not None:
        at = clock.now() - timedelta(days=days)
        kept = {"at": at.isoformat(), "place": "/srv/copies/parc.sqlite", "size": 2_000_000}
        (tmp_path / "backup.json").write_text(json.dumps(kept))
    found = answered("backup")
    assert found.wellness is wellness
    assert ("/srv/copies/parc.sqlite" in found.said, "parc store backup" in found.advice) == (
        days is not None,
        wellness is not Wellness.GOOD,
    )


def test_little_room_is_said_before_there_is_none(answered, monkeypatch):
    usage = type("Usage", (), {"free": 2**30})
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: usage)
    assert answered("Room").wellness is Wellness.LOOK


def test_mail_that_is_not_set_up_or_was_given_up_is_said(answered):
    assert (answered("Mail").wellness, answered("Mail").said) == (Wellness.LOOK, "not set up")
    set_up(25)
    assert answered("Mail").wellness is Wellness.GOOD
    with transaction():
        kept = mail.keep(to=("A", "a@example.org"), subject="x", text="x")
    job = db.session.get_one(Job, kept.job_id)
    with transaction():
        job.error = "The server does not answer."
    assert (answered("Mail").wellness, answered("Mail").said) == (Wellness.LOOK, "1 waits for the server")
    with transaction():
        job.state = JobState.DEAD
    found = answered("Mail")
    assert (found.wellness, "given up" in found.said) == (Wellness.LOOK, True)


def test_only_the_administrator_of_the_instance_sees_it(sign_in, cast):
    assert sign_in(cast.bruno).get("/settings/health").status_code == 403
    page = sign_in(cast.diane).get("/settings/health")
    assert page.status_code == 200
    assert "SQLite" in page.text or "PostgreSQL" in page.text
