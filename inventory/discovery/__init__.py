"""Sites, ranges, directories, credentials, runs and what they saw.

Hooks called inside the transaction that stores what was seen, with the run's change set open:
"sightings.stored" and "sightings.absent", both with sighting_ids=[…], actor=Actor, run_id=int;
"sightings.alive" with sighting_ids=[…], of which nothing is new but a sign of life, and which no undo speaks of;
"run.closing" with actor=Actor, run_id=int, once all that a run read is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages and the jobs of discovery."""
    from inventory.audit import presentation
    from inventory.core import registry
    from inventory.discovery import jobs, panels, presences, run_words, runs, services, settling, start, views
    from inventory.discovery.models import CredentialKind
    from inventory.organization import settings

    app.register_blueprint(views.bp)
    registry.menu(views.MENU)
    registry.mark("sightings", runs.mark)
    registry.job(services.SCAN, jobs.scan)
    registry.job(services.READ_DIRECTORY, jobs.read_directory)
    registry.job(jobs.PURGE, jobs.purge)
    registry.panel("asset", panels.NOTICED)
    registry.job(services.IDENTIFY, jobs.identify)
    registry.hook("job.finished", jobs.job_finished)
    registry.panel("job", run_words.OF_JOB)
    registry.hook("asset.merged", presences.follow_merge)
    registry.hook("instance.started", start.install_schedule)
    presentation.also_of("kind", CredentialKind)
    settings.add(settling.KEPT_DAYS)
