"""Runs: the list, and the page of one that stays readable for ever."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from inventory.audit import queries as trail
from inventory.audit.models import ChangeSet
from inventory.audit.undo import undo
from inventory.core.addresses import row_pages
from inventory.core.database import db, transaction
from inventory.core.guard import requires
from inventory.core.i18n import ngettext
from inventory.core.listing import Column, Filter, Listing, by_label, code_options, whole_number
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope, done, load, page
from inventory.core.wording import N_
from inventory.discovery import identifying, launching, queries, result_words, run_words
from inventory.discovery.models import Outcome, Run, RunKind
from inventory.discovery.views.blueprint import bp, tabs
from inventory.jobs import services as jobs
from inventory.jobs.models import Job, JobState


def _in_state(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Run.job.has(Job.state == JobState(value))) if value in set(JobState) else statement


def _of_kind(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Run.kind == RunKind(value)) if value in set(RunKind) else statement


def _troubled(statement: Select[Any], value: str) -> Select[Any]:
    return queries.troubled(statement, int(value))


def _tallied(outcome: Outcome, label: str) -> Column:
    """A column with how many targets came to an outcome, leading to them."""

    def count(row: Run) -> int:
        return row.outcome.get(outcome.value, 0)

    return Column(
        outcome.value, label, count, kind="number",
        url=lambda row: result_words.results_url(row, outcome) if count(row) else None,
    )  # fmt: skip


COLUMNS = (
    Column("title", N_("Title"), lambda row: row.title, kind="name"),
    Column("state", N_("State"), lambda row: row.state, kind="badge"),
    Column("started_at", N_("Started"), lambda row: row.started_at, kind="instant", sort=Run.started_at),
    _tallied(Outcome.NEW, N_("New devices")),
    _tallied(Outcome.MOVED, N_("Moved")),
    _tallied(Outcome.CHANGED, N_("Changed devices")),
    _tallied(Outcome.SILENT, N_("Silent")),
    Column(
        "failed", N_("Failures"), lambda row: row.failed, kind="number", sort=Run.failed,
        url=lambda row: result_words.results_url(row, Outcome.FAILED) if row.failed else None,
    ),
    Column("kind", N_("Kind"), lambda row: row.kind, kind="badge", sort=by_label(Run.kind, RunKind)),
    Column("read", N_("Read"), lambda row: row.read, kind="number", sort=Run.read),
    Column("entity", N_("Entity"), lambda row: row.entity.name),
    Column("site", N_("Site"), lambda row: row.site.name if row.site else None),
)  # fmt: skip
FILTERS = (
    Filter("kind", N_("Kind"), _of_kind, options=code_options(RunKind)),
    Filter("state", N_("State"), _in_state, options=code_options(JobState)),
    Filter(
        "range", N_("Range"), queries.of_range, hidden=True, words=queries.range_name,
    ),
    Filter("troubled", N_("Could not read everything, in days"), _troubled, kind="text", hidden=True,
           refuses=whole_number(1, 999)),
)  # fmt: skip


@bp.route("/runs/")
@requires(Permission.VIEW)
def runs() -> Response:
    """List the runs."""
    listing = Listing(
        "runs",
        queries.runs(current_scope()),
        columns=COLUMNS,
        filters=FILTERS,
        default_sort="-started_at",
        id_column=Run.id,
        row_url=row_pages("discovery.run"),
    )
    if listing.wants_export:
        return listing.export(_("Runs"))
    listing.empty(
        _("Nothing was read yet. Scan a range or read a directory."), url_for(".index"), _("See the sources")
    )
    return page("discovery/runs.html", tabs=tabs("discovery.runs"), listing=listing)


@bp.route("/runs/<public_id>")
@requires(Permission.VIEW)
def run(public_id: str) -> Response:
    """Show a run: how far it is, what it finds, what failed and why, what it changed."""
    return _show(load(Run, public_id))


def _show(row: Run) -> Response:
    return page(
        "discovery/run.html",
        run=row,
        progress=run_words.run_progress(row, may_act=access().allows(Permission.SCANS_RUN, row.entity_id)),
        findings=run_words.findings(queries.latest_findings(row)),
        failures=run_words.failures(row, queries.failures_by_cause(row)),
        outcomes=run_words.outcomes(row),
        nobody_answered=run_words.nobody_answered(row),
        change_set=run_words.change_set(row),
        journal=run_words.journal(row),
        history=run_words.history(row),
        may_apply=identifying.may_be_applied(row)
        and access().allows(Permission.DISCOVERY_ADMIN, row.entity_id),
    )


@bp.route("/runs/<public_id>/<any(cancel, pause, resume):wish>", methods=["POST"])
@requires(Permission.SCANS_RUN)
def act_on_run(public_id: str, wish: str) -> Response:
    """Cancel, pause or resume a run."""
    row = load(Run, public_id, Permission.SCANS_RUN)
    with transaction():
        getattr(jobs, wish)(row.job_id or 0, actor=g.actor)
    if request.headers.get("HX-Request"):
        return _show(row)
    return done(run_words.wish_noted(wish, row), to=url_for(".run", public_id=public_id))


@bp.route("/runs/<public_id>/anyway", methods=["POST"])
@requires(Permission.SCANS_RUN)
def scan_anyway(public_id: str) -> Response:
    """Let a scan go on although these are black-out hours."""
    row = load(Run, public_id, Permission.SCANS_RUN)
    with transaction():
        launching.scan_anyway(row, actor=g.actor)
    if request.headers.get("HX-Request"):
        return _show(row)
    return done(_("%(title)s goes on.", title=row.title), to=url_for(".run", public_id=public_id))


@bp.route("/runs/<public_id>/undo", methods=["POST"])
@requires(Permission.CHANGES_UNDO)
def undo_run(public_id: str) -> Response:
    """Put back all that a run changed; what was seen stays known."""
    row = load(Run, public_id, Permission.CHANGES_UNDO)
    changes = db.session.get_one(ChangeSet, row.change_set_id)
    recorded = trail.record_count(changes)
    with transaction():
        undo(changes, actor=g.actor)
    message = ngettext("%(num)s change is undone.", "%(num)s changes are undone.", recorded)
    return done(message, to=url_for(".run", public_id=public_id))
