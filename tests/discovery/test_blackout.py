"""Black-out hours: read as people write them, and right on the days when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.core.errors import Invalid
from inventory.discovery import blackout
from inventory.discovery.blackout import Window

PARIS = "Europe/Paris"
WEEK = (0, 1, 2, 3, 4)


def at(text: str) -> datetime:
    """An instant from the wall clock of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("Mon-Fri 08:00-18:00", (Window(WEEK, 480, 1080),)),
        ("Mon–Fri 08:00–18:00", (Window(WEEK, 480, 1080),)),
        ("lun-ven 8h-18h", (Window(WEEK, 480, 1080),)),
        ("lundi - vendredi 8h30-12h", (Window(WEEK, 510, 720),)),
        ("sat 9-12; sun 9:15-12:45", (Window((5,), 540, 720), Window((6,), 555, 765))),
        ("lun, mer 14h-16h", (Window((0, 2), 840, 960),)),
        ("12:00-14:00", (Window(tuple(range(7)), 720, 840),)),
        ("tous les jours 12h-14h", (Window(tuple(range(7)), 720, 840),)),
        ("fri-mon 22:00-06:00", (Window((0, 4, 5, 6), 1320, 360),)),
        ("sun 00:00-24:00", (Window((6,), 0, 1440),)),
    ],
)
def test_windows_are_read_as_people_write_them_in_both_languages(
    text: str, windows: tuple[Window, ...]
) -> None:
    assert blackout.parse(text) == windows


@pytest.mark.parametrize(
    "text",
    ["working hours", "mon 8:00", "xyz 8-12", "mon 25:00-26:00", "mon 8:61-9:00", "mon 8-8", "24:00-08:00",
     "00:00-24:00", "mon-sun 0:00-12:00; 12:00-0:00", "lundi" * 80],
)  # fmt: skip
def test_what_is_no_window_or_leaves_nothing_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        blackout.parse(text)
    assert refused.value.field == "blackout"


@given(
    st.lists(
        st.builds(
            Window,
            st.sets(st.integers(0, 6), min_size=1, max_size=6).map(lambda days: tuple(sorted(days))),
            st.integers(0, 1439),
            st.integers(1, 1440),
        ).filter(lambda one: one.start != one.end),
        max_size=2,
    )
)
def test_what_is_stored_is_read_back_as_it_was(windows: list[Window]) -> None:
    if not blackout._is_always(windows):
        assert blackout.parse(blackout.canonical(windows)) == tuple(windows)


def test_a_moment_inside_a_window_ends_with_it_and_one_outside_knows_the_next() -> None:
    windows = blackout.parse("Mon-Fri 08:00-18:00")
    monday = at("2026-11-23T10:00")
    assert blackout.ends_at(windows, PARIS, monday) == at("2026-11-23T18:00")
    assert blackout.begins_at(windows, PARIS, monday) == at("2026-11-24T08:00")
    evening = at("2026-11-27T18:00")
    assert blackout.ends_at(windows, PARIS, evening) is None, "the end itself is free again"
    assert blackout.begins_at(windows, PARIS, evening) == at("2026-11-30T08:00"), "over the weekend"
    assert blackout.ends_at(windows, PARIS, at("2026-11-30T08:00")) == at("2026-11-30T18:00")


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    windows = blackout.parse("Fri 22:00-06:00")
    assert blackout.ends_at(windows, PARIS, at("2026-11-28T05:59")) == at("2026-11-28T06:00")
    assert blackout.ends_at(windows, PARIS, at("2026-11-27T05:59")) is None


def test_windows_that_follow_one_another_end_together() -> None:
    windows = blackout.parse("Mon 08:00-12:00; Mon 12:00-18:00; Mon 17:00-20:00")
    assert blackout.ends_at(windows, PARIS, at("2026-11-23T09:00")) == at("2026-11-23T20:00")


def test_the_hour_that_autumn_shows_twice_is_closed_both_times() -> None:
    windows = blackout.parse("Sun 02:00-03:00")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert blackout.ends_at(windows, PARIS, first) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    assert blackout.ends_at(windows, PARIS, first + timedelta(hours=1)) is not None
    halves = blackout.parse("Sun 01:00-02:30")
    assert blackout.ends_at(halves, PARIS, first) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_hour_that_spring_skips_ends_and_begins_at_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    windows = blackout.parse("Sun 01:00-02:30")
    end = blackout.ends_at(windows, PARIS, datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    assert end is not None
    assert jump <= end <= jump + timedelta(minutes=30)
    assert blackout.ends_at(blackout.parse("Sun 03:00-04:00"), PARIS, jump) == jump + timedelta(hours=1)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 (hypothesis wants them so)
def test_on_every_instant_of_two_years_the_black_out_agrees_with_the_wall_clock(now: datetime) -> None:
    windows = blackout.parse("Mon-Fri 08:00-18:00; Sat 22:00-04:00")
    wall = now.astimezone(ZoneInfo(PARIS))
    minutes, day = wall.hour * 60 + wall.minute, wall.weekday()
    closed = (
        (day < 5 and 480 <= minutes < 1080) or (day == 5 and minutes >= 1320) or (day == 6 and minutes < 240)
    )
    assert (blackout.ends_at(windows, PARIS, now) is not None) is closed
    following = blackout.begins_at(windows, PARIS, now)
    assert following is not None
    assert now < following <= now + timedelta(days=8)
