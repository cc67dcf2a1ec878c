"""The background work of discovery: scanning a range and reading a directory."""

from __future__ import annotations

from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState


def scan(context: JobContext) -> JobState:
    """Scan a range."""
    from inventory.discovery import scanning

    return scanning.scan(context)


def read_directory(context: JobContext) -> JobState:
    """Read a directory."""
    from inventory.discovery import directories

    return directories.read_directory(context)


def job_finished(job: Job) -> None:
    """Close the run of a job that ended."""
    from inventory.discovery import runs

    runs.close_with_job(job)
