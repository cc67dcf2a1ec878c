"""Parc itself as its users start it: `parc run` in a process of its own, on an instance of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.servers.process import Process, Server, free_port

PROJECT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"https?://\S+/start/\S+")


class Parc(Server):
    """`parc run` on a free port of 127.0.0.1; `database_url` names another store than SQLite in the instance."""

    def __init__(self, workdir: Path, *, database_url: str | None = None) -> None:
        self.instance = Path(workdir) / "instance"
        self.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.port = free_port("127.0.0.1")
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = Process(Path(workdir) / "parc.log")
        self._environment = {**os.environ, "PARC_INSTANCE": str(self.instance), "PYTHONUNBUFFERED": "1"}
        if database_url:
            self._environment["PARC_DATABASE_URL"] = database_url

    @staticmethod
    def available() -> str | None:
        """Why its pages cannot be shown, or None when they can."""
        if not (PROJECT / "inventory" / "static" / "vendor" / "manifest.json").exists():
            return "the front-end files are not built (make setup)"
        return None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._process.log.read_text(errors="replace")

    @property
    def first_link(self) -> str:
        """The one-time address that it printed for the first administrator."""
        found = LINK.search(self.log)
        assert found, self.log
        return found.group()

    def configure(self, **settings: int) -> None:
        """Write numbers into the instance's file of settings, before the start."""
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        (self.instance / "parc.toml").write_text("".join(lines), encoding="utf-8")

    def seed(self, module: str) -> Any:
        """Run `python -m MODULE` on the instance and return the JSON that it prints on its last line."""
        done = subprocess.run(
            [sys.executable, "-m", module],
            env=self._environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self) -> None:
        """Serve, and return when it answers."""
        command = [sys.executable, "-m", "inventory.cli", "run", "--port", str(self.port)]
        self._process.start(command, self._serves, env=self._environment, cwd=PROJECT)

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/sign-in", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """End it as an administrator would."""
        self._process.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        import signal

        self._process.stop(signal.SIGKILL)
