"""Black-out hours: windows of the week in a site's time zone in which nothing is scanned, whatever the clocks do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.core.errors import Invalid
from inventory.core.wording import N_

LONGEST_TEXT = 255
DAY = 24 * 60
LOOKED_AHEAD_DAYS = 9

CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The first three letters of a day in both languages, whatever follows: "mon", "Monday", "lun.", "lundi".
_DAYS = {
    **{code: number for number, code in enumerate(CODES)},
    **{code: number for number, code in enumerate(("lun", "mar", "mer", "jeu", "ven", "sam", "dim"))},
}
_TIME = r"(\d{1,2})\s*(?:[:h]\s*(\d{2})?)?"
_WINDOW = re.compile(rf"(?P<days>[^\d]*?)\s*{_TIME}\s*-\s*{_TIME}", re.IGNORECASE)
_EVERY_DAY = frozenset({"", "every day", "daily", "tous les jours", "chaque jour"})


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `start` to `end`, minutes of the day on the wall clock, on some days (0 Monday); past midnight where end ≤ start."""

    days: tuple[int, ...]
    start: int
    end: int


def parse(text: str, *, field: str = "blackout") -> tuple[Window, ...]:
    """Read windows with semicolons between, such as "Mon-Fri 08:00-18:00; Sat 9h-12h" or "lun-ven 8h-18h".

    Without a day, every day is meant. Raises Invalid on `field` for what is no window, and for windows that leave
    no hour of the week to scan in.
    """
    if len(text) > LONGEST_TEXT:
        raise Invalid(field, N_("Use at most %(limit)s characters."), limit=LONGEST_TEXT)
    tidy = text.replace("–", "-").replace("—", "-").replace("\n", ";")
    windows = tuple(_window(part.strip(), field) for part in tidy.split(";") if part.strip())
    if windows and _is_always(windows):
        raise Invalid(field, N_("These hours leave no moment of the week to scan in."))
    return windows


def _window(text: str, field: str) -> Window:
    match = _WINDOW.fullmatch(text)
    days = _days(match["days"].strip()) if match else None
    if match is None or days is None:
        raise Invalid(
            field,
            N_("“%(text)s” is not understood. Write days and hours, such as Mon-Fri 08:00-18:00."),
            text=text[:60],
        )
    start, end = (_minutes(match[n], match[n + 1]) for n in (2, 4))
    if start is None or end is None or start == DAY:
        raise Invalid(field, N_("“%(text)s” names an hour that no day has."), text=text[:60])
    if start == end:
        raise Invalid(field, N_("“%(text)s” ends when it begins."), text=text[:60])
    return Window(days, start, end)


def _minutes(hours: str, minutes: str | None) -> int | None:
    found = int(hours) * 60 + int(minutes or 0)
    return found if int(minutes or 0) < 60 and found <= DAY else None


def _days(text: str) -> tuple[int, ...] | None:
    """The days that a text names, None when it names anything else."""
    if text.casefold() in _EVERY_DAY:
        return tuple(range(7))
    found: set[int] = set()
    for part in re.split(r"[,+&\s]+", text.replace(" - ", "-").casefold()):
        first, dash, last = part.partition("-")
        ends = [
            _DAYS.get(one.strip(".")[:3]) if one else None for one in ((first, last) if dash else (first,))
        ]
        if None in ends:
            return None
        low, high = ends[0] or 0, ends[-1] or 0
        found.update((low + step) % 7 for step in range((high - low) % 7 + 1))
    return tuple(sorted(found))


def _is_always(windows: Sequence[Window]) -> bool:
    closed = bytearray(7 * DAY)
    for window in windows:
        length = (window.end - window.start) % DAY or DAY
        for day in window.days:
            for minute in range(length):
                closed[(day * DAY + window.start + minute) % len(closed)] = 1
    return all(closed)


def canonical(windows: Sequence[Window]) -> str:
    """Return the text that is stored: "mon-fri 08:00-18:00; sat 09:00-12:00"."""
    return written(windows, CODES)


def written(windows: Sequence[Window], names: Sequence[str]) -> str:
    """Return the windows as `parse` reads them, with the seven names of the days that the reader knows."""
    return "; ".join(
        f"{_named(window.days, names)} {_clock(window.start)}-{_clock(window.end)}".strip()
        for window in windows
    )


def _named(days: Sequence[int], names: Sequence[str]) -> str:
    if len(days) == 7:
        return ""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0]]}-{names[days[-1]]}"
    return " ".join(names[day] for day in days)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def ends_at(windows: Sequence[Window], zone: str, now: datetime) -> datetime | None:
    """Return when the black-out that covers `now` ends (UTC), windows that follow one another taken together; None outside."""
    return next((end for start, end in _spells(windows, zone, now) if start <= now < end), None)


def begins_at(windows: Sequence[Window], zone: str, now: datetime) -> datetime | None:
    """Return when the next black-out begins (UTC), after the present one if there is one; None when there are no windows."""
    return next((start for start, _end in _spells(windows, zone, now) if start > now), None)


def _spells(windows: Sequence[Window], zone: str, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The black-outs of the days around `now`, disjoint and ascending, as instants."""
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    days = [today + timedelta(days=n) for n in range(-2, LOOKED_AHEAD_DAYS)]
    found = sorted(
        _instants(window, day, place) for day in days for window in windows if day.weekday() in window.days
    )
    current: tuple[datetime, datetime] | None = None
    for start, end in found:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _instants(window: Window, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """An hour that the clock shows twice is within: the first one begins, the second one ends; one that it skips is the jump."""
    last = day if window.end > window.start else day + timedelta(days=1)
    return _instant(day, window.start, zone, fold=0), _instant(last, window.end, zone, fold=1)


def _instant(day: date, minutes: int, zone: ZoneInfo, *, fold: int) -> datetime:
    if minutes == DAY:
        day, minutes = day + timedelta(days=1), 0
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    # A time that the clock skips would be read with the offset of the other side by fold=1.
    exists = wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
    return wall.replace(fold=fold if exists else 0).astimezone(UTC)
