"""How fast everyday pages answer at 100,000 assets with their history, what they weigh, and how fast all rows leave as a file."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from benchmarks.browsing import Answer, Web, sign_in
from benchmarks.fleets import ASSETS, Fleet, fleets
from benchmarks.measure import Result, skipped
from benchmarks.places import EVERYTHING, Place, places

NAME = f"Pages of an instance of {ASSETS:,} assets with their history"
GOAL = (
    "server time 50 ms, p95 120 ms; 150 kB transferred; CSV of all rows in 5 s, its first byte in 0.5 s;"
    " web process 250 MB; PARC_BENCH_SQLITE (an instance) and PARC_BENCH_POSTGRESQL (a URL) name fleets that are there already"
)

TIMES = 20
MEDIAN_MS, P95_MS, TRANSFER_KB = 50, 120, 150
CSV_S, FIRST_BYTE_S, MEMORY_MB = 5, 0.5, 250

_fleets: dict[str, Fleet | str] = {}


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """A fleet on each store: those that the environment names, else made now, which takes minutes."""
    with fleets() as found:
        _fleets.update(found)
        yield
        _fleets.clear()


def run() -> list[Result]:
    """Start a web process on each store, ask for every page some twenty times by turns, then for the files."""
    results = []
    for store, fleet in _fleets.items():
        if isinstance(fleet, str):
            results.append(skipped(store, fleet, "ms"))
        else:
            results += _measured(store, fleet)
    return results


def _measured(store: str, fleet: Fleet) -> list[Result]:
    from inventory import create_app

    overrides = {"SQLALCHEMY_DATABASE_URI": fleet.url} if fleet.url else {}
    app = create_app(INSTANCE=str(fleet.instance), **overrides)
    cookies, pages = sign_in(app), places(app)
    results = []
    if fleet.made_in_s is not None:
        results.append(Result(f"{store}, the demonstration made", fleet.made_in_s, "s"))
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        with Web(fleet, Path(folder) / "log") as web:
            results.append(Result(f"{store}, first page after a start", time.perf_counter() - begun, "s",
                                  note=f"CPU {web.cpu_s():.1f} s"))  # fmt: skip
            results += _pages(store, web, pages, cookies)
            results.append(
                Result(
                    f"{store}, memory after the pages", web.memory_mb(), "MB", MEMORY_MB, less_is_better=True
                )
            )
            results += _files(store, web, cookies[EVERYTHING])
            peak = web.memory_mb("VmHWM")
            results.append(Result(f"{store}, memory at its most", peak, "MB", MEMORY_MB, less_is_better=True))
    return results


def _pages(store: str, web: Web, pages: dict[str, Place], cookies: dict[str, str]) -> list[Result]:
    answers: dict[str, list[Answer]] = {name: [] for name in pages}
    for turn in range(TIMES + 1):
        for name, page in pages.items():
            answer = web.get(page.path, cookies[page.role])
            if turn:
                answers[name].append(answer)
    return [result for name, found in answers.items() for result in _page(f"{store}, {name}", found)]


def _page(name: str, answers: list[Answer]) -> list[Result]:
    took = [answer.wall_ms for answer in answers]
    sent = answers[-1].transferred / 1024
    statements = max(answer.statements for answer in answers)
    return [
        Result(name, median(took), "ms", MEDIAN_MS, less_is_better=True, column="median"),
        Result(name, quantiles(took, n=20)[-1], "ms", P95_MS, less_is_better=True, column="p95"),
        Result(name, median(answer.cpu_ms for answer in answers), "ms", column="CPU"),
        Result(name, statements, "", column="queries"),
        Result(name, sent, "kB", TRANSFER_KB, less_is_better=True, column="sent"),
    ]


def _files(store: str, web: Web, cookie: str) -> list[Result]:
    before = web.cpu_s()
    csv = web.file("/assets/?state=any&format=csv", cookie)
    cpu = web.cpu_s() - before
    if csv.lines < ASSETS - 1000:
        raise ValueError(f"only {csv.lines} lines were written")
    workbook = web.file("/assets/?state=any&format=xlsx", cookie)
    return [
        Result(
            f"{store}, CSV of all rows", csv.whole_s, "s", CSV_S, less_is_better=True, note=f"CPU {cpu:.1f} s"
        ),
        Result(f"{store}, its first byte", csv.first_s, "s", FIRST_BYTE_S, less_is_better=True),
        Result(f"{store}, workbook of all rows", workbook.whole_s, "s"),
    ]
