"""`parc store`: the store's shape, brought up to date or written anew, and copies of it."""

from __future__ import annotations

from pathlib import Path

import click

from inventory.core.terminal import with_application


@click.group()
def store() -> None:
    """The store's shape, and copies of it."""


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


@store.command("backup", short_help="Copy the store to a file.")
@click.argument("place", type=click.Path(path_type=Path))
@with_application
def backup(place: Path) -> None:
    """Copy the store to PLACE, a new file or a folder, while Parc runs, and look whether the copy can be read."""
    from flask import current_app

    from inventory.core.backup import BackupError, take

    try:
        made = take(place, Path(current_app.instance_path))
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.place} ({made.size:,} bytes)")
    click.echo("Attachments (the folder files) and the keys (*.key) are not in it: copy them afterwards.")
