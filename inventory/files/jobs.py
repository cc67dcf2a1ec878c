"""The nightly clearing away of contents that nothing names any more."""

from __future__ import annotations

from inventory.core.wording import N_
from inventory.files import services
from inventory.jobs.context import JobContext
from inventory.jobs.models import JobState

CLEAR_AWAY = "files.clear_away"


def clear_away(context: JobContext) -> JobState:
    """Remove what nothing names any more and say how much it was."""
    removed = services.clear_away()
    context.event(N_("%(count)s contents were cleared away."), count=removed)
    return JobState.DONE
