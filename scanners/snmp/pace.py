"""Keeps all that one scan sends, whoever sends it, under a number of datagrams a second."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

BURST = 64
TICK = 0.01


class Pace:
    """A token bucket: within no second more than `rate` datagrams (0: as fast as the machine), first come, first served."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.burst = BURST if rate <= 0 else max(1, min(BURST, int(rate * TICK)))
        # A second may begin with a whole burst, and with another one that the machine was late to send.
        self._refill = max(rate / 2, rate - 2 * self.burst)
        self._tokens = float(self.burst)
        self._filled = time.monotonic()
        self._queue: deque[tuple[int, Callable[[], object]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def when_due(self, send: Callable[[], object], count: int = 1) -> None:
        """Call `send`, which sends `count` datagrams (at most a burst), now or when their turn comes."""
        if self.rate <= 0:
            send()
            return
        self._queue.append((count, send))
        if self._timer is None:
            self._release()

    async def spent(self, count: int) -> None:
        """Wait until `count` datagrams (0: those of all who came before) are paid for; always lets replies be read."""
        if self.rate <= 0:
            await asyncio.sleep(0)
            return
        paid = asyncio.Event()
        self.when_due(paid.set, count)
        await paid.wait()

    def _release(self) -> None:
        self._timer = None
        now = time.monotonic()
        self._tokens = min(float(self.burst), self._tokens + (now - self._filled) * self._refill)
        self._filled = now
        while self._queue and self._queue[0][0] <= self._tokens:
            count, send = self._queue.popleft()
            self._tokens -= count
            send()
        if self._queue and self._timer is None:
            delay = (self._queue[0][0] - self._tokens) / self._refill
            self._timer = asyncio.get_running_loop().call_later(delay, self._release)
