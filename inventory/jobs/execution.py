"""Does one claimed job and settles how it ended."""

from __future__ import annotations

import logging

from sqlalchemy.exc import OperationalError

from inventory.audit.services import Undone
from inventory.core import clock, registry
from inventory.core.database import is_busy, transaction
from inventory.core.errors import DomainError
from inventory.core.wording import N_
from inventory.jobs import leases, services
from inventory.jobs.context import InterruptedJobError, JobContext, PostponedJobError, TryLaterError
from inventory.jobs.leases import LostLeaseError
from inventory.jobs.models import JobState

log = logging.getLogger(__name__)

UNEXPECTED = N_("It stopped on an unexpected error (%(error)s); the server's log has the details.")
STORE_BUSY = N_(
    "Something large is being written, such as an import of everything or nothing: it goes on when that has ended."
)
UNKNOWN_KIND = N_("This version knows no work of the kind “%(kind)s”.")


def execute(context: JobContext) -> None:
    """Run the function of the job's kind and settle the job: done, partial, failed, stopped at a wish or by an undo, or tried again.

    A DomainError is an answer, so the job fails with it at once; TryLaterError and anything unexpected are tried again.
    """
    try:
        _do(context)
    except LostLeaseError:
        log.warning("job %s was taken over by another worker; nothing more is written here", context.job_id)


def _do(context: JobContext) -> None:
    try:
        function = registry.job_function(context.kind)
    except KeyError:
        services.settle(context.lease, JobState.FAILED, message=UNKNOWN_KIND, kind=context.kind)
        return
    try:
        state = function(context)
        save_progress(context)
    except LostLeaseError:
        raise
    except InterruptedJobError:
        services.stop_at_wish(context.lease, wish=context.wish)
    except PostponedJobError as pause:
        services.postpone(context.lease, pause.until, pause.message, **pause.params)
    except Undone as error:
        # Somebody wanted that: nothing has failed, and nothing is to be tried again.
        services.settle(context.lease, JobState.CANCELLED, message=error.message, **error.params)
    except DomainError as error:
        services.settle(context.lease, JobState.FAILED, message=error.message, **error.params)
    except TryLaterError as error:
        services.retry_later(context.lease, error.message, **error.params)
    except Exception as error:
        log.exception("job %s (%s) failed", context.job_id, context.kind)
        _try_again(context, error)
    else:
        services.settle(context.lease, state or JobState.DONE)


def _try_again(context: JobContext, error: Exception) -> None:
    if isinstance(error, OperationalError) and is_busy(error):
        # No fault of the job's, so that it does not count as an attempt.
        services.postpone(context.lease, clock.now() + services.RETRY_AFTER, STORE_BUSY)
    else:
        services.retry_later(context.lease, UNEXPECTED, error=type(error).__name__)


def save_progress(context: JobContext) -> None:
    """Write the last progress of a job that is about to end."""
    progress = context.take_progress()
    if progress is not None:
        with transaction():
            leases.renew(context.lease, progress=progress)
