"""Gives an instance the schedule that clears away deleted files every night."""

from __future__ import annotations

from flask import Flask

from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.wording import N_
from inventory.files.jobs import CLEAR_AWAY
from inventory.jobs import queries, schedules

TITLE = N_("Clearing away of deleted files")
EVERY_NIGHT = "40 3 * * *"


def install_schedule(app: Flask) -> None:
    """Add the schedule where the store of `app` lacks it."""
    plan = {
        "title": TITLE,
        "kind": CLEAR_AWAY,
        "dedupe_key": CLEAR_AWAY,
        "cron": EVERY_NIGHT,
        "time_zone": "Europe/Paris",
        "enabled": True,
    }
    with app.app_context():
        if all(schedule.kind != CLEAR_AWAY for schedule in queries.schedules()):
            with transaction():
                schedules.save(None, plan, actor=SYSTEM, entity_id=None)
        db.session.remove()
