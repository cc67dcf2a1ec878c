"""Runs every benchmark (`python -m benchmarks [NAME…]`): the median of five runs, the goal, and what was skipped and why.

A module bench_*.py has NAME, GOAL (a sentence) and run() -> list[Result], called five times. It may have setting(), a context
manager that prepares what all runs share; either may raise Skipped."""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import sys
import time
from pathlib import Path
from types import ModuleType

from benchmarks.measure import RUNS, Result, Skipped, figure, summarize


def main(wanted: list[str]) -> int:
    """Print a table for each benchmark; status 1 where a goal is missed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in names if not wanted or name.removeprefix("bench_") in wanted]
    if not chosen:
        print(
            f"There is no such benchmark; there are: {', '.join(name.removeprefix('bench_') for name in names)}."
        )
        return 2
    load = os.getloadavg()[0]
    print(
        f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, median of {RUNS} runs"
    )
    missed = 0
    for name in chosen:
        missed += _one(importlib.import_module(f"benchmarks.{name}"))
    return 1 if missed else 0


def _one(module: ModuleType) -> int:
    print(f"\n{module.NAME}\n  goal: {module.GOAL}", flush=True)
    begun = time.monotonic()
    try:
        with getattr(module, "setting", contextlib.nullcontext)():
            results = summarize([module.run() for _ in range(RUNS)])
    except Skipped as why:
        print(f"  skipped: {why}")
        return 0
    for result in results:
        if not result.column:
            print(_line(result))
    _print_table([result for result in results if result.column])
    print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    return sum(result.holds is False for result in results)


def _print_table(results: list[Result]) -> None:
    """Print figures with a column, a line for each name; a missed goal is marked."""
    heads = {result.column: f"{result.column} {result.unit}".strip() for result in results}
    lines: dict[str, dict[str, Result]] = {}
    for result in results:
        lines.setdefault(result.name, {})[result.column] = result
    if lines:
        print(f"  {'':44}" + "".join(f"{head:>13}" for head in heads.values()))
    for name, figures in lines.items():
        print(f"  {name:44}" + "".join(f"{_cell(figures.get(column)):>13}" for column in heads).rstrip())


def _cell(result: Result | None) -> str:
    if result is None:
        return ""
    shown = "-" if result.value is None else figure(result.value)
    return shown + (" FAIL" if result.holds is False else "")


def _line(result: Result) -> str:
    value = "-" if result.value is None else figure(result.value)
    verdict = {True: "PASS", False: "FAIL", None: ""}[result.holds]
    goal = "" if result.goal is None else f"{'≤' if result.less_is_better else '≥'} {figure(result.goal)}"
    cpu = "" if result.cpu is None else f"{figure(result.cpu)} µs CPU each"
    return f"  {result.name:48} {value:>9} {result.unit:13} {goal:>9} {verdict:5} {cpu:20} {result.note}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
