"""Tells what of an address a list can be asked for from what makes no sense, and why not in the reader's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from flask_babel import gettext

from inventory.core import clock, i18n
from inventory.core.days import parse_day
from inventory.core.listing.declaring import Filter
from inventory.core.wording import N_

NOT_LISTED = N_("“%(text)s” is not on the list.")
NO_DAY = N_("“%(text)s” is no day. Type a date such as 23/11/2026.")
MOST_SAID = 60


class Read(NamedTuple):
    """What of a filter's value can be asked for, what cannot, and why not; each may be empty."""

    value: str
    refused: str = ""
    why: str = ""


def read(choice: Filter, value: str) -> Read:
    """Read what an address asks of a filter; days come back in ISO form, and of several values those that are known."""
    if choice.empty and value == choice.empty:
        return Read(value)
    if choice.refuses is not None:
        why = choice.refuses(value)
        return Read("", value, why) if why else Read(value)
    if choice.kind in ("day", "range"):
        return _read_days(choice, value)
    if choice.kind == "bool" and value not in ("0", "1"):
        return _refused(value, N_("“%(text)s” is neither 1 (yes) nor 0 (no)."))
    return _read_choices(choice, value) if choice.kind == "choice" else Read(value)


def _refused(text: str, why: str, kept: str = "") -> Read:
    return Read(kept, text, gettext(why) % {"text": text[:MOST_SAID]})


def _read_days(choice: Filter, value: str) -> Read:
    days: list[date | None] = []
    ends = value.split("..", 1) if choice.kind == "range" else [value]
    for text in ends:
        try:
            days.append(parse_day(text, clock.today()) if text else None)
        except ValueError:
            return _refused(text, NO_DAY)
    if len(days) == 2 and None not in days and days[0] > days[1]:  # type: ignore[operator]
        return _refused(value, N_("The first day comes after the last."))
    if choice.kind == "range" and len(days) == 1:
        days *= 2
    said = "..".join(day.isoformat() if day else "" for day in days)
    return Read(said if any(days) else "")


def _read_choices(choice: Filter, value: str) -> Read:
    if choice.options is None and choice.words is None:
        return Read(value)
    known = dict(choice.options()) if choice.options else {}
    parts = choice.parts(value)
    strange = [p for p in parts if p not in known and not (choice.words and choice.words(p))]
    if not strange:
        return Read(value)
    return _refused(", ".join(strange), NOT_LISTED, ",".join(part for part in parts if part not in strange))


def whole_number(least: int, most: int) -> Callable[[str], str | None]:
    """Return the `refuses` of a Filter that takes a whole number."""

    def refuses(value: str) -> str | None:
        if value.isascii() and value.isdigit() and len(value) <= 10 and least <= int(value) <= most:
            return None
        told = {"text": value[:MOST_SAID], "least": i18n.number(least), "most": i18n.number(most)}
        return str(gettext(N_("“%(text)s” is no whole number from %(least)s to %(most)s.")) % told)

    return refuses
