"""Long work on questions: one answer to more of them than a page can wait for."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.auth import queries as auth
from inventory.auth.models import User
from inventory.core.access import NOBODY, Actor
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.jobs import services as jobs
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState
from inventory.reconciliation import services

TRIAGE = "reconciliation.triage"
CHUNK = 100


def enqueue_triage(
    review_ids: Sequence[int],
    verdict: services.Verdict,
    *,
    title: str,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
) -> Job:
    """Have the answer given in the background by the user who asks for it."""
    payload = {
        "ids": list(review_ids),
        "verdict": verdict.to_json(),
        "user": user_id,
        "actor": [actor.kind, actor.id, actor.label],
        "entity": entity_id,
    }
    return jobs.enqueue(TRIAGE, payload, title=title, entity_id=entity_id, requested_by=actor.label)


def triage(context: JobContext) -> JobState:
    """Answer chunk by chunk in one change set; what the user may no longer answer is left as it is."""
    payload, saved = context.payload, context.saved
    ids, verdict, actor = payload["ids"], services.verdict_of(payload["verdict"]), Actor(*payload["actor"])
    came = services.Sorted(**saved.get("counts", {}))
    place = int(saved.get("place", 0))
    while place < len(ids):
        context.leave_if_asked()
        piece = ids[place : place + CHUNK]
        with context.transaction():
            user = db.session.get(User, payload["user"])
            access = auth.access_of(user) if user is not None and user.active else NOBODY
            with audit.resume(_change_set(context, actor)):
                one = services.sort_out(piece, verdict, access=access, actor=actor)
            came.answered += one.answered
            came.left += one.left
            place += len(piece)
            counts = {"answered": came.answered, "left": came.left}
            context.progress(done=place, total=len(ids), **counts)
            context.checkpoint(place=place, counts=counts)
    context.event(
        N_("%(answered)s answered, %(left)s left as they are."), answered=came.answered, left=came.left
    )
    return JobState.PARTIAL if came.left else JobState.DONE


def _change_set(context: JobContext, actor: Actor) -> ChangeSet:
    """Return the change set of this job, opened by its first chunk."""
    if "change_set" in context.saved:
        return db.session.get_one(ChangeSet, context.saved["change_set"])
    with audit.change_set(
        ChangeSetKind.BULK, context.title, actor=actor, entity_id=context.payload["entity"]
    ) as opened:
        context.saved["change_set"] = opened.id
        return opened
