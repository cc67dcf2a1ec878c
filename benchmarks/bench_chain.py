"""The whole night: sweep a /16, read 2,000 devices, identify, store and reconcile them, in the stores that users have."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import devices
from benchmarks.bench_sweep import ALIVE, FIRST, alive
from benchmarks.contents import fleet, recorded
from benchmarks.devices import Device
from benchmarks.measure import Result, Skipped, skipped
from scanners.snmp.targets import dotted

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

NAME = (
    "A whole first night: a /16 swept, 2,000 devices read, identified, stored and reconciled, in one process"
)
GOAL = "40 seconds and 250 MB at the most"
MOST_SECONDS, MOST_MEGABYTES = 40, 250
ROOT = Path(__file__).resolve().parents[1]

_numbers = count(1)
_folder: list[Path] = []
_server: list[Postgres | str] = []


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """The devices and a PostgreSQL server, for all runs."""
    from tests.servers.postgres import Postgres

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        reason = Postgres.available()
        _folder[:] = [folder]
        _server[:] = [reason or stack.enter_context(Postgres(folder / "cluster"))]
        addresses = [dotted(address) for address in alive(FIRST)]
        played = [Device(*one) for one in zip(addresses, fleet(ALIVE), strict=True)]
        print(f"  devices: {len(recorded())} public recordings, {ALIVE - len(recorded())} made up")
        stack.enter_context(devices.serving(played))
        yield


def run() -> list[Result]:
    """A first night in a new store of each sort."""
    folder, server, number = _folder[0], _server[0], next(_numbers)
    results = _night("SQLite", folder / f"sqlite{number}", f"sqlite:///{folder / f'parc{number}.sqlite'}")
    if isinstance(server, str):
        return [*results, skipped("PostgreSQL", server)]
    url = server.create_database(f"chain{number}")
    return results + _night("PostgreSQL", folder / f"postgresql{number}", url)


def _night(store: str, instance: Path, url: str) -> list[Result]:
    command = [sys.executable, "-m", "benchmarks.chain", instance, url, str(devices.PORT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise Skipped(f"the night ended badly: {done.stderr.strip()[-300:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["answered"] == ALIVE, f"{ALIVE - said['answered']} devices did not answer"
    assert said["read"] >= 0.99 * ALIVE, f"{said['read']} of {ALIVE} devices were read: {said}"
    note = f"{said['cpu_seconds']:.1f} s CPU, read {said['read']}, {said['outcome'].get('assets_created', 0)} assets"
    return [
        Result(f"{store}, seconds", said["seconds"], "s", MOST_SECONDS, less_is_better=True, note=note),
        Result(f"{store}, memory", said["megabytes"], "MB", MOST_MEGABYTES, less_is_better=True),
    ]
