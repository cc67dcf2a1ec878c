"""Threads that claim jobs and do them, inside `parc run` or as a `parc worker` of their own."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from inventory.core.database import db, is_busy, patiently, transaction
from inventory.jobs import aside, leases, schedules, services
from inventory.jobs.context import JobContext, open_context
from inventory.jobs.execution import execute
from inventory.jobs.leases import Lease, LostLeaseError
from inventory.jobs.models import Job
from inventory.jobs.wakeup import wait_for_work, wake_runners

log = logging.getLogger(__name__)

POLL_S = 1.0
HEARTBEAT_S = 1.0
HOUSEKEEPING_S = 5.0
STOP_WITHIN_S = 20.0
OUTAGE_PAUSE_S = 5.0


def worker_name() -> str:
    """Return a name for this process's claims that no other process has."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


class Runner:
    """Claims jobs of `queues` (None: all) and does up to `threads` at once.

    Without `queues`, one more thread does quick work alone. Another one renews the leases, passes wishes on, frees
    expired jobs and fires schedules.
    """

    def __init__(self, app: Flask, queues: Sequence[str] | None = None, threads: int = 2) -> None:
        self._app = app
        self._queues = list(queues) if queues is not None else None
        self._name = worker_name()
        self._claims = 0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._active: dict[str, JobContext] = {}
        taken = [self._queues] * threads + ([[services.QUICK]] if queues is None else [])
        self._threads = [
            threading.Thread(target=self._work, args=(mine,), name=f"parc-job-{n}", daemon=True)
            for n, mine in enumerate(taken)
        ]
        self._keeper = threading.Thread(target=self._keep, name="parc-jobs-keeper", daemon=True)

    def start(self) -> Runner:
        """Start the threads and return at once."""
        for thread in (*self._threads, self._keeper):
            thread.start()
        return self

    def stop(self, timeout: float = STOP_WITHIN_S) -> bool:
        """Ask running jobs to stop at their next step and wait; says whether all of them did.

        What did not stop in time loses nothing: its lease runs out and another worker goes on.
        """
        self._stopping.set()
        with self._lock:
            for context in self._active.values():
                context.stop_soon()
        wake_runners()
        for thread in self._threads:
            thread.join(timeout)
        self._keeper.join(HEARTBEAT_S * 2)
        return not any(thread.is_alive() for thread in self._threads)

    def run_until_stopped(self) -> None:
        """Work until SIGTERM or SIGINT, then stop cleanly; for the main thread of `parc worker`."""
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        self.start()
        ended.wait()
        self.stop()

    def _work(self, queues: list[str] | None) -> None:
        seen = 0
        while not self._stopping.is_set():
            try:
                with self._app.app_context(), patiently():
                    worked = self._do_one(queues)
            except SQLAlchemyError as error:
                _note_outage(error, f"trying again in {OUTAGE_PAUSE_S:.0f} s")
                self._stopping.wait(OUTAGE_PAUSE_S)
                continue
            if not worked:
                seen = wait_for_work(POLL_S, seen)

    def _do_one(self, queues: list[str] | None) -> bool:
        lease = self._claim(queues)
        if lease is None:
            return False
        context = open_context(lease)
        with self._lock:
            self._active[lease.owner] = context
            if self._stopping.is_set():
                context.stop_soon()
        try:
            execute(context)
        finally:
            with self._lock:
                del self._active[lease.owner]
        return True

    def _claim(self, queues: list[str] | None) -> Lease | None:
        if not leases.has_waiting_job(queues):
            db.session.rollback()
            return None
        with self._lock:
            self._claims += 1
            owner = f"{self._name}:{self._claims}"
        with transaction():
            return leases.claim(queues, owner)

    def _keep(self) -> None:
        since_housekeeping = HOUSEKEEPING_S
        # Leases are renewed until the last job has stopped, also while closing.
        while not self._stopping.wait(HEARTBEAT_S) or any(thread.is_alive() for thread in self._threads):
            if self._stopping.is_set():
                threading.Event().wait(HEARTBEAT_S)
            since_housekeeping += HEARTBEAT_S
            try:
                with self._app.app_context():
                    self._heartbeat()
                    if since_housekeeping >= HOUSEKEEPING_S and not self._stopping.is_set():
                        since_housekeeping = 0.0
                        keep_house()
            except SQLAlchemyError as error:
                _note_outage(error, "leases are renewed at the next beat")

    def _heartbeat(self) -> None:
        with self._lock:
            contexts = list(self._active.values())
        # Who keeps the store first: no other lease can be renewed meanwhile, and to try takes a while.
        for context in sorted(contexts, key=lambda one: not one.keeps_store):
            pulse(context)


def pulse(context: JobContext) -> None:
    """Renew a running job's lease when a third of it is over, write its progress, tell it to stop if it must.

    A job that keeps the store cannot lose its lease meanwhile, and renews it with its commit: it only shows that it lives.
    """
    if context.keeps_store:
        context.stay()
        return
    job = db.session.execute(
        select(Job.owner, Job.wish, Job.lease_until).where(Job.id == context.job_id)
    ).one_or_none()
    db.session.rollback()
    if job is None or job.owner != context.lease.owner or job.wish is not None:
        context.stop_soon()
    progress = context.take_progress()
    is_renewal_due = job is not None and job.lease_until is not None and leases.is_due(job.lease_until)
    if progress is None and not is_renewal_due:
        return
    try:
        with transaction():
            leases.renew(context.lease, progress=progress)
    except LostLeaseError:
        context.stop_soon()


def keep_house() -> None:
    """Free expired jobs and fire what is due; any process may do this at any time."""
    # While one job keeps the store, no other can renew its lease: that says nothing of its worker.
    if services.has_expired_job() and aside.keeper() is None:
        db.session.rollback()
        with transaction():
            services.sweep()
        wake_runners()
    for schedule_id in schedules.due_ids():
        db.session.rollback()
        with transaction():
            schedules.fire(schedule_id)
    db.session.rollback()


def run_here(app: Flask, job_id: int) -> bool:
    """Do one given job in this thread, keeping its lease; says False when somebody else already has it."""
    with app.app_context():
        with transaction():
            lease = leases.claim(None, worker_name(), job_id=job_id)
        if lease is None:
            return False
        context = open_context(lease)
        over = threading.Event()
        keeper = threading.Thread(target=_keep_one, args=(app, context, over), daemon=True)
        keeper.start()
        try:
            with patiently():
                execute(context)
        finally:
            over.set()
            keeper.join(HEARTBEAT_S * 2)
    return True


def _keep_one(app: Flask, context: JobContext, over: threading.Event) -> None:
    while not over.wait(HEARTBEAT_S):
        try:
            with app.app_context():
                pulse(context)
        except SQLAlchemyError as error:
            _note_outage(error, "the lease is renewed at the next beat")


def _note_outage(error: SQLAlchemyError, then: str) -> None:
    if isinstance(error, OperationalError) and is_busy(error):
        log.info("another writer keeps the store; %s", then)
    else:
        log.error("the store did not answer; %s", then, exc_info=error)
