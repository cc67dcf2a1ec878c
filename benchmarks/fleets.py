"""The fleets that pages are measured on: those that the environment names, else made for the time of the measure."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.servers.postgres import Postgres

ASSETS = int(os.environ.get("PARC_BENCH_ASSETS", "100000"))


@dataclass(frozen=True, slots=True)
class Fleet:
    """An instance with a made-up fleet: its folder, and the address of its store where that is not the folder's own."""

    instance: Path
    url: str | None = None
    made_in_s: float | None = field(default=None, compare=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to run on this instance."""
        named = {"PARC_INSTANCE": str(self.instance)}
        return {**os.environ, **named, **({"PARC_DATABASE_URL": self.url} if self.url else {})}


@contextlib.contextmanager
def fleets() -> Iterator[dict[str, Fleet | str]]:
    """Yield {store: fleet, or why there is none}; PARC_BENCH_SQLITE names an instance, PARC_BENCH_POSTGRESQL a store."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        instance, url = os.environ.get("PARC_BENCH_SQLITE"), os.environ.get("PARC_BENCH_POSTGRESQL")
        found: dict[str, Fleet | str] = {}
        found["SQLite"] = Fleet(Path(instance)) if instance else _made(Fleet(folder / "sqlite"))
        if url:
            found["PostgreSQL"] = Fleet(folder / "postgresql", url)
        elif reason := Postgres.available():
            found["PostgreSQL"] = reason
        else:
            server = stack.enter_context(Postgres(folder / "cluster"))
            found["PostgreSQL"] = _made(Fleet(folder / "postgresql", server.create_database("fleet")))
        yield found


def _made(fleet: Fleet) -> Fleet:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "inventory.cli", "demo", "--assets", str(ASSETS)]
    subprocess.run(command, env=fleet.environment, check=True, stdout=subprocess.DEVNULL)
    made_in_s = time.perf_counter() - begun
    if fleet.url:
        _vacuum(fleet.url)
    return Fleet(fleet.instance, fleet.url, made_in_s)


def _vacuum(url: str) -> None:
    """Do what autovacuum has done on a server that has run for more than the minute since the fleet was loaded."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
