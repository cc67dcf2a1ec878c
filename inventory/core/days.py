"""Reads days as people write them in French and in English, in forms, addresses and files."""

from __future__ import annotations

import re
from datetime import date, timedelta

from inventory.core.text import folded

DAY_WORDS = {"aujourd'hui": 0, "today": 0, "hier": -1, "yesterday": -1, "demain": 1, "tomorrow": 1}
MONTHS = {
    "janvier": 1, "janv": 1, "january": 1, "jan": 1, "fevrier": 2, "fevr": 2, "february": 2, "feb": 2,
    "mars": 3, "march": 3, "mar": 3, "avril": 4, "avr": 4, "april": 4, "apr": 4, "mai": 5, "may": 5,
    "juin": 6, "june": 6, "jun": 6, "juillet": 7, "juil": 7, "july": 7, "jul": 7, "aout": 8, "august": 8,
    "aug": 8, "septembre": 9, "september": 9, "sept": 9, "sep": 9, "octobre": 10, "october": 10, "oct": 10,
    "novembre": 11, "november": 11, "nov": 11, "decembre": 12, "december": 12, "dec": 12,
}  # fmt: skip
YEARS = range(1970, 2101)
# A year of two digits that would come later than so many years from now is of the century before.
AHEAD = 20


class NoSuchDayError(ValueError):
    """Written as days are, and in no calendar: 31/02/2026."""


def parse_day(text: str, today: date) -> date:
    """Read 23/11/2026, 23/11/26, 23.11.2026, 2026-11-23, "23 Nov 2026", "lundi 23 novembre 2026", "hier"; raises ValueError, NoSuchDayError for 31/02/2026."""
    word = folded(text)
    if word in DAY_WORDS:
        return today + timedelta(days=DAY_WORDS[word])
    day, month, year = _numbers(word, today)
    if year not in YEARS:
        raise ValueError(text)
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDayError(text) from None


def _numbers(word: str, today: date) -> tuple[int, int, int]:
    """Return day, month and year of what is written, the year with its century; raises ValueError."""
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", word):
        return int(match[3]), int(match[2]), int(match[1])
    if match := re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})", word):
        return int(match[1]), int(match[2]), _whole_year(match[3], today)
    match = re.fullmatch(r"(?:[a-z]+ )?(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})", word)
    if match is None or match[2] not in MONTHS:
        raise ValueError(word)
    return int(match[1]), MONTHS[match[2]], int(match[3])


def _whole_year(written: str, today: date) -> int:
    year = int(written)
    if len(written) > 2:
        return year
    return year + (2000 if 2000 + year <= today.year + AHEAD else 1900)
