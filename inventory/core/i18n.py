"""Languages, and how dates, numbers and amounts are written in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import flask_babel
from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask, g, request
from flask_babel import Babel, Domain, force_locale, get_locale, gettext
from jinja2 import pass_context
from markupsafe import Markup

from inventory.core import clock
from inventory.core.types import Code
from inventory.core.wording import N_, Sentence, Title

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT_LANGUAGE = "fr"
LANGUAGE_COOKIE = "language"
LONG_WORD = 20
MOST_SAID = 8192
_BREAKS = re.compile(r"(?<=[./:,\\])(?=\w)|(?=@)")

babel = Babel()
# What `g` stands for, outside of which it raises RuntimeError.
_present = g._get_current_object  # noqa: SLF001


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


GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def typed_number(text: str) -> str:
    """Return a number as the reader types it with a dot before its decimals and nothing between thousands: "1234.5".

    English puts commas between thousands ("1,234.5", "1,234"); any other comma begins the decimals.
    """
    return ungrouped(text).replace(",", ".")


def ungrouped(text: str) -> str:
    """Return a number as the reader types it with nothing between its thousands: "1234", "1234.5", "1234,5"."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    return plain.replace(",", "") if language() == "en" and GROUPED.fullmatch(plain) else plain


def to_type(number: str) -> str:
    """Return a number with a dot before its decimals as the reader would type it: what `typed_number` reads back."""
    return number.replace(".", ",") if language() == "fr" else number


def language() -> str:
    """Return the language in force, "en" or "fr"."""
    locale = _in_force()
    return str(locale.language) if locale else "en"


def _in_force() -> Locale | None:
    # A page asks hundreds of times; the library looks for where it keeps the answer five times for each.
    try:
        kept = _present().__dict__.get("_flask_babel")
    except RuntimeError:
        kept = None
    locale: Locale | None = getattr(kept, "babel_locale", None)
    return locale or get_locale()


def in_every_language(message: Title) -> list[str]:
    """Return an N_ text, or a sentence, in each language."""
    found = []
    for code in LANGUAGES:
        with force_locale(code):
            found.append(said(message) if isinstance(message, Sentence) else gettext(message))
    return found


def said(title: Title) -> str:
    """Say a sentence in the reader's language; a name stays as it is."""
    if not isinstance(title, Sentence):
        return title
    if isinstance(title.message, tuple):
        one, several = title.message
        others = {name: in_words(value) for name, value in title.params.items() if name != "num"}
        return ngettext(one, several, title.params["num"], **others)
    return filled(title.message, title.params)


def filled(message: str, params: Mapping[str, Any]) -> str:
    """Return an N_ sentence in the reader's language with what it names in their words."""
    words = {name: in_words(value) for name, value in params.items()}
    return str(gettext(message) % words if words else gettext(message))


def in_words(value: Any) -> Any:
    """Return what a sentence names as its reader says it: codes, sentences, whole numbers and days; other text as it is."""
    if isinstance(value, Code):
        return gettext(value.label)
    if isinstance(value, Sentence):
        return said(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return day(value) if isinstance(value, date) and not isinstance(value, datetime) else value


class _Counted(int):
    """A whole number that is written as the language writes it: 12 000."""

    def __str__(self) -> str:
        return number(int(self))


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """Return the form of a sentence for a number, with %(num)s as the language writes it."""
    return str(flask_babel.ngettext(singular, plural, _Counted(num), **variables))


class _Words(Domain):
    """The catalogues by language; the library works out the name of each anew for every sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._by_language: dict[str, Any] = {}

    def get_translations(self) -> Any:
        locale = _in_force()
        if locale is None:
            return super().get_translations()
        known = self._by_language.get(locale.language)
        if known is None:
            known = self._by_language[locale.language] = super().get_translations()
        return known


def _in_templates(app: Flask) -> None:
    """Write sentences of templates from a memory of them, and %(num)s of `ngettext` as `ngettext` does."""
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext=lambda sentence: _word(sentence, language()),
        ngettext=lambda one, many, num: flask_babel.get_translations().ungettext(one, many, num),
        newstyle=True,
    )
    installed: dict[str, Any] = {name: environment.globals[name] for name in ("gettext", "ngettext")}
    # A page says hundreds of sentences, and the next page the same.
    said: dict[tuple[str, str], Any] = {}

    @pass_context
    def written(context: Any, sentence: str, **variables: Any) -> Any:
        if variables or not context.eval_ctx.autoescape:
            return installed["gettext"](context, sentence, **variables)
        key = (language(), sentence)
        if key not in said:
            # Some sentences are names out of the store: how many there are is not the pages' to say.
            if len(said) >= MOST_SAID:
                said.clear()
            said[key] = installed["gettext"](context, sentence)
        return said[key]

    @pass_context
    def counted(context: Any, singular: str, plural: str, num: int, **variables: Any) -> Any:
        return installed["ngettext"](context, singular, plural, _Counted(num), **variables)

    environment.globals.update(ngettext=counted, gettext=written, _=written)


def day(value: date | None) -> str:
    """Write a day: 23/11/2026 in French, 23 Nov 2026 in English; of an instant, the day on the wall."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(_zone(clock.DEFAULT_TIME_ZONE)).date()
    return _day(value, language())


# A list writes the same days and instants again and again; each costs as much as ten cells.
@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, "dd/MM/yyyy" if language == "fr" else "d MMM yyyy", locale=language)


def instant(value: datetime | None, time_zone: str = clock.DEFAULT_TIME_ZONE) -> str:
    """Write an instant to the minute in a time zone."""
    if value is None:
        return ""
    return _minute(value.replace(second=0, microsecond=0), time_zone, language())


@lru_cache(maxsize=4096)
def _minute(value: datetime, time_zone: str, language: str) -> str:
    pattern = "dd/MM/yyyy HH:mm" if language == "fr" else "d MMM yyyy HH:mm"
    return format_datetime(value, pattern, tzinfo=_zone(time_zone), locale=language)


@cache
def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def ago(value: datetime | None) -> str:
    """Write how long ago an instant was, or how long until it comes."""
    if value is None:
        return ""
    left = value - clock.now()
    if timedelta() <= -left < timedelta(minutes=1):
        return str(gettext("just now"))
    return _minutes(int(left / timedelta(minutes=1)), language())


@lru_cache(maxsize=4096)
def _minutes(count: int, language: str) -> str:
    left = timedelta(minutes=count or 1)
    return format_timedelta(left, add_direction=True, granularity="minute", locale=language)


def number(value: float | Decimal | None) -> str:
    """Write a number with the language's thousands and decimal mark: a Decimal with all that it has, a float with three decimals."""
    return "" if value is None else _number(value, language())


@lru_cache(maxsize=4096, typed=True)
def _number(value: float | Decimal, language: str) -> str:
    return format_decimal(value, locale=language, decimal_quantization=isinstance(value, float | int))


def euros(cents: int | None) -> str:
    """Write whole cents as euros."""
    if cents is None:
        return ""
    return format_currency(Decimal(cents) / 100, "EUR", locale=language())


def filesize(count: int) -> str:
    """Write a number of bytes as people say it: 830 kB, 2.4 MB, 77.9 GB."""
    # Marked outside of f-strings, which the extractor does not read.
    kilo, mega, giga = gettext(N_("kB")), gettext(N_("MB")), gettext(N_("GB"))
    if count < 1_000_000:
        return f"{number(max(1, round(count / 1000)) if count else 0)} {kilo}"
    if count < 1_000_000_000:
        return f"{number(round(count / 1_000_000, 1))} {mega}"
    return f"{number(round(count / 1_000_000_000, 1))} {giga}"


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
    return _word(label.label if isinstance(label, Code) else str(label), language())


@lru_cache(maxsize=MOST_SAID)
def _word(label: str, _language: str) -> str:
    return str(gettext(label))


def labelled(what: Any, words: Any) -> str:
    """Join a label and what it says as the reader's language does: French puts a space before the colon."""
    return str(gettext(N_("%(what)s: %(words)s")) % {"what": what, "words": words})


def breakable(value: Any) -> Any:
    """Let a long word without spaces, an address or a full name, break before its `@` and after its dots, commas and slashes."""
    text = str(value)
    if len(text) < LONG_WORD or " " in text or isinstance(value, Markup):
        return value
    return Markup("<wbr>").join(_BREAKS.split(text))


def init_app(app: Flask) -> None:
    """Install the languages and the filters that templates use."""
    babel.init_app(app, default_locale="en", locale_selector=_selector)
    app.extensions["babel"].instance.domain_instance = _Words()
    _in_templates(app)
    app.jinja_env.filters.update(
        t=shown,
        day=day,
        instant=instant,
        ago=ago,
        number=number,
        euros=euros,
        percent=percent,
        filesize=filesize,
        breakable=breakable,
        labelled=labelled,
    )
