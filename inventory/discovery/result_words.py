"""Puts what came of a run's targets into words: why, what to do about it, and what is different from the run before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from inventory.core.i18n import ngettext
from inventory.core.wording import N_
from inventory.discovery import causes, comparison, fact_words, presentation, queries
from inventory.discovery.comparison import Entry
from inventory.discovery.models import Outcome, Run, RunResult

MOST_COMPARED = 2000
SHOWN = 100
TALLIED = (Outcome.NEW, Outcome.MOVED, Outcome.RETURNED, Outcome.CHANGED, Outcome.SILENT)

TALLY_WORDS: dict[Outcome, Callable[[int], str]] = {
    Outcome.NEW: lambda n: ngettext("%(num)s new", "%(num)s new", n),
    Outcome.MOVED: lambda n: ngettext("%(num)s moved", "%(num)s moved", n),
    Outcome.RETURNED: lambda n: ngettext("%(num)s back", "%(num)s back", n),
    Outcome.CHANGED: lambda n: ngettext("%(num)s changed", "%(num)s changed", n),
    Outcome.SILENT: lambda n: ngettext("%(num)s silent", "%(num)s silent", n),
    Outcome.FAILED: lambda n: ngettext("%(num)s not read", "%(num)s not read", n),
}

_HEADINGS = {
    Outcome.NEW: N_("Seen for the first time"),
    Outcome.MOVED: N_("At another address"),
    Outcome.RETURNED: N_("Back after an absence"),
    Outcome.CHANGED: N_("Changed"),
}


def why(row: RunResult) -> str | None:
    """Return why a target was not read, or where it was before; None where there is nothing to say."""
    if row.outcome is Outcome.SAME:
        return _("It presents itself as the device met at %(target)s.", target=row.moved_from)
    if row.moved_from:
        return _("It answered at %(target)s before.", target=row.moved_from)
    if row.cause == "silent" and row.outcome is Outcome.SILENT:
        return _("It answered an earlier run, and nothing answers there now.")
    if not row.cause:
        return None
    sentence = _(causes.sentence(row.cause))
    detail = detail_of(row)
    return f"{sentence} ({detail})" if detail else sentence


def detail_of(row: RunResult) -> str:
    """Return what the wire added to a cause; of a source that shows nothing any more, how many it had shown."""
    if row.cause == causes.EMPTIED and row.detail.isdecimal():
        known = int(row.detail)
        return ngettext("%(num)s was known", "%(num)s were known", known)
    return row.detail


def advice(row: RunResult) -> str | None:
    """Return what to do about a target that was not read, None where nothing is to be done."""
    if row.outcome is Outcome.SAME:
        return _("If they are two devices, nothing that they say tells them apart: log the other by hand.")
    found = causes.advice(row.cause) if row.cause else None
    return _(found) if found else None


def changes(row: RunResult) -> str | None:
    """Return what rules say otherwise of a device, with the reason of each: "Kind: unknown → Switch (sysObjectID)"."""
    parts = []
    for name, old, new, reason in row.changes:
        said = _(
            "%(fact)s: %(old)s → %(new)s",
            fact=presentation.word(fact_words.FACTS, name),
            old=presentation.shown_value(name, old) if old is not None else "–",
            new=presentation.shown_value(name, new) if new is not None else "–",
        )
        parts.append(f"{said} ({reason})" if reason else said)
    return "; ".join(parts) or None


def url_of(row: RunResult) -> str | None:
    """Return the address of what was seen at a target, None where nothing is known of it."""
    return url_for("discovery.sighting", public_id=row.sighting.public_id) if row.sighting else None


def tally(run: Run) -> list[dict[str, Any]]:
    """Return what is different since the run before, each number with the address of its rows: 3 new, 2 moved, 5 silent."""
    numbers = [(outcome, run.outcome.get(outcome.value, 0)) for outcome in TALLIED]
    numbers.append((Outcome.FAILED, run.failed))
    return [
        {"words": TALLY_WORDS[outcome](number), "url": results_url(run, outcome)} for outcome, number in numbers if number
    ]  # fmt: skip


def results_url(run: Run, outcome: Outcome | None = None) -> str:
    """Return the address of a run's targets, of one outcome if given."""
    return url_for("discovery.run_results", public_id=run.public_id, outcome=outcome and outcome.value)


def sections(run: Run, earlier: Run, entity_ids: Collection[int]) -> list[dict[str, Any]]:
    """Return the parts of the page that compares a run with the one before, empty ones left out."""
    now, before = (
        [_entry(row) for row in queries.telling_results(one, entity_ids, MOST_COMPARED)] for one in (run, earlier)
    )  # fmt: skip
    found = comparison.compare(now, before)
    facts = _fact_changes(run, found.told[Outcome.CHANGED][:SHOWN])
    parts = [
        (_(heading), found.told[outcome], results_url(run, outcome)) for outcome, heading in _HEADINGS.items()
    ]
    parts += [
        (_("Silent since this run"), found.newly_silent, results_url(run, Outcome.SILENT)),
        (_("Silent before and still"), found.still_silent, results_url(run, Outcome.SILENT)),
        (_("Not read, and read before"), found.newly_failed, results_url(run, Outcome.FAILED)),
        (_("Not read before and not now"), found.still_failed, results_url(run, Outcome.FAILED)),
        (_("Answers again, or is no longer asked"), found.recovered, results_url(earlier)),
    ]
    return [
        {
            "heading": heading,
            "count": len(entries),
            "url": url,
            "rows": [_row(one, facts) for one in entries[:SHOWN]],
            "hidden": max(0, len(entries) - SHOWN),
        }
        for heading, entries, url in parts
        if entries
    ]


def _entry(row: RunResult) -> Entry:
    return Entry(row.target, row.outcome, row.cause, row.sighting_id, row)


def _row(entry: Entry, facts: dict[int, list[Any]]) -> dict[str, Any]:
    row = entry.row
    assert isinstance(row, RunResult)  # noqa: S101 (put there by _entry)
    return {
        "target": row.target,
        "url": url_of(row),
        "title": presentation.title_of(row.sighting) if row.sighting else None,
        "why": why(row),
        "changes": facts.get(row.sighting_id or 0, []),
    }


def _fact_changes(run: Run, entries: Sequence[Entry]) -> dict[int, list[Any]]:
    """The facts that differ between what a run saw of each sighting and what was seen before, by the sighting's id."""
    known = {one.sighting_id: one.row for one in entries if one.sighting_id is not None}
    found: dict[int, list[Any]] = {}
    for sighting_id, earlier, later in queries.observations_around(run, [id_ for id_ in known if id_]):
        found[sighting_id] = presentation.fact_changes(earlier.get("facts", {}), later.get("facts", {}))
    return found
