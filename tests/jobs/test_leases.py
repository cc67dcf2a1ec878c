"""Claiming, keeping and losing a job, on both stores."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.jobs import leases, services
from inventory.jobs.context import open_context
from inventory.jobs.leases import Lease, LostLeaseError
from inventory.jobs.models import Job, JobState

pytestmark = pytest.mark.usefixtures("engine")


def add_job(**values: object) -> Job:
    with transaction():
        return services.enqueue("test.kind", {}, title="A job", **values)  # type: ignore[arg-type]


def claim(owner: str = "one", queues: list[str] | None = None) -> Lease | None:
    with transaction():
        return leases.claim(queues, owner)


def reload(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def expire(job: Job) -> None:
    with transaction():
        services.locked(job.id).lease_until = clock.now() - timedelta(seconds=1)
    with transaction():
        services.sweep()


def test_a_waiting_job_is_claimed_by_one_worker_only() -> None:
    job = add_job()
    assert claim("one") == Lease(job.id, "one")
    assert claim("two") is None


def test_of_eight_workers_that_want_twenty_jobs_at_once_each_job_goes_to_one(engine: Flask) -> None:
    wanted = {add_job().id for _ in range(20)}
    taken: list[int] = []
    start = threading.Barrier(8)

    def work(name: str) -> None:
        with engine.app_context():
            start.wait()
            misses = 0
            while misses < 3:
                lease = claim(name)
                misses = misses + 1 if lease is None else 0
                if lease:
                    taken.append(lease.job_id)

    workers = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(taken) == sorted(wanted)


def test_a_worker_takes_jobs_of_its_own_queues_only() -> None:
    add_job(queue="site.pes")
    assert claim(queues=["site.lbx", "default"]) is None
    assert claim(queues=["site.pes"]) is not None


def test_a_job_is_not_claimed_before_its_time() -> None:
    job = add_job()
    with transaction():
        services.locked(job.id).run_after = clock.now() + timedelta(hours=1)
    assert claim() is None


def test_the_oldest_waiting_job_is_claimed_first() -> None:
    first, second = add_job(), add_job()
    assert [claim().job_id, claim().job_id] == [first.id, second.id]  # type: ignore[union-attr]


def test_a_heartbeat_prolongs_the_lease_and_brings_the_wish() -> None:
    job = add_job()
    lease = claim()
    assert lease
    with transaction():
        services.locked(job.id).wish = services.CANCEL
    later = clock.now() + timedelta(seconds=20)
    with time_machine.travel(later), transaction():
        assert leases.renew(lease) == services.CANCEL
    assert reload(job).lease_until > later + timedelta(seconds=25)  # type: ignore[operator]


def test_a_worker_that_lost_its_lease_cannot_write() -> None:
    job = add_job()
    old = claim("old")
    assert old
    context = open_context(old)
    expire(job)
    new = claim("new")
    assert new
    with pytest.raises(LostLeaseError):
        context.checkpoint(step=99)
    with pytest.raises(LostLeaseError), old.transaction():
        services.add_event(job.id, "written by a ghost")
    with pytest.raises(LostLeaseError):
        services.settle(old, JobState.DONE)
    assert reload(job).state is JobState.RUNNING
    assert reload(job).checkpoint == {}
    open_context(new).checkpoint(step=1)
    assert reload(job).checkpoint == {"step": 1}


def test_what_was_written_before_the_lease_was_found_lost_is_undone_with_it() -> None:
    job = add_job()
    lease = claim()
    assert lease

    def write_and_find_out() -> None:
        with transaction():
            services.add_event(job.id, "half of a step")
            leases.renew(Lease(job.id, "somebody else"))

    with pytest.raises(LostLeaseError):
        write_and_find_out()
    assert db.session.query(services.JobEvent).count() == 0


def test_an_expired_lease_is_done_again_from_its_checkpoint() -> None:
    job = add_job()
    lease = claim("one")
    assert lease
    open_context(lease).checkpoint(step=3)
    expire(job)
    again = claim("two")
    assert again
    assert open_context(again).saved == {"step": 3}


def test_a_job_whose_workers_keep_dying_is_given_up_with_the_reason() -> None:
    job = add_job()
    for _ in range(3):
        assert claim() is not None
        expire(job)
    assert claim() is None
    job = reload(job)
    assert job.state is JobState.DEAD
    assert job.error is not None
    assert "3 attempts" in job.error


def test_a_job_that_moves_on_between_deaths_is_not_given_up() -> None:
    job = add_job()
    for step in range(6):
        lease = claim()
        assert lease
        open_context(lease).checkpoint(step=step)
        expire(job)
    assert reload(job).state is JobState.QUEUED


def test_a_fresh_lease_is_left_alone_by_the_sweeper() -> None:
    job = add_job()
    claim()
    with transaction():
        assert services.sweep() == 0
    assert reload(job).state is JobState.RUNNING


def test_an_expired_job_that_was_to_be_cancelled_is_cancelled() -> None:
    job = add_job()
    claim()
    with transaction():
        services.locked(job.id).wish = services.CANCEL
    expire(job)
    assert reload(job).state is JobState.CANCELLED
