"""Copies the store to one file while it is in use, looks whether the copy can be read, and remembers when that last went well."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from inventory.core import clock
from inventory.core.database import db
from inventory.core.private_files import make_private

RECORD = "backup.json"


class BackupError(Exception):
    """No copy was made; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and could be read: when, where it was put, and its bytes."""

    at: datetime
    place: str
    size: int


def take(place: Path, instance: Path) -> Backup:
    """Copy the store to `place`, a file that is not there yet or a folder, and remember it in the folder of the instance.

    A copy that could not be read is not left behind. Raises BackupError.
    """
    is_sqlite = db.engine.dialect.name == "sqlite"
    if place.is_dir():
        place /= f"parc-{clock.now():%Y%m%d-%H%M%S}{'.sqlite' if is_sqlite else '.dump'}"
    if place.exists():
        raise BackupError(f"{place} exists already: nothing was written over it")
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        make_private(draft)
        (_copy_sqlite if is_sqlite else _dump_postgresql)(db.engine.url, draft)
        draft.replace(place)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{place} could not be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    made = Backup(clock.now(), str(place.resolve()), place.stat().st_size)
    _remember(made, instance)
    return made


def last(instance: Path) -> Backup | None:
    """Return the last backup that `take` made of this instance, or None."""
    try:
        kept = json.loads((instance / RECORD).read_text(encoding="utf-8"))
        return Backup(datetime.fromisoformat(kept["at"]), str(kept["place"]), int(kept["size"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(made: Backup, instance: Path) -> None:
    # Beside the store, not in it: a store that was put back must not tell of backups that it does not know.
    draft = instance / f".{RECORD}.{secrets.token_hex(4)}"
    make_private(draft)
    draft.write_text(json.dumps(asdict(made) | {"at": made.at.isoformat()}), encoding="utf-8")
    draft.replace(instance / RECORD)


def _copy_sqlite(url: URL, draft: Path) -> None:
    """Use SQLite's online backup: others go on reading and writing, https://www.sqlite.org/backup.html."""
    with closing(sqlite3.connect(str(url.database))) as store, closing(sqlite3.connect(draft)) as copy:
        store.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        if (said := copy.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise BackupError(f"the copy is damaged: {said[0]}")


def _dump_postgresql(url: URL, draft: Path) -> None:
    """Use pg_dump, which reads one state of the whole store, then pg_restore to look through what it wrote."""
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    _run(["pg_dump", "--format=custom", f"--file={draft}", f"--dbname={address}"], environment)
    _run(["pg_restore", "--list", str(draft)], environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(f"{command[0]} is not installed (Debian package postgresql-client)")
    done = subprocess.run(
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(done.stderr.strip().partition("\n")[0] or f"{command[0]} failed")
