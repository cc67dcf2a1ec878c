"""`parc search rebuild`: builds the search index again."""

from __future__ import annotations

import click

from inventory.core.terminal import with_application


@click.group()
def search() -> None:
    """The search index."""


@search.command()
@with_application
def rebuild() -> None:
    """Build the index again from the records; searches go on meanwhile."""
    from inventory.search import services

    def say(done: int, total: int) -> None:
        click.echo(f"\r{done:,} of {total:,}", nl=False, err=True)

    done = services.rebuild(say)
    click.echo(f"\r{done:,} records can be searched.")
