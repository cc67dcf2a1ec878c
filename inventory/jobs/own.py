"""The page of one's own work on many rows: how far it is, and how to undo it."""

from __future__ import annotations

from flask import Response, g

from inventory.audit.models import ChangeSet
from inventory.core.database import db
from inventory.core.errors import NotFound
from inventory.core.web import page, undo_own_url
from inventory.core.wording import N_
from inventory.jobs import presentation, queries


def own_work(public_id: str, kind: str, *, poll_url: str, back: str, list_label: str) -> Response:
    """Return the page of a job of this kind that the user asked for; raises NotFound for another's or another kind's."""
    job = queries.by_public_id(public_id)
    if job is None or job.kind != kind or job.payload.get("user") != g.user.id:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    shown = presentation.progress(job)
    shown.pause_url = shown.resume_url = shown.retry_url = shown.cancel_url = None
    shown.poll_url = None if job.state.is_finished else poll_url
    kept = db.session.get(ChangeSet, job.checkpoint.get("change_set") or 0)
    undo_url = undo_own_url(kept.public_id) if kept is not None and job.state.is_finished else None
    return page("jobs/many.html", job=job, shown=shown, undo_url=undo_url, back=back, list_label=list_label)
