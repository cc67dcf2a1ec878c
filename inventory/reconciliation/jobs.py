"""Long work on questions: one answer to more of them than a page can wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.core.access import Access, Actor
from inventory.core.wording import N_, Title
from inventory.jobs import many
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState
from inventory.reconciliation import services

TRIAGE = "reconciliation.triage"
CHUNK = 100


def enqueue_triage(
    review_ids: Sequence[int],
    verdict: services.Verdict,
    *,
    title: Title,
    actor: Actor,
    user_id: int,
    entity_id: int | None,
) -> Job:
    """Have the answer given in the background by the user who asks for it."""
    asked = {"verdict": verdict.to_json()}
    return many.enqueue(
        TRIAGE, review_ids, asked, title=title, actor=actor, user_id=user_id, entity_id=entity_id
    )


def triage(context: JobContext) -> JobState:
    """Answer chunk by chunk in one change set; what the user may no longer answer is left as it is."""
    verdict = services.verdict_of(context.payload["verdict"])

    def answer(ids: Sequence[int], access: Access, actor: Actor) -> Mapping[str, int]:
        came = services.sort_out(ids, verdict, access=access, actor=actor)
        return {"answered": came.answered, "left": came.left}

    came = many.in_chunks(context, CHUNK, answer)
    context.event(
        N_("%(answered)s answered, %(left)s left as they are."), answered=came["answered"], left=came["left"]
    )
    return JobState.PARTIAL if came["left"] else JobState.DONE
