"""`parc scan`, `parc directory` and `parc observations`: discovery from a terminal or a cron table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from inventory.core.terminal import load_application, with_application

if TYPE_CHECKING:
    from inventory.discovery.models import Run, Site

DONE, PARTIAL, WRONG_CALL = 0, 3, 2


@click.command()
@click.argument("what", metavar="RANGE|ADDRESSES")
@click.option(
    "--site",
    "site_code",
    help="Code of the site; needed for addresses, or where two sites share a range's name.",
)
@click.option("--credential", "names", multiple=True, help="Name of a credential to try; may be repeated.")
@click.option("--port", type=click.IntRange(1, 65535), help="UDP port of the devices (addresses only).")
@click.option("--rate", type=click.IntRange(1, 20_000), help="Questions sent a second (addresses only).")
@with_application
def scan(
    *, what: str, site_code: str | None, names: tuple[str, ...], port: int | None, rate: int | None
) -> None:
    """Scan a range by its name, or addresses such as 10.1.0.0/24 of a site, now and here."""
    from inventory.discovery import launching, queries

    ranges = queries.range_named(what, site_code)
    if len(ranges) > 1:
        raise click.UsageError(f"several sites have a range named {what}: name the site with --site")
    if ranges:
        range_ = ranges[0]
        _run(lambda actor: launching.scan_range(range_, actor=actor))
        return
    site = _site(site_code)
    options = {key: value for key, value in (("port", port), ("rate", rate)) if value is not None}
    ids = [_credential(name) for name in names]
    _run(
        lambda actor: launching.scan_addresses(
            what, site=site, credential_ids=ids, options=options, actor=actor
        )
    )


def _site(code: str | None) -> Site:
    from inventory.discovery import queries

    if code is None:
        raise click.UsageError("there is no range of this name; for addresses, name their site with --site")
    site = queries.site_by_code(code)
    if site is None:
        raise click.UsageError(f"there is no site with the code {code}")
    return site


def _credential(name: str) -> int:
    from sqlalchemy import select

    from inventory.core.database import db
    from inventory.discovery.models import Credential

    found = db.session.scalars(select(Credential.id).where(Credential.name == name)).all()
    if len(found) != 1:
        raise click.UsageError(
            f"there is no credential named {name}" if not found else f"several credentials are named {name}"
        )
    return found[0]


@click.command()
@click.argument("what", metavar="[RANGE]", required=False)
@click.option("--site", "site_code", help="Code of the site, where two sites share a range's name.")
@click.option("--apply", "wanted", is_flag=True, help="Change what differs, instead of only saying it.")
@with_application
def identify(what: str | None, site_code: str | None, *, wanted: bool) -> None:
    """Identify again what was seen, in RANGE or everywhere, by today's rules and without scanning."""
    from inventory.discovery import identifying, queries
    from inventory.organization import queries as organization

    ranges = queries.range_named(what, site_code) if what is not None else []
    if what is not None and len(ranges) != 1:
        raise click.UsageError(f"there is not one range named {what}: name the site with --site")
    root = organization.root()
    if root is None:
        raise click.UsageError("there is no entity yet")
    range_ = ranges[0] if ranges else None
    entity_id = range_.entity_id if range_ is not None else root.id
    _run(lambda actor: identifying.launch(range_, entity_id=entity_id, actor=actor, trial=not wanted))


@click.group()
def directory() -> None:
    """Directories of computers and people."""


@directory.command("read")
@click.argument("name")
@with_application
def read(name: str) -> None:
    """Read the directory NAME, now and here."""
    from inventory.discovery import launching, queries

    found = queries.directory_named(name)
    if found is None:
        raise click.UsageError(f"there is no directory named {name}")
    _run(lambda actor: launching.read_directory(found, actor=actor))


@click.group()
def observations() -> None:
    """Observations kept in files."""


@observations.command("load")
@click.argument("file", type=click.File("rb"))
@with_application
def load(file: BinaryIO) -> None:
    """Load observations from FILE (- for the standard input), one JSON object a line."""
    from inventory.core.errors import DomainError
    from inventory.discovery.loading import load_observations

    try:
        run = load_observations(
            file,
            name=getattr(file, "name", "-")[-200:],
            actor=_actor(),
            on_progress=lambda lines: _say(f"{lines} lines"),
        )
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    _conclude(run)


def _actor() -> Any:
    from inventory.core.access import Actor

    return Actor("command", label="parc")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _run(start: Callable[[Any], Run]) -> None:
    """Start a run, do its job in this process unless a worker has it, and say what came of it."""
    from inventory.core.database import db, transaction
    from inventory.core.errors import DomainError
    from inventory.discovery.models import Run
    from inventory.jobs.runner import run_here

    try:
        with transaction():
            run = start(_actor())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    run_id, job_id = run.id, run.job_id or 0
    app = load_application(click.get_current_context())
    if not run_here(app, job_id):
        raise click.ClickException("a worker is at this already: follow it in the interface")
    db.session.rollback()
    _conclude(db.session.get_one(Run, run_id, populate_existing=True))


def _conclude(run: Run) -> None:
    """Print the failures and the counts, and leave with 0, or 3 when not everything was read."""
    from inventory.discovery import causes, queries

    for cause, number, shown in queries.failures_by_cause(run):
        _say(f"{number} × {causes.sentence(cause)}")
        for failure in shown[:10]:
            _say(f"    {failure.target}  {failure.detail}".rstrip())
    if run.job is not None and run.job.error:
        _say(run.job.error)
    outcome = ", ".join(f"{number} {name}" for name, number in sorted(run.outcome.items()))
    _say(
        f"{run.asked} asked, {run.answered} answered, {run.read} read, {run.failed} failed; {outcome or 'nothing new'}"
    )
    click.get_current_context().exit(DONE if run.complete else PARTIAL)
