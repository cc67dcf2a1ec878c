"""A bare application with nothing but the job engine, for tests that need their own processes."""

from __future__ import annotations

from flask import Flask

from inventory.core.database import db
from inventory.jobs.models import Firing, Job, JobEvent, Schedule

TABLES = [model.__table__ for model in (Job, JobEvent, Schedule, Firing)]
STEPS = 10


def make_app(url: str) -> Flask:
    """The application on the store at `url`."""
    app = Flask("jobs")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    return app
