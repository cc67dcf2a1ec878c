"""What an asset is still worth in the accounts: straight line, by days, from the day it was put in service (M57, prorata temporis).

Amortised does not mean to be replaced: a renewal looks at ages, the accounts look here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from inventory.assets.ages import months_before


@dataclass(frozen=True, slots=True)
class BookValue:
    """The value on a day in whole cents, and the days between which the price is written off."""

    cents: int
    from_on: date
    until_on: date


def book_value(price_cents: int, from_on: date, months: int, on: date) -> BookValue:
    """Return what is left on a day of a price that is written off evenly over whole months; never less than nothing."""
    until_on = months_before(from_on, -months)
    total, left = (until_on - from_on).days, (until_on - on).days
    share = max(0, min(total, left))
    return BookValue((2 * price_cents * share + total) // (2 * total), from_on, until_on)
