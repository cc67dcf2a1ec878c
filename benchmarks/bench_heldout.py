"""How well devices are named that no profile knows: a random half of the recorded families is named without the profiles that fit any of it.

Each run draws another half, always the same five (SEEDS). What is right here is due to the general rules and to standard MIBs."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from types import ModuleType

from benchmarks.measure import Result
from benchmarks.recorded import FIELDS, Marks, Recorded, cell, recorded, shares
from scanners.snmp.profile import Profiles
from scanners.snmp.profile_files import shipped

NAME = "Recorded devices of families without a profile"
GOAL = "none: figures to watch, lower than those of known families by nature"
SEEDS = (1, 2, 3, 4, 5)

_splits: list[Marks] = []


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """Names the held-out half of every split, and prints a line for each."""
    with recorded() as (score, devices):
        print(f"  {'seed':8}{'devices':>9}{'profiles':>10}" + "".join(f"{field:>20}" for field in FIELDS))
        _splits.extend(_split(seed, score, devices) for seed in SEEDS)
    yield
    _splits.clear()


def run() -> list[Result]:
    """The shares of the next split."""
    split = _splits.pop(0)
    _splits.append(split)
    return shares(split, {}, None)


def held_out(seed: int, devices: Sequence[Recorded]) -> tuple[list[Recorded], Profiles]:
    """The devices of a random half of the families, and the profiles that fit none of them."""
    families = sorted({device.family for device in devices})
    half = set(random.Random(seed).sample(families, len(families) // 2))
    chosen = [device for device in devices if device.family in half]
    known = {id(one) for device in chosen if device.reading for one in shipped().fitting(device.reading)}
    return chosen, Profiles([one for one in shipped().all if id(one) not in known])


def _split(seed: int, score: ModuleType, devices: Sequence[Recorded]) -> Marks:
    chosen, profiles = held_out(seed, devices)
    marks: Marks = Counter()
    for device in chosen:
        marks.update(device.marks(score, device.facts(profiles)))
    cells = "".join(f"{cell(marks, field):>20}" for field in FIELDS)
    print(f"  {seed:<8}{len(chosen):>9}{len(profiles.all):>10}{cells}")
    return marks
