"""Writes a report as a workbook: a sheet for each section, numbers as numbers, text that no spreadsheet runs."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _

from inventory.core import i18n
from inventory.core.sheets import safe_cell
from inventory.reports.content import Head, Kind, Report, Section, Table, typed

LONGEST_NAME = 31
_FORBIDDEN = {ord(character): " " for character in "[]:*?/\\'"}
WIDTH_UNIT = 13


def xlsx(report: Report) -> bytes:
    """Return the report as an XLSX workbook in the reader's language."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": report.title, "subject": report.cover, "author": "Parc"})
    writer = _Writer(book, report)
    for section in report.sections:
        writer.add(section)
    book.close()
    return buffer.getvalue()


class _Writer:
    """Adds sections to a workbook as sheets."""

    def __init__(self, book: Any, report: Report) -> None:
        self.book, self.report = book, report
        self.names: set[str] = set()
        days = "dd/mm/yyyy" if i18n.language() == "fr" else "d mmm yyyy"
        self.formats: dict[str, Any] = {
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0", "valign": "top"}),
            "percent": book.add_format({"num_format": "0.0%", "valign": "top"}),
            "day": book.add_format({"num_format": days, "align": "left", "valign": "top"}),
        }
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#4c5f63"})
        self.head = book.add_format({"bold": True, "bg_color": "#eef3f3", "bottom": 1, "text_wrap": True})

    def add(self, section: Section) -> None:
        """Add one sheet: its title and cover, sentences, then the table or the bars as one."""
        sheet = self.book.add_worksheet(self._name(section.title))
        sheet.write_string(0, 0, safe_cell(i18n.labelled(self.report.title, section.title)), self.title)
        sheet.write_string(1, 0, safe_cell(self.report.cover), self.quiet)
        line = 3
        for sentence in section.sentences:
            sheet.write_string(line, 0, safe_cell(sentence))
            line += 1
        table = section.table or _bars_as_table(section)
        if table is not None:
            line = self._table(sheet, line + bool(section.sentences), table)
        for note in section.notes:
            line += 1
            sheet.write_string(line, 0, safe_cell(note), self.quiet)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _table(self, sheet: Any, top: int, table: Table) -> int:
        for column, head in enumerate(table.heads):
            sheet.write_string(top, column, safe_cell(head.label), self.head)
            sheet.set_column(column, column, WIDTH_UNIT * max(head.width, 1))
        for number, row in enumerate(table.rows, start=top + 1):
            for column, (head, value) in enumerate(zip(table.heads, row, strict=True)):
                self._cell(sheet, (number, column), *typed(head, value))
        sheet.repeat_rows(top)
        sheet.freeze_panes(top + 1, 0)
        return top + len(table.rows) + 1

    def _cell(self, sheet: Any, place: tuple[int, int], kind: Kind, value: Any) -> None:
        if value is None or value == "":
            sheet.write_string(*place, _("unknown"), self.quiet)
        elif kind == "day":
            sheet.write_datetime(*place, value, self.formats["day"])
        elif kind in ("number", "percent"):
            sheet.write_number(*place, value, self.formats[kind])
        else:
            sheet.write_string(*place, str(safe_cell(str(value)))[:32_000], self.formats["text"])

    def _name(self, title: str) -> str:
        """Return a name that no other sheet has and that the format allows."""
        base = title.translate(_FORBIDDEN).strip() or "Parc"
        name, number = base[:LONGEST_NAME], 1
        while name.casefold() in self.names:
            number += 1
            name = f"{base[: LONGEST_NAME - 4]} {number}"
        self.names.add(name.casefold())
        return name


def _bars_as_table(section: Section) -> Table | None:
    if section.bars is None:
        return None
    rows: list[list[Any]] = [[label, value] for label, value in section.bars.data]
    if section.bars.unknown:
        rows.append([_("unknown"), section.bars.unknown])
    return Table([Head(_("Years of age")), Head(_("Main terminals"), "number")], rows)
