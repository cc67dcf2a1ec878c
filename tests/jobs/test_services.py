"""Making, stopping and doing again of jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.jobs import leases, services
from inventory.jobs.context import InterruptedJobError, JobContext, TryLaterError, open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.jobs.runner import pulse

pytestmark = pytest.mark.usefixtures("engine")
ALICE = Actor("user", "a1", "Alice")


def add_job(kind: str = "test.kind", **values: object) -> Job:
    with transaction():
        return services.enqueue(kind, {"n": 1}, title="A job", **values)  # type: ignore[arg-type]


def start(job: Job) -> JobContext:
    with transaction():
        lease = leases.claim(None, "worker", job_id=job.id)
    assert lease
    return open_context(lease)


def wish(act: object, job: Job) -> None:
    with transaction():
        act(job.id, actor=ALICE)  # type: ignore[operator]


def reload(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_the_same_work_is_not_queued_twice_while_it_is_open() -> None:
    first = add_job(dedupe_key="range:1")
    assert add_job(dedupe_key="range:1").id == first.id
    services.settle(start(first).lease, JobState.DONE)
    assert add_job(dedupe_key="range:1").id != first.id


def test_a_function_that_returns_nothing_ends_its_job_as_done(job_kind: dict[str, object]) -> None:
    job_kind["test.kind"] = lambda context: None
    job = add_job()
    execute(start(job))
    assert reload(job).state is JobState.DONE
    assert reload(job).ended_at is not None


def test_a_function_may_say_that_it_was_done_in_part(job_kind: dict[str, object]) -> None:
    job_kind["test.kind"] = lambda context: JobState.PARTIAL
    job = add_job()
    execute(start(job))
    assert reload(job).state is JobState.PARTIAL


def test_a_refusal_fails_the_job_at_once_with_its_sentence(job_kind: dict[str, object]) -> None:
    def refuse(_context: JobContext) -> None:
        raise Refused("%(name)s has no credential.", name="Mairie")

    job_kind["test.kind"] = refuse
    job = add_job()
    execute(start(job))
    assert reload(job).state is JobState.FAILED
    assert reload(job).error == "Mairie has no credential."
    event = db.session.scalars(select(JobEvent)).one()
    assert (event.message, event.params) == ("%(name)s has no credential.", {"name": "Mairie"})


def test_an_unexpected_error_is_tried_again_later_and_then_given_up(job_kind: dict[str, object]) -> None:
    def crash(_context: JobContext) -> None:
        raise ZeroDivisionError("secret in the text")

    job_kind["test.kind"] = crash
    job = add_job()
    for expected in (10, 30):
        execute(start(job))
        job = reload(job)
        assert job.state is JobState.QUEUED
        assert timedelta(seconds=expected - 3) < job.run_after - clock.now() <= timedelta(seconds=expected)
    execute(start(job))
    assert reload(job).state is JobState.DEAD
    assert "ZeroDivisionError" in (reload(job).error or "")
    assert "secret" not in (reload(job).error or "")


def test_a_kind_that_nobody_knows_fails_with_its_name() -> None:
    job = add_job("from.the.future")
    execute(start(job))
    assert reload(job).state is JobState.FAILED
    assert "from.the.future" in (reload(job).error or "")


def test_a_waiting_job_is_cancelled_at_once() -> None:
    job = add_job()
    wish(services.cancel, job)
    assert reload(job).state is JobState.CANCELLED


@pytest.mark.parametrize(
    ("act", "state"), [(services.cancel, JobState.CANCELLED), (services.pause, JobState.PAUSED)]
)
def test_a_running_job_obeys_a_wish_at_its_next_step(
    act: object, state: JobState, job_kind: dict[str, object]
) -> None:
    def work(context: JobContext) -> None:
        context.checkpoint(step=1)
        wish(act, job)
        context.stop_soon()
        context.leave_if_asked()

    job_kind["test.kind"] = work
    job = add_job()
    execute(start(job))
    assert reload(job).state is state
    assert reload(job).checkpoint == {"step": 1}


def test_a_paused_job_goes_on_from_its_checkpoint_when_resumed(job_kind: dict[str, object]) -> None:
    def stop(_context: JobContext) -> None:
        raise InterruptedJobError

    job_kind["test.kind"] = stop
    job = add_job()
    context = start(job)
    context.checkpoint(step=5)
    wish(services.pause, job)
    execute(context)
    assert reload(job).state is JobState.PAUSED
    wish(services.resume, job)
    assert start(job).saved == {"step": 5}


def test_a_job_stopped_by_a_closing_worker_waits_again_without_losing_an_attempt(
    job_kind: dict[str, object],
) -> None:
    def stop(_context: JobContext) -> None:
        raise InterruptedJobError

    job_kind["test.kind"] = stop
    job = add_job()
    execute(start(job))
    assert (reload(job).state, reload(job).attempts) == (JobState.QUEUED, 0)


@pytest.mark.parametrize("act", [services.cancel, services.pause, services.resume])
def test_a_job_that_is_over_takes_no_wish(act: object) -> None:
    job = add_job()
    services.settle(start(job).lease, JobState.DONE)
    with pytest.raises(Refused):
        wish(act, job)


def test_a_failed_job_can_be_tried_again_and_keeps_its_checkpoint() -> None:
    job = add_job(dedupe_key="range:1")
    context = start(job)
    context.checkpoint(step=2)
    services.settle(context.lease, JobState.FAILED, message="It failed.")
    wish(services.retry, job)
    assert reload(job).dedupe_key == "range:1"
    assert start(job).saved == {"step": 2}


def test_a_failed_job_is_not_tried_again_while_the_same_work_is_under_way() -> None:
    job = add_job(dedupe_key="range:1")
    services.settle(start(job).lease, JobState.FAILED, message="It failed.")
    add_job(dedupe_key="range:1")
    with pytest.raises(Refused, match="already under way"):
        wish(services.retry, job)


def test_a_job_that_is_done_is_not_tried_again() -> None:
    job = add_job()
    services.settle(start(job).lease, JobState.DONE)
    with pytest.raises(Refused):
        wish(services.retry, job)


def test_progress_said_in_memory_is_written_by_the_keeper_and_at_the_end(job_kind: dict[str, object]) -> None:
    def work(context: JobContext) -> None:
        context.progress(done=10, total=20)
        pulse(context)
        assert reload(job).progress == {"done": 10, "total": 20}
        context.progress(done=20)

    job_kind["test.kind"] = work
    job = add_job()
    execute(start(job))
    assert reload(job).progress == {"done": 20, "total": 20}


def test_the_keeper_tells_a_job_to_stop_when_somebody_wishes_it_or_the_lease_is_lost() -> None:
    job = add_job()
    context = start(job)
    pulse(context)
    assert not context.should_stop()
    wish(services.cancel, job)
    pulse(context)
    assert context.should_stop()

    other = start(add_job())
    with transaction():
        services.locked(other.job_id).owner = "somebody else"
    other.progress(done=1)
    pulse(other)
    assert other.should_stop()
    assert db.session.get_one(Job, other.job_id).progress == {}


def test_what_cannot_be_done_now_is_tried_again_with_its_reason(job_kind: dict[str, object]) -> None:
    def away(context: JobContext) -> None:
        raise TryLaterError("%(what)s is away.", what="The server")

    job_kind["test.kind"] = away
    job = add_job(max_attempts=2)
    execute(start(job))
    assert (reload(job).state, reload(job).error) == (JobState.QUEUED, "The server is away.")
    assert reload(job).run_after > clock.now()
    execute(start(job))
    assert (reload(job).state, reload(job).error) == (JobState.DEAD, "The server is away.")
