"""Prints a new instance's one-time link for its first administrator."""

from __future__ import annotations

import click

from inventory.auth import queries, services
from inventory.core.database import db, transaction


def print_link(address: str) -> None:
    """Print the link, as long as nobody has an account."""
    if queries.has_users():
        db.session.remove()
        return
    with transaction():
        token = services.issue_link(services.FIRST_ADMINISTRATOR)
    db.session.remove()
    click.echo(f"Create the first administrator: {address}/start/{token}")
