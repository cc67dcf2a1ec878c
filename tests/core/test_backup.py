"""A backup holds what the store holds, can be read, is nobody else's to read, and is remembered; what fails leaves nothing behind."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from inventory.core import backup
from inventory.core.backup import BackupError
from inventory.core.commands import store
from inventory.core.database import db, transaction

pytestmark = pytest.mark.database


@pytest.fixture
def instance(apart: Flask) -> Path:
    """The folder of an instance whose store holds one word."""
    with transaction() as session:
        session.execute(text("CREATE TABLE kept (word VARCHAR(20))"))
        session.execute(text("INSERT INTO kept VALUES ('Pontarlys')"))
    return Path(apart.instance_path)


def words_in(copy: Path) -> str:
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(copy)) as store:
            return str(store.execute("SELECT word FROM kept").fetchall())
    command = ["pg_restore", "--file=-", "--table=kept", str(copy)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_backup_into_a_folder_is_whole_private_and_remembered(
    apart: Flask, instance: Path, tmp_path: Path
) -> None:
    assert backup.last(instance) is None
    said = apart.test_cli_runner().invoke(store, ["backup", str(tmp_path)])
    made = backup.last(instance)
    assert made is not None
    copy = Path(made.place)
    assert (said.exit_code, str(copy) in said.output, copy.parent) == (0, True, tmp_path)
    assert "Pontarlys" in words_in(copy)
    assert (copy.stat().st_size, stat.S_IMODE(copy.stat().st_mode)) == (made.size, 0o600)


def test_a_backup_overwrites_nothing_and_one_that_fails_leaves_nothing(
    instance: Path, tmp_path: Path
) -> None:
    there = tmp_path / "yesterday"
    there.write_text("another backup")
    with pytest.raises(BackupError, match="exists already"):
        backup.take(there, instance)
    with pytest.raises(BackupError, match="could not be written"):
        backup.take(tmp_path / "no folder" / "copy", instance)
    assert (there.read_text(), backup.last(instance)) == ("another backup", None)


def test_a_copy_that_cannot_be_made_whole_is_no_backup(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        db.engine.dispose()
        with Path(str(db.engine.url.database)).open("r+b") as store:
            store.seek(4096)
            store.write(b"\xff" * 200)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match=r"damaged|malformed|not installed"):
        backup.take(tmp_path / "copy", instance)
    assert (list(tmp_path.glob("*copy*")), backup.last(instance)) == ([], None)
