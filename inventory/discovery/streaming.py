"""Takes what a scanner yields in batches, while the scanner goes on in a thread of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scanners.coverage import Coverage, Failure
from scanners.observation import Observation

BATCH = 200
BATCH_WITHIN_S = 2.0
READY_AT_ONCE = 1000

Result = Observation | Failure | Coverage


@dataclass(slots=True)
class Account:
    """What a scanner said beside its observations."""

    failures: list[Failure] = field(default_factory=list)
    coverage: Coverage | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything asked was read."""
        return self.coverage is not None and self.coverage.complete and not self.failures


def drain(results: Iterator[Result], take_in: Callable[[list[Observation]], None]) -> Account:
    """Give observations to `take_in` in batches as they come, and return the rest once all is said."""
    account = Account()
    batch: list[Observation] = []
    for item in batched(in_background(results)):
        if isinstance(item, Observation):
            batch.append(item)
        elif isinstance(item, Failure):
            account.failures.append(item)
        elif item is not None:
            account.coverage = item
        elif batch:
            take_in(batch)
            batch = []
    if batch:
        take_in(batch)
    return account


def in_background(results: Iterator[Result]) -> Iterator[Result | None]:
    """Iterate in a thread of its own, since a scanner that waits for the store would miss its answers.

    Yields None whenever nothing came for a while. Raises what the iteration raised.
    """
    ready: queue.Queue[tuple[str, Any]] = queue.Queue(READY_AT_ONCE)
    stopped = threading.Event()

    def produce() -> None:
        try:
            for item in results:
                _put(ready, ("item", item), stopped)
                if stopped.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 (carried over to the thread that asked)
            _put(ready, ("error", error), stopped)
        else:
            _put(ready, ("end", None), stopped)

    thread = threading.Thread(target=produce, name="parc-scan", daemon=True)
    thread.start()
    try:
        yield from _taken(ready)
    finally:
        stopped.set()
        thread.join()


def _put(ready: queue.Queue[tuple[str, Any]], item: tuple[str, Any], stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            ready.put(item, timeout=0.2)
        except queue.Full:
            continue
        return


def _taken(ready: queue.Queue[tuple[str, Any]]) -> Iterator[Any]:
    while True:
        try:
            what, item = ready.get(timeout=BATCH_WITHIN_S)
        except queue.Empty:
            yield None
            continue
        if what == "error":
            raise item
        if what == "end":
            return
        yield item


def batched(
    items: Iterator[Result | None], *, clock_s: Callable[[], float] = time.monotonic
) -> Iterator[Result | None]:
    """Pass the items on, with a None after each batch: BATCH observations, or what came within two seconds."""
    number, since = 0, clock_s()
    for item in items:
        if item is not None:
            yield item
            number += isinstance(item, Observation)
        if number and (number >= BATCH or clock_s() - since >= BATCH_WITHIN_S):
            yield None
            number, since = 0, clock_s()
        elif not number:
            since = clock_s()
