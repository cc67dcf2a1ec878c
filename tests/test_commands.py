"""Help is shown at once: no `parc … --help` imports the web, the store or what draws and reads files."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from inventory.cli import main

PROJECT = Path(__file__).resolve().parent.parent
# Each of them takes longer to import than the rest of a help page to show.
HEAVY = (
    "alembic", "babel", "cryptography", "flask", "jinja2", "ldap3", "PIL", "pysnmp", "reportlab", "sqlalchemy",
    "waitress", "werkzeug", "wtforms", "xlsxwriter",
)  # fmt: skip
SAY = f"""
import sys
from inventory.cli import main
try:
    main(sys.argv[1:], standalone_mode=True)
except SystemExit as ended:
    assert not ended.code, ended
print("IMPORTED", *sorted(set(sys.modules) & set({HEAVY!r})))
"""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of a group and of every command below it."""
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


EVERY = list(commands(main))


def test_every_command_is_found():
    assert {("run",), ("user", "list"), ("mail", "test"), ("assets", "export"), ("demo",)} <= set(EVERY)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: " ".join(("parc", *path)))
def test_help_imports_nothing_heavy(path):
    done = subprocess.run(
        [sys.executable, "-c", SAY, *path, "--help"], capture_output=True, text=True, cwd=PROJECT, check=True
    )
    assert "Usage:" in done.stdout
    assert done.stdout.rpartition("IMPORTED")[2].split() == []


def test_a_command_still_finds_its_application(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "inventory.cli", "user", "list"],
        capture_output=True, text=True, cwd=PROJECT, check=False,
        env={"PARC_INSTANCE": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert "the store is not up to date" in done.stderr
