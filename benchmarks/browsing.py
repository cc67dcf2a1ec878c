"""People of the made-up fleet as browsers: signed in, their addresses chosen, and what each answer cost."""

from __future__ import annotations

import http.client
import os
import secrets
import sys
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.served import HEADER
from tests.servers.process import Process, free_port

if TYPE_CHECKING:
    from flask import Flask

    from benchmarks.fleets import Fleet

AGENT = {"User-Agent": "benchmark", "Accept-Encoding": "gzip, deflate", "Accept": "text/html"}
# What a page's script asks for, and what it says; opened by themselves, they are pages or lead to one.
PIECES = {"/search/suggest": {}, "/assets/?panel=filters": {"HX-Target": "filter-controls"}}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer cost: milliseconds in the server by the clock and by its thread's CPU, statements, bytes on the wire."""

    wall_ms: float
    cpu_ms: float
    statements: int
    transferred: int
    body: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file of all rows: seconds until its first byte and until its last, and its lines."""

    first_s: float
    whole_s: float
    lines: int


class Web:
    """The web process of an instance."""

    def __init__(self, fleet: Fleet, log: Path) -> None:
        self.port = free_port("127.0.0.1")
        self._fleet, self._process = fleet, Process(log)
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def __enter__(self) -> Web:
        command = [sys.executable, "-m", "benchmarks.served", str(self.port)]
        self._process.start(command, self._answers, env=self._fleet.environment)
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()
        self._process.stop()

    def _answers(self) -> bool:
        try:
            self._connection.request("GET", "/sign-in", headers=AGENT)
            self._connection.getresponse().read()
        except OSError:
            self._connection.close()
            return False
        return True

    def get(self, path: str, cookie: str) -> Answer:
        """Return what a page cost; raises ValueError where it is no page."""
        said = next((said for piece, said in PIECES.items() if path.startswith(piece)), None)
        asked_by = {} if said is None else {"HX-Request": "true", **said}
        self._connection.request("GET", path, headers={**AGENT, **asked_by, "Cookie": cookie})
        answer = self._connection.getresponse()
        sent = answer.read()
        if answer.status != http.client.OK:
            raise ValueError(f"{path}: {answer.status}")
        wall, cpu, statements = answer.headers[HEADER].split()
        head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
        body = zlib.decompress(sent, 47) if answer.headers.get("Content-Encoding") == "gzip" else sent
        return Answer(float(wall), float(cpu), int(statements), head + len(sent), body)

    def file(self, path: str, cookie: str) -> File:
        """Return what a file of all rows cost."""
        begun = time.perf_counter()
        self._connection.request("GET", path, headers={**AGENT, "Cookie": cookie})
        answer = self._connection.getresponse()
        unpacked = zlib.decompressobj(47) if answer.headers.get("Content-Encoding") == "gzip" else None
        piece, first, lines = answer.read1(65_536), None, 0
        while piece:
            first = first or time.perf_counter() - begun
            lines += (unpacked.decompress(piece) if unpacked else piece).count(b"\n")
            piece = answer.read1(65_536)
        return File(first or 0.0, time.perf_counter() - begun, lines)

    def cpu_s(self) -> float:
        """Return the seconds of CPU that the process has used."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self, which: str = "VmRSS") -> float:
        """Return the process's resident memory; VmHWM: at its most."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(which))


def sign_in(app: Flask) -> dict[str, str]:
    """Return {role: cookie} of somebody of the fleet in each role; the reader sees one commune."""
    from sqlalchemy import select

    from inventory.auth import services as auth
    from inventory.auth.models import Grant, User
    from inventory.core import clock
    from inventory.core.database import db, transaction
    from inventory.core.permissions import Role

    cookies = {}
    with app.app_context(), transaction():
        for role in Role:
            statement = select(User).join(Grant, Grant.user_id == User.id).where(Grant.role == role)
            user = db.session.scalars(statement.order_by(User.id).limit(1)).one()
            token = auth.open_session(user, address="127.0.0.1", agent="benchmark", at=clock.now())
            cookies[role.value] = _cookie(app, {"token": token, "csrf_token": secrets.token_hex(20)})
    return cookies


def _cookie(app: Flask, held: Mapping[str, Any]) -> str:
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(held))}"
