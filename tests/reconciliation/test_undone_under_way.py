"""A scan, a directory's reading, a new identification and a loaded file that are undone while they are under way go no further."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

import scanners.ldap.reading
import scanners.presence
import scanners.snmp
from inventory.assets.models import Asset
from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSet, RowChange
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.discovery import identifying, launching, loading
from inventory.discovery.models import Run, Sighting
from inventory.jobs import services as jobs
from inventory.jobs.context import InterruptedJobError, JobContext
from inventory.jobs.models import JobState
from inventory.organization.models import Person
from tests import factories
from tests.discovery import little
from tests.discovery.making import create_credential, create_directory, create_range, create_site, observe
from tests.discovery.test_directories import Server
from tests.discovery.test_scanning import Network
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")
STOPPED = "was undone while it was under way, so it goes no further."


@pytest.fixture(autouse=True)
def categories(database: Any) -> None:
    for kind in Kind:
        factories.create_category(kind)


@pytest.fixture
def undone_at_its_second_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a run has changed as soon as it has changed something, between two of its steps."""

    def undo_between(context: JobContext) -> None:
        run = db.session.scalars(select(Run).where(Run.job_id == context.job_id)).one()
        undo_what_is_there(run)

    monkeypatch.setattr(JobContext, "leave_if_asked", undo_between)


def undo_what_is_there(run: Run) -> None:
    kept = db.session.get_one(ChangeSet, run.change_set_id)
    db.session.refresh(kept)
    if kept.undone_at is None and undo.size_of(kept):
        with transaction():
            undo.undo(kept, actor=SYSTEM)


def number_of(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def written_into(run: Run) -> tuple[int, int]:
    """How many records and changes of rows the change set of a run holds."""
    return tuple(
        db.session.scalar(select(func.count()).where(model.change_set_id == run.change_set_id)) or 0
        for model in (AuditRecord, RowChange)
    )  # type: ignore[return-value]


@pytest.fixture
def scanned(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A scan of three parts, in each of which a device answers."""
    network = Network()
    network.plug_in(1, 300, 600)
    monkeypatch.setattr(scanners.snmp, "scan", network.scan)
    monkeypatch.setattr(scanners.presence, "look", lambda *_targets, **_options: iter(()))
    range_ = create_range(
        create_site(cast.le_bouscat), name="Mairie", addresses="10.1.0.1-10.1.2.188", rate=10,
        credential_ids=[create_credential(cast.le_bouscat).id],
    )  # fmt: skip
    with transaction():
        return launching.scan_range(range_, actor=SYSTEM)


@pytest.mark.usefixtures("undone_at_its_second_step")
def test_a_scan_that_is_undone_under_way_stops_with_nothing_saved_outside_of_what_was_undone(
    cast: Cast, scanned: Run, sign_in: Callable[[User], FlaskClient]
) -> None:
    run = little.work(scanned)
    assert run.job
    assert (run.state, run.complete, STOPPED in (run.job.error or "")) == (JobState.CANCELLED, False, True)
    assert number_of(Asset) == 0
    assert number_of(Sighting) == 1, "what was seen before stays known, nothing is asked after it"
    assert (run.asked, run.unasked_count) == (0, 700), "the part that it was at is not counted as asked"
    page = sign_in(cast.alice).get(f"/discovery/runs/{run.public_id}", headers={"Accept-Language": "en"}).text
    assert STOPPED in page, "the journal tells why it stopped"
    assert "while it was under way, so it goes no further. What it had changed is put back" in page
    assert "700 addresses were not asked" in page


@pytest.mark.parametrize("back", [False, True])
def test_a_paused_scan_that_was_undone_is_not_gone_on_with_unless_the_undo_is_undone(
    scanned: Run, monkeypatch: pytest.MonkeyPatch, *, back: bool
) -> None:
    def pause_once_it_has_changed_something(context: JobContext) -> None:
        if undo.size_of(db.session.scalars(select(ChangeSet)).one()):
            with transaction():
                jobs.pause(context.job_id, actor=SYSTEM)
            raise InterruptedJobError

    with monkeypatch.context() as first:
        first.setattr(JobContext, "leave_if_asked", pause_once_it_has_changed_something)
        assert little.work(scanned).state is JobState.PAUSED
    with transaction():
        kept = db.session.get_one(ChangeSet, scanned.change_set_id)
        undo.undo(kept, actor=SYSTEM)
        if back:
            assert kept.undone_by
            undo.undo(kept.undone_by, actor=SYSTEM)
        jobs.resume(scanned.job_id or 0, actor=SYSTEM)
    before = written_into(scanned)
    run = little.work(scanned)
    assert (run.state, number_of(Asset)) == ((JobState.DONE, 3) if back else (JobState.CANCELLED, 0))
    assert (written_into(run) == before) is not back


@pytest.mark.usefixtures("undone_at_its_second_step")
def test_a_directory_that_is_undone_while_it_is_read_is_read_no_further(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    monkeypatch.setattr(scanners.ldap.reading, "read", server.read)
    directory = create_directory(create_site(cast.le_bouscat), name="Annuaire")
    with transaction():
        run = launching.read_directory(directory, actor=SYSTEM)
    people = number_of(Person)
    run = little.work(run)
    assert run.job
    assert (run.state, STOPPED in (run.job.error or "")) == (JobState.CANCELLED, True)
    assert (number_of(Asset), number_of(Person)) == (0, people), "computers are put back, nobody came after"


def test_a_new_identification_that_is_undone_under_way_changes_no_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    range_ = little.mairie(cast)
    with little.own_rules() as write:
        little.night(range_, 1, 2, 3)
        write()
        monkeypatch.setattr(identifying, "AT_ONCE", 1)
        request.getfixturevalue("undone_at_its_second_step")
        run = little.identify(range_, range_.entity_id, trial=False)
    assert run.job
    assert (run.state, run.asked, STOPPED in (run.job.error or "")) == (JobState.CANCELLED, 1, True)
    serials = select(Asset.serial).where(Asset.serial.is_not(None))
    assert db.session.scalars(serials).all() == []


def test_a_file_that_is_undone_while_it_is_loaded_is_loaded_no_further(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_site(cast.le_bouscat, code="LBX")
    monkeypatch.setattr(loading, "BATCH", 1)
    lines = [json.dumps({**observe(n).to_json(), "site": "LBX"}).encode() for n in (1, 2, 3)]

    def undo_after_a_line(_lines: int) -> None:
        undo_what_is_there(db.session.scalars(select(Run)).one())

    with pytest.raises(Refused, match=STOPPED):
        loading.load_observations(
            io.BytesIO(b"\n".join(lines)), name="nuit.jsonl", actor=SYSTEM, on_progress=undo_after_a_line
        )
    run = db.session.scalars(select(Run)).one()
    assert (run.asked, run.state, run.ended_at is not None) == (1, JobState.PARTIAL, True)
    assert number_of(Asset) == 0
