"""Geometry of the charts that pages draw as SVG: plain figures in, coordinates out, so that templates do no arithmetic.

Heights are pixels. Horizontal places are percentages of the drawing's width, written as SVG attributes ("12.5%"):
a chart then fits any width while its text keeps its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLOT_TOP = 26.0
LIMIT_ROOM = 14.0
LABEL_ROOM = 22.0
LEAST_BAR = 2.0
CROWDED = 14
ARC_TONES = ("accent", "warn", "info", "violet", "neutral")


@dataclass(frozen=True, slots=True)
class Datum:
    """One figure to draw: its label, its value (≥ 0), where a click leads, what hovering says, and its tone."""

    label: str
    value: float
    url: str | None = None
    title: str = ""
    tone: str = "accent"


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn bar: x, width and centre in %, y and height in pixels; `minor` labels are left out on a phone."""

    datum: Datum
    x: str
    width: str
    centre: str
    y: float
    height: float
    value_y: float
    minor: bool
    slot_x: str
    slot_width: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A vertical line between two bars, with its words on the side that has room (`anchor`: start or end)."""

    x: str
    label: str
    anchor: str
    offset: int


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over a base line, a line for a limit, and light lines at round values."""

    height: float
    baseline: float
    label_y: float
    bars: tuple[Bar, ...]
    lines: tuple[float, ...]
    limit: Limit | None
    clickable: bool


@dataclass(frozen=True, slots=True)
class BulletRow:
    """One rate against its target: `width` and `target_x` in %; `reached` when the rate is at least the target."""

    label: str
    rate: float | None
    target: float
    note: str
    url: str | None
    width: str
    target_x: str
    reached: bool

    @property
    def tone(self) -> str:
        return "accent" if self.reached else "warn"


@dataclass(frozen=True, slots=True)
class Bullet:
    """What a bullet chart is given per row: a rate and its target between 0 and 1, what is missing, words and a link."""

    label: str
    rate: float | None
    target: float
    missing: int = 0
    note: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A small trend: the points of its line and of the area under it, and its last point (pixels)."""

    width: int
    height: int
    line: str
    area: str
    last_x: float
    last_y: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: its share (0–1), its arc (of a circle of length 100) and its place in a stacked bar (%)."""

    datum: Datum
    share: float
    dash: str
    offset: float
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole and its parts, for a donut or a stacked bar."""

    total: float
    parts: tuple[Part, ...]
    clickable: bool


def _percent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"


def _pixels(value: float) -> float:
    return round(value, 2)


def round_step(highest: float, lines: int = 3) -> float:
    """Return a step of 1, 2 or 5 × 10ⁿ that puts about `lines` lines below `highest`; at least 1."""
    if highest <= lines:
        return 1
    power = 1.0
    while power * 10 <= highest / lines:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= highest / lines)


def bars(
    data: Sequence[Datum],
    *,
    unknown: Datum | None = None,
    limit_after: int | None = None,
    limit_label: str = "",
    height: float = 200.0,
) -> BarChart:
    """Place one bar per figure, left to right, and `unknown` apart at the right end.

    `limit_after` draws a line after that many bars (a service life of 6 years over bars for years 0, 1, 2…: 6).
    A figure above zero always shows at least two pixels.
    """
    slots = len(data) + (1.5 if unknown else 0)
    slot = 100 / slots if slots else 100.0
    highest = max([datum.value for datum in data] + [unknown.value if unknown else 0], default=0)
    baseline = height - LABEL_ROOM
    # The words of the limit stand above the numbers of the highest bars.
    room = baseline - PLOT_TOP - (LIMIT_ROOM if limit_after is not None else 0)
    placed = [(datum, index * slot, index % 2 == 1) for index, datum in enumerate(data)]
    if unknown:
        # Its word is wider than its slot: the number before it makes room on a phone.
        placed[-1:] = [(datum, x, True) for datum, x, _odd in placed[-1:]]
        placed.append((unknown, (len(data) + 0.5) * slot, False))
    crowded = len(placed) > CROWDED
    drawn = tuple(
        _bar(datum, x, slot, scale=room / highest if highest else 0, baseline=baseline, minor=crowded and odd)
        for datum, x, odd in placed
    )
    return BarChart(
        height=height,
        baseline=baseline,
        label_y=baseline + 16,
        bars=drawn,
        lines=_lines(highest, room, baseline),
        limit=_limit(limit_after, slot, limit_label) if limit_after is not None and data else None,
        clickable=any(bar.datum.url for bar in drawn),
    )


def _bar(datum: Datum, x: float, slot: float, *, scale: float, baseline: float, minor: bool) -> Bar:
    height = max(datum.value * scale, LEAST_BAR) if datum.value > 0 else 0.0
    y = baseline - height
    return Bar(
        datum=datum,
        x=_percent(x + slot * 0.14),
        width=_percent(slot * 0.72),
        centre=_percent(x + slot / 2),
        y=_pixels(y),
        height=_pixels(height),
        value_y=_pixels(y - 6),
        minor=minor,
        slot_x=_percent(x),
        slot_width=_percent(slot),
    )


def _lines(highest: float, room: float, baseline: float) -> tuple[float, ...]:
    if highest <= 0:
        return ()
    step = round_step(highest)
    return tuple(_pixels(baseline - room * step * n / highest) for n in range(1, int(highest / step) + 1))


def _limit(after: int, slot: float, label: str) -> Limit:
    x = after * slot
    on_the_left = x > 60
    return Limit(
        x=_percent(x), label=label, anchor="end" if on_the_left else "start", offset=-6 if on_the_left else 6
    )


def bullets(rows: Sequence[Bullet]) -> tuple[BulletRow, ...]:
    """Place each rate against its target on one common scale, what misses most first, unknown rates last."""
    highest = max([row.rate or 0 for row in rows] + [row.target for row in rows], default=0)
    scale = 100 / (highest * 1.04) if highest else 0
    return tuple(
        BulletRow(
            label=row.label,
            rate=row.rate,
            target=row.target,
            note=row.note,
            url=row.url,
            width=_percent((row.rate or 0) * scale),
            target_x=_percent(row.target * scale),
            reached=row.rate is not None and row.missing <= 0 and row.rate >= row.target,
        )
        for row in sorted(rows, key=what_misses_most)
    )


def what_misses_most(row: Bullet) -> tuple[bool, float, float, str]:
    """Return the place of a rate among others: what misses most first, unknown rates last."""
    return row.rate is None, -row.missing, (row.rate or 0) - row.target, row.label


def sparkline(values: Sequence[float], *, width: int = 120, height: int = 32) -> Sparkline | None:
    """Return the trend of `values`, oldest first; None with fewer than two, which are no trend."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    margin = 3
    room = height - 2 * margin
    step = (width - 2 * margin) / (len(values) - 1)
    points = [
        (
            _pixels(margin + index * step),
            _pixels(margin + room * (1 - ((value - low) / (high - low) if high > low else 0.5))),
        )
        for index, value in enumerate(values)
    ]
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    last_x, last_y = points[-1]
    return Sparkline(
        width, height, line, f"{points[0][0]:g},{height} {line} {last_x:g},{height}", last_x, last_y
    )


def parts(data: Sequence[Datum]) -> Parts:
    """Cut a whole into its parts in the given order; parts of nothing are left out of the drawing."""
    total = sum(datum.value for datum in data)
    drawn: list[Part] = []
    before = 0.0
    for datum in data:
        share = datum.value / total if total else 0.0
        length = share * 100
        if length > 0:
            drawn.append(
                Part(
                    datum=datum,
                    share=share,
                    dash=f"{length:.3f} {100 - length:.3f}",
                    offset=round(25 - before, 3),
                    x=_percent(before),
                    width=_percent(length),
                )
            )
        before += length
    return Parts(total=total, parts=tuple(drawn), clickable=any(part.datum.url for part in drawn))


def toned(data: Sequence[Datum]) -> list[Datum]:
    """Return the same figures with a tone each, for parts that have no meaning of their own as good or bad."""
    return [
        Datum(datum.label, datum.value, datum.url, datum.title, ARC_TONES[index % len(ARC_TONES)])
        for index, datum in enumerate(data)
    ]
