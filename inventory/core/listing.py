"""A list page's one declaration: columns, filters, search, sort, keyset paging and export of all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request, stream_with_context, url_for
from flask_babel import gettext
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from inventory.core import clock, i18n, keyset, sheets
from inventory.core.addresses import here
from inventory.core.database import db
from inventory.core.text import clean
from inventory.core.types import Code
from inventory.core.wording import N_

PAGE_SIZE = 50
EXPORT_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a row's value is read, shown, sorted and linked.

    `kind` is text, code or name (the row's own link, a name not in monospace), badge, day, instant, number, euros,
    link or bool; `sort` is the SQL expression
    that orders by it (never null, or wrapped in coalesce). `load` is given the rows of a page or of a piece of a file
    before their values are asked for, so that what stands in another table is read at once; columns may share one.
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: ColumnElement[Any] | Any = None
    url: Callable[[Any], str | None] | None = None
    title: Callable[[Any], str | None] | None = None
    load: Callable[[Sequence[Any]], None] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its parameter in the address, how it is asked, and how it narrows the statement.

    `kind` is choice, text, day or bool; `options()` gives (value, label) pairs; `apply(statement, value)`.
    `hidden` filters come from links (a drill-down) and show as chips only.
    """

    key: str
    label: str
    apply: Callable[[Select[Any], str], Select[Any]]
    kind: str = "choice"
    options: Callable[[], Sequence[tuple[str, str]]] | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An act on the selected rows, posted with their ids."""

    label: str
    url: str
    permission: str
    danger: bool = False


@dataclass(slots=True)
class Cell:
    """One cell as the table macro shows it."""

    kind: str
    value: Any
    label: str = ""
    url: str | None = None
    tone: str = ""
    icon: str = ""
    title: str = ""


@dataclass(slots=True)
class ListedRow:
    """One row with its cells."""

    id: str
    url: str | None
    cells: list[Cell]
    columns: list[Any] = field(default_factory=list)


class Listing:
    """Rows of one statement as a page asks for them; the number of queries does not depend on the rows."""

    def __init__(
        self,
        name: str,
        statement: Select[Any],
        *,
        columns: Sequence[Column],
        id_column: Any,
        row_url: Callable[[Any], str | None],
        filters: Sequence[Filter] = (),
        search: Callable[[Select[Any], str], Select[Any]] | None = None,
        default_sort: str = "",
        public_id: Callable[[Any], str] = lambda row: row.public_id,
        unique: bool = False,
    ) -> None:
        self.name, self.id_column, self.row_url, self.public_id = name, id_column, row_url, public_id
        self.all_columns, self.all_filters, self.unique = list(columns), list(filters), unique
        self.arguments = request.args
        self.query = clean(self.arguments.get("q", ""), 100) or ""
        self.values = {f.key: v for f in filters if (v := clean(self.arguments.get(f.key, ""), 200))}
        self.bulk: list[BulkAction] = []
        self.empty_message, self.empty_url, self.empty_label = gettext(N_("Nothing here yet.")), "", ""
        self._search = search
        self.statement = self._narrowed(statement)
        self._read_sort(default_sort)
        self._load()

    def _narrowed(self, statement: Select[Any]) -> Select[Any]:
        for choice in self.all_filters:
            if choice.key in self.values:
                statement = choice.apply(statement, self.values[choice.key])
        if self.query and self._search:
            statement = self._search(statement, self.query)
        return statement

    def _read_sort(self, default: str) -> None:
        sortable = {column.key: column.sort for column in self.all_columns if column.sort is not None}
        wanted = self.arguments.get("sort", default)
        if wanted.removeprefix("-") not in sortable:
            wanted = default
        self.descending = wanted.startswith("-")
        self.sort_key = wanted.removeprefix("-")
        self._keys = [sortable[self.sort_key]] if self.sort_key in sortable else []
        self._keys.append(self.id_column)

    def _load(self) -> None:
        count = select(func.count()).select_from(self.statement.order_by(None).subquery())
        self.total = db.session.scalar(count) or 0
        after, before = self._place("after"), self._place("before")
        backwards = before is not None and after is None
        place = after or before
        rows = self._page(place, backwards)
        if place and not rows:
            # What the address points behind is gone: the top is better than an empty page without a way back.
            place, backwards = None, False
            rows = self._page(None, backwards)
        has_more = len(rows) > PAGE_SIZE
        rows = rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        self._rows = rows
        skipped = min(self._seen(), self.total - len(rows)) if place else 0
        self.first = skipped + 1 if rows else 0
        self.last = skipped + len(rows)
        self.has_next = has_more if not backwards else True
        self.has_previous = (has_more and skipped > 0) if backwards else skipped > 0
        self._prepare(rows)
        self.rows = [self._row(row) for row in rows]

    def _prepare(self, results: Sequence[Any]) -> None:
        loaders = dict.fromkeys(column.load for column in self.all_columns if column.load is not None)
        for load in loaders:
            load([self._object(result) for result in results])

    def _place(self, name: str) -> list[Any] | None:
        return keyset.decode(self.arguments.get(name, ""), self._keys)

    def _seen(self) -> int:
        text = self.arguments.get("seen", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def _page(self, place: Sequence[Any] | None, backwards: bool) -> list[Any]:
        statement = self.statement.add_columns(*self._keys)
        if place is not None:
            statement = statement.where(self._beyond(place, backwards))
        downwards = self.descending != backwards
        order = [key.desc() if downwards else key.asc() for key in self._keys]
        found = db.session.execute(statement.order_by(None).order_by(*order).limit(PAGE_SIZE + 1))
        return list(found.unique() if self.unique else found)

    def _beyond(self, values: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
        downwards = self.descending != backwards
        steps = []
        for position, (key, value) in enumerate(zip(self._keys, values, strict=True)):
            same = [k == v for k, v in zip(self._keys[:position], values[:position], strict=True)]
            steps.append(and_(*same, key < value if downwards else key > value))
        return or_(*steps)

    def _object(self, result: Any) -> Any:
        return result[0] if len(result) == 1 + len(self._keys) else result

    def _row(self, result: Any) -> ListedRow:
        row = self._object(result)
        url = self.row_url(row)
        return ListedRow(
            str(self.public_id(row)), url, [self._cell(c, row, url) for c in self.all_columns], self.columns
        )

    def _cell(self, column: Column, row: Any, url: str | None) -> Cell:
        value = column.value(row)
        link = column.url(row) if column.url else (url if column.kind in ("code", "name") else None)
        cell = Cell(column.kind, value, url=link, title=(column.title(row) or "") if column.title else "")
        if isinstance(value, Code):
            cell.label, cell.tone, cell.icon = gettext(value.label), value.tone, value.icon
        else:
            cell.label = "" if value is None else str(value)
        return cell

    # What the macros in components/tables.html read.

    @property
    def columns(self) -> list[dict[str, Any]]:
        shown = []
        for column in self.all_columns:
            is_sorted = column.sort is not None and column.key == self.sort_key
            flip = f"-{column.key}" if is_sorted and not self.descending else column.key
            shown.append(
                {
                    "key": column.key,
                    "label": gettext(column.label),
                    "numeric": column.kind in ("number", "euros"),
                    "kind": column.kind,
                    "sort_url": here({"sort": flip}) if column.sort is not None else None,
                    "sorted": ("desc" if self.descending else "asc") if is_sorted else None,
                }
            )
        return shown

    def _place_of(self, result: Any) -> str:
        return keyset.encode(list(result)[-len(self._keys) :])

    @property
    def next_url(self) -> str | None:
        if not self.has_next or not self._rows:
            return None
        return here({"after": self._place_of(self._rows[-1]), "seen": self.last})

    @property
    def previous_url(self) -> str | None:
        if not self.has_previous or not self._rows:
            return None
        seen = max(0, self.first - 1 - PAGE_SIZE)
        if seen == 0:
            return here()
        return here({"before": self._place_of(self._rows[0]), "seen": seen})

    @property
    def filters(self) -> list[dict[str, Any]]:
        return [
            {
                "key": f.key,
                "label": gettext(f.label),
                "kind": f.kind,
                "options": [(value, label) for value, label in (f.options() if f.options else ())],
                "value": self.values.get(f.key, ""),
            }
            for f in self.all_filters
            if not f.hidden
        ]

    @property
    def chips(self) -> list[dict[str, str]]:
        shown = []
        for choice in self.all_filters:
            if choice.key in self.values:
                value = self.values[choice.key]
                words = dict(choice.options()).get(value, value) if choice.options else value
                label = (
                    gettext(choice.label) if choice.kind == "bool" else f"{gettext(choice.label)}: {words}"
                )
                shown.append({"label": label, "remove_url": here({choice.key: None})})
        if self.query:
            label = gettext(N_("Search: %(words)s")) % {"words": self.query}
            shown.append({"label": label, "remove_url": here({"q": None})})
        return shown

    @property
    def action_url(self) -> str:
        return url_for(request.endpoint or "", **(request.view_args or {}))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the filter form keeps: the sort, the scope, and filters that it does not ask for."""
        asked = {f.key for f in self.all_filters if not f.hidden} | {"q", "after", "before", "seen", "format"}
        return [(key, value) for key, value in self.arguments.items() if key not in asked]

    @property
    def searchable(self) -> bool:
        return self._search is not None

    @property
    def export_csv_url(self) -> str:
        return here({"format": "csv"})

    @property
    def export_xlsx_url(self) -> str:
        return here({"format": "xlsx"})

    def empty(self, message: str, url: str = "", label: str = "") -> Listing:
        """Say what an empty list says, and its one button."""
        self.empty_message, self.empty_url, self.empty_label = message, url, label
        return self

    @property
    def wants_export(self) -> bool:
        """Say whether the request asks for a file of all rows."""
        return self.arguments.get("format") in ("csv", "xlsx")

    def export(self) -> Response:
        """Answer with all matching rows, streamed as CSV or as one XLSX workbook."""
        headings = [gettext(column.label) for column in self.all_columns]
        rows = self._export_rows()
        stamp = f"parc-{self.name}"
        if self.arguments.get("format") == "xlsx":
            answer = Response(sheets.xlsx_bytes(stamp, headings, rows))
            answer.mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            answer.headers["Content-Disposition"] = f'attachment; filename="{stamp}.xlsx"'
            return answer
        separator = ";" if i18n.language() == "fr" else ","
        text = sheets.csv_stream(headings, rows, separator=separator)
        answer = Response(stream_with_context(text), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{stamp}.csv"'
        return answer

    def _export_rows(self) -> Iterator[list[Any]]:
        order = [key.desc() if self.descending else key.asc() for key in self._keys]
        place: Sequence[Any] | None = None
        while True:
            statement = (
                self.statement.add_columns(*self._keys).order_by(None).order_by(*order).limit(EXPORT_CHUNK)
            )
            if place is not None:
                statement = statement.where(self._beyond(place, backwards=False))
            found = db.session.execute(statement)
            results = list(found.unique() if self.unique else found)
            self._prepare(results)
            for result in results:
                yield [_exported(column, self._object(result)) for column in self.all_columns]
            if len(results) < EXPORT_CHUNK:
                return
            place = list(results[-1])[-len(self._keys) :]
            db.session.expunge_all()


def _exported(column: Column, row: Any) -> Any:
    """Return a cell as a file should hold it: words for codes, euros for cents, the clock on the wall for instants."""
    value = column.value(row)
    if isinstance(value, Code):
        return gettext(value.label)
    if isinstance(value, bool):
        return gettext(N_("yes")) if value else gettext(N_("no"))
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(clock.DEFAULT_TIME_ZONE))
    if column.kind == "euros" and value is not None:
        return Decimal(value) / 100
    return value


def code_options(codes: Iterable[Code]) -> Callable[[], list[tuple[str, str]]]:
    """Return the `options` of a Filter over a closed list."""
    members = list(codes)
    return lambda: [(code.value, gettext(code.label)) for code in members]
