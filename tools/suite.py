"""Runs every test on SQLite and, at the same time, those of the store again on PostgreSQL; fails when either does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

import debian
from stamps import ROOT, say

# Many tests wait for a server or a clock, and those of SQLite are three times as many: five workers keep two cores busy.
COMMAND = (sys.executable, "-m", "pytest", "--dist", "loadgroup", "-n")
ON_SQLITE = ("3",)
# The two runs would write the same cache.
ON_POSTGRESQL = ("2", "--store=postgresql", "-m", "database", "-p", "no:cacheprovider")
# Told to write no bytecode, each worker would compile all tests again, and each process that a test starts all of Parc.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

Run = subprocess.Popen[bytes]


def main() -> int:
    """Return 0 when every test has passed, else 1; what the second run says is shown once the first has ended."""
    # A shell that starts this in the background has it ignore Ctrl-C, and the runs would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    first = subprocess.Popen([*COMMAND, *ON_SQLITE], cwd=ROOT, env=ENVIRONMENT)
    if not debian.is_there("initdb"):
        statuses = _wait_for([first])
        say("PostgreSQL is not installed: the tests of the store ran on SQLite only.")
        return int(any(statuses))
    with tempfile.TemporaryFile("w+") as said:
        statuses = _wait_for([first, _start_on_postgresql(said)])
        said.seek(0)
        say(f"\nThe tests of the store on PostgreSQL:\n{said.read()}")
    return int(any(statuses))


def _start_on_postgresql(output: IO[str]) -> Run:
    return subprocess.Popen(
        [*COMMAND, *ON_POSTGRESQL], cwd=ROOT, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
    )


def _wait_for(runs: Sequence[Run]) -> list[int]:
    """Return their statuses; told to stop, by Ctrl-C or otherwise, they end their own servers before they go."""

    def break_off(_signal: int, _frame: object) -> None:
        for run in runs:
            run.send_signal(signal.SIGINT)

    # Ctrl-C reaches every process of the terminal by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, break_off)
    return [run.wait() for run in runs]


if __name__ == "__main__":
    sys.exit(main())
