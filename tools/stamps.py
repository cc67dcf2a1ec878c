"""What every set-up step shares: where things are, when a step is already done, and how a failed one is told."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
SHOWN_LINES = 15

NETWORK_SIGNS = (
    "could not resolve",
    "name resolution",
    "name or service not known",
    "dns error",
    "enotfound",
    "eai_again",
    "econnrefused",
    "etimedout",
    "network is unreachable",
    "connection refused",
    "failed to establish a new connection",
    "error sending request",
    "temporary failure resolving",
)
NETWORK_ADVICE = (
    "The network or the package registry did not answer: check the connection and the proxy settings, "
    "then run the same command again"
)


class Failed(Exception):
    """A step that could not be done: what failed, and how to mend it, as two sentences."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}. {mend}.")


def say(sentence: str) -> None:
    """Tell the person at the terminal what is being done, in one line, at once."""
    print(sentence, flush=True)


def digest(paths: Iterable[Path], *extra: str) -> str:
    """One fingerprint of the names and contents of the files, and of any extra words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode())
        total.update(content)
    for word in extra:
        total.update(b"\0" + word.encode())
    return total.hexdigest()


def is_stamped(step: str, fingerprint: str) -> bool:
    """Whether the step was finished for exactly these inputs."""
    try:
        return (STAMPS / step).read_text() == fingerprint
    except FileNotFoundError:
        return False


@contextmanager
def stamping(step: str, fingerprint: str) -> Iterator[None]:
    """Forget that the step was ever done, and remember it for these inputs only once it has ended well."""
    (STAMPS / step).unlink(missing_ok=True)
    yield
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(fingerprint)


def run(
    command: Sequence[str | Path], *, what: str, mend: str, environment: Mapping[str, str] | None = None
) -> str:
    """Run a program quietly; when it fails, show the end of what it said and raise Failed."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise Failed(f"{what} ({error})", mend) from error
    if done.returncode == 0:
        return done.stdout
    for line in done.stdout.strip().splitlines()[-SHOWN_LINES:]:
        print(f"    {line}", file=sys.stderr)
    told = done.stdout.lower()
    raise Failed(what, NETWORK_ADVICE if any(sign in told for sign in NETWORK_SIGNS) else mend)
