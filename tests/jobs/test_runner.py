"""Workers that are killed, closed and started again, as real processes on both stores."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from inventory.core import clock, database
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.jobs import aside, leases, services
from inventory.jobs.context import JobContext
from inventory.jobs.execution import STORE_BUSY
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.jobs.runner import Runner, keep_house, pulse, run_here
from tests.jobs.engine import STEPS

Start = Callable[[], subprocess.Popen[bytes]]
ALICE = Actor("user", "a1", "Alice")
PATIENCE_S = 90


@pytest.fixture
def start_worker(engine: Flask, engine_url: str) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.worker_process", engine_url]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A job of ten steps waits at one of them for as long as this file is there."""
    path = tmp_path / "gate"
    path.touch()
    return path


def add_slow_job(gate: Path, held_at: int, **given: str) -> Job:
    with transaction():
        return services.enqueue(
            "test.slow", {"gate": str(gate), "held_at": held_at}, **{"title": "Slow", **given}
        )


def reload(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def wait_until(holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def steps_done() -> list[int]:
    db.session.rollback()
    events = db.session.scalars(
        select(JobEvent).where(JobEvent.message == "step %(step)s").order_by(JobEvent.id)
    )
    return [event.params["step"] for event in events]


@pytest.mark.slow
def test_a_job_whose_worker_is_killed_goes_on_from_its_last_step(start_worker: Start, gate: Path) -> None:
    job = add_slow_job(gate, 3)
    worker = start_worker()
    wait_until(lambda: reload(job).checkpoint.get("step", 0) == 3)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    gate.unlink()
    assert reload(job).state is JobState.RUNNING
    assert steps_done() == [0, 1, 2]
    with transaction():  # thirty seconds go by
        services.locked(job.id).lease_until = clock.now() - timedelta(seconds=1)
    start_worker()
    wait_until(lambda: reload(job).state is JobState.DONE)
    assert steps_done() == list(range(STEPS)), "each step is written exactly once"


@pytest.mark.slow
def test_a_mail_does_not_wait_behind_a_nights_scan(start_worker: Start, gate: Path) -> None:
    scan = add_slow_job(gate, 0)
    start_worker()
    wait_until(lambda: reload(scan).state is JobState.RUNNING)
    mail = add_slow_job(gate, STEPS, title="Mail", queue=services.QUICK)
    wait_until(lambda: reload(mail).state is JobState.DONE)
    assert reload(scan).state is JobState.RUNNING


@pytest.mark.slow
def test_a_worker_asked_to_close_stops_between_two_steps_and_gives_its_job_back(
    start_worker: Start, gate: Path
) -> None:
    job = add_slow_job(gate, 2)
    worker = start_worker()
    wait_until(lambda: reload(job).checkpoint.get("step", 0) == 2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    assert reload(job).state is JobState.QUEUED
    assert steps_done() == [0, 1]
    gate.unlink()
    start_worker()
    wait_until(lambda: reload(job).state is JobState.DONE)
    assert steps_done() == list(range(STEPS))


@pytest.mark.slow
def test_a_running_job_is_cancelled_before_it_ends(start_worker: Start, gate: Path) -> None:
    job = add_slow_job(gate, 1)
    start_worker()
    wait_until(lambda: reload(job).state is JobState.RUNNING)
    with transaction():
        services.cancel(job.id, actor=ALICE)
    wait_until(lambda: reload(job).state is JobState.CANCELLED)
    assert len(steps_done()) < STEPS


def test_a_runner_inside_the_process_takes_up_a_new_job_at_once(
    engine: Flask, job_kind: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its next look is an hour away: what it does before then, it was woken for.
    monkeypatch.setattr("inventory.jobs.runner.POLL_S", 3600.0)
    done: list[int] = []
    job_kind["test.kind"] = lambda context: done.append(context.payload["n"])
    runner = Runner(engine, threads=2).start()
    try:
        time.sleep(0.2)
        with transaction():
            services.enqueue("test.kind", {"n": 7}, title="Quick")
        wait_until(lambda: done == [7])
    finally:
        assert runner.stop()


def test_beside_one_that_keeps_the_store_others_wait_and_go_on_by_themselves(
    engine: Flask, job_kind: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine, "instance_path", str(tmp_path))
    patience_ms: list[int] = []
    in_the_middle, other_began, may_end = (threading.Event() for _ in range(3))

    def whole(context: JobContext) -> None:
        with context.whole():
            db.session.execute(select(Job.id))
            in_the_middle.set()
            assert may_end.wait(PATIENCE_S)

    def short(context: JobContext) -> None:
        patience_ms.append(database._patience_ms.get())
        other_began.set()
        assert in_the_middle.wait(PATIENCE_S)
        context.checkpoint(step=1)

    job_kind |= {"test.whole": whole, "test.short": short}
    with transaction():
        scan = services.enqueue("test.short", {}, title="Scan")
    runner = Runner(engine, threads=2).start()
    try:
        assert other_began.wait(PATIENCE_S)
        with transaction():
            imported = services.enqueue("test.whole", {}, title="parc.csv")
        assert in_the_middle.wait(PATIENCE_S)
        if db.engine.dialect.name == "sqlite":
            keep_house()
            assert aside.keeper() == imported.public_id
        may_end.set()
        wait_until(lambda: reload(scan).state is reload(imported).state is JobState.DONE)
        assert (reload(scan).attempts, reload(scan).error, aside.keeper()) == (1, None, None)
        assert patience_ms == [database.PATIENCE_IN_BACKGROUND_MS]
    finally:
        may_end.set()
        assert runner.stop()


def test_a_lease_that_ran_out_while_the_store_was_kept_is_not_lost(
    engine: Flask, job_kind: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes other writers meanwhile")
    monkeypatch.setattr(engine, "instance_path", str(tmp_path))
    with transaction():
        scan = services.enqueue("test.short", {}, title="Scan")
        assert leases.claim(None, "other worker", job_id=scan.id)
        services.locked(scan.id).lease_until = clock.now() - timedelta(seconds=1)

    def whole(context: JobContext) -> None:
        with context.whole():
            keep_house()
            raise Refused("no")

    job_kind["test.whole"] = whole
    with transaction():
        imported = services.enqueue("test.whole", {}, title="parc.csv")
    run_here(engine, imported.id)
    assert (reload(imported).state, reload(scan).state) == (JobState.FAILED, JobState.RUNNING)
    assert (reload(scan).lease_until or clock.now()) > clock.now()
    keep_house()
    assert (reload(scan).owner, reload(scan).attempts) == ("other worker", 1)


def test_one_that_keeps_the_store_is_seen_to_however_long_it_says_nothing(
    engine: Flask, job_kind: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes other writers meanwhile")
    monkeypatch.setattr(engine, "instance_path", str(tmp_path))
    seen: list[str | None] = []

    def silent(context: JobContext) -> None:
        with context.whole():
            (said,) = (tmp_path / aside.FOLDER).iterdir()
            os.utime(said, (0, 0))
            seen.append(aside.keeper())
            pulse(context)
            seen.append(aside.keeper())

    job_kind["test.whole"] = silent
    with transaction():
        imported = services.enqueue("test.whole", {}, title="parc.csv")
    run_here(engine, imported.id)
    assert seen == [None, imported.public_id]


def test_a_store_that_stays_busy_is_no_failed_attempt(engine: Flask, job_kind: dict[str, object]) -> None:
    def busy(_context: JobContext) -> None:
        fault = sqlite3.OperationalError("database is locked")
        fault.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("BEGIN IMMEDIATE", None, fault)

    job_kind["test.kind"] = busy
    with transaction():
        job = services.enqueue("test.kind", {}, title="Scan")
    run_here(engine, job.id)
    assert (reload(job).state, reload(job).attempts, reload(job).error) == (JobState.QUEUED, 0, None)
    assert reload(job).run_after > clock.now()
    assert [event.message for event in db.session.scalars(select(JobEvent))] == [STORE_BUSY]


def test_a_command_does_its_own_job_in_the_foreground(engine: Flask, job_kind: dict[str, object]) -> None:
    def work(context: JobContext) -> None:
        context.checkpoint(step=1)

    job_kind["test.kind"] = work
    with transaction():
        job = services.enqueue("test.kind", {}, title="Here")
    assert run_here(engine, job.id)
    assert reload(job).state is JobState.DONE
    assert not run_here(engine, job.id)
