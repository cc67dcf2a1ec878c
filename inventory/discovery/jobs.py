"""The background work of discovery: scanning a range and reading a directory."""

from __future__ import annotations

from inventory.core.wording import N_
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState

PURGE = "discovery.purge_presences"


def scan(context: JobContext) -> JobState:
    """Scan a range."""
    from inventory.discovery import scanning

    return scanning.scan(context)


def read_directory(context: JobContext) -> JobState:
    """Read a directory."""
    from inventory.discovery import directories

    return directories.read_directory(context)


def purge(context: JobContext) -> JobState:
    """Remove the presences that were not seen for long, and say how many they were."""
    from inventory.discovery import settling

    with context.transaction():
        removed = settling.purge()
    context.event(N_("%(count)s presences were not seen for long and are forgotten."), count=removed)
    return JobState.DONE


def identify(context: JobContext) -> JobState:
    """Identify again what was seen."""
    from inventory.discovery import identifying

    return identifying.identify(context)


def job_finished(job: Job) -> None:
    """Close the run of a job that ended."""
    from inventory.discovery import runs, scanning

    runs.close_with_job(job, scanning.left_of(job.checkpoint))
