"""A private PostgreSQL cluster without any durability, for tests only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.process import Process, Server, ServerDidNotStart, find_program, free_port, identity

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
}


def _newest_program(name: str) -> str | None:
    """Debian keeps PostgreSQL's own programs out of the path, by version."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else find_program(name)


def _account() -> str | None:
    """PostgreSQL refuses to run as root: the account to use instead, or None to stay the caller."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres(Server):
    """An empty cluster, listening on 127.0.0.1 only; run by root, it belongs to the account `postgres`.

    pytest's own temporary folders are closed to other accounts, so for root the cluster lies in the system's
    temporary folder instead of `workdir`. It is removed at the end.
    """

    def __init__(self, workdir: Path) -> None:
        self._account = _account()
        self._own_folder = self._account is not None
        workdir.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=None if self._own_folder else workdir))
        if self._account:
            shutil.chown(self.folder, self._account)
        self.port = free_port("127.0.0.1")
        self._process = Process(Path(workdir) / "postgres.log")

    @staticmethod
    def available() -> str | None:
        """Why it cannot run here, or None when it can."""
        if not _newest_program("initdb") or not _newest_program("postgres"):
            return "PostgreSQL is not installed (Debian package postgresql)"
        return None

    def start(self) -> None:
        """Make the cluster unless it is there, and serve."""
        if not (self.folder / "data").exists():
            self._make_cluster()
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [_newest_program("postgres") or "postgres", "-D", str(self.folder / "data"),
                   f"--port={self.port}", *settings]  # fmt: skip
        self._process.start(command, self._serves, user=self._account, cwd=self.folder)

    def _make_cluster(self) -> None:
        command = [_newest_program("initdb") or "initdb", "-N", "-A", "trust", "-U", "postgres", "-E", "UTF8",
                   "--locale=C.UTF-8", "-D", str(self.folder / "data")]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, check=False, cwd=self.folder, **identity(self._account)
        )
        if done.returncode:
            raise ServerDidNotStart(done.stderr.decode(errors="replace"))

    def _serves(self) -> bool:
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it at once and remove the cluster."""
        self._process.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """Cut every connection, as a crash would; `start` recovers the same cluster."""
        self._process.stop(signal.SIGQUIT)

    def _dsn(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database, a copy of `template` if asked, and return its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it exists, with whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)
