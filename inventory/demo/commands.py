"""`parc demo`: fills an empty instance with a made-up fleet to look at, or to measure on."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

ACCOUNTS_FILE = "accounts.txt"
DEFAULT_ASSETS = 12_000


@click.command()
@click.option("--assets", default=DEFAULT_ASSETS, show_default=True, type=click.IntRange(200, 1_000_000), help="How many assets to make.")  # fmt: skip
@click.option("--seed", default="valclair", show_default=True, help="The same seed makes the same fleet.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that everything leads up to; today unless given.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Where the demonstration is already, print its accounts and change nothing.")  # fmt: skip
@with_appcontext
def demo(*, assets: int, seed: str, today: datetime | None, keep: bool) -> None:
    """Fill an empty instance with a made-up metropolis, its communes and their equipment."""
    from inventory.core import clock, migrations, registry
    from inventory.core.errors import DomainError
    from inventory.demo import loading
    from inventory.demo.world import Order

    accounts = Path(current_app.instance_path) / ACCOUNTS_FILE
    if keep and accounts.exists():
        click.echo(accounts.read_text(encoding="utf-8").rstrip())
        return
    migrations.upgrade()
    registry.run_hooks("instance.started", app=current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
    order = Order(assets, seed, today.date() if today else clock.today())
    try:
        loaded = loading.load(order, on_progress=_say)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_keep_accounts(accounts, loaded, order.today))


def _say(assets: int) -> None:
    click.echo(f"\r{assets:,} assets", nl=False, err=True)


def _keep_accounts(path: Path, loaded: object, today: date) -> str:
    from inventory.demo.loading import Loaded

    if not isinstance(loaded, Loaded):
        raise TypeError(loaded)
    lines = [f"Synthetic data of {today.isoformat()}: {loaded.assets:,} assets. Sign in with one of these:"]
    lines += [
        f"  {one.role.value:14} {one.email:34} {one.password}   ({one.entity})" for one in loaded.accounts
    ]
    text = "\n".join(lines)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return "\n" + text
