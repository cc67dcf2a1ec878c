"""What a custom field may hold, and the one text that stands for each value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory.core.types import Code
from inventory.core.wording import N_

LONGEST = 255
# Numbers keep four decimals, so that they sort as whole numbers on every store.
SCALE = 10_000
LARGEST = 10**14


class FieldKind(Code):
    """What a custom field holds."""

    TEXT = "text", N_("Text"), "neutral", "file-text"
    NUMBER = "number", N_("Number"), "neutral", "hash"
    DATE = "date", N_("Day"), "neutral", "calendar"
    CHOICE = "choice", N_("Choice"), "neutral", "list"
    PERSON = "person", N_("Person"), "neutral", "user"
    MONEY = "money", N_("Amount in euros"), "neutral", "coin-euro"


@dataclass(frozen=True, slots=True)
class Stored:
    """A value as the store keeps it: its one text, and what it sorts by (`amount` for numbers and money, `day`)."""

    text: str
    amount: int | None = None
    day: date | None = None


def stored(kind: FieldKind, value: Any) -> Stored:
    """Return how a value is kept: str, Decimal, date, a person's public id, or whole cents, by kind."""
    if kind is FieldKind.NUMBER:
        return Stored(number_text(value), int(value * SCALE))
    if kind is FieldKind.MONEY:
        return Stored(str(int(value)), int(value))
    if kind is FieldKind.DATE:
        return Stored(value.isoformat(), day=value)
    return Stored(str(value))


def value_of(kind: FieldKind, text: str) -> Any:
    """Return the value that `stored` turned into this text."""
    if kind is FieldKind.NUMBER:
        return Decimal(text)
    if kind is FieldKind.MONEY:
        return int(text)
    return date.fromisoformat(text) if kind is FieldKind.DATE else text


def number_text(value: Decimal) -> str:
    """Return a number without exponent or useless zeros: 12.5, 1200."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told_number(value: Decimal) -> int | float | str:
    """Return a number as histories keep it: as JSON has numbers, so that each language writes it; as text beyond what those hold."""
    if value == int(value):
        return int(value)
    return float(value) if Decimal(str(float(value))) == value else number_text(value)


def parse_number(text: str) -> Decimal:
    """Read "1 234,5" or "1234.5" with at most four decimals; raises ValueError."""
    raw = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".").replace("\u2212", "-")
    if not re.fullmatch(r"[+-]?\d{1,14}(\.\d{1,4})?", raw, re.ASCII):
        raise ValueError(text)
    try:
        number = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if abs(number) >= LARGEST:
        raise ValueError(text)
    return number


def unique_text(text: str) -> str:
    """Return what two values that count as the same have in common: case and spaces do not tell them apart."""
    return " ".join(text.casefold().split())
