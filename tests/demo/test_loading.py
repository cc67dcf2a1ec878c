"""Loading: into an empty instance only, the same fleet for the same seed, on both stores, from the command line."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from inventory.assets.models import Asset
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.demo import loading
from inventory.demo.world import Order
from tests.factories import create_entity

ROOT = Path(__file__).resolve().parents[2]
SMALL = Order(240, "small", date(2026, 3, 2))
# Drawn anew at each load.
SECRET = {"user_account": "password_hash", "credential": "secret"}
OF_THE_START = ("category", "alembic_version", "job", "change_set")


def test_a_store_takes_it_and_goes_on_numbering_after_it(database):
    with transaction():
        loading.load(SMALL)
        assert db.session.scalar(select(func.count()).select_from(Asset)) == SMALL.assets
        # The next row gets a number of its own, on either store.
        assert create_entity(name="Later").id > 200


def test_an_instance_with_data_is_left_alone(database):
    create_entity()
    with pytest.raises(Refused, match="data already"):
        loading.load(SMALL)


@pytest.fixture(scope="module")
def by_command(tmp_path_factory):
    """An instance filled by the command, in a process of its own."""
    instance = tmp_path_factory.mktemp("command") / "instance"
    return instance, run(instance, "0")


def test_the_same_seed_makes_the_same_fleet_whatever_the_hash_seed(by_command, tmp_path):
    assert run(tmp_path / "other", "1") == by_command[1]


def run(instance: Path, hash_seed: str) -> dict[str, str]:
    """Load by the command in a process of its own; returns a digest of each table."""
    environment = {**os.environ, "PARC_INSTANCE": str(instance), "PYTHONHASHSEED": hash_seed}
    environment.pop("PARC_DATABASE_URL", None)
    command = [sys.executable, "-m", "inventory.cli", "demo", "--assets", "200", "--today", "2026-05-20"]  # fmt: skip
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "administration@" in done.stdout
    return digests(instance / "parc.sqlite")


def digests(path: Path) -> dict[str, str]:
    store = sqlite3.connect(path)
    found = {}
    for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        if name in OF_THE_START or name.startswith("search"):
            continue
        columns = [
            row[1] for row in store.execute(f"PRAGMA table_info({name})") if row[1] != SECRET.get(name)
        ]
        rows = store.execute(
            f"SELECT {', '.join(columns)} FROM {name} WHERE {OWN.get(name, '1')} ORDER BY 1, 2"
        )
        found[name] = hashlib.sha256(repr(rows.fetchall()).encode()).hexdigest()
    store.close()
    return found


# What Parc adds by itself when it starts is of the present instant.
OWN = {
    "audit_record": "object_type NOT IN ('category', 'schedule')",
    "schedule": "kind IN ('discovery.scan', 'discovery.read_directory')",
}


def test_the_command_keeps_the_accounts_for_the_instance_owner_alone(by_command):
    instance = by_command[0]
    accounts = instance / "accounts.txt"
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    environment = {**os.environ, "PARC_INSTANCE": str(instance)}
    command = [sys.executable, "-m", "inventory.cli", "demo"]
    again = subprocess.run(
        [*command, "--keep"], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert again.stdout.strip() == accounts.read_text().strip()
    refused = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "data already" in refused.stderr
    assert "synthetic = true" in (instance / "parc.toml").read_text()
