"""How well recorded devices are named, class by class: LibreNMS's public test data beside the project, read as a scan reads it."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import importlib.util
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import Result, Skipped
from scanners.replay import RecordedLink, Recording
from scanners.snmp.collect import Bounds, read_device
from scanners.snmp.link import AskError
from scanners.snmp.observe import observe
from scanners.snmp.profile_files import shipped

NAME = "Recorded devices named rightly"
GOAL = "kind and maker ≥ 95 %, model and serial ≥ 85 %, firmware ≥ 80 %; wrong ≤ 3 %"

SHARED = Path(__file__).resolve().parents[2] / "shared" / "snmp"
FIELDS = ("kind", "maker", "model", "serial", "firmware")
COLUMNS = {"model": "hardware", "serial": "serial", "firmware": "version"}
TESTS = {"model": "same_model", "serial": "same_text", "firmware": "same_version"}

Tally = dict[str, Counter[tuple[str, str]]]
_tally: Tally = {}


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """Names every recording once: the answer is the same each time."""
    if not (SHARED / "recordings.tar.xz").is_file():
        raise Skipped(f"there are no recordings in {SHARED.parent.name}/{SHARED.name} beside the project")
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(SHARED / "recordings.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        _tally.update(_named(score, Path(folder) / "data"))
    _print(_tally)
    yield
    _tally.clear()


def run() -> list[Result]:
    """The shares over all classes."""
    total = sum(_tally.values(), Counter())
    results = []
    for field in FIELDS:
        known = sum(total[field, answer] for answer in ("right", "wrong", "empty"))
        gate = {"kind": 95, "maker": 95, "firmware": 80}.get(field, 85)
        results.append(Result(f"{field} right", 100 * total[field, "right"] / known, "%", gate))
        results.append(
            Result(f"{field} wrong", 100 * total[field, "wrong"] / known, "%", 3, less_is_better=True)
        )
    return results


def _named(score: ModuleType, recordings: Path) -> Tally:
    tally: Tally = defaultdict(Counter)
    with (SHARED / "expected.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if "@" not in row["recording"]:  # another context of a device, which has no address of its own
                facts = asyncio.run(_facts(recordings / f"{row['recording']}.snmprec"))
                tally[row["class"]].update(_marks(score, row, facts))
    return tally


async def _facts(recording: Path) -> Mapping[str, Any]:
    link = RecordedLink(_recording(recording))
    try:
        reading = await read_device(link, Bounds(seconds=600), shipped().objects)
    except AskError:
        return {}
    return observe(reading, shipped(), site="", at=datetime.now(UTC)).facts


def _recording(path: Path) -> Recording:
    """The lines that are objects: recordings of the wild also hold broken ones."""
    objects: list[Any] = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            objects += Recording.parse(line).objects
    return Recording(objects)


def _marks(score: ModuleType, row: dict[str, str], facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, right, wrong or empty) wherever the answer is known, as score.py counts it."""
    marks = []
    kinds = score.KINDS.get(row["class"])
    if kinds and (row["sysDescr"] or row["sysObjectID"]):
        marks.append(_mark("kind", facts.get("kind"), good=facts.get("kind") in kinds))
    if row["maker"]:
        maker = facts.get("manufacturer")
        marks.append(_mark("maker", maker, good=score.same_maker(row["maker"], maker)))
    for field, column in COLUMNS.items():
        if column in row["readable"].split():
            got = facts.get(field)
            same = getattr(score, TESTS[field])
            marks.append(_mark(field, got, good=bool(got) and bool(same(row[column], got))))
    return marks


def _mark(field: str, got: object, *, good: bool) -> tuple[str, str]:
    return field, "right" if got and good else "wrong" if got else "empty"


def _print(tally: Tally) -> None:
    """The table per class: right/known, and how many were wrong."""
    print(f"  {'class':42}" + "".join(f"{field:>18}" for field in FIELDS))
    for name in sorted(tally):
        print(f"  {name:42}" + "".join(f"{_cell(tally[name], field):>18}" for field in FIELDS))


def _cell(counts: Counter[tuple[str, str]], field: str) -> str:
    right, wrong, empty = (counts[field, answer] for answer in ("right", "wrong", "empty"))
    known = right + wrong + empty
    return "-" if not known else f"{right}/{known}" + (f" ({wrong} wrong)" if wrong else "")
