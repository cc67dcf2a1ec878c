"""Merging makers or models of more equipment than a page can wait for: all or nothing still, in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inventory.catalog import merging, queries
from inventory.catalog.models import Manufacturer, Model
from inventory.core.errors import Forbidden, Refused
from inventory.core.permissions import Permission
from inventory.core.wording import N_, Title
from inventory.jobs import own
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job

MERGE = "catalog.merge"
MERGES: Mapping[str, tuple[Any, Any]] = {
    "model": (Model, merging.merge_models),
    "manufacturer": (Manufacturer, merging.merge_manufacturers),
}


def enqueue(
    noun: str,
    rows: Sequence[Any],
    versions: Mapping[str, int],
    *,
    total: int,
    title: Title,
    asked: dict[str, Any],
    entity_id: int | None,
) -> Job:
    """Have makers or models merged into the first of `rows`; `total` items of equipment follow, `asked` is of `own.asked_by`.

    Raises Refused while others are merged into it, or somebody else does so.
    """
    kept, *_absorbed = rows
    payload = {
        "noun": noun,
        "rows": [row.public_id for row in rows],
        "versions": dict(versions),
        "total": total,
    }
    return own.enqueue(
        MERGE, {**payload, "entity": entity_id}, asked=asked, title=title, entity_id=entity_id,
        dedupe_key=f"merge into {kept.public_id}",
    )  # fmt: skip


def merge(context: JobContext) -> None:
    """Merge in one transaction; raises Forbidden for a user who has lost the right, Refused when one of them is gone, else as the merge does."""
    asked = context.payload
    if "change_set" in context.saved:
        # A worker was killed between the commit and its last word.
        return
    model, act = MERGES[asked["noun"]]
    with context.whole():
        if not own.access_of(context).allows(Permission.INSTANCE_ADMIN):
            raise Forbidden(N_("Your role on this entity does not allow this. Ask an administrator."))
        found = {row.public_id: row for row in queries.named(model, asked["rows"])}
        if len(found) < len(asked["rows"]):
            # The next one would be taken for the one that stays.
            raise Refused(N_("One of them is gone: it was merged or deleted meanwhile. Nothing was changed."))
        kept, *absorbed = [found[public_id] for public_id in asked["rows"]]
        done = 0

        def tell(items: int) -> None:
            nonlocal done
            done += items
            context.progress(done=min(done, asked["total"]), total=asked["total"])
            context.leave_if_asked()

        opened = act(kept, absorbed, actor=own.actor_of(context), versions=asked["versions"], entity_id=asked["entity"], tell=tell)  # fmt: skip
        # The last word before the commit: it holds the job's row until then.
        context.checkpoint(change_set=opened.id)
