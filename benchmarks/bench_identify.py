"""How well recorded devices are named, class by class: LibreNMS's public test data beside the project, read as a scan reads it."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from benchmarks.measure import Result
from benchmarks.recorded import FIELDS, Marks, cell, recorded, shares
from scanners.snmp.profile_files import shipped

NAME = "Recorded devices named rightly"
GOAL = "kind and maker ≥ 95 %, model and serial ≥ 85 %, firmware ≥ 80 %; wrong ≤ 3 %"
GATES = {"kind": 95, "maker": 95, "model": 85, "serial": 85, "firmware": 80}

_tally: dict[str, Marks] = {}


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """Names every recording once: the answer is the same each time."""
    tally: dict[str, Marks] = defaultdict(Counter)
    with recorded() as (score, devices):
        for device in devices:
            tally[device.row["class"]].update(device.marks(score, device.facts(shipped())))
    _tally.update(tally)
    _print(_tally)
    yield
    _tally.clear()


def run() -> list[Result]:
    """The shares over all classes."""
    return shares(sum(_tally.values(), Counter()), GATES, 3)


def _print(tally: dict[str, Marks]) -> None:
    """The table per class: right/known, and how many were wrong."""
    print(f"  {'class':42}" + "".join(f"{field:>18}" for field in FIELDS))
    for name in sorted(tally):
        print(f"  {name:42}" + "".join(f"{cell(tally[name], field):>18}" for field in FIELDS))
