"""What the search does when an instance starts."""

from __future__ import annotations

from typing import Any

from inventory.core.database import transaction
from inventory.search import jobs, services


def instance_started(*, app: Any) -> None:  # noqa: ARG001 - what hooks are given
    """Make the index's tables where they are missing, and have it built where it is empty and should not be."""
    if services.start():
        with transaction():
            jobs.enqueue_rebuild()
