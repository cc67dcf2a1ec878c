"""`parc store`: the store's shape, brought up to date or written anew."""

from __future__ import annotations

import click

from inventory.core.terminal import with_application


@click.group()
def store() -> None:
    """The store's shape."""


@store.command("upgrade", short_help="Run the missing migrations.")
@with_application
def upgrade() -> None:
    """Run the missing migrations, and add what every instance starts with."""
    from flask import current_app

    from inventory.core import migrations, registry

    click.echo("migrated" if migrations.upgrade() else "nothing to do")
    registry.run_hooks("instance.started", app=current_app)


@store.command("revision", short_help="Write a migration.")
@click.argument("message")
@with_application
def revision(message: str) -> None:
    """Write the migration that leads from the store's shape to the models'."""
    from inventory.core import migrations

    migrations.write_revision(message)
