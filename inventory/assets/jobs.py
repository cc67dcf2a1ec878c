"""Long work on equipment: a bulk edit, a handover or a return of more than a page can wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from inventory.assets.services import bulk, bulk_hands
from inventory.assets.services.bulk_hands import Handing
from inventory.core import registry
from inventory.core.access import Access, Actor
from inventory.core.wording import N_, Title
from inventory.jobs import many
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState

BULK_EDIT = "assets.bulk_edit"
HANDING = "assets.handing"
CHUNK = 500


def register() -> None:
    """Have workers know this work by its names."""
    registry.job(BULK_EDIT, bulk_edit)
    registry.job(HANDING, hand)


def enqueue_bulk_edit(
    asset_ids: Sequence[int],
    edit: bulk.BulkEdit,
    *,
    title: Title,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
    shown: Mapping[int, int] | None = None,
) -> Job:
    """Have the edit made in the background by the user who asks for it and has seen these versions (by id)."""
    asked = {"edit": edit.to_json()}
    return many.enqueue(
        BULK_EDIT, asset_ids, asked, title=title, actor=actor, user_id=user_id, entity_id=entity_id, shown=shown
    )  # fmt: skip


def bulk_edit(context: JobContext) -> JobState:
    """Make the edit chunk by chunk in one change set; what the user may no longer change, or somebody has changed since it was shown, is left as it is."""
    edit = bulk.from_json(context.payload["edit"])

    def change(ids: Sequence[int], access: Access, actor: Actor) -> Mapping[str, int]:
        return asdict(bulk.apply_edit(ids, edit, access=access, actor=actor))

    return _told(context, many.in_chunks(context, CHUNK, change, changed_since=bulk.changed_since))


def enqueue_handing(
    asset_ids: Sequence[int],
    handing: Handing,
    *,
    title: Title,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
    shown: Mapping[int, int] | None = None,
) -> Job:
    """Have equipment handed over or taken back in the background by the user who asks for it and has seen these versions."""
    asked = {"handing": handing.to_json()}
    return many.enqueue(
        HANDING, asset_ids, asked, title=title, actor=actor, user_id=user_id, entity_id=entity_id, shown=shown
    )  # fmt: skip


def hand(context: JobContext) -> JobState:
    """Hand over or take back chunk by chunk in one change set; what does not allow it any more, or somebody has changed since it was shown, is left as it is."""
    handing = bulk_hands.from_json(context.payload["handing"])

    def change(ids: Sequence[int], access: Access, actor: Actor) -> Mapping[str, int]:
        return asdict(bulk_hands.apply(ids, handing, access=access, actor=actor))

    done = many.in_chunks(context, CHUNK, change, kind=handing.kind, changed_since=bulk.changed_since)
    return _told(context, done)


def _told(context: JobContext, done: Mapping[str, int]) -> JobState:
    context.event(
        N_("%(changed)s changed, %(unchanged)s were so already, %(refused)s were refused."),
        changed=done["changed"], unchanged=done["unchanged"], refused=done["refused"],
    )  # fmt: skip
    if left := done.get("left", 0):
        context.event(
            N_("Left as they are, because somebody changed them after they were shown: %(left)s."),
            level="warning", left=left,
        )  # fmt: skip
    return JobState.PARTIAL if done["refused"] or left else JobState.DONE
