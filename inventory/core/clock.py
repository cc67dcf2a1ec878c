"""The one place that reads the clock, so that tests can set it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_TIME_ZONE = "Europe/Paris"


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(time_zone: str = DEFAULT_TIME_ZONE) -> date:
    """Return the present day in `time_zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(time_zone)).date()
