"""Puts sources and runs into words: how far, what was found, what failed and why, what it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from babel.dates import get_day_names
from flask import current_app, url_for
from flask_babel import gettext as _

from inventory.audit import queries as trail
from inventory.audit.models import ChangeSet
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.core.database import db
from inventory.core.i18n import instant, language, ngettext, number
from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.discovery import blackout, causes, presentation, queries, result_words, services
from inventory.discovery.models import AddressRange, Directory, Outcome, Run, RunKind, RunResult, Sighting
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
    "moved": lambda n: ngettext("answers at another address", "answer at another address", n),
    "same": lambda n: ngettext(
        "further address of a device already met", "further addresses of devices already met", n
    ),
    "silent": lambda n: ngettext("known and silent now", "known and silent now", n),
    "returned": lambda n: ngettext("seen again after an absence", "seen again after an absence", n),
    "absent": lambda n: ngettext("not seen any more", "not seen any more", n),
    "proposed": lambda n: ngettext("device would change", "devices would change", n),
    "kinds": lambda n: ngettext("kind", "kinds", n),
    "makers": lambda n: ngettext("maker", "makers", n),
    "models": lambda n: ngettext("model", "models", n),
    "serials": lambda n: ngettext("serial number", "serial numbers", n),
    "firmwares": lambda n: ngettext("firmware", "firmwares", n),
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
FACTS_COUNTED = ("kinds", "makers", "models", "serials", "firmwares")
REVIEWS = "reviews.index"
"""The page of questions, which a later package brings."""
IDENTIFYING = (RunKind.IDENTIFY_TRIAL, RunKind.IDENTIFY)


def range_rows(ranges: Sequence[AddressRange]) -> list[dict[str, Any]]:
    """Return the ranges with their last and next run and their black-out hours, in a fixed number of queries."""
    rows = _source_rows(Run.range_id, ranges)
    for row in rows:
        row["blackout"] = blackout_words(row["row"])
        row["waits"] = _waits(row["row"], row["next"])
    return rows


def directory_rows(directories: Sequence[Directory]) -> list[dict[str, Any]]:
    """Return the directories with their last and next run, in a fixed number of queries."""
    return _source_rows(Run.directory_id, directories)


def _source_rows(column: Any, sources: Sequence[AddressRange | Directory]) -> list[dict[str, Any]]:
    last = queries.last_runs(column, [row.id for row in sources])
    schedules = queries.schedules_of(sources)
    return [
        {
            "row": row,
            "last": last.get(row.id),
            "tally": result_words.tally(last[row.id]) if row.id in last else [],
            "next": _next(row, schedules),
        }
        for row in sources
    ]


def day_names() -> list[str]:
    """Return the short names of the days, Monday first, as black-out hours are written and read."""
    names = get_day_names("abbreviated", locale=language())
    return [names[day].strip(".") for day in range(7)]


def blackout_words(range_: AddressRange) -> str:
    """Return the black-out hours of a range as people write them, nothing where there are none."""
    return blackout.written(blackout.parse(range_.blackout), day_names())


def _waits(range_: AddressRange, due: datetime | None) -> datetime | None:
    """When a scan that is due in black-out hours begins, None where it begins when it is due."""
    if due is None or not range_.blackout:
        return None
    return blackout.ends_at(blackout.parse(range_.blackout), range_.site.time_zone, due)


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
    shown = Progress(_percent(run), _sentence(run), run.state, counts=_counts(run))
    if job is not None and not job.state.is_finished:
        acts = ("cancel", "pause", "resume")
        urls = {wish: url_for("discovery.act_on_run", public_id=run.public_id, wish=wish) for wish in acts}
        if may_act:
            jobs.offer(shown, job, urls)
            if jobs.waits_until(job) is not None:
                shown.go_on_url = url_for("discovery.scan_anyway", public_id=run.public_id)
        shown.poll_url = url_for("discovery.run", public_id=run.public_id)
    return shown


def _percent(run: Run) -> float | None:
    """How far a run is; one that was cancelled, as far as what it left out tells: a part that was cut off is not asked."""
    if run.unasked_count:
        return 100 * run.asked / (run.asked + run.unasked_count)
    return jobs.percent(run.job) if run.job else 100.0


def _counts(run: Run) -> list[tuple[str, float]]:
    if run.kind in IDENTIFYING:
        return []
    progress = run.job.progress if run.job and run.ended_at is None else {}
    outcome = run.outcome
    counts: list[tuple[str, float | None]] = [
        (_("Answering"), max(progress.get("answered", 0), run.answered, run.read)),
        (_("Read"), run.read),
        (_("New devices"), outcome.get("new", 0)),
        (
            _("Changed devices"),
            outcome.get("changed", 0) + outcome.get("moved", 0) + outcome.get("returned", 0),
        ),
        (_("Unchanged"), outcome.get("unchanged", 0)),
        (_("Failures"), run.failed),
        *_rates(run, progress),
    ]
    return [(label, count) for label, count in counts if count is not None]


def _rates(run: Run, progress: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    """How many addresses and devices a second: lately while it runs, over all its work once it has ended."""
    asked, found = progress.get("asked_per_s"), progress.get("found_per_s")
    seconds = run.worked_ms / 1000
    if run.ended_at is not None and seconds >= 1:
        asked, found = round(run.asked / seconds, 1), round(run.answered / seconds, 1)
    if run.state not in (JobState.RUNNING, JobState.DONE, JobState.PARTIAL, JobState.CANCELLED):
        return []
    return [(_("Addresses/s"), asked), (_("Found/s"), found)]


def _sentence(run: Run) -> str:
    parts = [_asked(run), _read(run)] if run.kind not in IDENTIFYING else [_identified(run)]
    if run.failed:
        parts.append(
            ngettext("%(shown)s failure", "%(shown)s failures", run.failed, shown=number(run.failed))
        )
    if run.job is not None:
        parts += [words for words in (jobs.outlook(run.job), jobs.wish_words(run.job)) if words]
    if run.state is JobState.QUEUED:
        return _waiting(run, parts[0])
    return ", ".join(parts)


def _waiting(run: Run, asked: str) -> str:
    """Why a run does not go on: black-out hours of its range until then, or nobody has taken it yet."""
    until = jobs.waits_until(run.job) if run.job is not None else None
    if until is None:
        return _("It waits for a worker.")
    zone = run.site.time_zone if run.site else DEFAULT_TIME_ZONE
    waiting = _(
        "It waits until %(until)s: these are black-out hours of the range.", until=instant(until, zone)
    )
    return f"{waiting} {asked}" if run.worked_ms else waiting


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


def _identified(run: Run) -> str:
    """How many devices differ by today's rules: "14 of 2,310 devices would change: 9 kinds, 3 models, 2 serial numbers"."""
    counts = [f"{number(n)} {OUTCOMES[name](n)}" for name in FACTS_COUNTED if (n := run.outcome.get(name, 0))]
    said = {
        "number": number(run.outcome.get("proposed", 0) or run.outcome.get("changed", 0)),
        "shown": number(run.asked),
    }
    if run.kind is RunKind.IDENTIFY_TRIAL:
        sentence = ngettext(
            "%(number)s of %(shown)s device would change", "%(number)s of %(shown)s devices would change", run.asked, **said
        )  # fmt: skip
    else:
        sentence = ngettext(
            "%(number)s of %(shown)s device changed", "%(number)s of %(shown)s devices changed", run.asked, **said
        )  # fmt: skip
    return _("%(sentence)s: %(counts)s", sentence=sentence, counts=", ".join(counts)) if counts else sentence


def _read(run: Run) -> str:
    if run.kind is RunKind.SNMP:
        return ngettext("%(shown)s device", "%(shown)s devices", run.read, shown=number(run.read))
    return ngettext("%(shown)s read", "%(shown)s read", run.read, shown=number(run.read))


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


def failures(run: Run, groups: Sequence[tuple[str, int, list[RunResult]]]) -> list[dict[str, Any]]:
    """Return the failures by cause: a sentence, what to do, how many, and the first of them."""
    return [
        {
            "sentence": _(causes.sentence(cause)),
            "advice": _(advice) if (advice := causes.advice(cause)) else None,
            "count": count,
            "rows": [(row.target, result_words.detail_of(row)) for row in rows],
            "hidden": count - len(rows),
            "url": url_for("discovery.run_results", public_id=run.public_id, cause=cause),
        }
        for cause, count, rows in groups
    ]


def nobody_answered(run: Run) -> bool:
    """Say whether a scan has ended without one device saying anything by SNMP, not even that it refuses."""
    said = (run.answered, run.read, run.failed, run.outcome.get("silent", 0))
    return run.kind is RunKind.SNMP and run.state is JobState.DONE and run.asked > 0 and not any(said)


def outcomes(run: Run) -> list[tuple[str, int, str | None]]:
    """Return what came of a run: words, number, and the address of the rows behind it or None."""
    return [
        (words(n), n, _rows_behind(run, name))
        for name, words in OUTCOMES.items()
        if (n := run.outcome.get(name, 0))
    ]


def _rows_behind(run: Run, outcome: str) -> str | None:
    if outcome in set(Outcome):
        return result_words.results_url(run, Outcome(outcome))
    if outcome == "noticed" and run.site is not None:
        return url_for("discovery.presences", site=run.site.public_id)
    if outcome == "reviews" and REVIEWS in current_app.view_functions:
        return url_for(REVIEWS)
    return None


def history(run: Run) -> list[dict[str, Any]]:
    """Return the latest runs of the same range or directory with what each found different, this one marked."""
    return [
        {"run": one, "tally": result_words.tally(one), "is_this": one.id == run.id}
        for one in queries.runs_like(run)
    ]


def change_set(run: Run) -> dict[str, Any] | None:
    """Return the change set of a run: how much it recorded, whether it was undone and stopped by that, and its page where there is one."""
    found = db.session.get(ChangeSet, run.change_set_id) if run.change_set_id else None
    if found is None:
        return None
    count = trail.record_count(found)
    has_page = "changes.detail" in current_app.view_functions
    return {
        "count": count,
        "undone_at": found.undone_at,
        "stopped": found.undone_at is not None and (run.ended_at is None or found.undone_at <= run.ended_at),
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
