"""How often something is read, as people choose it, and the cron text that says the same."""

from __future__ import annotations

import re

from inventory.core.errors import Invalid
from inventory.core.types import Code
from inventory.core.wording import N_

DEFAULT_TIME = "03:00"
_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:hH]\s*([0-5]\d)?")
_CRON = re.compile(r"([0-5]?\d) ([01]?\d|2[0-3]) \* \* (\*|1-5|1)")


class Frequency(Code):
    """How often a range or a directory is read by itself."""

    NEVER = "never", N_("Only when asked")
    DAILY = "daily", N_("Every day")
    WORKING_DAYS = "working_days", N_("Monday to Friday")
    WEEKLY = "weekly", N_("Every Monday")
    CUSTOM = "custom", N_("As a cron text says")


_WEEKDAYS = {Frequency.DAILY: "*", Frequency.WORKING_DAYS: "1-5", Frequency.WEEKLY: "1"}


def cron_of(frequency: Frequency, at: str | None, cron: str | None) -> str | None:
    """Return the cron text of a choice, None for never; raises Invalid on `at` or `cron`."""
    if frequency is Frequency.NEVER:
        return None
    if frequency is Frequency.CUSTOM:
        if not cron:
            raise Invalid("cron", N_("Give the cron text, or choose another frequency."))
        return cron
    match = _TIME.fullmatch((at or "").strip())
    if match is None:
        raise Invalid("at", N_("Give a time of the day, such as 03:00."))
    return f"{int(match[2] or 0)} {int(match[1])} * * {_WEEKDAYS[frequency]}"


def choice_of(cron: str | None) -> tuple[Frequency, str, str]:
    """Return the frequency, the time and the cron text that a form shows for a schedule."""
    if cron is None:
        return Frequency.NEVER, DEFAULT_TIME, ""
    match = _CRON.fullmatch(cron)
    if match is None:
        return Frequency.CUSTOM, DEFAULT_TIME, cron
    frequency = next(one for one, weekdays in _WEEKDAYS.items() if weekdays == match[3])
    return frequency, f"{int(match[2]):02d}:{int(match[1]):02d}", ""
