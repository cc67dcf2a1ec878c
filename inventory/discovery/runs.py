"""Runs: opened with their one change set, fed batch by batch, and closed with what may be concluded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.core import clock, registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.discovery import addresses, causes, noticing, queries, results, sightings
from inventory.discovery.models import Outcome, Run, RunKind, RunResult, Sighting
from inventory.discovery.sightings import Origin, Stored
from inventory.jobs.models import Job
from scanners.coverage import Failure
from scanners.observation import Observation

MOST_FAILURES_KEPT = 5000
LONGEST_TEXT = 255
# A few may well go at once; from this number on, a whole that is suddenly empty was more likely not read.
FEWEST_DOUBTED = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run is about; ids of its range or directory where there is one."""

    kind: RunKind
    title: str
    scope: str
    entity_id: int
    site_id: int | None = None
    range_id: int | None = None
    directory_id: int | None = None


def actor_of(run: Run) -> Actor:
    """Return the actor of what a run changes."""
    return Actor("run", run.public_id, run.title)


def open_run(subject: Subject, *, job: Job | None = None, requested_by: str = "") -> Run:
    """Add a run and the change set of all that it will change."""
    run = Run(
        kind=subject.kind,
        title=subject.title[:LONGEST_TEXT],
        scope=subject.scope,
        entity_id=subject.entity_id,
        site_id=subject.site_id,
        range_id=subject.range_id,
        directory_id=subject.directory_id,
        job_id=job.id if job else None,
        requested_by=(requested_by or (job.requested_by if job else ""))[:LONGEST_TEXT],
        outcome={},
    )
    db.session.add(run)
    db.session.flush()
    with audit.change_set(
        ChangeSetKind.RUN, run.title, actor=actor_of(run), entity_id=run.entity_id
    ) as opened:
        run.change_set_id = opened.id
    db.session.flush()
    return run


def going_on(run_id: int) -> Run:
    """Return a run that more is to come of, which nobody undoes until the commit; raises Undone when it was undone."""
    run = db.session.get_one(Run, run_id)
    audit.going_on(run.change_set_id)
    return run


def take_in(run: Run, observations: Sequence[Observation], origin: Origin) -> Stored:
    """Store a batch and let the features to the right draw their conclusions, all in the run's change set."""
    stored = sightings.store(observations, origin)
    counts = stored.counts
    run.read += counts.pop("seen")
    same = results.not_kept_yet(run, stored.same)
    add_outcome(run, **counts, same=len(same))
    noticing.take_in(run, observations, origin)
    results.keep(run, [*stored.met, *same])
    db.session.flush()
    if stored.alive:
        registry.run_hooks("sightings.alive", sighting_ids=stored.alive)
    if stored.to_reconcile:
        with audit.resume(_change_set(run)):
            registry.run_hooks(
                "sightings.stored", sighting_ids=stored.to_reconcile, actor=actor_of(run), run_id=run.id
            )
    return stored


def _change_set(run: Run) -> ChangeSet:
    return db.session.get_one(ChangeSet, run.change_set_id)


def add_outcome(run: Run, **counts: int) -> None:
    """Add to what came of a run; keys are those that `run_words.OUTCOMES` has words for."""
    total = Counter(run.outcome)
    total.update(counts)
    run.outcome = {name: number for name, number in total.items() if number}


def add_failures(run: Run, failures: Iterable[tuple[str, str, str]]) -> None:
    """Keep (target, cause code, detail) of what could not be read; all are counted, the first thousands kept."""
    rows = list(failures)
    if not rows:
        return
    kept = select(func.count()).where(RunResult.run_id == run.id, RunResult.outcome == Outcome.FAILED)
    room = MOST_FAILURES_KEPT - (db.session.scalar(kept) or 0)
    run.failed += len(rows)
    results.keep_failures(run, rows, most=max(0, room))


def failure_rows(failures: Iterable[Failure]) -> list[tuple[str, str, str]]:
    """Return a scanner's failures as `add_failures` takes them."""
    return [(one.target, one.cause.value, one.detail) for one in failures]


def conclude_absent(run: Run, scope: ColumnElement[bool], *, within: Any = None) -> bool:
    """Mark what a run that read its whole scope did not meet, and tell the features to the right.

    `within(target)` says whether a target was among those asked; None: all that the scope selects were. A run that
    met nothing at all where there was much is not believed: nothing is marked, it is noted as a failure, and False
    is returned.
    """
    statement = select(Sighting.id, Sighting.target).where(
        scope, Sighting.absent_since.is_(None), Sighting.last_seen_at < run.started_at
    )
    missed = [row.id for row in db.session.execute(statement) if within is None or within(row.target)]
    if len(missed) >= FEWEST_DOUBTED and not _met_any(run, scope):
        # An account that lost its rights, a wrong base or a cut line reads as an empty one.
        add_failures(run, [(run.scope, causes.EMPTIED, str(len(missed)))])
        return False
    if missed:
        sightings.mark_absent(missed, run.started_at)
        results.note_missed(run, missed)
        add_outcome(run, absent=len(missed))
        db.session.flush()
        with audit.resume(_change_set(run)):
            registry.run_hooks("sightings.absent", sighting_ids=missed, actor=actor_of(run), run_id=run.id)
    return True


def mark() -> Hashable | None:
    """Return what stays the same for as long as no run has seen anything; None while one is under way."""
    latest = select(func.max(Run.id), func.max(Run.ended_at), func.count().filter(Run.ended_at.is_(None)))
    id_, ended_at, under_way = db.session.execute(latest).one()
    return None if under_way else (id_, ended_at)


def _met_any(run: Run, scope: ColumnElement[bool]) -> bool:
    met = exists().where(scope, Sighting.last_seen_at >= run.started_at)
    return bool(db.session.scalar(select(met)))


def close(run: Run, *, complete: bool, at: datetime | None = None) -> None:
    """End a run; `complete` says that its whole scope was read. What follows from all it saw is part of it.

    Of a run that was undone nothing follows any more.
    """
    changes = audit.held(run.change_set_id)
    if changes.undone_at is None:
        with audit.resume(changes):
            registry.run_hooks("run.closing", actor=actor_of(run), run_id=run.id)
    run.outcome = {**run.outcome, **{name: n for name, n in queries.noticed_in(run).items() if n}}
    run.complete = complete
    run.ended_at = at or clock.now()
    run.outcome = {**run.outcome, **results.silent_count(run)}
    results.forget_unchanged(run)
    db.session.flush()


def close_with_job(job: Job, unasked: Sequence[addresses.Span] = ()) -> None:
    """End the run of a job that ended by itself: cancelled, failed or given up; `unasked` is what it left out."""
    run = db.session.scalar(select(Run).where(Run.job_id == job.id, Run.ended_at.is_(None)))
    if run is not None:
        run.unasked, run.unasked_count = ", ".join(map(str, unasked)), addresses.count(unasked)
        close(run, complete=False)
