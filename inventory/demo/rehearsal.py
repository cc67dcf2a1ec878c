"""Plays the scans and readings of a demonstration: everything answers as it did, and no network is asked anything."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.core.wording import N_
from inventory.discovery import addresses, directories, queries, runs
from inventory.discovery.models import Directory, Presence, Sighting
from inventory.discovery.scanning import order_of_job
from inventory.discovery.settling import OLD_AFTER_DAYS
from inventory.discovery.sightings import Origin, Placement, slices
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState
from scanners.observation import Observation

PLAYED = N_("Everything here is made up: what is known of this range answers again, and no network is asked.")
STEPS, PAUSE_S = 12, 0.25
"""In how many steps a range is played, and how long each takes: long enough to be watched."""


def scan(context: JobContext) -> JobState:
    """Do a job of the kind “discovery.scan”: the devices that this range knows answer again."""
    with context.transaction():
        order = order_of_job(context.payload)
        run = queries.run_of_job(context.job_id) or runs.open_run(
            order.subject, job=db.session.get_one(Job, context.job_id)
        )
        run_id, site = run.id, run.site.code if run.site else ""
        context.event(PLAYED)
    total = addresses.count(order.spans)
    known = select(Sighting.id).where(Sighting.range_id == (order.range_id or 0), Sighting.source == "snmp")
    placement = Placement(order.entity_id, order.location_id)
    _play(context, run_id, known, {"total": total, "site_code": site, "placement": placement})
    _notice_again(context, run_id)
    return _close(context, run_id, total)


def _notice_again(context: JobContext, run_id: int) -> None:
    """Notice what this range held lately once more."""
    with context.transaction():
        run = runs.going_on(run_id)
        lately = clock.now() - timedelta(days=OLD_AFTER_DAYS)
        held = (Presence.range_id == run.range_id, Presence.last_seen_at >= lately)
        again = update(Presence).where(*held).values(last_seen_at=clock.now(), last_run_id=run.id)
        db.session.execute(again.execution_options(synchronize_session=False))


def read_directory(context: JobContext) -> JobState:
    """Do a job of the kind “discovery.read_directory”: its entries are listed again."""
    with context.transaction():
        directory = db.session.get_one(Directory, context.payload["directory_id"])
        run = queries.run_of_job(context.job_id) or runs.open_run(
            directories.subject_of(directory), job=db.session.get_one(Job, context.job_id)
        )
        run_id, site, place = run.id, directory.site.code, directories.placer(directory)
    known = select(Sighting.id).where(Sighting.directory_id == directory.id)
    entries = _play(context, run_id, known, {"site_code": site, "place": place})
    return _close(context, run_id, entries)


def _play(context: JobContext, run_id: int, known: Any, about: dict[str, Any]) -> int:
    """Take the present sightings in once more, step by step; returns how many there are."""
    with transaction():
        ids = list(db.session.scalars(known.where(Sighting.absent_since.is_(None)).order_by(Sighting.id)))
    total = about.get("total") or len(ids)
    size = max(1, -(-len(ids) // STEPS))
    done = 0
    for some in slices(ids, size) if ids else ():
        context.leave_if_asked()
        done += len(some)
        with context.transaction():
            _take_in(run_id, some, about)
        context.progress(done=total * done // len(ids), total=total, answered=done)
        time.sleep(PAUSE_S)
    return len(ids)


def _take_in(run_id: int, sighting_ids: Any, about: dict[str, Any]) -> None:
    rows = db.session.scalars(select(Sighting).where(Sighting.id.in_(sighting_ids))).all()
    run = runs.going_on(run_id)
    origin = Origin(
        run_id=run_id,
        site_code=about["site_code"],
        at=clock.now(),
        place=about.get("place") or (lambda _observation: about["placement"]),
        range_id=run.range_id,
        directory_id=run.directory_id,
    )
    runs.take_in(run, [Observation.from_json(row.observation) for row in rows], origin)
    run.answered += len(rows)


def _close(context: JobContext, run_id: int, asked: int) -> JobState:
    with context.transaction():
        run = runs.going_on(run_id)
        run.asked = asked
        runs.close(run, complete=True)
    return JobState.DONE
