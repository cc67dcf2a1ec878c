"""`parc assets`: files of equipment from a terminal or a cron table, by the same path as the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from inventory.core.terminal import load_application, with_application

if TYPE_CHECKING:
    from inventory.exchange.models import Import

PARTIAL = 3
CHUNK = 1000


@click.group()
def assets() -> None:
    """Equipment in files."""


@assets.command("import", short_help="Import a file of equipment.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--entity", "code", required=True, help="Code of the entity of rows that name none.")
@click.option("--as", "email", required=True, help="E-mail address of the user whose rights apply.")
@click.option(
    "--match",
    "match_key",
    type=click.Choice(["public_id", "tag", "serial", "name"]),
    help="What finds an existing row.",
)
@click.option("--whole", is_flag=True, help="Import nothing unless every row is valid.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and save nothing.")
@with_application
def import_(*, file: Path, code: str, email: str, match_key: str | None, whole: bool, dry_run: bool) -> None:
    """Import a CSV, XLSX, XLS or ODS file; refused rows are printed with their line and reason.

    Exit status: 0 all rows imported, 3 some were refused, 2 a wrong call.
    """
    from inventory.core.database import db, transaction
    from inventory.core.errors import DomainError
    from inventory.exchange import services
    from inventory.exchange.models import Extent, Import

    try:
        kept = _kept(file, code, email)
        chosen = {int(place): key for place, key in kept.columns.items()}
        with transaction():
            services.choose(
                kept, chosen, match_key or kept.match_key, Extent.WHOLE if whole else Extent.VALID
            )
        _work(kept)
        kept = db.session.get_one(Import, kept.id, populate_existing=True)
        if not dry_run:
            _run(kept)
            kept = db.session.get_one(Import, kept.id, populate_existing=True)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    _report(kept)


def _kept(file: Path, code: str, email: str) -> Import:
    from inventory.auth.queries import access_of, user_named
    from inventory.core.access import Actor
    from inventory.core.database import transaction
    from inventory.exchange import importers, services
    from inventory.organization.queries import entities_named

    user, entity = user_named(email), entities_named([code.upper()]).get(code.upper())
    if user is None:
        raise click.UsageError(f"there is no user with the address {email}")
    if entity is None:
        raise click.UsageError(f"there is no entity with the code {code}")
    may = user.active and access_of(user).allows(importers.importer("asset").permission, entity.id)
    if not may:
        raise click.UsageError(f"{user.email} may not import equipment for {entity.code}")
    actor = Actor("user", user.public_id, user.name)
    with transaction():
        return services.keep(
            file.read_bytes(), file.name, noun="asset", entity_id=entity.id, user=user, actor=actor
        )


def _run(kept: Import) -> None:
    """Import a file that was tried, or say that its refused rows, which are told in the end, forbid it."""
    from inventory.core.database import transaction
    from inventory.core.errors import Refused
    from inventory.exchange import services

    try:
        with transaction():
            services.start(kept)
    except Refused as error:
        click.echo(str(error), err=True)
    else:
        _work(kept)


def _work(kept: Import) -> None:
    from inventory.jobs.runner import run_here

    app = load_application(click.get_current_context())
    if not run_here(app, kept.job_id or 0):
        raise click.ClickException("a worker is at this already: follow it in the interface")


def _report(kept: Import) -> None:
    from flask import current_app

    from inventory.exchange import presentation, queries
    from inventory.exchange.models import Outcome

    with current_app.test_request_context():
        columns = presentation.columns(kept)
        named, listed = presentation.labels(columns), presentation.choices(columns)
        for line in queries.refused(kept):
            click.echo(f"line {line.line}: {presentation.said(line, named, listed)}", err=True)
    counts = ", ".join(f"{kept.counts.get(outcome.value, 0)} {outcome.value}" for outcome in Outcome)
    click.echo(f"{kept.stage.value}: {counts}")
    if kept.counts.get(Outcome.REFUSED.value):
        click.get_current_context().exit(PARTIAL)


@assets.command("export", short_help="Write all equipment as CSV.")
@click.option(
    "--entity", "code", help="Code of an entity: it and all below it; the whole instance unless given."
)
@click.option("--language", type=click.Choice(["en", "fr"]), default="fr", show_default=True)
@click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file; the terminal unless given."
)
@with_application
def export(*, code: str | None, language: str, output: TextIO) -> None:
    """Write all equipment as CSV, with the columns that an import reads back."""
    from flask import current_app
    from flask_babel import force_locale

    from inventory.assets import importing
    from inventory.core import i18n, sheets

    with current_app.test_request_context(), force_locale(language):
        headings = [i18n.shown(column.label) for column in importing.written()]
        separator = ";" if language == "fr" else ","
        output.writelines(sheets.csv_stream(headings, _rows(code), separator=separator))


def _rows(code: str | None) -> Iterator[list[Any]]:
    """Yield the values of each asset in the order of the importer's columns, a thousand read at a time."""
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload

    from inventory.assets import importing
    from inventory.assets.models import Asset
    from inventory.core.database import db
    from inventory.organization.queries import branch_ids, entities_named

    statement = select(Asset).options(joinedload("*")).order_by(Asset.id).limit(CHUNK)
    if code is not None:
        entity = entities_named([code.upper()]).get(code.upper())
        if entity is None:
            raise click.UsageError(f"there is no entity with the code {code}")
        statement = statement.where(Asset.entity_id.in_(branch_ids(entity)))
    last = 0
    while found := db.session.scalars(statement.where(Asset.id > last)).unique().all():
        yield from importing.cells(found)
        last = found[-1].id
        db.session.expunge_all()
