"""What a benchmark returns, and how figures are put together."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from statistics import median

RUNS = 5


class Skipped(Exception):
    """A benchmark that cannot run here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of one run; `goal` is the least it must be (or the most, where `less_is_better`).

    Figures with a `column` stand beside each other, in a table with a line for each name.
    `cpu` is what this process spent on it, in microseconds for each address, device or the like that `unit` counts.
    """

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    less_is_better: bool = False
    note: str = ""
    column: str = ""
    cpu: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing was measured."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal if self.less_is_better else self.value >= self.goal


def figure(value: float) -> str:
    """A figure as it is printed: three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def skipped(name: str, why: str, unit: str = "") -> Result:
    """A figure that was not taken, and why."""
    return Result(name, None, unit, note=f"skipped: {why}")


class Effort:
    """Wall-clock and processor seconds of a block: `with Effort() as effort`."""

    def __enter__(self) -> Effort:
        self._begun, self._spent = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._begun
        self.cpu_seconds = time.process_time() - self._spent

    def rate(self, name: str, count: int, unit: str, *, goal: float | None = None, note: str = "") -> Result:
        """So many a second, and the microseconds that each one cost."""
        return Result(name, count / self.seconds, unit, goal, note=note, cpu=1e6 * self.cpu_seconds / count)


def ratio(name: str, ours: float | None, theirs: float | None, *, goal: float, why: str = "") -> Result:
    """How many times as much one figure is as another of the same run."""
    if ours is None or not theirs:
        return skipped(name, why or "the peer was not measured")
    return Result(name, ours / theirs, "times", goal)


def summarize(runs: list[list[Result]]) -> list[Result]:
    """For each name (and column) the median of its runs; the last run's note is kept."""
    found: dict[tuple[str, str], list[Result]] = {}
    for run in runs:
        for result in run:
            found.setdefault((result.name, result.column), []).append(result)
    return [_median(results) for results in found.values()]


def _median(results: list[Result]) -> Result:
    last = results[-1]
    values = [result.value for result in results if result.value is not None]
    value = median(values) if values else None
    spread = f"{figure(min(values))}-{figure(max(values))}" if len(values) > 1 else ""
    note = " ".join(part for part in (spread, last.note) if part)
    spent = [result.cpu for result in results if result.cpu is not None]
    return replace(last, value=value, note=note, cpu=median(spent) if spent else None)
