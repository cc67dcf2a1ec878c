"""`parc`: the one command. What is not asked for is not imported."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

# name → (module:attribute, help); commands that features add are found once the application is made.
OWN_COMMANDS = {
    "run": ("inventory.serving:run", "Serve the pages and run the jobs in one process."),
    "worker": ("inventory.jobs.commands:worker", "Run jobs only, beside other processes."),
    "user": ("inventory.auth.commands:user", "Users of this instance."),
    "scan": ("inventory.discovery.commands:scan", "Scan a range now."),
    "identify": ("inventory.discovery.commands:identify", "Identify again what was seen, without a scan."),
    "directory": ("inventory.discovery.commands:directory", "Read a directory now."),
    "observations": ("inventory.discovery.commands:observations", "Load observations from a file."),
    "assets": ("inventory.assets.commands:assets", "Import and export equipment as files."),
    "mail": ("inventory.notices.commands:mail", "Try the mail server."),
    "demo": ("inventory.demo.commands:demo", "Fill an empty instance with a made-up fleet."),
    "search": ("inventory.search.commands:search", "Build the search index again."),
    "store": ("inventory.core.commands:store", "Migrate the store, or back it up."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(OWN_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in OWN_COMMANDS:
            return None
        module, attribute = OWN_COMMANDS[cmd_name][0].split(":")
        found: Any = getattr(import_module(module), attribute)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if sentence := _sentence(error):
                raise click.ClickException(sentence) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, OWN_COMMANDS[name][1]) for name in sorted(OWN_COMMANDS)])


def _sentence(error: Exception) -> str | None:
    """Return what an administrator should read for a store that does not answer, None for what is a fault of Parc."""
    if "sqlalchemy" not in sys.modules:
        # Nothing has spoken to a store: showing help ends by an exception too.
        return None
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError):
        return None
    cause = str(error.orig).strip().partition("\n")[0]
    return f"the store does not answer as it should: {cause}"


def _create_app() -> Any:
    from sqlalchemy.exc import ArgumentError

    from inventory import create_app
    from inventory.core.config import WrongSetting
    from inventory.core.vault import VaultError

    try:
        return create_app()
    except ArgumentError as error:
        raise click.ClickException(
            "PARC_DATABASE_URL (database_url) is not the address of a store"
        ) from error
    except (WrongSetting, VaultError) as error:
        raise click.ClickException(str(error)) from error


@click.command(cls=LazyGroup)
@click.version_option(package_name="parc", message="Parc %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Parc, the inventory of a shared IT service."""
    # Made by the command that needs it: help is shown without.
    context.obj = _create_app


if __name__ == "__main__":
    main()
