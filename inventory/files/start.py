"""Gives an instance the schedule that clears away deleted files every night."""

from __future__ import annotations

from flask import Flask

from inventory.core.wording import N_
from inventory.files.jobs import CLEAR_AWAY
from inventory.jobs import schedules

TITLE = N_("Clearing away of deleted files")
EVERY_NIGHT = "40 3 * * *"


def install_schedule(app: Flask) -> None:
    """Add the schedule where the store of `app` lacks it."""
    schedules.install(app, CLEAR_AWAY, TITLE, EVERY_NIGHT)
