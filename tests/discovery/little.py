"""Little things that only an instance's own rules know, scanned and identified again without a scanner."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import identifying, readings, rules, runs
from inventory.discovery.models import AddressRange, Run, RunKind
from inventory.discovery.sightings import Origin, Placement
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from scanners.snmp import tables
from scanners.snmp.collect import Reading
from scanners.snmp.observe import observe
from tests.discovery.making import create_credential, create_range, create_site
from tests.factories import Cast

AT = datetime(2026, 11, 23, tzinfo=UTC)
LITTLE_SWITCHES = """
[[profile]]
name = "Little switches"
when.object_id = "99999.1"
maker = "Little"
kind = "switch"
serial = "99999.2.1"
"""


def reading(n: int) -> Reading:
    """Device number `n` of a maker that the shipped rules do not know."""
    return Reading(
        f"10.1.0.{n}",
        {
            tables.SYS_DESCR: {(0,): b"Little thing 1.0"},
            tables.SYS_OBJECT_ID: {(0,): (1, 3, 6, 1, 4, 1, 99999, 1, 7)},
            tables.SYS_NAME: {(0,): f"petit-{n}".encode()},
            tables.oid("1.3.6.1.4.1.99999.2.1"): {(0,): f"LTL{n:05d}".encode()},
            tables.oid("1.3.6.1.4.1.99999.2.2"): {(0,): f"NEW{n:05d}".encode()},
        },
    )


@contextmanager
def own_rules() -> Iterator[Callable[..., None]]:
    """Yields what writes a profile of the instance's own, which is gone afterwards."""
    folder = Path(current_app.instance_path) / rules.PROFILES_FOLDER

    def write(text: str = LITTLE_SWITCHES) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "little.toml").write_text(text)

    yield write
    shutil.rmtree(folder, ignore_errors=True)


def mairie(cast: Cast) -> AddressRange:
    """A range with a credential."""
    credential = create_credential(cast.le_bouscat)
    return create_range(create_site(cast.le_bouscat), name="Mairie", credential_ids=[credential.id])


def night(range_: AddressRange, *numbers: int) -> Run:
    """A scan of the range by the rules of the day, with what each device said."""
    with transaction():
        subject = runs.Subject(
            RunKind.SNMP, range_.name, range_.addresses, range_.entity_id, site_id=range_.site_id, range_id=range_.id
        )  # fmt: skip
        run = runs.open_run(subject)
        run.rules = rules.digest()
    noted, seen = readings.Noted(), []
    for n in numbers:
        said = reading(n)
        one = observe(said, rules.profiles(), site=range_.site.code, at=AT)
        noted.note(said, b"")
        seen.append(one)
    with transaction():
        run = db.session.get_one(Run, run.id)
        origin = Origin(
            run_id=run.id, site_code=range_.site.code, at=clock.now(),
            place=lambda _one: Placement(range_.entity_id), range_id=range_.id,
        )  # fmt: skip
        noted.keep(runs.take_in(run, seen, origin))
        runs.close(run, complete=True)
        return run


def work(run: Run) -> Run:
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    execute(open_context(lease))
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def identify(range_: AddressRange | None, entity_id: int, *, trial: bool) -> Run:
    with transaction():
        run = identifying.launch(range_, entity_id=entity_id, actor=SYSTEM, trial=trial)
    return work(run)
