"""Puts what printers use and need into words: levels, paces, dates, and the chart of their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from inventory.core import charts, i18n
from inventory.core.i18n import ngettext
from inventory.discovery import fact_words
from inventory.discovery.presentation import word
from inventory.printing.models import PrinterSupply
from inventory.printing.supplies import FULL
from inventory.printing.wear import Use

# The meter that says most, in the order of preference: what the printer's maker counts in all, else since it was made.
TOTALS = ("total", "life", "pages")
MONTHS_SHOWN = 12


def supply_words(supply: PrinterSupply) -> str:
    """Return what a supply is called: by the printer, else by its kind and colour."""
    named = word(fact_words.SUPPLIES, supply.kind)
    return supply.name or f"{named} {supply.color}".strip()


def level_words(supply: PrinterSupply) -> str | None:
    """Return what is left: “12 %”, else what the printer says instead of an amount; None where it says nothing."""
    if supply.remaining is not None:
        return i18n.percent(supply.remaining / FULL, 0)
    return word(fact_words.SUPPLY_STATES, supply.state) if supply.state else None


def pace_words(supply: PrinterSupply) -> str | None:
    """Return how fast a supply goes, as what a full one lasts: “45 days”; None where that is not known."""
    return ngettext("%(num)s day", "%(num)s days", supply.lasts_days) if supply.lasts_days else None


def due_words(supply: PrinterSupply, today: date) -> str | None:
    """Return in how many days a supply is empty at its pace; None where nobody can tell."""
    if supply.remaining == 0:
        return _("now (empty)")
    if supply.runs_out_on is None:
        return None
    days = (supply.runs_out_on - today).days
    if days <= 0:
        return _("now")
    return ngettext("in about %(num)s day", "in about %(num)s days", days)


def due_title(supply: PrinterSupply) -> str | None:
    """Return the day on which a supply is empty at its pace, for who points at the words."""
    return i18n.day(supply.runs_out_on) if supply.runs_out_on else None


def meter_words(name: str) -> str:
    """Return what a meter is called; those of further engines by their number."""
    if name.startswith("life_marker_"):
        return _("Engine %(number)s", number=name.removeprefix("life_marker_"))
    return word(fact_words.COUNTERS, name)


def main_meter(meters: Mapping[str, Any]) -> str | None:
    """Return the meter that a printer's use is drawn by."""
    return next((name for name in TOTALS if name in meters), next(iter(sorted(meters)), None))


def use_panel(use: Use, meters: Mapping[str, int], today: date) -> dict[str, Any]:
    """Return the chart of the last twelve months, its message, the table of all meters, and the meters that began again."""
    main = main_meter(meters) or ""
    months = _last_months(today)
    shown = [name for name in meters if any(name in use.months.get(month, {}) for month in months)]
    grown = [use.months.get(month, {}).get(main, 0) for month in months]
    total, known = sum(grown), sum(month in use.months for month in months)
    message = ngettext(
        "%(pages)s in %(num)s month that was read.", "%(pages)s in the %(num)s months that were read.",
        known, pages=ngettext("%(num)s page", "%(num)s pages", total),
    )  # fmt: skip
    data = [
        charts.Datum(_month(month, "MMM"), value, title=f"{_month(month, 'MMMM y')}: {i18n.number(value)}")
        for month, value in zip(months, grown, strict=True)
    ]
    return {
        "chart": charts.bars(data, height=150.0),
        "message": message,
        "heads": [meter_words(name) for name in shown],
        "rows": [
            (_month(month, "MMMM y"), [use.months.get(month, {}).get(name) for name in shown])
            for month in reversed(months)
            if month in use.months
        ],
        "resets": [
            _(
                "%(meter)s began again on %(day)s, from %(before)s to %(after)s: another engine, or set back.",
                meter=meter_words(one.meter),
                day=i18n.day(one.on),
                before=i18n.number(one.before),
                after=i18n.number(one.after),
            )
            for one in use.resets
        ],
    }


def _last_months(today: date) -> list[tuple[int, int]]:
    last = today.year * 12 + today.month - 1
    return [(n // 12, n % 12 + 1) for n in range(last - MONTHS_SHOWN + 1, last + 1)]


def _month(month: tuple[int, int], form: str) -> str:
    return format_date(date(*month, 1), form)


def totals_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what is to order, product by product: maker and model of the printers, the supply, how many."""
    return [
        {
            "model": f"{row.maker or ''} {(row.model or '').removeprefix(row.maker or '').strip()}".strip(),
            "supply": row.name or f"{word(fact_words.SUPPLIES, row.kind)} {row.color}".strip(),
            "number": row.number,
        }
        for row in rows
    ]
