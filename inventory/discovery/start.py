"""Gives an instance the schedule that forgets presences which were not seen for long."""

from __future__ import annotations

from flask import Flask

from inventory.discovery.jobs import PURGE
from inventory.jobs import schedules
from inventory.jobs.presentation import FORGETTING

EVERY_NIGHT = "50 3 * * *"


def install_schedule(app: Flask) -> None:
    """Add the schedule where the store of `app` lacks it."""
    schedules.install(app, PURGE, FORGETTING, EVERY_NIGHT)
