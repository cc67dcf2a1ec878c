"""`parc worker`: runs jobs beside other processes, at this site or for all."""

from __future__ import annotations

import logging

import click

from inventory.core import memory
from inventory.core.terminal import load_application, with_application


@click.command()
@click.option(
    "--site",
    "sites",
    multiple=True,
    help="Code of a site whose jobs to do; may be repeated. Without: all jobs.",
)
@click.option(
    "--threads", default=2, show_default=True, type=click.IntRange(1, 32), help="Jobs done at once."
)
@with_application
def worker(sites: tuple[str, ...], threads: int) -> None:
    """Do jobs until told to stop (SIGTERM): what runs is then given back between two steps."""
    from inventory.jobs.runner import Runner

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    queues = [f"site.{code.strip().upper()}" for code in sites] or None
    app = load_application(click.get_current_context())
    click.echo(f"Working for {', '.join(sites) if sites else 'all sites'}.")
    memory.settle()
    Runner(app, queues, threads).run_until_stopped()
