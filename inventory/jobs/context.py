"""What a job's function is given: its payload, its lease to write under, and a way to say how far it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from inventory.core.access import Actor
from inventory.core.database import transaction
from inventory.core.wording import Title
from inventory.jobs import aside, leases, services
from inventory.jobs.aside import Aside
from inventory.jobs.leases import Lease, LostLeaseError
from inventory.jobs.models import Job


class InterruptedJobError(Exception):
    """The job stops here because a person or a closing worker wants it to; its checkpoint stands."""


class TryLaterError(Exception):
    """Something outside does not let the job be done now: it is tried again later, up to its limit.

    `message` is an N_ sentence with the reason, `params` fill it.
    """

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message, self.params = message, params


class PostponedJobError(Exception):
    """The job goes on by itself at `until`, from its checkpoint; `message` is an N_ sentence saying why it waits."""

    def __init__(self, until: datetime, message: str, /, **params: Any) -> None:
        super().__init__(message)
        self.until, self.message, self.params = until, message, params


class JobContext:
    """One execution of a job. Functions take it as their only argument and return None or a JobState."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self.job_id: int = job.id
        self.public_id: str = job.public_id
        self.kind: str = job.kind
        self.title: Title = job.given_title
        self.entity_id: int | None = job.entity_id
        self.requested_by: str = job.requested_by
        self.payload: Mapping[str, Any] = MappingProxyType(dict(job.payload))
        self.saved: dict[str, Any] = dict(job.checkpoint)
        self.lease = lease
        self.actor = Actor("run", job.public_id, job.stored_title)
        self.wish: str | None = None
        self._stop = threading.Event()
        self._aside: Aside | None = None
        self._progress: dict[str, Any] = dict(job.progress)
        self._is_progress_new = False

    def should_stop(self) -> bool:
        """Say whether to stop at the next good moment: cancelled, paused, worker closing, or lease lost."""
        return self._stop.is_set()

    def stop_soon(self) -> None:
        """Make `should_stop` say yes; called by the runner, from its own thread."""
        self._stop.set()

    def leave_if_asked(self) -> None:
        """Raise InterruptedJobError if the job should stop."""
        if self._aside is not None:
            self.wish = self._aside.asked()
        if self.wish is not None or self._stop.is_set():
            raise InterruptedJobError

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction that commits only while this worker holds the job; raises LostLeaseError."""
        with self.lease.transaction() as session:
            yield session

    @contextmanager
    def whole(self) -> Iterator[Session]:
        """Open one transaction for all of a long work, which may be watched and stopped until it commits.

        It commits only while this worker holds the job, and raises LostLeaseError if not. The job's row is left alone
        until then: `transaction` and `checkpoint` inside would keep everybody else from it. SQLite takes no other
        writer at all meanwhile, so that there progress and wishes go beside the store, and other jobs wait.
        """
        with aside.listening(self.public_id, self._progress) as heard:
            try:
                with transaction() as session:
                    self._aside = heard
                    yield session
                    leases.renew(self.lease)
            finally:
                self._aside = None
                if heard is not None:
                    with transaction():
                        leases.renew_held_up()

    @property
    def keeps_store(self) -> bool:
        """Whether this job keeps everybody from writing, its own lease included."""
        return self._aside is not None

    def stay(self) -> None:
        """Let others see that this job still keeps the store; called by the runner, from its own thread."""
        # The job's own thread may end it meanwhile.
        heard = self._aside
        if heard is not None:
            heard.stay()

    def checkpoint(self, **state: Any) -> None:
        """Remember a finished step, in the transaction that holds its results.

        Merged into `saved`, which a successor starts from. Attempts are counted since the last step.
        """
        self.saved.update(state)
        with self.transaction():
            job = services.locked(self.job_id)
            job.checkpoint = dict(self.saved)
            job.attempts = 1
            job.progress = dict(self._progress)

    def progress(self, **counts: Any) -> None:
        """Say how far it is (`done` of `total`, and any other counts), from any thread, as often as is handy.

        The keeper of the lease writes it once a second, each checkpoint too.
        """
        self._progress = {**self._progress, **counts}
        if self._aside is not None:
            self._aside.tell(self._progress)
        self._is_progress_new = True

    def take_progress(self) -> dict[str, Any] | None:
        """Return the progress to write, or None when nothing was said since the last call."""
        if not self._is_progress_new:
            return None
        self._is_progress_new = False
        return self._progress

    def event(self, message: str, *, level: str = "info", **params: Any) -> None:
        """Add a line to the job's journal; `message` is an N_ sentence."""
        with self.transaction():
            services.add_event(self.job_id, message, level=level, **params)


def open_context(lease: Lease) -> JobContext:
    """Read the job of a fresh lease; raises LostLeaseError."""
    with transaction():
        job = services.locked(lease.job_id)
        if job.owner != lease.owner:
            raise LostLeaseError(f"job {lease.job_id} is no longer {lease.owner}'s")
        return JobContext(job, lease)
