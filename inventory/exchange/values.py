"""Reads one cell as French offices write it: days, euros, yes and no, words of closed lists, text with its zeros."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.core.days import parse_day
from inventory.core.text import clean, folded, hides
from inventory.core.wording import N_

# Excel counts days from here (its 1900 is no leap year, so day 60 never was); serial numbers of 1982 to 2064.
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(30_000, 60_000)
YES = {"oui", "yes", "vrai", "true", "1", "x", "o", "y"}
NO = {"non", "no", "faux", "false", "0", "n"}
MAX_CENTS = 10**12
MOST_LOOKED_AT = 10_000
# What a formula that fails shows, in spreadsheets in English and in French.
FAILURES = frozenset({
    "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!", "#spill!", "#calc!",
    "#valeur!", "#nom?", "#nombre!", "#nul!", "#propagation!", "#calcul!",
})  # fmt: skip
# LibreOffice numbers the others.
NUMBERED_FAILURE = re.compile(r"err\xa0?:\s?\d{3}", re.IGNORECASE)
ROUNDED = N_(
    "A spreadsheet has rounded this number, and its last digits are lost: copy it once more, into a column of text."
)
UNSEEN = N_("It holds characters that cannot be seen: they are left out.")
UNSEEN_ALONE = N_("It holds nothing but characters that cannot be seen.")
# Elsewhere a warning; by a key that is so nothing is found.
SPOILT = frozenset({ROUNDED, UNSEEN_ALONE})
# Numbers of more digits than this are rounded by spreadsheets.
SPREADSHEET_DIGITS = 15
NOT_LISTED = N_("“%(text)s” is not on the list.")
# Whole thousands may be set apart by either mark; the last mark with one or two digits after it is the decimal one.
AMOUNT = re.compile(r"(\d{1,11}|\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?")


class Unreadable(ValueError):
    """A cell cannot be read: `args[0]` is an N_ sentence, `params` what it names."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.params = params


class Uncomputed(str):
    """A formula, as text, whose value the file does not have."""

    __slots__ = ()


class Amount(int):
    """Cents; `is_taxed` is True or False where the cell says so (TTC, HT), else None."""

    is_taxed: bool | None

    def __new__(cls, cents: int, is_taxed: bool | None = None) -> Amount:
        """Return the amount with what is said of its tax."""
        amount = super().__new__(cls, cents)
        amount.is_taxed = is_taxed
        return amount


def is_empty(cell: Any) -> bool:
    """Say whether a cell says nothing; dashes and "n/a" say nothing either."""
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in {"", "-", "—", "n/a"})


def failure(cell: Any) -> str | None:
    """Return why a cell has no value though it holds a formula, as an N_ sentence about its `text`; None where it has one."""
    if isinstance(cell, Uncomputed):
        return N_(
            "The file does not have the value of the formula %(text)s: open it, save it, and import it again."
        )
    words = cell.strip() if isinstance(cell, str) else ""
    if words.casefold() in FAILURES or NUMBERED_FAILURE.fullmatch(words):
        return N_("The formula of this cell fails: %(text)s. Mend it, or empty the cell.")
    return None


def text(cell: Any, limit: int) -> str:
    """Return a cell as one line of clean text; raises Unreadable when it is longer than `limit` characters."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    words = clean(_unguarded(str(cell)), limit + 1) or ""
    if len(words) > limit:
        raise Unreadable(N_("It is longer than %(limit)s characters."), limit=limit)
    return words


def lines(cell: Any, limit: int = 10_000) -> str:
    """Return a cell as clean text that keeps its lines; raises Unreadable when it is longer than `limit` characters."""
    written = _unguarded(str(cell))[: 20 * limit].replace("\r\n", "\n").split("\n")
    words = "\n".join(clean(line, limit + 1) or "" for line in written).strip()
    if len(words) > limit:
        raise Unreadable(N_("It is longer than %(limit)s characters."), limit=limit)
    return words


def count(cell: Any) -> int:
    """Return a whole number from 12, 1 200 or 12.0; raises Unreadable."""
    words = re.sub(r"[\s\u00a0\u202f]", "", text(cell, 40))
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", words, re.ASCII):
        raise Unreadable(N_("“%(text)s” is no whole number such as 12."), text=str(cell)[:40])
    return int(re.split(r"[.,]", words)[0])


def _unguarded(words: str) -> str:
    """Take off the apostrophe that exports put before what a spreadsheet would run."""
    return words[1:] if len(words) > 1 and words[0] == "'" and words[1] in "=+-@|%\t" else words


def lost_digits(cell: Any) -> str | None:
    """Return an N_ warning when a spreadsheet has spoilt a number that is a name: no zeros before, or 1,23E+11."""
    if isinstance(cell, str) and re.fullmatch(r"\d([.,]\d+)?[eE]\+\d+", cell.strip()):
        return ROUNDED
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= 10**SPREADSHEET_DIGITS:
            return ROUNDED
        return N_("The file holds a number here: zeros at its beginning are lost.")
    return None


def unseen(cell: Any, value: Any) -> str | None:
    """Return an N_ warning when a text lost characters that hide or reorder it; `value` is what was read of it."""
    if not isinstance(cell, str) or not hides(cell[:MOST_LOOKED_AT]):
        return None
    return UNSEEN if value else UNSEEN_ALONE


def as_text_alone(cell: Any) -> str | None:
    """Return an N_ warning for a text that a spreadsheet would take for a formula; what exports guard is none."""
    if isinstance(cell, str) and cell.lstrip().startswith("="):
        return N_("It looks like a formula: it is kept as text, and never run.")
    return None


def day(cell: Any, today: date) -> date:
    """Return a day from a date cell, an Excel day count, 12/03/2024, 2024-03-12, "12 mars 2024"; raises Unreadable."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if re.fullmatch(r"\d{5}", words) and int(words) in EXCEL_DAYS:
        return EXCEL_EPOCH + timedelta(days=int(words))
    words = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$", "", words)
    try:
        return parse_day(words, today)
    except ValueError:
        raise Unreadable(N_("“%(text)s” is no day such as 23/11/2026."), text=words[:40]) from None


def cents(cell: Any) -> int:
    """Return an amount in cents from 1 234,56 €, 1.234,56, 1,234.56, 1234.5 or a number; raises Unreadable."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return _in_range(round(Decimal(str(cell)) * 100), cell)
    words = re.sub(r"[\s\u00a0\u202f€']|eur(os)?|ht|ttc", "", str(cell), flags=re.IGNORECASE)
    match = AMOUNT.fullmatch(words)
    if match is None:
        raise Unreadable(N_("“%(text)s” is no amount such as 1,234.56."), text=str(cell)[:40])
    words = re.sub(r"[.,]", "", match.group(1)) + "." + (match.group(2) or "0")
    return _in_range(round(Decimal(words) * 100), cell)


TAX_WORDS = {True: re.compile(r"\bttc\b", re.IGNORECASE), False: re.compile(r"\bht\b", re.IGNORECASE)}


def amount(cell: Any) -> Amount:
    """Return an amount as `cents` does, with what the cell says of its tax; raises Unreadable."""
    said = str(cell) if isinstance(cell, str) else ""
    is_taxed = next((taxed for taxed, word in TAX_WORDS.items() if word.search(said)), None)
    return Amount(cents(cell), is_taxed)


def _in_range(amount: int, cell: Any) -> int:
    if not 0 <= amount <= MAX_CENTS:
        raise Unreadable(N_("“%(text)s” is no amount such as 1,234.56."), text=str(cell)[:40])
    return amount


def yes_or_no(cell: Any) -> bool:
    """Return a yes or a no in either language; raises Unreadable."""
    if isinstance(cell, bool):
        return cell
    word = folded(text(cell, 20))
    if word in YES | NO:
        return word in YES
    raise Unreadable(N_("“%(text)s” is neither yes nor no."), text=word)


def one_of(cell: Any, words: Mapping[str, Any]) -> Any:
    """Return what a word of a closed list stands for; `words` has them folded, in every language. Raises Unreadable."""
    said = text(cell, 120)
    if (key := folded(said)) in words:
        return words[key]
    raise Unreadable(NOT_LISTED, text=said[:40])


def vocabulary(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return folded words → values, the first of two equal words kept."""
    found: dict[str, Any] = {}
    for word, value in pairs:
        found.setdefault(folded(word), value)
    return found
