"""One's own work in the background: what it keeps of who asked for it, and the page that shows how far it is and how to undo it."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for

from inventory.audit.models import ChangeSet
from inventory.audit.views import OWN_FOR
from inventory.auth import queries as auth
from inventory.auth.models import User
from inventory.core import clock
from inventory.core.access import NOBODY, Access, Actor
from inventory.core.database import db
from inventory.core.errors import NotFound, Refused
from inventory.core.web import page, undo_own_url
from inventory.core.wording import N_, Title
from inventory.jobs import presentation, queries, services
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job


def asked_by(actor: Actor, user_id: int, *, back: tuple[str, str]) -> dict[str, Any]:
    """Return what the payload of one's own work keeps of its author; its page leads `back`: an address and the name of what is there, if it has one."""
    return {"user": user_id, "actor": [actor.kind, actor.id, actor.label], "back": list(back)}


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    asked: dict[str, Any],
    title: Title,
    entity_id: int | None,
    dedupe_key: str,
) -> Job:
    """Add one's own work (`asked` is of `asked_by`); asked again, it is the same job.

    Raises Refused while somebody else's work, or work on other things, has the same key: its page is not one's own.
    """
    *_kind, label = asked["actor"]
    job = services.enqueue(
        kind,
        {**payload, **asked},
        title=title,
        entity_id=entity_id,
        requested_by=label,
        dedupe_key=dedupe_key,
    )
    wanted = {**payload, "user": asked["user"]}
    if any(job.payload.get(name) != value for name, value in wanted.items()):
        raise Refused(N_("The same work is already under way in another job."))
    return job


def actor_of(context: JobContext) -> Actor:
    """Return who asked for the work."""
    return Actor(*context.payload["actor"])


def access_of(context: JobContext) -> Access:
    """Return what the user who asked for it may do now: who may no longer sign in may nothing."""
    user = db.session.get(User, context.payload["user"])
    return auth.access_of(user) if user is not None and user.active else NOBODY


def own_job(public_id: str) -> Job:
    """Return a job that the user asked for; raises NotFound for another's."""
    job = queries.by_public_id(public_id)
    if job is None or job.payload.get("user") != g.user.id:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    return job


def own_work(
    public_id: str, kind: str, *, poll_url: str, back: str, list_label: str, page_of_row: str | None = None
) -> Response:
    """Return the page of a job of this kind that the user asked for; raises NotFound for another's or another kind's.

    `page_of_row` is the endpoint of what it was done to, where it names what it left out.
    """
    job = own_job(public_id)
    if job.kind != kind:
        raise NotFound(N_("There is no such page, or it belongs to an entity that you do not see."))
    shown = presentation.progress(job)
    shown.pause_url = shown.resume_url = shown.retry_url = None
    if shown.cancel_url is not None:
        shown.cancel_url = url_for("jobs.cancel_own", public_id=public_id, next=poll_url)
    shown.poll_url = None if job.state.is_finished else poll_url
    kept = db.session.get(ChangeSet, job.checkpoint.get("change_set") or 0)
    why = presentation.last_words(job) if job.state.is_finished else []
    outcome = presentation.last_words(job, "info") if job.state.is_finished and not why else []
    undo_url = undo_own_url(kept.public_id) if kept is not None and _may_be_undone(job, kept) else None
    return page(
        "jobs/many.html", job=job, shown=shown, if_cancelled=presentation.if_cancelled(job, in_pieces="ids" in job.payload), kept=kept, undo_url=undo_url, back=back, list_label=list_label, why=why, outcome=outcome,
        left=job.checkpoint.get("left", []), left_count=job.checkpoint.get("counts", {}).get("left", 0), page_of_row=page_of_row,
    )  # fmt: skip


def _may_be_undone(job: Job, kept: ChangeSet) -> bool:
    return job.state.is_finished and kept.undone_at is None and clock.now() - kept.opened_at < OWN_FOR
