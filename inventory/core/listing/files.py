"""Answers with all rows of a list as a file: CSV as it is read, or one XLSX workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, stream_with_context
from flask_babel import gettext

from inventory.core import clock, downloads, i18n, sheets
from inventory.core.listing.declaring import ById, Column
from inventory.core.listing.reading import Rows
from inventory.core.types import Code
from inventory.core.wording import N_

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(form: str, title: str, columns: Sequence[Column], rows: Iterator[list[Any]]) -> Response:
    """Return the answer that downloads `rows` (one value a column) as `form`, csv or xlsx, called after a title."""
    headings = [gettext(column.label) for column in columns]
    if form == "xlsx":
        made = Response(stream_with_context(sheets.xlsx_stream(title, headings, rows)), mimetype=XLSX)
    else:
        separator = ";" if i18n.language() == "fr" else ","
        text = sheets.csv_stream(headings, rows, separator=separator)
        made = Response(stream_with_context(text), mimetype="text/csv")
    return downloads.named(made, title, form)


def cells(columns: Sequence[Column], rows: Rows, public_id: Any) -> Iterator[list[Any]]:
    """Yield each row's cells; without objects where every column says which data it needs.

    `public_id` is the SQL column of the rows' public id (None: there is none).
    """
    shapes = [shaper(column.kind) for column in columns]
    if public_id is not None and all(column.data is not None for column in columns):
        yield from _plain(columns, shapes, rows, public_id)
        return
    loads = _loads(columns)
    for results in rows.stream():
        objects = [Rows.row_of(result) for result in results]
        for load in loads:
            load(objects)
        for row in objects:
            yield [shape(column.value(row)) for column, shape in zip(columns, shapes, strict=True)]


def _plain(
    columns: Sequence[Column], shapes: Sequence[Callable[[Any], Any]], rows: Rows, public_id: Any
) -> Iterator[list[Any]]:
    needed = [expression for column in columns for expression in column.data or ()]
    readers, at = [], 1
    for column, shape in zip(columns, shapes, strict=True):
        width = len(column.data or ())
        readers.append(_reader(column, shape, at, at + width))
        at += width
    labelled = [expression.label(f"c{number}") for number, expression in enumerate((public_id, *needed))]
    loads = _loads(column for column in columns if not column.data)
    for results in rows.stream_columns(labelled):
        if loads:
            stand_ins = [ById(result[0]) for result in results]
            for load in loads:
                load(stand_ins)
        for result in results:
            yield [read(result) for read in readers]


def _reader(column: Column, shape: Callable[[Any], Any], start: int, end: int) -> Callable[[Any], Any]:
    if start == end:
        return lambda result: shape(column.value(ById(result[0])))
    if column.shape is not None:
        make = column.shape
        return lambda result: shape(make(*result[start:end]))
    return lambda result: shape(result[start])


def _loads(columns: Any) -> list[Callable[[Sequence[Any]], None]]:
    return list(dict.fromkeys(column.load for column in columns if column.load is not None))


def shaper(kind: str = "text") -> Callable[[Any], Any]:
    """Return what makes a value of a kind of column as a file should hold it: words for codes, euros for cents, the clock on the wall."""
    zone = ZoneInfo(clock.DEFAULT_TIME_ZONE)
    word = cache(gettext)
    yes, no = gettext(N_("yes")), gettext(N_("no"))
    is_euros = kind == "euros"

    def shape(value: Any) -> Any:
        if isinstance(value, str):
            return word(value.label) if isinstance(value, Code) else value
        if value is None:
            return None
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, datetime):
            return value.astimezone(zone)
        return Decimal(value) / 100 if is_euros else value

    return shape
