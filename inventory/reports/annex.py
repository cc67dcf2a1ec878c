"""Puts the annex of a commune's applications into a report, what changed, then what stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from inventory.applications import annex_words as words
from inventory.applications import annexes
from inventory.applications.annex import Change, Line, changes_of, lines_of
from inventory.applications.models import ApplicationAnnex
from inventory.core import clock, i18n
from inventory.core.types import Code
from inventory.organization.models import Entity
from inventory.reports.content import Head, Kind, Report, Section, Table

# The share of the page's width that each column takes, by the kinds of `annex_words`.
_WIDTHS = {"name": 6, "text": 5, "badge": 4, "number": 4, "day": 4, "bool": 4}
_KINDS: Mapping[str, Kind] = {"number": "number", "day": "day"}


def of_record(entity: Entity, year: int) -> Report:
    """Return the annex of a year as the record tells it now."""
    found = annexes.of_year(entity, year)
    state = _("From the record, not frozen.")
    return _report(found, found.lines, found.changes, [state, words.compared_with(found)])


def of_frozen(row: ApplicationAnnex) -> Report:
    """Return an annex as it was frozen."""
    state = words.frozen_words(row)
    said = [state, *([row.note] if row.note else []), words.frozen_comparison(row)]
    return _report(row, lines_of(row.content), changes_of(row.content), said)


def _report(of: Any, lines: Sequence[Line], changes: Sequence[Change], said: Sequence[str]) -> Report:
    """Return the report of an Annex or of an ApplicationAnnex."""
    entity: Entity = of.entity
    on = of.as_of_on if isinstance(of, ApplicationAnnex) else of.on
    edition = f" {of.edition}" if isinstance(of, ApplicationAnnex) else ""
    several = len({line.entity for line in lines} | {change.entity for change in changes} | {entity.code}) > 1
    return Report(
        name=f"{_('Annex')} {entity.code} {of.year}{edition}",
        title=_("Annex of applications"),
        entity=entity.name,
        period=_("situation on %(day)s", day=i18n.day(on)),
        made_on=clock.today(entity.time_zone),
        sections=[
            _summary(lines, changes, said),
            _changes(of.year, changes, several=several),
            _lines(lines, several=several),
        ],
    )


def _summary(lines: Sequence[Line], changes: Sequence[Change], said: Sequence[str]) -> Section:
    figures = words.figures(lines, changes)
    return Section(
        "summary",
        _("How the year stands"),
        [words.summary(lines, changes), *said],
        Table(
            [Head("", width=3), Head("", width=2), Head("", width=5)],
            [[*row[:2], row[2] or "–"] for row in figures],
        ),
        notes=words.reading(),
    )


def _changes(year: int, changes: Sequence[Change], *, several: bool) -> Section:
    title = _("What changed since 31 December %(year)s", year=str(year - 1))
    if not changes:
        return Section("changes", title, [_("None came and none left.")])
    return Section(
        "changes",
        title,
        table=_table(words.change_heads(several=several), words.change_rows(changes, several=several)),
    )


def _lines(lines: Sequence[Line], *, several: bool) -> Section:
    title = _("Applications")
    if not lines:
        return Section("lines", title, [_("No application was used on that day.")])
    rows = words.line_rows(lines, words.owners_of(lines), several=several)
    return Section("lines", title, table=_table(words.line_heads(several=several), rows))


def _table(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> Table:
    return Table(
        [Head(label, _KINDS.get(kind, "text"), _WIDTHS[kind]) for label, kind in heads],
        [[_plain(cell) for cell in row] for row in rows],
    )


def _plain(cell: Any) -> Any:
    """Return a cell of the page as a document writes it: a link is its words, a code its label."""
    if isinstance(cell, Mapping):
        return cell["value"]
    if isinstance(cell, Code):
        return _(cell.label)
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    return cell
