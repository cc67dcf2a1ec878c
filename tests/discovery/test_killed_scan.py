"""A scan whose worker is killed, as a real process: the next one goes on and asks again within one chunk only."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from inventory import create_app
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import Base, db, transaction
from inventory.discovery import addresses, launching
from inventory.discovery.models import Run
from inventory.jobs import services
from inventory.jobs.models import JobState
from inventory.organization.services import found_instance
from tests.discovery.making import create_credential, create_range, create_site

pytestmark = pytest.mark.slow

SCOPE, RATE = "127.31.0.1-127.31.1.60", 64
# Linux; the socket module names it from Python 3.14 on.
IP_PKTINFO = 8
WORKER = "from inventory.cli import main; main()"


class Wire:
    """A silent device at every address of 127.31/16, which notes who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        self._socket.bind(("0.0.0.0", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                _data, ancillary, _flags, _sender = self._socket.recvmsg(2048, 256)
            except OSError:
                return
            for _level, _kind, content in ancillary:
                _index, _local, target = struct.unpack("I4s4s", content[:12])
                self.asked.append(socket.inet_ntoa(target))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.close()


@pytest.fixture
def instance(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """An instance of its own, whose store another process can open."""
    folder = tmp_path / "instance"
    made = create_app(INSTANCE=str(folder), TESTING=True)
    with made.app_context():
        Base.metadata.create_all(db.engine)
        yield folder
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def start_worker(instance: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PARC_INSTANCE": str(instance)}
        started.append(subprocess.Popen([sys.executable, "-c", WORKER, "worker"], env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def launch(port: int) -> Run:
    with transaction():
        root = found_instance("Metropolis", "BM", actor=SYSTEM)
    site, credential = create_site(root), create_credential(root)
    values = {"addresses": SCOPE, "rate": RATE, "timeout_ms": 100, "retries": 0, "port": port}
    range_ = create_range(site, credential_ids=[credential.id], **values)
    with transaction():
        return launching.scan_range(range_, actor=SYSTEM)


def reload(run_id: int) -> Run:
    db.session.rollback()
    return db.session.get_one(Run, run_id, populate_existing=True)


def chunks() -> list[list[addresses.Span]]:
    """The two steps in which the range is scanned."""
    return list(addresses.chunks(addresses.parse(SCOPE), addresses.chunk_size(RATE)))


def singles(part: list[addresses.Span]) -> Iterator[addresses.Span]:
    """Each address of a step by itself."""
    return (addresses.Span(n, n) for span in part for n in range(span.first, span.last + 1))


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_a_killed_worker_loses_one_chunk_at_most_and_another_ends_the_scan(
    wire: Wire, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    run_id = launch(wire.port).id
    first, second = (set(map(str, singles(part))) for part in chunks())
    worker = start_worker()
    wait_until(lambda: len(second & set(wire.asked)) > 10)
    worker.kill()
    worker.wait()
    run = reload(run_id)
    assert (run.state, run.asked) == (JobState.RUNNING, len(first)), "the first chunk is accounted for"
    time.sleep(0.2)
    wire.asked.clear()
    with transaction():
        services.locked(run.job_id or 0).lease_until = clock.now() - timedelta(seconds=1)
        services.sweep()
    start_worker()
    wait_until(lambda: reload(run_id).state.is_finished)
    assert not first & set(wire.asked), "what was done before the kill is not asked again"
    run = reload(run_id)
    assert second <= set(wire.asked)
    # The loopback network answers pings at every address: all are there, seen and not identified.
    assert (run.state, run.asked, run.failed) == (JobState.DONE, len(first | second), 0)
    assert run.outcome["noticed"] == len(first | second)
