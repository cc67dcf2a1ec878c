"""The background work of an import: trying a file without saving, and importing it."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.audit import services as audit
from inventory.audit.models import ChangeSet
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.exchange import importers, services
from inventory.exchange.importers import Result, Row, Session
from inventory.exchange.models import Extent, Import, Outcome, Stage
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState


def _actor(kept: Import) -> Actor:
    return Actor("import", kept.public_id, f"{kept.filename} ({kept.user_label})")


def _kept(context: JobContext) -> Import:
    return db.session.get_one(Import, context.payload["import"])


def try_out(context: JobContext) -> JobState:
    """Apply every row and take each chunk back, keeping only what would have come of it."""
    with context.transaction():
        kept = _kept(context)
        services.forget_lines(kept)
        session = importers.importer(kept.noun).begin(services.terms_of(kept, actor=_actor(kept)))
    # Nobody waits for the store while a long file is read.
    rows, done = services.rows_of(kept), 0
    context.progress(done=done, total=len(rows))
    for chunk in services.chunks(rows):
        context.leave_if_asked()
        with context.transaction():
            trial = db.session.begin_nested()
            results = services.apply(session, chunk)
            db.session.flush()
            trial.rollback()
            db.session.expire_all()
            session.forget()
            services.write_lines(_kept(context), results, keep_ids=False)
        done += len(chunk)
        context.progress(done=done, total=len(rows))
    with context.transaction():
        services.finish(_kept(context), Stage.TRIED)
    return JobState.DONE


class _RefusedRowError(Exception):
    """A row of a file that is to be imported whole was refused: nothing of it is kept."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__(len(results))
        self.results = results


def run(context: JobContext) -> JobState:
    """Import the valid rows chunk after chunk, or all in one piece; a successor goes on after the last chunk."""
    with context.transaction():
        kept = _kept(context)
        actor, is_whole = _actor(kept), kept.extent is Extent.WHOLE
        services.open_change_set(kept, actor=actor)
        session = importers.importer(kept.noun).begin(services.terms_of(kept, actor=actor))
        done = int(context.saved.get("done", 0))
        if not done:
            services.forget_lines(kept)
    rows = services.rows_of(kept)
    context.progress(done=done, total=len(rows))
    for piece in [rows] if is_whole else list(services.chunks(rows[done:])):
        context.leave_if_asked()
        try:
            with context.transaction():
                _write(context, session, piece, is_whole=is_whole)
                done += len(piece)
                context.progress(done=done, total=len(rows))
                context.checkpoint(done=done)
        except _RefusedRowError as error:
            return _take_back(context, error.results)
    with context.transaction():
        kept = _kept(context)
        services.finish(kept, Stage.DONE)
        return JobState.PARTIAL if kept.counts.get(Outcome.REFUSED.value) else JobState.DONE


def _write(context: JobContext, session: Session, piece: Sequence[Row], *, is_whole: bool) -> None:
    kept = _kept(context)
    with audit.resume(db.session.get_one(ChangeSet, kept.change_set_id)):
        results = services.apply(session, piece)
    if is_whole and any(result.outcome is Outcome.REFUSED for result in results):
        raise _RefusedRowError(results)
    services.write_lines(kept, results, keep_ids=True)


def _take_back(context: JobContext, results: list[Result]) -> JobState:
    """Say which rows were refused since the file was tried; the file stands as tried, and nothing is imported."""
    with context.transaction():
        kept = _kept(context)
        services.write_lines(kept, results, keep_ids=False)
        services.finish(kept, Stage.TRIED)
    return JobState.PARTIAL


def job_finished(job: Job) -> None:
    """Let a file whose job was cancelled or failed be tried again."""
    if job.kind in (services.TRY, services.RUN) and job.state is not JobState.DONE:
        services.recover(job)
