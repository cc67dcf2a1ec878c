"""`parc mail`: whether mail goes out, asked from the machine itself."""

from __future__ import annotations

import click

from inventory.core.terminal import with_application


@click.group()
def mail() -> None:
    """Mail of this instance."""


@mail.command("test", short_help="Send a test mail, step by step.")
@click.argument("address")
@with_application
def test(address: str) -> None:
    """Send a test mail to ADDRESS by the saved settings, and say how each step went."""
    from inventory.notices import trials

    trial = trials.run(address)
    for step, said in trial.passed:
        click.echo(f"{step.label}{f': {said}' if said else ''}")
    if not trial.is_good:
        raise click.ClickException(
            " ".join(part for part in (trial.reason, trial.said, trial.advice) if part)
        )
    click.echo(f"{address}: accepted by the server")
