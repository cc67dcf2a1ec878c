"""How a list's columns are dressed and its ranges said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from inventory.core import clock, i18n
from inventory.core.days import parse_day
from inventory.core.listing.declaring import WHEN, Column
from inventory.core.wording import N_

NUMERIC = frozenset({"number", "euros", "percent"})
"""Kinds of columns whose values end in line."""


def css(column: Column, columns: Sequence[Column]) -> str:
    """Return the classes of a column's cells; `line-n` is the line of the card that a phone shows the row as.

    The first line is what the row is called and its state, wherever these columns stand. A `td-plain` cell says itself there,
    without the column's label.
    """
    titled = next((one.key for one in columns if one.kind in ("code", "name")), columns[0].key)
    state = next((one.key for one in columns if one.kind == "badge"), None)
    plain = [one.key for one in columns if one.key not in (titled, state)]
    if column.key not in plain:
        line = "1"
    else:
        place = plain.index(column.key) + 1
        line = "2" if place <= 2 else "3" if place <= 4 else "none"
    kind = "code td-name" if column.kind == "name" else column.kind
    more = f"{' numeric' if column.kind in NUMERIC else ''}{' td-whole' if column.whole else ''}{' td-plain' if column.label == WHEN else ''}"
    return f"td-{kind}{more} line-{line}"


def days(value: str) -> str:
    """Return a range of days in the reader's words."""
    start, _dots, end = value.partition("..")
    first, last = (i18n.day(day) if (day := _day(text)) else text for text in (start, end))
    if first == last:
        return str(first)
    if first and last:
        return str(gettext(N_("%(first)s to %(last)s")) % {"first": first, "last": last})
    return str(gettext(N_("since %(day)s") if first else N_("until %(day)s")) % {"day": first or last})


def _day(text: str) -> Any:
    try:
        return parse_day(text, clock.today())
    except ValueError:
        return None
