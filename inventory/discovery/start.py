"""Gives an instance the schedule that forgets presences which were not seen for long."""

from __future__ import annotations

from flask import Flask

from inventory.core.wording import N_
from inventory.discovery.jobs import PURGE
from inventory.jobs import schedules

TITLE = N_("Forgetting of presences not seen for long")
EVERY_NIGHT = "50 3 * * *"


def install_schedule(app: Flask) -> None:
    """Add the schedule where the store of `app` lacks it."""
    schedules.install(app, PURGE, TITLE, EVERY_NIGHT)
