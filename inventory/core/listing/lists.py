"""One list as its page asks for it: what the macros of components/tables.html and filters.html read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

from flask import Response, abort, current_app, redirect, request
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select
from werkzeug.datastructures import MultiDict

from inventory.core import keyset, registry
from inventory.core.addresses import PLACE, here
from inventory.core.errors import Refused
from inventory.core.listing import asking, files, reading, shown, words
from inventory.core.listing.cells import Cells
from inventory.core.listing.declaring import BulkAction, Column, Filter, Join, ListedRow, Usual
from inventory.core.listing.narrowing import Narrowing
from inventory.core.listing.reading import PAGE_SIZE, Rows, conditions
from inventory.core.web import can
from inventory.core.wording import N_

_ANY_SORT = "any-sort-at-all"


class Listing(Narrowing):
    """Rows of one statement as a page asks for them; the number of queries does not depend on the rows.

    `public_id` reads a row's public id, `public_id_column` is the same in SQL (where given, files may be written from
    plain columns). `joins` are added to the statement as far as they are needed. `search(statement, words)` narrows by words, with `where` alone.
    `usual` narrows a list that is asked for nothing.
    """

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
        public_id_column: Any = None,
        joins: Sequence[Join] = (),
        usual: Usual | None = None,
    ) -> None:
        self.name, self.row_url, self.public_id = name, row_url, public_id
        self.all_columns, self.all_filters = list(columns), list(filters)
        self.arguments = request.args
        self.usual = usual
        self._tidy_address()
        self.asked = asking.read(self.arguments, filters, columns)
        self.narrowed = self.asked.narrows
        if usual and not self.narrowed:
            self.arguments = MultiDict([*self.arguments.items(multi=True), (usual.key, usual.value)])
            self.asked = asking.read(self.arguments, filters, columns)
        self.query, self.values = self.asked.query, self.asked.values
        self.bulk: list[BulkAction] = []
        self.empty_message, self.empty_url, self.empty_label = gettext(N_("Nothing here yet.")), "", ""
        self._search, self._public_id_column, self._recorded = search, public_id_column, False
        self._settled = False
        self.chosen_columns = self._chosen()
        self._read_sort(default_sort)
        keys, walked = shown.order_of(self.all_columns, self.sort_key, self.descending)
        if self.query and search:
            statement = search(statement, self.query)
        wanted: list[ColumnElement[bool]] = conditions(filters, self.asked)
        self.selection = Rows(
            statement, wanted, [*keys, id_column], id_column, self.descending, joins, walked
        )

    def offer(self, *acts: BulkAction) -> None:
        """Offer acts on the rows that are selected: those which the user may do; where there is none, no row has a box."""
        self.bulk = [act for act in acts if can(act.permission)]

    def _tidy_address(self) -> None:
        """Send a form's raw answer on to the address that is worth sharing."""
        changes = (
            asking.tidied(self.arguments, self.all_filters, self.usual) if request.method == "GET" else None
        )
        if changes is not None:
            abort(redirect(here(changes, without=frozenset()), 303))

    def _chosen(self) -> list[Column]:
        """Return the columns in the order that the address asks for; the one that leads to the row stays in front."""
        if not self.asked.columns:
            return [column for column in self.all_columns if column.shown]
        by_key = {column.key: column for column in self.all_columns}
        chosen = [by_key[key] for key in self.asked.columns]
        main = self.all_columns[0]
        return chosen if main in chosen else [main, *chosen]

    def _read_sort(self, default: str) -> None:
        sortable = {column.key for column in self.all_columns if column.sort is not None}
        wanted = self.arguments.get("sort", default)
        if wanted.removeprefix("-") not in sortable:
            wanted = default
        self.descending = wanted.startswith("-")
        self.sort_key = wanted.removeprefix("-")

    # The rows of this page.

    @cached_property
    def total(self) -> int:
        """How many rows match; remembered where the trail of changes tells when that may have changed."""
        return int(self._remembered("total", self.selection.count))

    def _remembered(self, what: Hashable, ask: Callable[[], Any]) -> Any:
        others = {choice.mark for choice in self.all_filters if choice.key in self.values} - {None}
        marks = {of: registry.mark_of(of or "") for of in others}
        if not self._recorded or None in marks.values():
            return ask()
        remember = current_app.extensions["parc_memory"].exact
        return remember((self.name, what, *marks.items(), self.selection.mark()), ask)

    @cached_property
    def _page(self) -> dict[str, Any]:
        after, before = (self.selection.place(self.arguments.get(name, "")) for name in ("after", "before"))
        backwards = before is not None and after is None
        place = after or before
        found = self._rows_from(place, backwards)
        if place and not found.keys:
            # What the address points behind is gone: the top is better than an empty page without a way back.
            place, backwards = None, False
            found = self._rows_from(None, backwards)
        skipped = min(self._seen(), self.total - len(found.results)) if place else 0
        return {
            "results": found.results,
            "keys": found.keys,
            "skipped": skipped,
            "has_next": found.has_more if not backwards else True,
            "has_previous": (found.has_more and skipped > 0) if backwards else skipped > 0,
        }

    def _rows_from(self, place: Any, backwards: bool) -> reading.Page:
        asked = any(choice.lies_together and choice.key in self.values for choice in self.all_filters)
        walked = self.selection.walked is not None
        apart = (asked and not self.asked.any_of) or walked
        # What words find is found anew for each value that is walked.
        few = (walked and bool(self.query)) or (apart and self.total <= reading.MOST_SORTED)
        if place is None and self._settled:
            order = ("first", self.sort_key, self.descending)
            return self.selection.page(
                None, backwards, taken_out=few, kept=lambda ask: self._remembered(order, ask)
            )
        return self.selection.page(place, backwards, taken_out=few)

    def _seen(self) -> int:
        text = self.arguments.get("seen", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    @cached_property
    def rows(self) -> list[ListedRow]:
        """The rows of this page with their cells."""
        objects = [Rows.row_of(result) for result in self._page["results"]]
        for load in dict.fromkeys(column.load for column in self.chosen_columns if column.load is not None):
            load(objects)
        cells = Cells(self.chosen_columns, [column["head"] for column in self.columns])
        return [self._row(row, cells) for row in objects]

    def _row(self, row: Any, cells: Cells) -> ListedRow:
        url = self.row_url(row)
        return ListedRow(str(self.public_id(row)), url, cells.of(row, url))

    @property
    def first(self) -> int:
        """The number of the first row shown, 0 when there is none."""
        return self._page["skipped"] + 1 if self._page["results"] else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return int(self._page["skipped"] + len(self._page["results"]))

    @property
    def next_url(self) -> str | None:
        """The address of the next page."""
        keys = self._page["keys"]
        if not self._page["has_next"] or not keys:
            return None
        return here({"after": keyset.encode(keys[-1]), "seen": self.last})

    @property
    def previous_url(self) -> str | None:
        """The address of the page before."""
        keys = self._page["keys"]
        if not self._page["has_previous"] or not keys:
            return None
        seen = max(0, self.first - 1 - PAGE_SIZE)
        return here() if seen == 0 else here({"before": keyset.encode(keys[0]), "seen": seen})

    # Columns.

    @cached_property
    def columns(self) -> list[dict[str, Any]]:
        """The columns shown, with the address that sorts by each."""
        shown: list[dict[str, Any]] = []
        before, after = here({"sort": _ANY_SORT}).split(_ANY_SORT)
        for column in self.chosen_columns:
            is_sorted = column.sort is not None and column.key == self.sort_key
            flip = f"-{column.key}" if is_sorted and not self.descending else column.key
            label, css = gettext(column.label), words.css(column, self.chosen_columns)
            shown.append(
                {
                    "key": column.key,
                    "label": label,
                    "numeric": column.kind in words.NUMERIC,
                    "kind": column.kind,
                    "sort_url": f"{before}{flip}{after}" if column.sort is not None else None,
                    "sorted": ("desc" if self.descending else "asc") if is_sorted else None,
                    "head": Markup('role="cell" data-label="%s" class="%s"') % (label, css),
                }
            )
        return shown

    @property
    def column_choices(self) -> list[dict[str, Any]]:
        """Every column that may be chosen, those shown first and in their order; the main one always stays."""
        keys = [column.key for column in self.chosen_columns]
        rest = [column for column in self.all_columns if column.key not in keys]
        return [
            {
                "key": column.key,
                "label": gettext(column.label),
                "shown": column.key in keys,
                "fixed": column is self.all_columns[0],
            }
            for column in (*self.chosen_columns, *rest)
        ]

    @property
    def usual_columns_url(self) -> str | None:
        """The address without a choice of columns, None when there is none."""
        return here({"cols": None}) if self.asked.columns else None

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form that chooses columns keeps: everything else."""
        return [(k, v) for k, v in self.arguments.items(multi=True) if k not in PLACE | {"cols", "format"}]

    @property
    def searchable(self) -> bool:
        """Whether words may be asked for."""
        return self._search is not None

    # Saved views, which a feature on the right keeps.

    @cached_property
    def views(self) -> Any:
        """The saved views of this list as that feature shows them, None without it."""
        provide = current_app.extensions.get("parc_saved_views")
        return provide(self) if provide else None

    # All rows.

    @property
    def export_csv_url(self) -> str:
        """The address of all rows as CSV."""
        return here({"format": "csv"})

    @property
    def export_xlsx_url(self) -> str:
        """The address of all rows as a workbook."""
        return here({"format": "xlsx"})

    def empty(self, message: str, url: str = "", label: str = "") -> Listing:
        """Say what an empty list says, and its one button."""
        self.empty_message, self.empty_url, self.empty_label = message, url, label
        return self

    def recorded(self, *, words: bool = False) -> Listing:
        """Say that which rows there are changes with a record in the trail: how many is then not counted for each page.

        So does, with `words`, what words are looked for in; each filter says so itself.
        """
        self._recorded = words or not self.query
        return self

    def settled(self) -> Listing:
        """Say that the order too changes with a record alone: which rows come first is then not looked for each time."""
        self._settled = True
        return self

    @property
    def wants_export(self) -> bool:
        """Say whether the request asks for a file of all rows; not while a filter is refused: it would hold others than were meant."""
        return self.arguments.get("format") in ("csv", "xlsx") and not self.asked.refused

    def every_id(self) -> list[int]:
        """Return the ids of all rows, for an act on all of them; raises Refused while a filter is refused."""
        if self.asked.refused:
            raise Refused(
                N_(
                    "The list's address asks for something that makes no sense. Nothing was changed. Correct the filter first."
                )
            )
        return self.selection.ids()

    def export(self, title: str) -> Response:
        """Answer with all matching rows and the chosen columns, as CSV while they are read or as one workbook called after a title."""
        always = [c for c in self.all_columns if c.in_files and c not in self.chosen_columns]
        columns = [own for column in (*self.chosen_columns, *always) for own in column.files_as or (column,)]
        cells = files.cells(columns, self.selection, self._public_id_column)
        return files.answer(self.arguments.get("format", "csv"), title, columns, cells)
