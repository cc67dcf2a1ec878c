"""Says what came of a file and its lines, and hands refused rows back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.audit.models import CUSTOM
from inventory.audit.presentation import field_value
from inventory.core import i18n
from inventory.core.forms import translated
from inventory.core.registry import Panel
from inventory.core.wording import N_
from inventory.exchange import importers, queries, reading
from inventory.exchange.columns import Column
from inventory.exchange.models import Extent, Import, ImportLine, Outcome, Stage
from inventory.exchange.services import LONGEST_TOLD
from inventory.exchange.values import NOT_LISTED
from inventory.fields.models import KEY
from inventory.jobs.aside import progress_of
from inventory.jobs.models import Job, JobState
from inventory.jobs.presentation import Progress, last_words, outlook, wish_words
from inventory.jobs.presentation import progress as job_progress

IN_PROGRESS = (Stage.TRYING, Stage.RUNNING)


def labels(known: Sequence[Column]) -> dict[str, str]:
    """Return {column key: its label in the reader's language}; `known` is what `columns` returns."""
    return {column.key: _(column.label) for column in known}


def columns(kept: Import) -> list[Column]:
    """Return the columns that a file of this noun may fill."""
    return list(importers.importer(kept.noun).columns())


def samples(kept: Import) -> list[list[str]]:
    """Return the first different values of each column of the file; those of before they were kept are read anew."""
    found = kept.samples or reading.samples(reading.read(zlib.decompress(kept.content)))
    return [[_sample(value) for value in column] for column in found]


def _sample(value: Any) -> str:
    """Return a value as people read it."""
    if isinstance(value, dict):
        return i18n.day(date.fromisoformat(value[reading.DAY]))
    return i18n.number(Decimal(str(value))) if isinstance(value, float) else str(value)


def choices(known: Sequence[Column]) -> dict[str, str]:
    """Return {column key: the words of its closed list in the reader's language}, for the columns that have one."""
    return {column.key: ", ".join(_(word) for word in column.choices) for column in known if column.choices}


def _words(remark: Mapping[str, Any], listed: Mapping[str, str]) -> str:
    params = remark["params"] | {name: _(word) for name, word in remark["codes"].items()}
    words = translated(remark["message"], params)
    if remark["message"] == NOT_LISTED and remark["column"] in listed:
        return _("%(words)s Write one of these: %(list)s.", words=words, list=listed[remark["column"]])
    return words


def remarks(
    line: ImportLine, named: Mapping[str, str], listed: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return (column, words, "warn" or "bad") of each remark on a line; of one on no column, the first is empty.

    `named` is what `labels` returns, `listed` what `choices` does.
    """
    return [
        (named.get(remark["column"], ""), _words(remark, listed), "warn" if remark["warning"] else "bad")
        for remark in line.remarks
    ]


def said(line: ImportLine, named: Mapping[str, str], listed: Mapping[str, str]) -> str:
    """Return all remarks on a line in one text."""
    return " ".join(
        _("%(what)s: %(words)s", what=what, words=words) if what else words
        for what, words, _tone in remarks(line, named, listed)
    )


def changes(line: ImportLine, named: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (column, "PC-1 → PC-2", "") of what a row changes, (column, "PC-2", "") of what one that is new has at first."""
    is_new = line.outcome is Outcome.CREATED
    places = {name: place for place, name in enumerate(named)}
    told = sorted(line.changes.items(), key=lambda change: places.get(change[0], len(places)))
    return [
        (
            named.get(name, name),
            _shown(name, new) if is_new else f"{_shown(name, old)} → {_shown(name, new)}",
            "",
        )
        for name, (old, new) in told
    ]


def changes_in_words(line: ImportLine, named: Mapping[str, str]) -> str:
    """Return the same in one text: "Name: PC-1 → PC-2; Price: 12,00 €"."""
    told = changes(line, named)
    return "; ".join(_("%(what)s: %(words)s", what=what, words=words) for what, words, _tone in told)


def _shown(name: str, value: Any) -> str:
    """Return a value as the history of what it belongs to will say it."""
    if value in (None, ""):
        return "–"
    return str(field_value(CUSTOM + name if name.startswith(KEY) else name, value))[:LONGEST_TOLD]


def object_url(line: ImportLine, kept: Import) -> str | None:
    """Return the page of what a line is about, when it exists."""
    endpoint = importers.importer(kept.noun).detail_endpoint
    if undone_at(kept) and line.outcome is Outcome.CREATED:
        return None
    return url_for(endpoint, public_id=line.object_id) if endpoint and line.object_id else None


def undone_at(kept: Import) -> datetime | None:
    """Return when an import was undone, None while what it did stands."""
    return kept.change_set.undone_at if kept.change_set is not None else None


def is_cut_short(kept: Import) -> bool:
    """Say whether an import was stopped before its last line."""
    return kept.stage is Stage.DONE and sum(kept.counts.values()) < kept.lines


def stopped_why(kept: Import) -> str | None:
    """Return why a file is back at its columns, or as it was tried, None where nothing went wrong."""
    if kept.stage not in (Stage.CHOOSING, Stage.TRIED) or kept.job is None:
        return None
    if kept.job.state is JobState.CANCELLED:
        return _("It was cancelled. Nothing is saved.")
    if kept.job.state not in (JobState.FAILED, JobState.DEAD):
        return None
    return _("It stopped before its end, and nothing is saved: %(why)s", why=" ".join(last_words(kept.job)))


def meanwhile(kept: Import) -> str | None:
    """Return what is saved of a file that is being tried or imported, should it be stopped; None for any other."""
    if kept.stage is Stage.TRYING:
        return _("This is a trial: nothing is saved.")
    if kept.stage is Stage.RUNNING and kept.extent is Extent.WHOLE:
        return _("Nothing is saved before the last row: if you cancel, nothing of it is kept.")
    if kept.stage is Stage.RUNNING:
        return _("If you cancel, the rows imported until then stay. You can undo them.")
    return None


def resumed_why(kept: Import) -> list[str]:
    """Return why an import in progress was begun once more, as where its worker was killed; nothing where it was not."""
    return last_words(kept.job, "warning") if kept.stage in IN_PROGRESS and kept.job is not None else []


def read_as(kept: Import) -> list[tuple[str, Any]]:
    """Return how the file was read, for people to check."""
    how = kept.read_as
    separators = {";": _("semicolon"), ",": _("comma"), "\t": _("tab"), "|": _("bar")}
    rows: list[tuple[str, Any]] = [(_("Rows"), i18n.number(kept.lines))]
    if how.get("encoding"):
        rows.append((_("Encoding"), how["encoding"]))
        rows.append((_("Separator"), separators.get(how["separator"])))
    if how.get("sheet"):
        rows.append((_("Sheet"), how["sheet"]))
    if how.get("other_sheets"):
        rows.append((_("Sheets left out"), ", ".join(how["other_sheets"])))
    return rows


def counts(kept: Import) -> list[dict[str, Any]]:
    """Return how many lines had each outcome, so far where there is progress, with the address of those lines."""
    running = kept.stage in IN_PROGRESS and kept.job is not None
    counted = progress_of(kept.job) if running and kept.job is not None else kept.counts
    return [
        {
            "outcome": outcome,
            "number": counted.get(outcome.value, 0),
            "url": url_for("imports.detail", public_id=kept.public_id, outcome=outcome.value),
        }
        for outcome in Outcome
    ]


def progress(kept: Import) -> Progress | None:
    """Return how far a file being tried or imported is; None when it waits for a person."""
    if kept.stage not in IN_PROGRESS or kept.job is None:
        return None
    shown = job_progress(kept.job)
    shown.sentence = _sentence(kept.job)
    shown.pause_url = shown.resume_url = shown.retry_url = None
    if shown.cancel_url is not None:
        shown.cancel_url = url_for("imports.cancel", public_id=kept.public_id)
    shown.poll_url = url_for("imports.detail", public_id=kept.public_id)
    return shown


def _sentence(job: Job) -> str:
    """Return how far it is: "4,210 of 10,000 rows, about 20 s left"."""
    said = progress_of(job)
    parts = [outlook(job), wish_words(job)]
    if said.get("total"):
        done, total = (i18n.number(said[name]) for name in ("done", "total"))
        parts.insert(0, _("%(done)s of %(total)s rows", done=done, total=total))
    elif job.state is JobState.RUNNING:
        parts.insert(0, _("The file is being read"))
    return ", ".join(words for words in parts if words) or _(job.state.label).capitalize()


def refused_rows(kept: Import) -> Iterator[list[Any]]:
    """Return the refused lines as the file had them, with their line and why, to be mended and imported again."""
    table = reading.read(zlib.decompress(kept.content))
    cells = {line.number: line.cells for line in table.lines}
    known = columns(kept)
    named, listed = labels(known), choices(known)
    return (
        [*map(reading.bare, cells.get(line.line, [])), line.line, said(line, named, listed)]
        for line in queries.refused(kept)
    )


def _of_job(job: Job) -> dict[str, Any] | None:
    kept = queries.import_of_job(job.id)
    if kept is None:
        return None
    return {"url": url_for("imports.detail", public_id=kept.public_id), "label": _("Open the import")}


OF_JOB = Panel("import", N_("Import"), "jobs/_found.html", _of_job)
