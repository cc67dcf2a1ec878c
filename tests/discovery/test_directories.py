"""A directory read subject by subject: branches, absence, failures and the test of a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import scanners.ldap.reading
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import causes, directories, launching, services
from inventory.discovery.models import CredentialKind, Directory, Run, RunResult, Sighting
from inventory.jobs import leases
from inventory.jobs import services as jobs
from inventory.jobs.context import JobContext, open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import JobState
from scanners.coverage import Cause, Coverage, Failure
from scanners.ldap import DirectoryOptions
from scanners.observation import Identifier, Observation
from tests.discovery.making import AT, COMMUNITY, create_credential, create_directory, create_site, everything
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")


class Killed(BaseException):
    """What a killed process never gets to handle."""


def entry(subject: str, name: str, unit: str = "ou=Bureaux,dc=example") -> Observation:
    return Observation(
        source="ldap", site="", target="ldaps://dc.example.org", observed_at=AT, source_key=f"guid:{name}",
        subject=subject, facts={"name": name, "dn": f"cn={name},{unit}", "unit": unit},
        identifiers=(Identifier("directory_guid", f"guid-{name}"),),
    )  # fmt: skip


class Server:
    """The entries of a directory, standing in for the scanner."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Observation]] = {
            "computers": [entry("device", "pc-1"), entry("device", "pc-2", "ou=CCAS,ou=Bureaux,dc=example")],
            "people": [entry("person", "alice"), entry("person", "bruno", "ou=Pessac,dc=example")],
        }
        self.failures: dict[str, Cause] = {}
        self.read_subjects: list[str] = []
        self.options: DirectoryOptions | None = None
        self.midway: Callable[[str], None] = lambda _subject: None

    def read(self, options: DirectoryOptions, *, subjects: Sequence[str], **given: Any) -> Iterator[Any]:
        (subject,) = subjects
        self.options = options
        self.read_subjects.append(subject)
        found = self.entries[subject]
        for one in found:
            yield one
            self.midway(subject)
        given["on_progress"](subject, len(found))
        failures = [Failure(options.url, self.failures[subject])] if subject in self.failures else []
        if given["should_stop"]():
            failures.append(Failure(options.url, Cause.CANCELLED))
        yield from failures
        now = clock.now()
        yield Coverage(
            "ldap", "", subject, len(found), len(found), len(found), tuple(failures), not failures, now, now
        )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(scanners.ldap.reading, "read", made.read)
    return made


@pytest.fixture
def directory(cast: Cast) -> Directory:
    account = create_credential(cast.root, CredentialKind.LDAP_BIND)
    made = create_directory(create_site(cast.le_bouscat), name="Annuaire", credential_id=account.id)
    rows = [("ou=CCAS,ou=Bureaux,dc=example", cast.ccas.id), ("OU=Pessac, DC=example", cast.pessac.id)]
    with transaction():
        services.set_units(made, rows, access=everything(), actor=SYSTEM)
    return made


def launch(directory: Directory) -> Run:
    with transaction():
        return launching.read_directory(directory, actor=SYSTEM)


def begin(run: Run) -> JobContext:
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    return open_context(lease)


def read(directory: Directory) -> Run:
    run = launch(directory)
    execute(begin(run))
    return reload(run)


def reload(run: Run) -> Run:
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def absent() -> set[str]:
    rows = db.session.scalars(select(Sighting).where(Sighting.absent_since.is_not(None)))
    return {row.observation["facts"]["name"] for row in rows}


def test_what_stands_in_a_branch_belongs_to_its_entity(
    cast: Cast, directory: Directory, server: Server
) -> None:
    run = read(directory)
    assert (run.state, run.complete, run.read, run.outcome) == (JobState.DONE, True, 4, {"new": 4})
    placed = {row.observation["facts"]["name"]: row.entity_id for row in db.session.scalars(select(Sighting))}
    assert placed == {
        "pc-1": cast.le_bouscat.id, "pc-2": cast.ccas.id, "alice": cast.le_bouscat.id, "bruno": cast.pessac.id,
    }  # fmt: skip


def test_the_password_is_opened_for_the_scanner_only(directory: Directory, server: Server) -> None:
    run = read(directory)
    assert server.options
    assert server.options.password == COMMUNITY
    assert run.job
    assert COMMUNITY not in repr((run.job.payload, run.job.checkpoint, server.options))


def test_who_left_the_directory_is_absent_only_where_everything_was_read(
    directory: Directory, server: Server
) -> None:
    read(directory)
    server.entries["computers"].pop()
    server.entries["people"].pop()
    server.failures["people"] = Cause.HALF_READ
    run = read(directory)
    assert (run.state, run.complete) == (JobState.PARTIAL, False)
    assert absent() == {"pc-2"}
    server.failures.clear()
    assert read(directory).outcome == {"unchanged": 2, "absent": 1}
    assert absent() == {"pc-2", "bruno"}


def test_a_directory_of_which_nothing_could_be_read_is_a_failed_run(
    directory: Directory, server: Server
) -> None:
    server.entries = {"computers": [], "people": []}
    server.failures = dict.fromkeys(("computers", "people"), Cause.INVALID_CREDENTIALS)
    run = read(directory)
    assert (run.state, run.failed) == (JobState.FAILED, 1)
    assert {row.cause for row in db.session.scalars(select(RunResult).where(RunResult.cause != ""))} == {
        "invalid_credentials"
    }
    assert run.ended_at is not None


def test_a_directory_that_is_suddenly_empty_is_not_believed(directory: Directory, server: Server) -> None:
    server.entries["computers"].append(entry("device", "pc-3"))
    read(directory)
    kept, server.entries["computers"] = server.entries["computers"], []
    run = read(directory)
    assert (run.state, run.complete, run.outcome) == (JobState.PARTIAL, False, {"unchanged": 2})
    assert absent() == set()
    (failure,) = db.session.scalars(
        select(RunResult).where(RunResult.run_id == run.id, RunResult.cause != "")
    )
    assert (failure.cause, failure.detail) == ("emptied", "3")
    assert "nothing is concluded" in causes.sentence(failure.cause)
    server.entries["computers"] = kept[:1]
    assert read(directory).outcome == {"unchanged": 3, "absent": 2}


def test_a_directory_that_says_nothing_at_all_any_more_was_read_in_part(
    directory: Directory, server: Server
) -> None:
    server.entries["people"] += [entry("person", "carla"), entry("person", "david")]
    read(directory)
    server.entries = {"computers": [], "people": []}
    assert read(directory).state is JobState.PARTIAL
    # Two computers may well go at once; four people do not.
    assert absent() == {"pc-1", "pc-2"}


def test_a_killed_reading_starts_again_with_the_subject_that_was_not_finished(
    directory: Directory, server: Server
) -> None:
    run = launch(directory)

    def kill_among_people(subject: str) -> None:
        if subject == "people":
            raise Killed

    server.midway = kill_among_people
    with pytest.raises(Killed):
        execute(begin(run))
    db.session.rollback()
    with transaction():
        jobs.locked(run.job_id or 0).lease_until = clock.now() - timedelta(seconds=1)
        jobs.sweep()
    server.midway = lambda _subject: None
    execute(begin(run))
    run = reload(run)
    assert server.read_subjects == ["computers", "people", "people"]
    assert (run.state, run.asked, run.read, run.outcome) == (JobState.DONE, 4, 4, {"new": 4})


def test_a_cancelled_reading_concludes_nothing(directory: Directory, server: Server) -> None:
    read(directory)
    server.entries["computers"].clear()
    run = launch(directory)
    context = begin(run)
    with transaction():
        jobs.cancel(run.job_id or 0, actor=SYSTEM)
    server.midway = lambda _subject: context.stop_soon()
    context.stop_soon()
    execute(context)
    assert (reload(run).state, reload(run).complete) == (JobState.CANCELLED, False)
    assert absent() == set()


def test_only_what_is_wanted_is_read(cast: Cast, server: Server) -> None:
    directory = create_directory(create_site(cast.le_bouscat), read_people=False)
    assert read(directory).read == 2
    assert server.read_subjects == ["computers"]


def test_a_directory_without_an_account_is_read_anonymously(cast: Cast, server: Server) -> None:
    read(create_directory(create_site(cast.le_bouscat)))
    assert server.options
    assert server.options.anonymous


def test_a_server_that_is_not_there_says_so_when_tested(cast: Cast) -> None:
    directory = create_directory(create_site(cast.le_bouscat), url="ldaps://localhost:1")
    answer = directories.test(directory)
    assert isinstance(answer, Failure)
    assert answer.cause in (Cause.NOT_LISTENING, Cause.UNREACHABLE)
