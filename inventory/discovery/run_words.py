"""Puts sources and runs into words: how far, what was found, what failed and why, what it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for
from flask_babel import gettext as _

from inventory.audit import queries as trail
from inventory.audit.models import ChangeSet
from inventory.core.database import db
from inventory.core.i18n import ngettext, number
from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.discovery import causes, presentation, queries, services
from inventory.discovery.models import AddressRange, Directory, Run, RunFailure, RunKind, Sighting
from inventory.jobs import presentation as jobs
from inventory.jobs.models import Job, JobState
from inventory.jobs.presentation import Progress
from scanners.coverage import Failure

if TYPE_CHECKING:
    from scanners.ldap.reading import Summary

OUTCOMES: dict[str, Callable[[int], str]] = {
    "new": lambda n: ngettext("seen for the first time", "seen for the first time", n),
    "changed": lambda n: ngettext("changed since the last time", "changed since the last time", n),
    "unchanged": lambda n: ngettext("unchanged", "unchanged", n),
    "returned": lambda n: ngettext("seen again after an absence", "seen again after an absence", n),
    "absent": lambda n: ngettext("not seen any more", "not seen any more", n),
    "assets_created": lambda n: ngettext("item of equipment created", "items of equipment created", n),
    "assets_updated": lambda n: ngettext("item of equipment updated", "items of equipment updated", n),
    "people_created": lambda n: ngettext("person created", "people created", n),
    "people_updated": lambda n: ngettext("person updated", "people updated", n),
    "located": lambda n: ngettext("found on its switch port", "found on their switch ports", n),
    "port_moves": lambda n: ngettext("moved to another switch port", "moved to other switch ports", n),
    "linked": lambda n: ngettext("recognised", "recognised", n),
    "noticed": lambda n: ngettext("seen, not identified", "seen, not identified", n),
    "noticed_new": lambda n: ngettext("of them for the first time", "of them for the first time", n),
    "confirmed": lambda n: ngettext(
        "item of equipment confirmed by its address", "items of equipment confirmed by their address", n
    ),
    "reviews": lambda n: ngettext("question for you", "questions for you", n),
}
"""The words that follow the number of each kind of outcome: in French even the participles agree with it."""


def range_rows(ranges: Sequence[AddressRange]) -> list[dict[str, Any]]:
    """Return the ranges with their last and next run, in a fixed number of queries."""
    last = queries.last_runs(Run.range_id, [row.id for row in ranges])
    schedules = queries.schedules_of(ranges)
    return [{"row": row, "last": last.get(row.id), "next": _next(row, schedules)} for row in ranges]


def directory_rows(directories: Sequence[Directory]) -> list[dict[str, Any]]:
    """Return the directories with their last and next run, in a fixed number of queries."""
    last = queries.last_runs(Run.directory_id, [row.id for row in directories])
    schedules = queries.schedules_of(directories)
    return [{"row": row, "last": last.get(row.id), "next": _next(row, schedules)} for row in directories]


def _next(row: AddressRange | Directory, schedules: dict[int, Any]) -> Any:
    schedule = schedules.get(row.schedule_id or 0)
    return schedule.next_due_at if schedule is not None and schedule.enabled else None


def saved_range(range_: AddressRange) -> str:
    """Say that a range is saved, and which others hold some of its addresses."""
    others = services.overlapping(range_)
    if not others:
        return _("%(name)s is saved.", name=range_.name)
    shared = ", ".join(
        ngettext("%(name)s (%(num)s address)", "%(name)s (%(num)s addresses)", both, name=other.name)
        for other, both in others
    )
    return _("%(name)s is saved. It shares addresses with %(others)s.", name=range_.name, others=shared)


def run_progress(run: Run, *, may_act: bool) -> Progress:
    """Return what the progress macro shows of a run; the buttons only for who may use them."""
    job = run.job
    shown = Progress(jobs.percent(job) if job else 100.0, _sentence(run), run.state, counts=_counts(run))
    if job is not None and not job.state.is_finished:
        acts = ("cancel", "pause", "resume")
        urls = {wish: url_for("discovery.act_on_run", public_id=run.public_id, wish=wish) for wish in acts}
        if may_act:
            jobs.offer(shown, job, urls)
        shown.poll_url = url_for("discovery.run", public_id=run.public_id)
    return shown


def _counts(run: Run) -> list[tuple[str, int]]:
    answered = run.job.progress.get("answered", run.answered) if run.job else run.answered
    return [
        (_("Answered"), max(answered, run.answered)),
        (_("Read"), run.read),
        (_("Failures"), run.failed),
        (_("Seen for the first time"), run.outcome.get("new", 0)),
    ]


def _sentence(run: Run) -> str:
    parts = [_asked(run), _read(run)]
    if run.failed:
        parts.append(
            ngettext("%(shown)s failure", "%(shown)s failures", run.failed, shown=number(run.failed))
        )
    if run.job is not None:
        parts += [words for words in (jobs.time_left(run.job), jobs.wish_words(run.job)) if words]
    if run.state is JobState.QUEUED:
        return _("It waits for a worker.")
    return ", ".join(parts)


def _asked(run: Run) -> str:
    progress = run.job.progress if run.job else {}
    done = progress.get("done", run.asked) if run.ended_at is None else run.asked
    if run.kind is RunKind.SNMP:
        total = progress.get("total", done)
        if run.ended_at is None or total != done:
            return ngettext(
                "%(done)s of %(shown)s address", "%(done)s of %(shown)s addresses", total,
                done=number(done), shown=number(total),
            )  # fmt: skip
        return ngettext("%(shown)s address", "%(shown)s addresses", done, shown=number(done))
    if run.kind is RunKind.LDAP:
        return ngettext("%(shown)s entry", "%(shown)s entries", done, shown=number(done))
    return ngettext("%(shown)s line", "%(shown)s lines", done, shown=number(done))


def _read(run: Run) -> str:
    if run.kind is RunKind.SNMP:
        return ngettext("%(shown)s device", "%(shown)s devices", run.read, shown=number(run.read))
    return _("%(shown)s read", shown=number(run.read))


def findings(sightings: Sequence[Sighting]) -> list[dict[str, Any]]:
    """Return the latest things a run met, as the timeline macro shows them."""
    return [
        {
            "title": presentation.title_of(row),
            "icon": presentation.icon_of(row),
            "actor": ", ".join(
                text for text in (presentation.kind_of(row), presentation.model_of(row), row.target) if text
            ),
            "at": row.last_seen_at,
            "url": url_for("discovery.sighting", public_id=row.public_id),
        }
        for row in sightings
    ]


def failures(groups: Sequence[tuple[str, int, list[RunFailure]]]) -> list[dict[str, Any]]:
    """Return the failures by cause: a sentence, what to do, how many, and the first of them."""
    return [
        {
            "sentence": _(causes.sentence(cause)),
            "advice": _(advice) if (advice := causes.advice(cause)) else None,
            "count": count,
            "rows": rows,
            "hidden": count - len(rows),
        }
        for cause, count, rows in groups
    ]


def outcomes(run: Run) -> list[tuple[str, int]]:
    """Return what came of a run, in words and numbers; what has no words is left out."""
    return [(words(n), n) for name, words in OUTCOMES.items() if (n := run.outcome.get(name, 0))]


def change_set(run: Run) -> dict[str, Any] | None:
    """Return the change set of a run: how much it recorded, whether it was undone, and its page where there is one."""
    found = db.session.get(ChangeSet, run.change_set_id) if run.change_set_id else None
    if found is None:
        return None
    count = trail.record_count(found)
    has_page = "changes.detail" in current_app.view_functions
    return {
        "count": count,
        "undone_at": found.undone_at,
        "url": url_for("changes.detail", public_id=found.public_id) if has_page else None,
        "can_undo": count > 0 and found.undone_at is None and run.ended_at is not None,
    }


def journal(run: Run) -> list[dict[str, Any]]:
    """Return the journal of a run's job, as the timeline macro shows it."""
    icons = {"error": "alert-triangle", "warning": "alert-circle"}
    return [
        {
            "title": jobs.event_words(event),
            "at": event.at,
            "icon": icons.get(event.level, "info-circle"),
            "kind": "system",
        }
        for event in (queries.events_of(run.job_id) if run.job_id else [])
    ]


def wish_noted(wish: str, run: Run) -> str:
    """Say that a wish was taken."""
    if wish == "resume":
        return _("%(title)s goes on.", title=run.title)
    if run.state.is_finished:
        return _("%(title)s is cancelled. What it read is kept.", title=run.title)
    if run.state is JobState.PAUSED:
        return _("%(title)s is paused.", title=run.title)
    return _("%(title)s stops at its next step. What it read is kept.", title=run.title)


def tested(answer: Failure | Summary) -> dict[str, Any]:
    """Return what a test of a directory's connection said."""
    if isinstance(answer, Failure):
        advice = causes.advice(answer.cause.value)
        return {
            "good": False,
            "sentence": _(causes.sentence(answer.cause.value)),
            "detail": answer.detail,
            "advice": _(advice) if advice else None,
        }
    counts = {name: (number(one.found), one.more) for name, one in answer.counts.items()}
    return {
        "good": True,
        "vendor": answer.vendor,
        "base": answer.base,
        "contexts": list(answer.naming_contexts),
        "computers": _counted(*counts["computers"]),
        "people": _counted(*counts["people"]),
    }


def _counted(found: str, more: bool) -> str:
    return _("%(count)s or more", count=found) if more else found


def _of_job(job: Job) -> dict[str, Any] | None:
    run = queries.run_of_job(job.id)
    if run is None:
        return None
    address = url_for("discovery.run", public_id=run.public_id)
    return {"url": address, "label": _("What it found and what failed")}


OF_JOB = Panel("run", N_("Run"), "jobs/_found.html", _of_job)
