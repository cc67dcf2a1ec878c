"""`parc demo`: fills an empty instance with a made-up fleet to look at, or to measure on."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inventory.core.terminal import with_application

if TYPE_CHECKING:
    from inventory.demo.loading import Loaded

ACCOUNTS_FILE = "accounts.txt"
DEFAULT_ASSETS = 12_000


@click.command()
@click.option("--assets", default=DEFAULT_ASSETS, show_default=True, type=click.IntRange(200, 1_000_000), help="How many assets to make.")  # fmt: skip
@click.option("--seed", default="valclair", show_default=True, help="The same seed makes the same fleet.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that everything leads up to; today unless given.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Where the demonstration is already, print its accounts and change nothing.")  # fmt: skip
@with_application
def demo(*, assets: int, seed: str, today: datetime | None, keep: bool) -> None:
    """Fill an empty instance with a made-up metropolis, its communes and their equipment."""
    from flask import current_app

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
    _mark_synthetic(accounts.parent / "parc.toml")
    click.echo(_keep_accounts(accounts, loaded, order.today))


def _say(assets: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{assets:,} assets", nl=False, err=True)


def _mark_synthetic(settings: Path) -> None:
    """Let the instance know that all of it is made up: its pages say so, and its scans are played."""
    text = settings.read_text(encoding="utf-8") if settings.exists() else ""
    if "synthetic" not in text:
        settings.write_text(f"synthetic = true\n{text}", encoding="utf-8")


def _keep_accounts(path: Path, loaded: Loaded, today: date) -> str:
    lines = [f"Synthetic data of {today.isoformat()}: {loaded.assets:,} assets. Sign in with one of these:"]
    lines += [
        f"  {one.role.value:14} {one.email:34} {one.password}   ({one.entity})" for one in loaded.accounts
    ]
    text = "\n".join(lines)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return text
