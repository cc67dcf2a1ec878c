"""Work on many rows in the background: chunk by chunk in one change set, by the right of the user who asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.core import versions
from inventory.core.access import Access, Actor
from inventory.core.wording import Title
from inventory.jobs import own, services
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job

# So many of those that were left out are named; how many there are is told of all.
MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that somebody has changed since it was shown: its ids and what people call it."""

    id: int
    public_id: str
    label: str


# Which of some rows, with the version that was shown of each, have changed since; held until the commit.
ChangedSince = Callable[[Mapping[int, int]], Sequence[Changed]]
# What is done to some of the rows, with what the user may do then: how many came to what.
Act = Callable[[Sequence[int], Access, Actor], Mapping[str, int]]


def enqueue(
    kind: str,
    ids: Sequence[int],
    asked: dict[str, Any],
    *,
    title: Title,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
    shown: Mapping[int, int] | None = None,
) -> Job:
    """Have `asked` (of the kind's own making) done to the rows of these ids for the user who asks for it.

    `shown` are the versions by id that the user has seen: what is another one when its turn comes is left out.
    """
    payload = {
        **asked,
        **({"versions": versions.packed(shown)} if shown is not None else {}),
        "ids": list(ids),
        "user": user_id,
        "actor": [actor.kind, actor.id, actor.label],
        "entity": entity_id,
    }
    return services.enqueue(kind, payload, title=title, entity_id=entity_id, requested_by=actor.label)


def in_chunks(
    context: JobContext,
    size: int,
    act: Act,
    *,
    kind: ChangeSetKind = ChangeSetKind.BULK,
    changed_since: ChangedSince | None = None,
) -> Counter[str]:
    """Do it to `size` rows after the other, from the last finished chunk on, and return what came of all of them.

    What has changed since it was shown is left out: counted as "left" and kept by name for the job's page.

    The user's rights are read again with each chunk: who has lost them, or may no longer sign in, may nothing.
    Raises Undone when what was done is undone meanwhile: the rest is left as it is.
    """
    ids, actor = context.payload["ids"], own.actor_of(context)
    counts = Counter(context.saved.get("counts", {}))
    place = int(context.saved.get("place", 0))
    shown = versions.unpacked(context.payload.get("versions"), ids) if changed_since is not None else None
    while place < len(ids):
        context.leave_if_asked()
        piece = ids[place : place + size]
        with context.transaction():
            access = own.access_of(context)
            left = changed_since({id_: shown[id_] for id_ in piece}) if changed_since and shown else ()
            with audit.resume(_change_set(context, actor, kind)):
                counts.update(act(_without(piece, left), access, actor))
            counts.update({"left": len(left)} if left else {})
            place += len(piece)
            context.progress(done=place, total=len(ids), **counts)
            context.checkpoint(place=place, counts=dict(counts), left=_named(context, left))
    return counts


def _without(piece: Sequence[int], left: Sequence[Changed]) -> Sequence[int]:
    out = {row.id for row in left}
    return [id_ for id_ in piece if id_ not in out] if out else piece


def _named(context: JobContext, left: Sequence[Changed]) -> list[list[str]]:
    """Return [public id, label] of the first of all that was left out so far."""
    return [*context.saved.get("left", []), *([row.public_id, row.label] for row in left)][:MOST_NAMED]


def _change_set(context: JobContext, actor: Actor, kind: ChangeSetKind) -> ChangeSet:
    """Return the change set of this job, opened by its first chunk; raises Undone when it was undone meanwhile."""
    if "change_set" in context.saved:
        return audit.going_on(context.saved["change_set"])
    entity_id = context.payload["entity"]
    with audit.change_set(kind, context.title, actor=actor, entity_id=entity_id) as opened:
        context.saved["change_set"] = opened.id
        return opened
