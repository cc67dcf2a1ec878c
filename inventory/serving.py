"""`parc run`: migrates, then serves the pages and runs the jobs in one process."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from inventory.core import memory
from inventory.core.terminal import with_application

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
JOB_THREADS = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--jobs/--no-jobs", default=True, help="Run the jobs in this process too.")
@with_application
def run(host: str, port: int, jobs: bool) -> None:
    """Serve the pages and run the jobs in one process."""
    from flask import current_app
    from waitress.server import create_server

    from inventory.core import bodies

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    address = str(app.config["PUBLIC_URL"] or f"http://{host}:{port}").rstrip("/")
    prepare(app)
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=THREADS,
            ident="parc",
            # What is longer is refused by its length; what is over Parc's own limit is heard out and not kept.
            max_request_body_size=bodies.MOST_HEARD,
            clear_untrusted_proxy_headers=not app.config["PROXIES"],
        )
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {error.strerror}. Choose another port: make run PORT=8010"
        ) from error
    bodies.hear_out(sockets)
    greet(address)
    memory.settle()
    _serve(server, app, with_jobs=jobs)


def prepare(app: Flask) -> None:
    """Migrate the store, install what every instance starts with, and let the store know its own size."""
    from inventory.core import database, migrations, registry

    if migrations.upgrade():
        click.echo("The store is up to date.")
    registry.run_hooks("instance.started", app=app)
    database.gather_statistics()


def greet(address: str) -> None:
    """Print the address, and for a new instance the one-time link of its first administrator."""
    from inventory.core import registry

    click.echo(f"Parc is at {address}")
    registry.run_hooks("instance.greeted", address=address)
    sys.stdout.flush()


def _serve(server: Any, app: Flask, *, with_jobs: bool) -> None:
    runner = None
    if with_jobs:
        from inventory.jobs.runner import Runner

        runner = Runner(app, queues=None, threads=JOB_THREADS)
        runner.start()
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not stopped.is_set():
            stopped.set()
            raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        server.run()
    finally:
        if runner is not None:
            runner.stop()
        server.close()
