"""Serves an instance as `parc run` does and writes on each answer what it cost (`python -m benchmarks.served PORT`).

The header X-Cost holds "wall CPU statements": milliseconds of the thread that answered, until its first byte.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

HEADER = "X-Cost"


class Costs:
    """A WSGI application around another that says what each answer cost."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._sent = threading.local()

    def note(self, *_of_the_statement: Any) -> None:
        """Count one statement of this thread."""
        self._sent.count = getattr(self._sent, "count", 0) + 1

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self._sent.count, wall, cpu = 0, time.perf_counter(), time.thread_time()

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            cost = f"{1000 * (time.perf_counter() - wall):.2f} {1000 * (time.thread_time() - cpu):.2f} {self._sent.count}"
            return start_response(status, [*headers, (HEADER, cost)], *more)

        return self._application(environ, start)


def main(port: str) -> None:
    """Serve until told to stop."""
    from flask.cli import ScriptInfo
    from sqlalchemy import Engine, event

    from inventory import create_app
    from inventory.serving import run

    def made() -> Any:
        app = create_app()
        costs = Costs(app.wsgi_app)
        event.listen(Engine, "before_cursor_execute", costs.note)
        app.wsgi_app = costs  # type: ignore[method-assign]
        return app

    run.main(["--port", port, "--no-jobs"], prog_name="served", obj=ScriptInfo(create_app=made))


if __name__ == "__main__":
    main(sys.argv[1])
