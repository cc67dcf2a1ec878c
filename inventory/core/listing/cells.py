"""Makes the cells of a list's rows as the table macro takes them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from inventory.core.listing.declaring import Cell, Column
from inventory.core.types import Code


class Cells:
    """The cells of these columns, row by row; `heads` are the attributes of their elements."""

    def __init__(self, columns: Sequence[Column], heads: Sequence[str]) -> None:
        self._columns = list(zip(columns, heads, strict=True))
        self._words: dict[Code, str] = {}

    def of(self, row: Any, url: str | None) -> list[Cell]:
        """Return the cells of a row whose own page is at `url`."""
        return [self._cell(column, row, url, head) for column, head in self._columns]

    def _cell(self, column: Column, row: Any, url: str | None, head: str) -> Cell:
        value, kind = column.value(row), column.kind
        link = column.url(row) if column.url else (url if kind in ("code", "name") else None)
        title = (column.title(row) or "") if column.title else ""
        if not isinstance(value, Code):
            return Cell(kind, value, "" if value is None else str(value), link, title=title, head=head)
        if value not in self._words:
            self._words[value] = gettext(value.label)
        return Cell(kind, value, self._words[value], link, value.tone, value.icon, title, head)
