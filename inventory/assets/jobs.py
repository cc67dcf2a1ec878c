"""Long work on equipment: a bulk edit of more than a page can wait for."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.assets.services import bulk
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

BULK_EDIT = "assets.bulk_edit"
CHUNK = 500


def enqueue_bulk_edit(
    asset_ids: Sequence[int],
    edit: bulk.BulkEdit,
    *,
    title: str,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
) -> Job:
    """Have the edit made in the background by the user who asks for it."""
    payload = {
        "ids": list(asset_ids),
        "edit": edit.to_json(),
        "user": user_id,
        "actor": [actor.kind, actor.id, actor.label],
        "entity": entity_id,
    }
    return jobs.enqueue(BULK_EDIT, payload, title=title, entity_id=entity_id, requested_by=actor.label)


def bulk_edit(context: JobContext) -> JobState:
    """Make the edit chunk by chunk in one change set; what the user may no longer change is left as it is."""
    payload, saved = context.payload, context.saved
    ids, edit, actor = payload["ids"], bulk.from_json(payload["edit"]), Actor(*payload["actor"])
    done = bulk.Done(**saved.get("counts", {}))
    place = int(saved.get("place", 0))
    while place < len(ids):
        context.leave_if_asked()
        piece = ids[place : place + CHUNK]
        with context.transaction():
            user = db.session.get(User, payload["user"])
            access = auth.access_of(user) if user is not None and user.active else NOBODY
            with audit.resume(_change_set(context, actor)):
                done.add(bulk.apply_edit(piece, edit, access=access, actor=actor))
            place += len(piece)
            counts = {"changed": done.changed, "unchanged": done.unchanged, "refused": done.refused}
            context.progress(done=place, total=len(ids), **counts)
            context.checkpoint(place=place, counts=counts)
    context.event(
        N_("%(changed)s changed, %(unchanged)s were so already, %(refused)s were refused."),
        changed=done.changed, unchanged=done.unchanged, refused=done.refused,
    )  # fmt: skip
    return JobState.PARTIAL if done.refused else JobState.DONE


def _change_set(context: JobContext, actor: Actor) -> ChangeSet:
    """Return the change set of this job, opened by its first chunk."""
    if "change_set" in context.saved:
        return db.session.get_one(ChangeSet, context.saved["change_set"])
    with audit.change_set(
        ChangeSetKind.BULK, context.title, actor=actor, entity_id=context.payload["entity"]
    ) as opened:
        context.saved["change_set"] = opened.id
        return opened
