"""Says in words what a job does, how far it is and what may be done about it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.core import clock
from inventory.core.forms import translated
from inventory.core.i18n import day, ngettext, number
from inventory.core.wording import N_, Sentence
from inventory.jobs import aside, queries, services
from inventory.jobs.models import Job, JobEvent, JobState, Schedule

CLEARING_AWAY = N_("Clearing away of deleted files")
FORGETTING = N_("Forgetting of presences not seen for long")
KINDS = {
    "discovery.scan": N_("Network scan"),
    "discovery.read_directory": N_("Directory reading"),
    "discovery.identify": N_("New identification"),
    "discovery.purge_presences": FORGETTING,
    "reconciliation.triage": N_("Unknown devices sorted out"),
    "assets.bulk_edit": N_("Bulk edit"),
    "audit.undo": N_("Undoing"),
    "catalog.merge": N_("Merge of makers or models"),
    "assets.handing": N_("Handover or return"),
    "search.rebuild": N_("Search index"),
    "exchange.try": N_("Trial of a file"),
    "exchange.import": N_("Import"),
    "files.clear_away": CLEARING_AWAY,
    "notices.send": N_("Mail"),
    "notices.forgotten": N_("Forgotten password"),
}


# Most jobs begin at once: only then is it worth saying what one waits for.
TURN_TOLD_AFTER = timedelta(seconds=3)


@dataclass(slots=True)
class Progress:
    """What the progress macro shows; addresses are None where the act is not possible."""

    percent: float | None
    sentence: str
    state: JobState
    counts: list[tuple[str, float]] = field(default_factory=list)
    cancel_url: str | None = None
    pause_url: str | None = None
    resume_url: str | None = None
    retry_url: str | None = None
    go_on_url: str | None = None
    poll_url: str | None = None


def kind_words(kind: str) -> str:
    """Return what a kind of job does, in the reader's language; the kind itself when it is unknown."""
    return _(KINDS[kind]) if kind in KINDS else kind


def queue_words(queue: str) -> str:
    """Return the name of a queue in the reader's language: that of a site's workers, that of quick work, or that of the rest."""
    if queue.startswith("site."):
        return _("Site %(code)s", code=queue.removeprefix("site."))
    return _("quick work") if queue == services.QUICK else _("general")


def requester(name: str) -> str:
    """Return who asked for a job: a person, the schedule in the reader's language, or Parc itself."""
    return _(services.BY_SCHEDULE) if name == services.BY_SCHEDULE else name or "Parc"


def title_words(row: Job | Schedule) -> str:
    """Return a job's or a schedule's title; one that Parc gave by itself in the reader's language."""
    return _(row.title) if row.title == KINDS.get(row.kind) else row.title


_DAILY = re.compile(r"([0-5]?\d) ([01]?\d|2[0-3]) \* \* (\*|1-5|1)")
_DAYS = {
    "*": N_("every day at %(time)s"),
    "1-5": N_("Monday to Friday at %(time)s"),
    "1": N_("every Monday at %(time)s"),
}


def cron_words(cron: str) -> str | None:
    """Return when a schedule is due, in words; None for a cron text that has none."""
    match = _DAILY.fullmatch(cron)
    return _(_DAYS[match[3]], time=f"{int(match[2]):02d}:{int(match[1]):02d}") if match else None


def kind_options() -> list[tuple[str, str]]:
    """Return the kinds of jobs for a filter, in the reader's language."""
    return sorted(((kind, _(label)) for kind, label in KINDS.items()), key=lambda pair: pair[1])


def state_or_none(text: str) -> JobState | None:
    """Return the state of a code, None for any other text."""
    return JobState(text) if text in set(JobState) else None


def percent(job: Job) -> float | None:
    """Return how much is done, 0 to 100, or None when that is not known."""
    said = aside.progress_of(job)
    total = said.get("total")
    if job.state is JobState.DONE:
        return 100.0
    # What is all done has still to be written.
    most = 100.0 if job.state.is_finished else 99.0
    return min(most, 100.0 * said.get("done", 0) / total) if total else None


def time_left(job: Job) -> str | None:
    """Return how long the rest will take, in words, or None when that is not known."""
    seconds = aside.progress_of(job).get("left_s")
    if job.state is not JobState.RUNNING or seconds is None:
        return None
    if seconds < 8:
        return _("a few seconds left")
    if seconds < 60:
        return _("about %(num)s s left", num=math.ceil(seconds / 5) * 5)
    minutes = round(seconds / 60)
    return ngettext("about %(num)s minute left", "about %(num)s minutes left", minutes)


def waits_until(job: Job) -> datetime | None:
    """Return when a job that waits of its own accord goes on, None for any other job."""
    waits = job.state is JobState.QUEUED and job.error is None and job.run_after > clock.now()
    return job.run_after if waits else None


def outlook(job: Job) -> str | None:
    """Return what an open job waits for while another one keeps SQLite's only writer, else how long the rest will take."""
    keeper = aside.keeper() if job.state in (JobState.QUEUED, JobState.RUNNING) else None
    other = queries.by_public_id(keeper) if keeper is not None and keeper != job.public_id else None
    if other is None:
        return time_left(job)
    return _(
        "it waits until “%(title)s”, which is everything or nothing, is written", title=title_words(other)
    )


def turn_words(job: Job) -> str | None:
    """Return how many jobs one that has waited for a while comes after, or None."""
    if job.state is not JobState.QUEUED or clock.now() - job.run_after < TURN_TOLD_AFTER:
        return None
    before = queries.count_before(job)
    return ngettext("after %(num)s other job", "after %(num)s other jobs", before) if before else None


def wish_words(job: Job) -> str | None:
    """Return that a running job is about to stop, or None."""
    if job.state is not JobState.RUNNING or job.wish is None:
        return None
    return _("It stops at the next step.")


def if_cancelled(job: Job, *, in_pieces: bool) -> str | None:
    """Return what stays of an open job that somebody cancels; None of one that is over."""
    if job.state.is_finished:
        return None
    if in_pieces:
        return _("If you cancel, what was done until then stays. You can undo it.")
    return _("Nothing is saved before the end: if you cancel, nothing of it is kept.")


def cancelled_words(job: Job) -> str:
    """Return what comes of a wish to cancel a job."""
    return _("It is cancelled.") if job.state.is_finished else _("It stops at the next step.")


def sentence(job: Job) -> str:
    """Return how far a job of any kind is."""
    said = aside.progress_of(job)
    done, total = said.get("done"), said.get("total")
    parts = []
    if done is not None and total:
        parts.append(_("%(done)s of %(total)s", done=number(done), total=number(total)))
        if job.state is JobState.RUNNING and done >= total:
            parts.append(_("being written"))
    elif done is not None:
        parts.append(number(done))
    parts += [words for words in (outlook(job), turn_words(job), wish_words(job)) if words]
    return ", ".join(parts) or _(job.state.label).capitalize()


def progress(job: Job) -> Progress:
    """Return what the page of a job of any kind shows of its progress."""
    found = Progress(percent(job), sentence(job), job.state)
    urls = {
        wish: url_for("jobs.act", public_id=job.public_id, wish=wish)
        for wish in ("cancel", "pause", "resume", "retry")
    }
    offer(found, job, urls)
    found.poll_url = None if job.state.is_finished else url_for("jobs.detail", public_id=job.public_id)
    return found


def offer(shown: Progress, job: Job, urls: dict[str, str]) -> None:
    """Fill in the acts that are possible in the job's state."""
    stopping = job.wish is not None
    if not job.state.is_finished:
        shown.cancel_url = None if job.wish == services.CANCEL else urls["cancel"]
        if job.state is JobState.PAUSED or stopping:
            shown.resume_url = urls["resume"]
        else:
            shown.pause_url = urls["pause"]
        if services.waits_to_retry(job):
            shown.retry_url = urls.get("retry")
    elif job.state in (JobState.FAILED, JobState.DEAD):
        shown.retry_url = urls.get("retry")


def event_words(event: JobEvent) -> str:
    """Return a line of a job's journal in the reader's language."""
    return translated(event.message, {key: _written(value) for key, value in event.params.items()})


def _written(value: Any) -> Any:
    """Return what a line of the journal names: a sentence, an instant as “2026-11-28 20:51” as the reader writes it."""
    if isinstance(value, dict):
        return Sentence.from_json(value)
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})", str(value))
    return f"{day(date.fromisoformat(match[1]))} {match[2]}" if match else value


def last_words(job: Job, level: str = "error") -> list[str]:
    """Return the last line of a job's journal of this level, in the reader's language; nothing without one."""
    return [event_words(event) for event in queries.journal(job) if event.level == level][:1]


class Reasons:
    """Why the jobs of a page, or of a piece of a file, went wrong: their last errors, read at once."""

    def __init__(self) -> None:
        self._found: dict[int, JobEvent] = {}

    def load(self, rows: Sequence[Job]) -> None:
        """Read them for these jobs."""
        asked = [row.id for row in rows if row.error]
        self._found = queries.last_errors(asked) if asked else {}

    def of(self, row: Job) -> str | None:
        """Return a job's last error in the reader's language; None for one that ended well, or has not begun to fail."""
        event = self._found.get(row.id)
        return event_words(event) if event else None


_ICONS = {"error": "alert-triangle", "warning": "alert-circle"}


def journal_entries(events: list[JobEvent]) -> list[dict[str, Any]]:
    """Return the lines of a job's journal as the timeline macro takes them."""
    return [
        {"at": event.at, "title": event_words(event), "icon": _ICONS.get(event.level, "point")}
        for event in events
    ]
