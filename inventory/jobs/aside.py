"""Tells how far a job is, and that it should stop, beside the store: for work whose one transaction keeps SQLite's only writer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import current_app

from inventory.core import clock
from inventory.core.database import db
from inventory.jobs.models import Job, JobState

FOLDER = "jobs"
# A worker that keeps the store says how far it is more often than this; one that was killed says nothing more.
FRESH_S = 30
_PROGRESS = ".progress"


class Aside:
    """Two small files of the instance: what the worker says of its job, and what people wish for it meanwhile."""

    def __init__(self, public_id: str) -> None:
        folder = Path(current_app.instance_path) / FOLDER
        self._progress, self._wish = folder / f"{public_id}{_PROGRESS}", folder / f"{public_id}.wish"

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Say how far the job is."""
        self._put(self._progress, json.dumps(progress))

    def stay(self) -> None:
        """Let others see that the worker still keeps the store, though it has nothing new to say."""
        with suppress(FileNotFoundError):
            os.utime(self._progress)

    def told(self) -> dict[str, Any] | None:
        """Return what the worker said last, or None when it says nothing here."""
        try:
            said: dict[str, Any] = json.loads(self._progress.read_text())
        except FileNotFoundError:
            return None
        return said

    def ask(self, wish: str) -> bool:
        """Leave a wish for the worker, and say whether one listens here."""
        if not self._progress.exists():
            return False
        self._put(self._wish, wish)
        return True

    def asked(self) -> str | None:
        """Return the wish that somebody left, or None."""
        try:
            return self._wish.read_text()
        except FileNotFoundError:
            return None

    def forget(self) -> None:
        """Remove what was said and wished."""
        self._progress.unlink(missing_ok=True)
        self._wish.unlink(missing_ok=True)

    @staticmethod
    def _put(path: Path, words: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Whoever reads meanwhile finds the whole of one saying.
        draft = path.with_suffix(f"{path.suffix}-draft")
        draft.write_text(words)
        draft.replace(path)


@contextmanager
def listening(public_id: str, progress: Mapping[str, Any]) -> Iterator[Aside | None]:
    """Tell and hear aside while the block lasts; None where the store takes other writers meanwhile.

    What a killed worker left is forgotten.
    """
    if db.engine.dialect.name != "sqlite":
        yield None
        return
    aside = Aside(public_id)
    aside.forget()
    aside.tell(progress)
    try:
        yield aside
    finally:
        aside.forget()


def keeper() -> str | None:
    """Return the public id of the job that keeps the store from all other writers, None where none does."""
    told: dict[str, float] = {}
    for path in (Path(current_app.instance_path) / FOLDER).glob(f"*{_PROGRESS}"):
        with suppress(FileNotFoundError):
            told[path.stem] = path.stat().st_mtime
    # One that waits for its turn to keep the store said so once, when it began to wait.
    latest = max(told, key=lambda public_id: told[public_id], default=None)
    is_fresh = latest is not None and clock.now().timestamp() - told[latest] < FRESH_S
    return latest if is_fresh else None


def progress_of(job: Job) -> dict[str, Any]:
    """Return how far a job is, as its worker said last: aside while it keeps the store, else in its row."""
    told = Aside(job.public_id).told() if job.state is JobState.RUNNING else None
    return job.progress if told is None else told


def ask(job: Job | None, wish: str) -> bool:
    """Ask a running job that keeps the store to stop, so that the wish itself can be written; says whether it was heard.

    To be called before the transaction that writes the wish.
    """
    return job is not None and job.state is JobState.RUNNING and Aside(job.public_id).ask(wish)
