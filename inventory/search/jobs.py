"""Builds the index in the background."""

from __future__ import annotations

from inventory.core.wording import N_
from inventory.jobs import services as jobs
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job
from inventory.search import services

REBUILD = "search.rebuild"


def enqueue_rebuild() -> Job:
    """Ask for the whole index to be built again; while that is under way, return that job. Inside a transaction."""
    return jobs.enqueue(REBUILD, {}, title=N_("Search index"), dedupe_key=REBUILD, requested_by="Parc")


def rebuild(context: JobContext) -> None:
    """Build the index again, chunk by chunk."""

    def on_progress(done: int, total: int) -> None:
        context.progress(done=done, total=total)
        context.leave_if_asked()

    services.rebuild(on_progress)
