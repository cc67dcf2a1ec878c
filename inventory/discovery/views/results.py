"""What came of each target of a run: the list with its causes, and a run compared with the one before it."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from inventory.core.guard import requires
from inventory.core.listing import WHEN, Column, Filter, Listing, code_options
from inventory.core.permissions import Permission
from inventory.core.web import access, load, page
from inventory.core.wording import N_
from inventory.discovery import causes, presentation, queries, result_words, run_words
from inventory.discovery.models import Outcome, Run, RunResult
from inventory.discovery.views.blueprint import bp

# Features to the right add what they know of a target's device.
MORE_COLUMNS: list[Column] = []
MORE_FILTERS: list[Filter] = []


def add_column(column: Column) -> None:
    """Add a column to the list of a run's targets; once for each key."""
    if all(known.key != column.key for known in MORE_COLUMNS):
        MORE_COLUMNS.append(column)


def add_filter(choice: Filter) -> None:
    """Add a filter to the list of a run's targets; once for each key."""
    if all(known.key != choice.key for known in MORE_FILTERS):
        MORE_FILTERS.append(choice)


def _with_outcome(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(RunResult.outcome == Outcome(value)) if value in set(Outcome) else statement


COLUMNS = (
    Column("target", N_("Address"), lambda row: row.target, kind="code", sort=RunResult.target_order),
    Column("outcome", N_("What came of it"), lambda row: row.outcome, kind="badge"),
    Column(
        "name", N_("Name"), lambda row: presentation.title_of(row.sighting) if row.sighting else _("not known")
    ),
    Column("cause", N_("Why"), result_words.why, kind="sentence", whole=True),
    Column("advice", N_("What to do"), result_words.advice, kind="sentence"),
    Column(
        "model", N_("Maker and model"), shown=False,
        value=lambda row: presentation.model_of(row.sighting) if row.sighting else None,
    ),
    Column("at", WHEN, lambda row: row.at, kind="instant", sort=RunResult.at),
)  # fmt: skip
CREDENTIAL = Column("credential", N_("Credential used"), lambda row: row.credential.name if row.credential else None)  # fmt: skip
CHANGES = Column("changes", N_("What differs"), result_words.changes, kind="sentence")
FILTERS = (
    Filter("outcome", N_("What came of it"), _with_outcome, options=code_options(Outcome)),
    Filter(
        "cause",
        N_("Why"),
        lambda statement, value: statement.where(RunResult.cause == value),
        options=lambda: [(code, _(words)) for code, words in causes.SENTENCES.items()],
    ),
)


def _own_columns(run: Run) -> tuple[Column, ...]:
    """The columns of a run of its kind: a new identification says what differs, and fails nowhere on the wire."""
    if run.kind not in run_words.IDENTIFYING:
        return COLUMNS
    return (*(one for one in COLUMNS if one.key not in ("cause", "advice", "at")), CHANGES)


@bp.route("/runs/<public_id>/results")
@requires(Permission.VIEW)
def run_results(public_id: str) -> Response:
    """List what came of each target of a run."""
    run = load(Run, public_id)
    sees_credentials = access().allows(Permission.SCANS_RUN, run.entity_id)
    listing = Listing(
        "results",
        queries.results(run, access().entity_ids(Permission.VIEW)),
        columns=(*_own_columns(run), *([CREDENTIAL] if sees_credentials else []), *MORE_COLUMNS),
        filters=(*FILTERS, *MORE_FILTERS),
        search=queries.matching_results,
        id_column=RunResult.id,
        default_sort="target",
        public_id=lambda row: str(row.id),
        row_url=result_words.url_of,
    )
    if listing.wants_export:
        return listing.export(_("What came of each address"))
    listing.empty(
        _("Nothing of this run is listed here."), url_for(".run", public_id=public_id), _("See the run")
    )
    return page("discovery/run_results.html", run=run, listing=listing)


@bp.route("/runs/<public_id>/comparison")
@requires(Permission.VIEW)
def compare_run(public_id: str) -> Response:
    """Show what a run found against the run of the same range before it."""
    run = load(Run, public_id)
    earlier = queries.run_before(run)
    sections = (
        result_words.sections(run, earlier, access().entity_ids(Permission.VIEW))
        if earlier is not None
        else []
    )
    return page("discovery/run_comparison.html", run=run, earlier=earlier, sections=sections)
