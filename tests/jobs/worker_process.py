"""A worker of its own for tests: does slow jobs of ten steps until it is stopped or killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from inventory.core import registry
from inventory.jobs.context import JobContext
from inventory.jobs.runner import Runner
from tests.jobs.engine import STEPS, make_app


def slow(context: JobContext) -> None:
    """Write one journal line a step, with the checkpoint that says so; one step waits while the gate is there."""
    for step in range(context.saved.get("step", 0), STEPS):
        context.leave_if_asked()
        while step == context.payload["held_at"] and Path(context.payload["gate"]).exists():
            context.leave_if_asked()
            time.sleep(0.02)
        with context.transaction():
            context.event("step %(step)s", step=step)
            context.checkpoint(step=step + 1)


if __name__ == "__main__":
    registry.job("test.slow", slow)
    Runner(make_app(sys.argv[1]), threads=1).run_until_stopped()
