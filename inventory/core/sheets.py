"""Writes rows as CSV or XLSX whose cells no spreadsheet will run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# OWASP CSV injection: a cell that starts so may be run as a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
PIECE = 64 * 1024
BYTE_ORDER_MARK = "\ufeff"


def safe_cell(value: Any) -> Any:
    """Return a value for a cell; text that a spreadsheet would run gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def _csv_cell(value: Any, separator: str) -> Any:
    # A file has millions of cells, most of them text or nothing.
    if type(value) is str:
        return "'" + value if value.startswith(_DANGEROUS) else value
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        # Where a semicolon separates, spreadsheets read the comma as the decimal mark.
        return str(value).replace(".", ",") if separator == ";" else str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S%z")
    return value.isoformat() if isinstance(value, date) else safe_cell(value)


def csv_stream(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], *, separator: str = ";"
) -> Iterator[str]:
    """Yield CSV text piece by piece, with a byte order mark so that Excel reads accents."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe_cell(heading) for heading in headings])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(value, separator) for value in row])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def xlsx_bytes(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    finish: Callable[[Any, Any], None] | None = None,
) -> bytes:
    """Return a one-sheet workbook; `finish(workbook, sheet)` may add to it. Text is never read as a formula."""
    buffer = io.BytesIO()
    _write_workbook(buffer, title, headings, rows, finish=finish)
    return buffer.getvalue()


def xlsx_stream(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a one-sheet workbook piece by piece; rows wait on disk, not in memory. Text is never read as a formula."""
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, title, headings, rows)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_workbook(
    file: Any,
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    finish: Callable[[Any, Any], None] | None = None,
) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": finish is None,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "in_memory": finish is not None,
            "remove_timezone": True,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    sheet = workbook.add_worksheet(title[:31].translate({ord(c): " " for c in "[]:*?/\\"}) or "Parc")
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
        sheet.set_column(column, column, max(12, min(40, len(heading) + 4)))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value)
    sheet.freeze_panes(1, 0)
    if finish:
        finish(workbook, sheet)
    workbook.close()


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool | int | float | Decimal | date | datetime):
        sheet.write(row, column, value)
    else:
        sheet.write_string(row, column, str(safe_cell(str(value)))[:32_000])
