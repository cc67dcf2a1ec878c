"""Finds the cells of a workbook whose formula failed or was never worked out: what reads workbooks takes both for empty."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from inventory.exchange.values import FAILURES, NUMBERED_FAILURE, Uncomputed

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ERROR_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Found = Iterator[tuple[int, int, str]]


def failed(data: bytes) -> Found:
    """Yield (row, column, text) from 0 of the first sheet of an XLSX, ODS or XLS: the failure, or the formula as Uncomputed.

    A workbook whose parts cannot be read yields nothing more: what read its cells judges it. An XLS has some value for
    each formula; raises ValueError for one that cannot be read.
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
    ):
        # RuntimeError: a part is encrypted or packed in a way that is not known here.
        return


def _of_xlsx(archive: zipfile.ZipFile) -> Found:
    row, column = -1, -1
    with archive.open(_first_sheet(archive)) as part:
        for event, element in iterparse(part, events=("start", "end")):
            name = _bare(element)
            if event == "start" and name == "row":
                row, column = int(element.get("r", row + 2)) - 1, -1
            elif event == "end" and name == "c":
                column = _column(element.get("r"), column + 1)
                if (text := _failure_in_xlsx(element)) is not None:
                    yield row, column, text
            elif event == "end" and name == "row":
                element.clear()


def _bare(element: Element) -> str:
    return element.tag.removeprefix(MAIN).removeprefix(STRICT)


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the path of the part that holds the first sheet; raises KeyError."""
    book = fromstring(archive.read("xl/workbook.xml"))
    sheets = (element for element in book.iter() if _bare(element) == "sheet")
    sheet = next(sheets, book)
    wanted = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
    for relation in fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter(f"{RELATION}Relationship"):
        if relation.get("Id") == wanted:
            return posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
    raise KeyError(wanted)


def _column(reference: str | None, otherwise: int) -> int:
    """Return the column, from 0, of a cell such as AB12; `otherwise` where it has no reference."""
    letters = re.match(r"[A-Z]{1,3}", reference or "")
    if letters is None:
        return otherwise
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


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
        with xlrd.open_workbook(file_contents=data, on_demand=True, logfile=io.StringIO()) as book:
            sheet = book.sheet_by_index(0)
            return [
                (row, column, xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A"))
                for row in range(sheet.nrows)
                for column, sort in enumerate(sheet.row_types(row))
                if sort == xlrd.XL_CELL_ERROR
            ]
    except Exception as error:
        # A damaged file makes its reader raise anything: an AssertionError as well as an IndexError.
        raise ValueError("what failed in this workbook cannot be told") from error


def _of_ods(archive: zipfile.ZipFile) -> Found:
    with archive.open("content.xml") as part:
        row = 0
        for _event, element in iterparse(part, events=("end",)):
            if element.tag == f"{TABLE}table-row":
                repeated = int(element.get(f"{TABLE}number-rows-repeated", "1"))
                for column, text in _failures_in_row(element):
                    # What is repeated is one formula: its first line is enough to find it.
                    yield row, column, text
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
