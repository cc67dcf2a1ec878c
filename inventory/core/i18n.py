"""Languages, and how dates, numbers and amounts are written in each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from inventory.core import clock
from inventory.core.types import Code

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT_LANGUAGE = "fr"
LANGUAGE_COOKIE = "language"

babel = Babel()


def chosen_language() -> str:
    """Return the user's choice, else the cookie's, else the browser's, else French."""
    user = g.get("user")
    for choice in (getattr(user, "language", None), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in LANGUAGES:
            return str(choice)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE)


def _selector() -> str | None:
    from flask import has_request_context

    return chosen_language() if has_request_context() else None


def language() -> str:
    """Return the language in force, "en" or "fr"."""
    return str(get_locale() or "en")


def day(value: date | None) -> str:
    """Write a day: 23/11/2026 in French, 23 Nov 2026 in English; of an instant, the day on the wall."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(_zone(clock.DEFAULT_TIME_ZONE)).date()
    return format_date(value, "dd/MM/yyyy" if language() == "fr" else "d MMM yyyy", locale=language())


def instant(value: datetime | None, time_zone: str = clock.DEFAULT_TIME_ZONE) -> str:
    """Write an instant to the minute in a time zone."""
    if value is None:
        return ""
    pattern = "dd/MM/yyyy HH:mm" if language() == "fr" else "d MMM yyyy HH:mm"
    return format_datetime(value, pattern, tzinfo=_zone(time_zone), locale=language())


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def ago(value: datetime | None) -> str:
    """Write how long ago an instant was, or how long until it comes."""
    if value is None:
        return ""
    if timedelta() <= clock.now() - value < timedelta(minutes=1):
        return str(gettext("just now"))
    return format_timedelta(value - clock.now(), add_direction=True, granularity="minute", locale=language())


def number(value: float | None) -> str:
    """Write a number with the language's thousands."""
    return "" if value is None else format_decimal(value, locale=language())


def euros(cents: int | None) -> str:
    """Write whole cents as euros."""
    if cents is None:
        return ""
    from decimal import Decimal

    return format_currency(Decimal(cents) / 100, "EUR", locale=language())


def percent(value: float | None, decimals: int = 1) -> str:
    """Write a share between 0 and 1 as a percentage."""
    if value is None:
        return ""
    pattern = f"#,##0.{'#' * decimals}" if decimals else "#,##0"
    # French puts a narrow space that does not break before the sign.
    sign = "\u202f%" if language() == "fr" else "%"
    return format_percent(value, f"{pattern}{sign}", locale=language())


def shown(label: Any) -> str:
    """Translate an N_ sentence or a code's label for a page."""
    if label is None or label == "":
        return ""
    return str(gettext(label.label if isinstance(label, Code) else str(label)))


def init_app(app: Flask) -> None:
    """Install the languages and the filters that templates use."""
    babel.init_app(app, default_locale="en", locale_selector=_selector)
    app.jinja_env.filters.update(
        t=shown, day=day, instant=instant, ago=ago, number=number, euros=euros, percent=percent
    )
