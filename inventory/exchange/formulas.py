"""Finds what the reader of workbooks does not tell: formulas that failed or were never worked out, cells too far from the others."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.exchange.values import FAILURES, NUMBERED_FAILURE, Uncomputed

# The reader of workbooks holds all cells from the first to the farthest, the empty ones too: some 70 octets each.
MOST_CELLS = 5_000_000
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ERROR_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Found = Iterator[tuple[int, int, str]]


def failed(data: bytes) -> Found:
    """Yield (row, column, text) from 0 of the first sheet of an XLSX, ODS or XLS: the failure, or the formula as Uncomputed.

    An XLS has some value for each formula. Raises ValueError for a workbook whose parts cannot be read, for how far it
    reaches is not known then, and Invalid for a sheet of more than MOST_CELLS.
    """
    if data.startswith(OLD_WORKBOOK):
        yield from _of_xls(data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "content.xml" in archive.namelist():
                yield from _of_ods(archive)
            else:
                yield from _of_xlsx(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ParseError,
        DefusedXmlException,
        ValueError,
        RuntimeError,
        OSError,
    ) as error:
        # RuntimeError: a part is encrypted or packed in a way that is not known here.
        raise ValueError("what failed in this workbook cannot be told") from error


class _Extent:
    """How far the filled cells of a sheet reach."""

    def __init__(self) -> None:
        self.rows = self.columns = 0

    def hold(self, row: int, column: int) -> None:
        """Take a filled cell in, counted from 0; raises Invalid when the sheet reaches too far then."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows * self.columns > MOST_CELLS:
            message = N_(
                "Something stands far from the rest, in row %(row)s and column %(column)s. Empty that cell, save the file and import it again."
            )
            raise Invalid("file", message, row=row + 1, column=column + 1)


def _of_xlsx(archive: zipfile.ZipFile) -> Found:
    row, column, extent = -1, -1, _Extent()
    with archive.open(_first_sheet(archive)) as part:
        for event, element in iterparse(part, events=("start", "end")):
            name = _bare(element)
            if event == "start" and name == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif event == "end" and name == "c":
                row, column = _place(element.get("r"), (row, column + 1))
                if len(element):
                    extent.hold(row, column)
                if (text := _failure_in_xlsx(element)) is not None:
                    yield row, column, text
            elif event == "end" and name == "row":
                element.clear()


def _bare(element: Element) -> str:
    return str(element.tag.rpartition("}")[2])


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the path of the part that holds the first sheet; raises KeyError, also where readers may differ about it."""
    book = fromstring(archive.read("xl/workbook.xml"))
    sheet = next((element for element in book.iter() if _bare(element) == "sheet"), book)
    wanted = _only(value for name, value in sheet.attrib.items() if name.endswith("}id"))
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter()
    target = _only(
        one.get("Target", "") for one in relations if _bare(one) == "Relationship" and one.get("Id") == wanted
    )
    # Some tools write it from the top without saying so.
    path = posixpath.normpath(posixpath.join("/" if target.startswith("xl/") else "/xl", target)).lstrip("/")
    return _only(name for name in archive.namelist() if name.casefold() == path.casefold())


def _only(found: Iterable[str]) -> str:
    several = list(found)
    if len(several) != 1:
        raise KeyError(f"{len(several)} instead of one")
    return several[0]


def _place(reference: str | None, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Return row and column, from 0, of a cell such as AB12; `otherwise` where it has no reference."""
    written = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", reference or "")
    if written is None:
        return otherwise
    number = 0
    for letter in written[1].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(written[2]) - 1, number - 1


def _failure_in_xlsx(cell: Element) -> str | None:
    parts = {_bare(part): part for part in cell}
    value = parts["v"].text if "v" in parts else None
    if cell.get("t") == "e":
        return value or "#N/A"
    # Text may be empty; a number that is not there was never worked out.
    if "f" in parts and not value and cell.get("t", "n") == "n":
        return Uncomputed(f"={parts['f'].text or ''}"[:200])
    return None


def _of_xls(data: bytes) -> list[tuple[int, int, str]]:
    import xlrd

    try:
        with xlrd.open_workbook(
            file_contents=data, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        ) as book:
            sheet = book.sheet_by_index(0)
            found = [
                (row, column, xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A"))
                for row in range(sheet.nrows)
                for column, sort in enumerate(sheet.row_types(row))
                if sort == xlrd.XL_CELL_ERROR
            ]
    except Exception as error:
        # A damaged file makes its reader raise anything: an AssertionError as well as an IndexError.
        raise ValueError("what failed in this workbook cannot be told") from error
    _Extent().hold(sheet.nrows - 1, sheet.ncols - 1)
    return found


def _of_ods(archive: zipfile.ZipFile) -> Found:
    with archive.open("content.xml") as part:
        row, extent = 0, _Extent()
        for _event, element in iterparse(part, events=("end",)):
            if element.tag == f"{TABLE}table-row":
                repeated = int(element.get(f"{TABLE}number-rows-repeated", "1"))
                for column, text in _failures_in_row(element):
                    # What is repeated is one formula: its first line is enough to find it.
                    yield row, column, text
                if filled := _filled_columns(element):
                    extent.hold(row + repeated - 1, filled - 1)
                row += repeated
                element.clear()
            elif element.tag == f"{TABLE}table":
                return


def _failures_in_row(row: Element) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row:
        if (text := _failure_in_ods(cell)) is not None:
            yield column, text
        column += int(cell.get(f"{TABLE}number-columns-repeated", "1"))


def _filled_columns(row: Element) -> int:
    """Return how many columns a row has up to the last that is filled."""
    filled = columns = 0
    for cell in row:
        columns += int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        if len(cell) or cell.get(f"{OFFICE}value-type") is not None:
            filled = columns
    return filled


def _failure_in_ods(cell: Element) -> str | None:
    formula: Any = cell.get(f"{TABLE}formula")
    if formula is None:
        return None
    shown = "".join("".join(words.itertext()) for words in cell.iter(f"{TEXT}p")).strip()
    if cell.get(ERROR_TYPE) == "error":
        return shown or "#N/A"
    if shown.casefold() in FAILURES or NUMBERED_FAILURE.fullmatch(shown):
        return shown
    if cell.get(f"{OFFICE}value-type") is None and not shown:
        return Uncomputed(formula.removeprefix("of:")[:200])
    return None
