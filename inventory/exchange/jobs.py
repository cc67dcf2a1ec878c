"""The background work of an import: trying a file without saving, and importing it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from inventory.audit import services as audit
from inventory.core.access import Actor
from inventory.core.database import db, is_taking_in
from inventory.exchange import applying, importers, services
from inventory.exchange.importers import Result, Row, Session
from inventory.exchange.models import Extent, Import, Outcome, Stage
from inventory.exchange.services import Chunks
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState
from inventory.search import upkeep


def _actor(kept: Import) -> Actor:
    return Actor("import", kept.public_id, f"{kept.filename} ({kept.user_label})")


def _kept(context: JobContext) -> Import:
    return db.session.get_one(Import, context.payload["import"])


def _may_go_on(context: JobContext, kept: Import, stage: Stage, *before: Stage) -> bool:
    """Say whether there is anything to do: not where a worker was killed with its last step done, or it is another's.

    A job that was given up and is tried again finds the file where `before` it stood.
    """
    if kept.job_id != context.job_id:
        return False
    if kept.stage in before:
        kept.stage = stage
    return kept.stage is stage


class _Tally:
    """Counts what came of the rows and tells how far it is: the rest takes as long as what was done since it began."""

    def __init__(self, context: JobContext, total: int, done: int = 0) -> None:
        self.context, self.total = context, total
        self.first = self.done = done
        self.counts: Counter[str] = Counter()
        self._began = time.monotonic()
        context.progress(done=done, total=total, **self.counts)

    def add(self, results: Sequence[Result]) -> None:
        """Count these rows too."""
        self.done += len(results)
        self.counts.update(result.outcome.value for result in results)
        pace = (time.monotonic() - self._began) / (self.done - self.first)
        left_s = round(pace * (self.total - self.done), 1)
        self.context.progress(done=self.done, total=self.total, left_s=left_s, **self.counts)


def try_out(context: JobContext) -> JobState:
    """Apply every row and take each chunk back, keeping only what would have come of it."""
    with context.transaction():
        kept = _kept(context)
        if not _may_go_on(context, kept, Stage.TRYING, Stage.CHOOSING):
            return JobState.DONE
        services.forget_lines(kept)
        importer = importers.importer(kept.noun)
        session = importer.begin(services.terms_of(kept, actor=_actor(kept)))
    tally = _Tally(context, kept.lines)
    # Nobody waits for the store while a piece of a long file is read.
    chunks = Chunks(services.rows_of(kept))
    for chunk in chunks:
        context.leave_if_asked()
        with context.transaction():
            trial = db.session.begin_nested()
            results = applying.apply(session, chunk, importer)
            if is_taking_in():
                chunks.read_ahead()
            db.session.flush()
            applying.explain(session, chunk, results, _kept(context))
            trial.rollback()
            db.session.expire_all()
            session.forget()
            services.write_lines(_kept(context), results, keep_ids=False)
        tally.add(results)
    with context.transaction():
        services.finish(_kept(context), Stage.TRIED)
    return JobState.DONE


def run(context: JobContext) -> JobState:
    """Import the valid rows chunk after chunk, where a successor goes on after the last one, or all in one transaction."""
    with context.transaction():
        kept = _kept(context)
        done = int(context.saved.get("done", 0))
        cut_short = [Stage.DONE] if 0 < done < kept.lines else []
        if not _may_go_on(context, kept, Stage.RUNNING, Stage.TRIED, *cut_short):
            return _ended(kept)
        is_whole = kept.extent is Extent.WHOLE
    tally = _Tally(context, kept.lines, done)
    rows = services.rows_of(kept)
    if is_whole:
        return _run_whole(context, Chunks(rows), tally)
    return _run_in_chunks(context, Chunks(islice(rows, done, None)), tally)


def _begin(kept: Import) -> Session:
    actor = _actor(kept)
    services.open_change_set(kept, actor=actor)
    return importers.importer(kept.noun).begin(services.terms_of(kept, actor=actor))


def _ended(kept: Import) -> JobState:
    return JobState.PARTIAL if kept.counts.get(Outcome.REFUSED.value) else JobState.DONE


def _run_in_chunks(context: JobContext, chunks: Chunks, tally: _Tally) -> JobState:
    session: Session | None = None
    for chunk in chunks:
        context.leave_if_asked()
        with context.transaction():
            kept = _kept(context)
            if tally.done == 0:
                services.forget_lines(kept)
            if session is None:
                session = _begin(kept)
            tally.add(_write(kept, session, chunk))
            if is_taking_in():
                chunks.read_ahead()
            context.checkpoint(done=tally.done)
    with context.transaction():
        kept = _kept(context)
        services.finish(kept, Stage.DONE)
        return _ended(kept)


class _RefusedRowError(Exception):
    """A row of a file that is to be imported whole was refused: nothing of it is kept."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__(len(results))
        self.results = results


def _run_whole(context: JobContext, chunks: Chunks, tally: _Tally) -> JobState:
    """Import everything or nothing: whoever stops it, or a worker that is killed, leaves the file as it was tried."""
    results: list[Result] = []
    try:
        with context.whole():
            kept = _kept(context)
            services.forget_lines(kept)
            session = _begin(kept)
            for chunk in chunks:
                context.leave_if_asked()
                results += _write(kept, session, chunk)
                # Left to the commit, this would be a long step that nobody can stop.
                upkeep.catch_up(db.session())
                tally.add(results[-len(chunk) :])
            context.leave_if_asked()
            if any(result.outcome is Outcome.REFUSED for result in results):
                raise _RefusedRowError(results)
            services.finish(kept, Stage.DONE)
    except _RefusedRowError as error:
        return _take_back(context, error.results)
    return JobState.DONE


def _write(kept: Import, session: Session, chunk: Sequence[Row]) -> list[Result]:
    importer = importers.importer(kept.noun)
    with audit.resume(audit.going_on(kept.change_set_id)):
        results = applying.apply(session, chunk, importer)
    applying.explain(session, chunk, results, kept)
    services.write_lines(kept, results, keep_ids=True)
    return results


def _take_back(context: JobContext, results: list[Result]) -> JobState:
    """Say which rows were refused since the file was tried; the file stands as tried, and nothing is imported."""
    with context.transaction():
        kept = _kept(context)
        services.forget_lines(kept)
        services.write_lines(kept, results, keep_ids=False)
        services.finish(kept, Stage.TRIED)
    return JobState.PARTIAL


def job_finished(job: Job) -> None:
    """Let a file whose job was cancelled or failed be tried again."""
    if job.kind in (services.TRY, services.RUN) and job.state is not JobState.DONE:
        services.recover(job)
