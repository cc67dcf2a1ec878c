"""Long work on equipment: a bulk edit of more than a page can wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.assets.services import bulk
from inventory.core.access import Access, Actor
from inventory.core.wording import N_
from inventory.jobs import many
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
    asked = {"edit": edit.to_json()}
    return many.enqueue(
        BULK_EDIT, asset_ids, asked, title=title, actor=actor, user_id=user_id, entity_id=entity_id
    )


def bulk_edit(context: JobContext) -> JobState:
    """Make the edit chunk by chunk in one change set; what the user may no longer change is left as it is."""
    edit = bulk.from_json(context.payload["edit"])

    def change(ids: Sequence[int], access: Access, actor: Actor) -> Mapping[str, int]:
        done = bulk.apply_edit(ids, edit, access=access, actor=actor)
        return {"changed": done.changed, "unchanged": done.unchanged, "refused": done.refused}

    done = many.in_chunks(context, CHUNK, change)
    context.event(
        N_("%(changed)s changed, %(unchanged)s were so already, %(refused)s were refused."),
        changed=done["changed"], unchanged=done["unchanged"], refused=done["refused"],
    )  # fmt: skip
    return JobState.PARTIAL if done["refused"] else JobState.DONE
