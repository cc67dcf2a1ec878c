"""A real server that runs as a child process, is waited for, and is stopped by its process id."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class ServerDidNotStart(RuntimeError):
    """The program ended, or never answered, instead of serving; the message holds the end of its log."""


def find_program(*names: str) -> str | None:
    """The path of the first of these programs that is installed; system folders count for everyone."""
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    return next((path for name in names if (path := shutil.which(name, path=folders))), None)


def free_port(*addresses: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that is free right now on each of the loopback addresses."""
    for _ in range(50):
        with socket.socket(socket.AF_INET, kind) as first:
            first.bind((addresses[0], 0))
            port = int(first.getsockname()[1])
        if all(_is_free(address, port, kind) for address in addresses):
            return port
    raise ServerDidNotStart("no port is free on all of " + ", ".join(addresses))


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def accepts(host: str, port: int) -> bool:
    """Whether something accepts TCP connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def identity(user: str | None) -> dict[str, Any]:
    """Arguments for subprocess to run as that account with no other group; none to stay the caller."""
    return {"user": user, "group": user, "extra_groups": []} if user else {}


class Process:
    """One child process with its log, in a session of its own so that Ctrl-C does not reach it first."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(
        self,
        command: Sequence[str],
        ready: Callable[[], bool],
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Run the command and wait (at most 30 s) until `ready` says that it serves."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cwd,
                env=dict(env) if env else None, start_new_session=True, **identity(user),
            )  # fmt: skip
        atexit.register(self.stop)
        self.wait(ready)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Return once `ready` says so; raises ServerDidNotStart when the process ended or 30 s passed."""
        deadline = time.monotonic() + 30
        while not ready():
            if self.pid is None or time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise ServerDidNotStart(self.log.read_text(errors="replace")[-2000:] or "it said nothing")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with that signal; with SIGKILL when it has not obeyed after 10 s."""
        atexit.unregister(self.stop)
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.send_signal(how)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Server:
    """What all test servers share: `with Server(workdir) as server:` or `start()` and `stop()`."""

    def start(self) -> None:
        """Serve; returns when it answers. Raises ServerDidNotStart."""
        raise NotImplementedError

    def stop(self) -> None:
        """End what `start` began; harmless when it already ended."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
