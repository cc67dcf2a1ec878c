"""LibreNMS's public test data beside the project: each recorded device read as a scan reads it, and how its answers are marked."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import importlib.util
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import Result, Skipped
from scanners.replay import RecordedLink, Recording
from scanners.snmp.collect import Bounds, Reading, read_device
from scanners.snmp.link import AskError
from scanners.snmp.observe import observe
from scanners.snmp.profile import Profiles
from scanners.snmp.profile_files import shipped

SHARED = Path(__file__).resolve().parents[2] / "shared" / "snmp"
FIELDS = ("kind", "maker", "model", "serial", "firmware")
COLUMNS = {"model": "hardware", "serial": "serial", "firmware": "version"}
TESTS = {"model": "same_model", "serial": "same_text", "firmware": "same_version"}

# How many answers of each field are right, wrong and empty.
Marks = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of expected.csv and what was read of the device; no reading where it answered nothing."""

    row: Mapping[str, str]
    reading: Reading | None

    @property
    def family(self) -> str:
        """The family of products that it is one of."""
        return self.row["os"]

    def facts(self, profiles: Profiles) -> Mapping[str, Any]:
        """What these profiles and the general rules make of it."""
        if self.reading is None:
            return {}
        return observe(self.reading, profiles, site="", at=datetime.now(UTC)).facts

    def marks(self, score: ModuleType, facts: Mapping[str, Any]) -> Marks:
        """A mark for each field whose answer is known, as score.py counts it."""
        row = self.row
        marks: Marks = Counter()
        kinds = score.KINDS.get(row["class"])
        if kinds and (row["sysDescr"] or row["sysObjectID"]):
            marks[_mark("kind", facts.get("kind"), good=facts.get("kind") in kinds)] += 1
        if row["maker"]:
            maker = facts.get("manufacturer")
            marks[_mark("maker", maker, good=score.same_maker(row["maker"], maker))] += 1
        for field, column in COLUMNS.items():
            if column in row["readable"].split():
                got = facts.get(field)
                same = getattr(score, TESTS[field])
                marks[_mark(field, got, good=bool(got) and bool(same(row[column], got)))] += 1
        return marks


def _mark(field: str, got: object, *, good: bool) -> tuple[str, str]:
    return field, "right" if got and good else "wrong" if got else "empty"


@contextlib.contextmanager
def recorded() -> Iterator[tuple[ModuleType, list[Recorded]]]:
    """(score.py, all devices but other contexts of a device, which have no address of their own); Skipped where there are none."""
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
        with (SHARED / "expected.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if "@" not in row["recording"]]
        yield score, [Recorded(row, _reading(Path(folder) / "data", row["recording"])) for row in rows]


def _reading(folder: Path, name: str) -> Reading | None:
    link = RecordedLink(_recording(folder / f"{name}.snmprec"))
    try:
        return asyncio.run(read_device(link, Bounds(seconds=600), shipped().objects))
    except AskError:
        return None


def _recording(path: Path) -> Recording:
    """The lines that are objects: recordings of the wild also hold broken ones."""
    objects: list[Any] = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            objects += Recording.parse(line).objects
    return Recording(objects)


def shares(total: Marks, gates: Mapping[str, float], wrong_at_most: float | None) -> list[Result]:
    """For each field the share of right and of wrong answers among those that are known."""
    results = []
    for field in FIELDS:
        known = sum(total[field, answer] for answer in ("right", "wrong", "empty"))
        right, wrong = (100 * total[field, answer] / known for answer in ("right", "wrong"))
        results.append(Result(f"{field} right", right, "%", gates.get(field)))
        results.append(Result(f"{field} wrong", wrong, "%", wrong_at_most, less_is_better=True))
    return results


def cell(counts: Marks, field: str) -> str:
    """Right of known, and how many were wrong."""
    right, wrong, empty = (counts[field, answer] for answer in ("right", "wrong", "empty"))
    known = right + wrong + empty
    return "-" if not known else f"{right}/{known}" + (f" ({wrong} wrong)" if wrong else "")
