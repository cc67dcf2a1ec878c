"""Reads a file of rows (CSV, XLSX, XLS, ODS) as town halls have them: its encoding, separator and headings found."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from inventory.core.errors import Invalid
from inventory.core.text import clean
from inventory.core.wording import N_
from inventory.exchange import formulas

MAX_BYTES = 15 * 2**20
# A workbook is a zip archive: this much it may hold unpacked, and this many times its own size.
MAX_UNPACKED = 300 * 2**20
MAX_RATIO = 200
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
SEPARATORS = ";,\t|"
# What French offices write: Windows, old Macs, old DOS exports.
ENCODINGS = ("cp1252", "mac_roman", "cp850")
FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛÜŒÆ«»°’–—…€\u00a0²³µ")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
SAMPLE_ROWS = 50
# How many different values of a column are shown beside it, of how many rows, and how long.
SAMPLES, SAMPLED_ROWS, LONGEST_SAMPLE = 3, 200, 40
DAY = "day"
# What is text or nearly so and no table: PDF, RTF, web pages and XML, whatever the name of the file says.
DOCUMENTS = (b"%pdf", b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<svg")
ARCHIVE = b"PK\x03\x04"
NO_WORKBOOK = N_("This is no workbook that can be read. Save it again as XLSX, ODS or CSV.")
NO_TABLE = N_("This is neither text nor a workbook. Save it as CSV, XLSX or ODS.")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: its number as the file counts, and its cells (text, numbers, days as the file has them)."""

    number: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its headings, the lines under them, and how it was read (for people to check)."""

    headings: Sequence[str]
    lines: Sequence[Line]
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    other_sheets: Sequence[str] = field(default_factory=tuple)


def read(data: bytes) -> Table:
    """Return the rows of a file; its content, not its name, says what it is. Raises Invalid, saying what is wrong."""
    if not data.strip():
        raise Invalid("file", N_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise Invalid(
            "file", N_("The file is larger than %(size)s MB. Cut it in parts."), size=MAX_BYTES >> 20
        )
    if data.startswith((ARCHIVE, formulas.OLD_WORKBOOK)):
        return _workbook(data)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(DOCUMENTS):
        raise Invalid("file", NO_TABLE)
    return _text(data)


def samples(table: Table) -> list[list[Any]]:
    """Return the first different values of each column as JSON keeps them: a day as {DAY: "2026-11-23"}, texts short."""
    first = table.lines[:SAMPLED_ROWS]
    return [_samples(line.cells[place] for line in first) for place in range(len(table.headings))]


def _samples(cells: Iterable[Any]) -> list[Any]:
    shown = dict.fromkeys(bare(cell) for cell in cells if _is_filled(cell))
    kept = (_kept(value) for value in shown)
    # Of what cannot be seen nothing is left.
    return list(islice((value for value in kept if value is not None), SAMPLES))


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return {DAY: value.isoformat()}
    return value if isinstance(value, int | float) else clean(str(value), LONGEST_SAMPLE)


def bare(cell: Any) -> Any:
    """Return a cell without what a workbook adds to it: the time of a day, the decimals of a whole number."""
    if isinstance(cell, datetime):
        return cell.date()
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _workbook(data: bytes) -> Table:
    import python_calamine

    if data.startswith(ARCHIVE):
        _check_archive(data)
    try:
        # First: it refuses what would fill the memory below.
        failures = list(formulas.failed(data))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        grids = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names[:1]}
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise Invalid("file", NO_WORKBOOK) from error
    if not grids:
        raise Invalid("file", N_("The workbook has no sheet."))
    name, grid = next(iter(grids.items()))
    for row, column, text in failures:
        # A cell outside of the grid is below or beside all that is filled.
        if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
            grid[row][column] = text
    lines = [Line(number, row) for number, row in enumerate(grid, start=1) if any(_is_filled(c) for c in row)]
    return _table(lines, sheet=name, other_sheets=tuple(names[1:]))


def _check_archive(data: bytes) -> None:
    """Refuse an archive that unpacks to far more than it weighs: it was made to fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            is_binary = "xl/workbook.bin" in archive.namelist()
    except zipfile.BadZipFile as error:
        raise Invalid("file", N_("The file is damaged: it cannot be unpacked.")) from error
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 10_000):
        raise Invalid("file", N_("The file unpacks to far more than it weighs, so it was not opened."))
    if is_binary:
        # An XLSB: which of its formulas failed, and how far its cells reach, cannot be told.
        raise Invalid("file", NO_WORKBOOK)


def _text(data: bytes) -> Table:
    text, encoding = decode(data)
    if "\0" in text:
        raise Invalid("file", NO_TABLE)
    separator = _separator(text)
    lines = list(_csv_lines(text, separator))
    _check_quotes(lines, separator)
    return _table(lines, encoding=encoding, separator=separator)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding: what a mark says, else UTF-8, else the one of ENCODINGS that reads most like French."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Detectors want pages of prose; a table has a few accents, and in French those tell the encodings apart.
        texts = {name: data.decode(name, errors="replace") for name in ENCODINGS}
        likeliest = max(ENCODINGS, key=lambda name: _frenchness(texts[name]))
        return texts[likeliest], likeliest


def _frenchness(text: str) -> int:
    """Return how many characters beyond ASCII are those that French writes, less how many are not."""
    counts = Counter(BEYOND_ASCII.findall(text))
    return sum(number if character in FRENCH else -number for character, number in counts.items())


def _separator(text: str) -> str:
    """Return the separator under which most lines have the same number of cells, and several of them."""
    sample = "\n".join(text.splitlines()[:SAMPLE_ROWS])

    def score(separator: str) -> tuple[float, int]:
        widths = []
        with suppress(csv.Error):  # what cannot be read is said with its line when the whole file is
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
                widths += [len(row)] if row else []
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    return max(SEPARATORS, key=score)


def _csv_lines(text: str, separator: str) -> Iterable[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = last = 1
    try:
        for cells in reader:
            if any(_is_filled(cell) for cell in cells):
                yield Line(begins, cells)
            last, begins = begins, reader.line_num + 1
    except csv.Error as error:
        raise _unclosed(begins) from error
    if _is_open(islice(io.StringIO(text, newline=""), last - 1, None), separator):
        raise _unclosed(last)


def _is_open(lines: Iterable[str], separator: str) -> bool:
    """Say whether the lines of a row end within quotation marks: the reader gives all after the first mark as one cell."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return str(error) == "unexpected end of data"
    return False


def _unclosed(line: int) -> Invalid:
    message = N_("The file cannot be read from line %(line)s on: a quotation mark is opened and not closed.")
    return Invalid("file", message, line=line)


def _check_quotes(lines: Sequence[Line], separator: str) -> None:
    """Refuse a file in which a stray quotation mark makes whole rows the text of one cell: they would be lost unseen."""
    widths = Counter(len(line.cells) for line in lines)
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual < 3:
        return
    for line in lines:
        for cell in line.cells:
            # Prose has a space after a comma or a semicolon, rows have none.
            swallowed = any(
                part.count(separator) == usual - 1 and f"{separator} " not in part
                for part in cell.splitlines()[1:]
            )
            if swallowed:
                message = N_(
                    "A quotation mark stands alone in line %(line)s: the rows below it would all be read as one cell. "
                    "Take it out, or close it in its cell."
                )
                raise Invalid("file", message, line=line.number)


def _is_filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _table(lines: Sequence[Line], **read_as: Any) -> Table:
    if not lines:
        raise Invalid("file", N_("The file is empty."))
    place = _heading_place(lines)
    headings = [str(cell).strip() if _is_filled(cell) else "" for cell in lines[place].cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise Invalid("file", N_("The file has more than %(count)s columns."), count=MAX_COLUMNS)
    below = lines[place + 1 :]
    if not below:
        raise Invalid("file", N_("The file has headings and no row below them."))
    if len(below) > MAX_ROWS:
        raise Invalid("file", N_("The file has more than %(count)s rows. Cut it in parts."), count=MAX_ROWS)
    width = len(headings)
    return Table(headings, [Line(line.number, _fitted(line.cells, width)) for line in below], **read_as)


def _heading_place(lines: Sequence[Line]) -> int:
    """Return which line holds the headings: the first with nearly as many different words as the table has columns.

    Titles such as "Parc informatique 2026" stand above tables in many files.
    """
    filled = [sum(_is_filled(cell) for cell in line.cells) for line in lines[:SAMPLE_ROWS]]
    usual = max(set(filled), key=lambda width: (filled.count(width), width))
    for place, line in enumerate(lines[:SAMPLE_ROWS]):
        words = [str(cell).strip().casefold() for cell in line.cells if _is_filled(cell)]
        are_words = all(isinstance(cell, str) for cell in line.cells if _is_filled(cell))
        if are_words and len(words) >= 0.6 * usual and len(set(words)) == len(words):
            return place
    return 0


def _fitted(cells: Sequence[Any], width: int) -> list[Any]:
    cut = [cell[:MAX_CELL] if type(cell) is str else cell for cell in cells[:width]]
    return cut + [None] * (width - len(cut))
