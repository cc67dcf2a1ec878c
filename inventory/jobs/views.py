"""The pages of background work, for the administrator of the instance."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from inventory.core import registry
from inventory.core.addresses import local_target, row_pages
from inventory.core.database import transaction
from inventory.core.guard import requires
from inventory.core.listing import Column, Filter, Listing, by_label, code_options
from inventory.core.permissions import Permission
from inventory.core.registry import Group, MenuEntry
from inventory.core.web import done, load, page
from inventory.core.wording import N_
from inventory.jobs import aside, presentation, queries, services
from inventory.jobs.models import Job, JobState
from inventory.jobs.own import own_job, own_work

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
MENU = MenuEntry(
    Group.SETTINGS,
    N_("Background work"),
    "jobs.index",
    "checklist",
    Permission.INSTANCE_ADMIN,
    order=95,
    hint=N_("What runs, waits, failed or was given up, and the schedules."),
)

COLUMNS = (
    Column("title", N_("Title"), presentation.title_words, kind="name"),
    Column("kind", N_("Kind"), lambda row: presentation.kind_words(row.kind)),
    Column("state", N_("State"), lambda row: row.state, kind="badge", sort=by_label(Job.state, JobState)),
    Column("queue", N_("Queue"), lambda row: presentation.queue_words(row.queue)),
    Column("requested_by", N_("Asked by"), lambda row: presentation.requester(row.requested_by)),
    Column("attempts", N_("Attempts"), lambda row: row.attempts, kind="number", shown=False),
    Column("created_at", N_("Asked"), lambda row: row.created_at, kind="instant", sort=Job.created_at),
    Column("ended_at", N_("Ended"), lambda row: row.ended_at, kind="instant"),
)
FILTERS = (
    Filter(
        "kind", N_("Kind"), lambda stmt, value: stmt.where(Job.kind == value), options=presentation.kind_options,
    ),
    Filter(
        "state", N_("State"), lambda stmt, value: stmt.where(Job.state == presentation.state_or_none(value)),
        options=code_options(JobState),
    ),
    Filter(
        "open", N_("Not over yet"), kind="bool",
        apply=lambda stmt, value: stmt.where(
            Job.state.in_(queries.OPEN_STATES) if value == "1" else Job.state.not_in(queries.OPEN_STATES)
        ),
    ),
    Filter(
        "failed", N_("Failed or given up"), kind="bool",
        apply=lambda stmt, value: stmt.where(
            Job.state.in_(queries.FAILED_STATES) if value == "1" else Job.state.not_in(queries.FAILED_STATES)
        ),
    ),
)  # fmt: skip


@bp.route("/")
@requires(Permission.INSTANCE_ADMIN)
def index() -> Response:
    """List the jobs and the schedules."""
    reasons = presentation.Reasons()
    why = Column("why", N_("What went wrong"), reasons.of, kind="sentence", load=reasons.load)
    listing = Listing(
        "jobs",
        queries.jobs(),
        columns=(*COLUMNS[:3], why, *COLUMNS[3:]),
        filters=FILTERS,
        default_sort="-created_at",
        id_column=Job.id,
        row_url=row_pages("jobs.detail"),
        search=queries.matching,
    )
    if listing.wants_export:
        return listing.export(_("Background work"))
    listing.empty(_("No work was asked for yet. Scans and other long work appear here."))
    return page(
        "jobs/list.html", listing=listing, tabs=_tabs(), schedules=queries.schedules(), words=presentation
    )


def _tabs() -> list[dict[str, Any]]:
    """Return the tabs above the list: all, what is under way, and what waits for somebody."""
    tabs: list[tuple[str, dict[str, Any], int | None]] = [
        (_("All"), {}, None),
        (_("Under way"), {"open": "1"}, queries.count_open()),
        (_("Failed"), {"failed": "1"}, queries.count_failed()),
    ]
    asked = {name: "1" for name in ("open", "failed") if request.args.get(name) == "1"}
    return [
        {
            "label": label,
            "url": url_for("jobs.index", **narrowed),
            "active": narrowed == asked,
            "count": count,
        }
        for label, narrowed, count in tabs
    ]


@bp.route("/own/<public_id>")
@requires(Permission.SIGNED_IN)
def own(public_id: str) -> Response:
    """Show how far one's own work on one thing is: an undo, a merge."""
    job = queries.by_public_id(public_id)
    back, label = job.payload.get("back", ("/", "")) if job is not None else ("/", "")
    kind = job.kind if job is not None and "back" in job.payload else ""
    return own_work(
        public_id,
        kind,
        poll_url=url_for(".own", public_id=public_id),
        back=back,
        list_label=label or _("Back"),
    )


@bp.route("/own/<public_id>/cancel", methods=["POST"])
@requires(Permission.SIGNED_IN)
def cancel_own(public_id: str) -> Response:
    """Cancel one's own work, at once unless it runs, else at its next step."""
    job = own_job(public_id)
    heard = aside.ask(job, services.CANCEL)
    with transaction():
        services.cancel(job.id, actor=g.actor, heard=heard)
    back = local_target(request.args.get("next"), url_for(".own", public_id=public_id))
    return done(presentation.cancelled_words(job), to=back)


@bp.route("/<public_id>")
@requires(Permission.INSTANCE_ADMIN)
def detail(public_id: str) -> Response:
    """Show a job with its journal."""
    job = load(Job, public_id, Permission.VIEW)
    return page(
        "jobs/detail.html",
        job=job,
        progress=presentation.progress(job),
        journal=queries.journal(job),
        words=presentation,
        found=[
            (panel, context) for panel in registry.panels("job") if (context := panel.load(job)) is not None
        ],
    )


@bp.route("/<public_id>/<any(cancel, pause, resume, retry):wish>", methods=["POST"])
@requires(Permission.INSTANCE_ADMIN)
def act(public_id: str, wish: str) -> Response:
    """Cancel, pause, resume or retry a job."""
    job = load(Job, public_id, Permission.VIEW)
    heard = wish in (services.CANCEL, services.PAUSE) and aside.ask(job, wish)
    told = {"heard": heard} if wish == services.CANCEL else {}
    with transaction():
        getattr(services, wish)(job.id, actor=g.actor, **told)
    return done(
        _("Noted: %(title)s.", title=presentation.title_words(job)),
        to=url_for(".detail", public_id=public_id),
    )
