"""From which day an asset's age counts, how sure that day is, and how old it makes the asset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.core.types import Code
from inventory.core.wording import N_


class AgeBasis(Code):
    """Which date an age counts from; the last two are estimates and are shown as such."""

    FIRST_USED = "first_used_on", N_("first use")
    COMMISSIONED = "commissioned_on", N_("commissioning")
    RECEIVED = "received_on", N_("delivery")
    INVOICED = "invoiced_on", N_("invoice")
    WARRANTY = "warranty_starts_on", N_("start of warranty (estimate)"), "warn"
    BIOS = "bios_on", N_("date of the BIOS (estimate)"), "warn"


CERTAIN = (AgeBasis.FIRST_USED, AgeBasis.COMMISSIONED, AgeBasis.RECEIVED, AgeBasis.INVOICED)
ESTIMATES = (AgeBasis.WARRANTY, AgeBasis.BIOS)


@dataclass(frozen=True, slots=True)
class Age:
    """The day an age counts from and what it was read from."""

    from_on: date
    basis: AgeBasis

    @property
    def estimated(self) -> bool:
        return self.basis in ESTIMATES

    def months(self, on: date) -> int:
        """Return whole months of age on a day, 0 before the first."""
        return max(0, months_between(self.from_on, on))

    def years(self, on: date) -> int:
        """Return whole years of age on a day."""
        return self.months(on) // 12


def age_of(asset: Any) -> Age | None:
    """Return what an asset's age counts from (design: first use, else commissioned, received, invoice, then estimates)."""
    for basis in AgeBasis:
        day = getattr(asset, basis.value)
        if day is not None:
            return Age(day, basis)
    return None


def months_between(start: date, end: date) -> int:
    """Return whole months from `start` to `end`, negative when `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


def months_before(day: date, months: int) -> date:
    """Return the day that is `months` earlier, or the last of its month when that has no such day."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise ValueError(day)
