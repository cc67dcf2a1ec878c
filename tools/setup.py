"""Brings this folder up to what one `make` target needs, doing only what is not done yet: `setup.py run|check|test|bench|fuzz`."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TextIO

import debian
import front_end
import python_packages
from stamps import ROOT, Failed, say

RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
NEEDS = {"test": debian.TESTS, "bench": debian.BENCHMARKS}


def set_up(target: str) -> None:
    """Do what the target needs: all the product's packages, check and test the developers' ones too, bench and fuzz one of their own."""
    python_packages.make_environment()
    with _beside(partial(debian.install, NEEDS.get(target, ()))):
        python_packages.install_installer()
        if target in ("run", "test"):
            front_end.bring_node()
        with _beside(front_end.build_front_end) if target in ("run", "test") else nullcontext():
            python_packages.install_lock(RUNTIME)
            if target in ("check", "test"):
                python_packages.install_lock(DEVELOPMENT)
            if target in ("bench", "fuzz"):
                python_packages.install_lock(ROOT / f"requirements-{target}.lock")
            python_packages.install_project()
        if target in ("run", "test", "bench"):
            python_packages.compile_translations()
        if target == "test":
            python_packages.compile_tests()


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[None]:
    """Do the work while the block does its own: both wait for a network most of the time, and use one processor each."""
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(work)
        yield
        done.result()


def take_turn(turn: TextIO) -> None:
    """Wait while another set-up of this folder is under way; the turn ends when the file is closed."""
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another set-up of this folder is under way: waiting for it to end")
        fcntl.flock(turn, fcntl.LOCK_EX)


def main() -> int:
    """Set up for the target named on the command line; one clear message and status 1 when it cannot be done."""
    if len(sys.argv) != 2 or sys.argv[1] not in ("run", "check", "test", "bench", "fuzz"):
        print("usage: setup.py run|check|test|bench|fuzz", file=sys.stderr)
        return 2
    try:
        python_packages.require_python()
        with Path(__file__).open() as turn:
            take_turn(turn)
            set_up(sys.argv[1])
    except Failed as failure:
        print(f"Set-up stopped. {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up stopped by the keyboard; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
