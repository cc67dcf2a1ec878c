"""What a benchmark returns, and how figures are put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median

RUNS = 5


class Skipped(Exception):
    """A benchmark that cannot run here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of one run; `goal` is the least it must be (or the most, where `less_is_better`).

    Figures with a `column` stand beside each other, in a table with a line for each name.
    """

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    less_is_better: bool = False
    note: str = ""
    column: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing was measured."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal if self.less_is_better else self.value >= self.goal


def skipped(name: str, why: str, unit: str = "") -> Result:
    """A figure that was not taken, and why."""
    return Result(name, None, unit, note=f"skipped: {why}")


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
    spread = f"{min(values):,.0f}-{max(values):,.0f}" if len(values) > 1 else ""
    note = " ".join(part for part in (spread, last.note) if part)
    return replace(last, value=value, note=note)
