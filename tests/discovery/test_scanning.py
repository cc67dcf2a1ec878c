"""A range scanned chunk by chunk: resumed after a kill, cancelled, partial, and what may be concluded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import current_app
from sqlalchemy import select

import scanners.presence
import scanners.snmp
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.discovery import addresses, launching, runs, scanning
from inventory.discovery.models import AddressRange, Outcome, Run, RunResult, Sighting
from inventory.discovery.rules import PROFILES_FOLDER
from inventory.jobs import leases, schedules, services
from inventory.jobs.context import JobContext, open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobEvent, JobState, Schedule
from scanners.coverage import Cause, Coverage, Failure
from scanners.observation import Identifier, Observation
from scanners.presence import PresenceOptions
from scanners.snmp import Progress, ScanOptions
from tests.discovery.making import COMMUNITY, create_credential, create_range, create_site, observe
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")


class Killed(BaseException):
    """What a killed process never gets to handle."""


class Network:
    """Devices by address, standing in for the scanner; asked addresses are counted."""

    def __init__(self) -> None:
        self.devices: dict[str, Observation] = {}
        self.failures: dict[str, Cause] = {}
        self.asked: list[str] = []
        self.preferred: dict[str, str] = {}
        self.options: ScanOptions | None = None
        self.before_chunk: Callable[[int], None] = lambda _number: None
        self.midway: Callable[[], None] = lambda: None
        self.chunks = 0

    def plug_in(self, *numbers: int, **values: Any) -> None:
        for n in numbers:
            one = observe(n, **values)
            self.devices[one.target] = one

    def scan(self, targets: Sequence[str], options: ScanOptions, **given: Any) -> Iterator[Any]:
        self.chunks += 1
        self.before_chunk(self.chunks)
        self.options, self.preferred = options, given["preferred"]
        spans = addresses.parse(",".join(targets))
        asked = [str(IPv4Address(n)) for span in spans for n in range(span.first, span.last + 1)]
        self.asked += asked
        found = [self.devices[one] for one in asked if one in self.devices]
        given["on_progress"](Progress(len(asked), len(asked), len(found), len(found), 0, "sweep"))
        for one in found:
            yield one
            self.midway()
        failures = [Failure(one, self.failures[one]) for one in asked if one in self.failures]
        known = given["preferred"]
        failures += [Failure(one, Cause.SILENT) for one in asked if one in known and one not in self.devices]
        yield from failures
        now = datetime.now(UTC)
        stopped = given["should_stop"]()
        complete = not failures and not stopped
        yield Coverage(
            "snmp", "", "", len(asked), len(found), len(found), tuple(failures), complete, now, now
        )


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()
    monkeypatch.setattr(scanners.snmp, "scan", made.scan)
    return made


@pytest.fixture
def range_(cast: Cast) -> AddressRange:
    """Three chunks of addresses."""
    credential = create_credential(cast.le_bouscat, name="public")
    return create_range(
        create_site(cast.le_bouscat), name="Mairie", addresses="10.1.0.1-10.1.2.188", rate=10,
        credential_ids=[credential.id],
    )  # fmt: skip


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], PresenceOptions]]:
    """What each look was asked: targets and options."""
    asked: list[tuple[list[str], PresenceOptions]] = []

    def look(targets: Sequence[str], options: PresenceOptions, **_given: Any) -> Iterator[Any]:
        asked.append((list(targets), options))
        return iter(())

    monkeypatch.setattr(scanners.presence, "look", look)
    return asked


@pytest.fixture
def told(hooks: dict[str, dict[str, Callable[..., Any]]]) -> dict[str, list[list[int]]]:
    """What the features to the right were told."""
    calls: dict[str, list[list[int]]] = {"sightings.stored": [], "sightings.absent": []}
    for name, heard in calls.items():
        hooks[name]["test"] = lambda sighting_ids, heard=heard, **_rest: heard.append(sighting_ids)
    return calls


def launch(range_: AddressRange) -> Run:
    with transaction():
        return launching.scan_range(range_, actor=SYSTEM)


def begin(run: Run) -> JobContext:
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    return open_context(lease)


def scan(range_: AddressRange) -> Run:
    run = launch(range_)
    execute(begin(run))
    return reload(run)


def reload(run: Run) -> Run:
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def expire(run: Run) -> None:
    db.session.rollback()
    with transaction():
        services.locked(run.job_id or 0).lease_until = clock.now() - timedelta(seconds=1)
        services.sweep()


def absent() -> list[str]:
    return list(db.session.scalars(select(Sighting.source_key).where(Sighting.absent_since.is_not(None))))


def test_a_scan_asks_every_address_once_and_counts_what_came_of_it(
    range_: AddressRange, network: Network, told: dict[str, list[list[int]]]
) -> None:
    network.plug_in(1, 2, 300)
    run = scan(range_)
    assert len(network.asked) == len(set(network.asked)) == 700
    assert network.chunks == 3
    assert (run.asked, run.answered, run.read, run.failed) == (700, 3, 3, 0)
    assert (run.state, run.complete, run.outcome) == (JobState.DONE, True, {"new": 3})
    assert run.ended_at is not None
    assert run.job
    assert run.job.progress["done"] == run.job.progress["total"] == 700
    assert sorted(chain(*told["sightings.stored"])) == sorted(db.session.scalars(select(Sighting.id)))


def test_the_second_night_finds_nothing_new_and_tells_nobody(
    range_: AddressRange, network: Network, told: dict[str, list[list[int]]]
) -> None:
    network.plug_in(1, 2, 300)
    scan(range_)
    told["sightings.stored"].clear()
    run = scan(range_)
    assert run.outcome == {"unchanged": 3}
    assert told == {"sightings.stored": [], "sightings.absent": []}


def test_the_secret_is_opened_for_the_scanner_only(range_: AddressRange, network: Network) -> None:
    run = scan(range_)
    assert network.options
    assert network.options.credentials[0].name == COMMUNITY  # type: ignore[union-attr]
    assert run.job
    assert COMMUNITY not in repr((run.job.payload, run.job.checkpoint, run.job.progress, network.options))


def test_a_scan_that_was_killed_midway_goes_on_and_counts_nothing_twice(
    range_: AddressRange, network: Network, told: dict[str, list[list[int]]]
) -> None:
    network.plug_in(*range(20), *range(300, 320), *range(550, 560))
    run = launch(range_)

    def kill_in_the_second(chunk: int) -> None:
        if chunk == 2:
            raise Killed

    network.before_chunk = kill_in_the_second
    with pytest.raises(Killed):
        execute(begin(run))
    expire(run)
    network.before_chunk = lambda _number: None
    network.asked.clear()
    execute(begin(run))
    run = reload(run)
    assert len(network.asked) == 700 - 256, "the first chunk is not asked again"
    assert (run.asked, run.answered, run.read) == (700, 50, 50)
    assert (run.state, run.outcome) == (JobState.DONE, {"new": 50})
    assert db.session.query(ChangeSet).count() == 1


def test_a_batch_stored_before_a_kill_is_not_counted_again(range_: AddressRange, network: Network) -> None:
    network.plug_in(1, 2, 3)
    run = launch(range_)
    context = begin(run)
    with context.transaction():
        run = db.session.get_one(Run, run.id)
        origin = runs.sightings.Origin(
            run_id=run.id, site_code=range_.site.code, at=clock.now(), range_id=range_.id,
            place=lambda _one: runs.sightings.Placement(range_.entity_id),
        )  # fmt: skip
        runs.take_in(run, [observe(1), observe(2)], origin)
    expire(run)
    execute(begin(run))
    assert (reload(run).read, reload(run).outcome) == (3, {"new": 3})


def test_editing_the_range_does_not_change_a_scan_under_way(range_: AddressRange, network: Network) -> None:
    run = launch(range_)

    def kill_and_edit(chunk: int) -> None:
        if chunk == 2:
            raise Killed

    network.before_chunk = kill_and_edit
    with pytest.raises(Killed):
        execute(begin(run))
    db.session.rollback()
    with transaction():
        db.session.get_one(AddressRange, range_.id).addresses = "10.9.0.0/30"
    expire(run)
    network.before_chunk = lambda _number: None
    execute(begin(run))
    assert reload(run).asked == 700
    assert "10.9.0.1" not in network.asked


def test_what_a_complete_scan_no_longer_meets_is_absent(
    range_: AddressRange, network: Network, told: dict[str, list[list[int]]]
) -> None:
    network.plug_in(1, 2, 300)
    scan(range_)
    del network.devices[observe(2).target]
    run = scan(range_)
    assert run.outcome == {"unchanged": 2, "absent": 1, "silent": 1}
    assert absent() == [observe(2).source_key]
    assert len(told["sightings.absent"]) == 1
    scan(range_)
    assert len(told["sightings.absent"]) == 1, "it is said once"
    network.plug_in(2)
    assert scan(range_).outcome == {"unchanged": 2, "returned": 1}
    assert absent() == []


def test_a_scan_that_could_not_read_everything_is_partial_and_concludes_nothing(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 2, 300)
    scan(range_)
    del network.devices[observe(2).target]
    network.failures["10.1.1.9"] = Cause.UNREACHABLE
    run = scan(range_)
    assert (run.state, run.complete, run.failed) == (JobState.PARTIAL, False, 1)
    failure = db.session.scalars(select(RunResult).where(RunResult.outcome == Outcome.FAILED)).one()
    assert (failure.target, failure.cause) == ("10.1.1.9", "unreachable")
    assert absent() == []


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.SILENT_OR_WRONG_COMMUNITY, Cause.WRONG_DIGEST])
def test_a_device_that_refuses_makes_no_range_partial_and_is_not_called_absent(
    range_: AddressRange, network: Network, cause: Cause
) -> None:
    network.plug_in(1, 2, 300)
    scan(range_)
    refusing, gone = observe(2), observe(300)
    del network.devices[refusing.target], network.devices[gone.target]
    network.failures[refusing.target] = cause
    run = scan(range_)
    assert (run.state, run.complete, run.failed) == (JobState.DONE, True, 1)
    failure = db.session.scalars(select(RunResult).where(RunResult.outcome == Outcome.FAILED)).one()
    assert (failure.target, failure.cause) == (refusing.target, cause.value)
    assert absent() == [gone.source_key], "the rest was asked: what is gone is said"


def test_a_range_in_which_all_refuse_was_not_read(range_: AddressRange, network: Network) -> None:
    network.plug_in(1, 2, 300)
    scan(range_)
    network.failures = dict.fromkeys(network.devices, Cause.SILENT_OR_WRONG_COMMUNITY)
    network.devices.clear()
    run = scan(range_)
    assert (run.state, run.complete, run.failed) == (JobState.PARTIAL, False, 3)
    assert absent() == []


def test_what_lies_outside_of_the_range_now_is_not_called_absent(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 300)
    scan(range_)
    network.devices.clear()
    with transaction():
        db.session.get_one(AddressRange, range_.id).addresses = "10.1.0.1-10.1.0.99"
    scan(range_)
    assert absent() == [observe(1).source_key]


def test_what_another_range_met_meanwhile_is_not_absent(
    cast: Cast, range_: AddressRange, network: Network
) -> None:
    network.plug_in(1)
    scan(range_)
    network.devices.clear()
    network.plug_in(1, target="10.2.0.9")
    wing = create_range(
        range_.site, name="Annexe", addresses="10.2.0.0/24", credential_ids=range_.credential_ids
    )
    scan(wing)
    scan(range_)
    assert absent() == []


@pytest.mark.parametrize(
    ("wish", "state"), [(services.cancel, JobState.CANCELLED), (services.pause, JobState.PAUSED)]
)
def test_a_scan_stops_between_two_devices_when_it_is_told_to(
    range_: AddressRange, network: Network, wish: Callable[..., Job], state: JobState
) -> None:
    network.plug_in(1, 2, 300, 301)
    scan(range_)
    run = launch(range_)
    context = begin(run)
    network.chunks = 0

    def stop_in_the_second(chunk: int) -> None:
        if chunk == 2:
            context.stop_soon()

    network.before_chunk = stop_in_the_second
    with transaction():
        wish(run.job_id, actor=SYSTEM)
    execute(context)
    run = reload(run)
    assert run.state is state
    assert run.asked == 256
    assert run.complete is False
    assert (run.ended_at is not None) is (state is JobState.CANCELLED)
    assert absent() == []


def test_a_paused_scan_that_is_resumed_ends_as_if_it_had_never_stopped(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 2, 300, 301)
    run = launch(range_)
    context = begin(run)
    network.before_chunk = lambda chunk: context.stop_soon() if chunk == 2 else None
    with transaction():
        services.pause(run.job_id or 0, actor=SYSTEM)
    execute(context)
    network.before_chunk = lambda _number: None
    db.session.rollback()
    with transaction():
        services.resume(run.job_id or 0, actor=SYSTEM)
    execute(begin(run))
    run = reload(run)
    assert (run.state, run.complete, run.asked, run.read, run.outcome) == (
        JobState.DONE,
        True,
        700,
        4,
        {"new": 4},
    )


def test_a_worker_that_lost_its_job_midway_writes_nothing_more(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1)
    run = launch(range_)
    context = begin(run)
    with transaction():
        services.locked(run.job_id or 0).owner = "another worker"
    execute(context)
    assert db.session.query(Sighting).count() == 0
    assert reload(run).state is JobState.RUNNING


def test_the_credential_that_a_device_answered_to_is_tried_first_the_next_time(
    cast: Cast, range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, evidence={"credential": "public"})
    network.plug_in(2)
    scan(range_)
    scan(range_)
    assert network.preferred == {observe(1).target: "public"}


def test_everything_that_follows_from_a_run_is_in_its_one_change_set(
    range_: AddressRange, network: Network, hooks: dict[str, dict[str, Callable[..., Any]]]
) -> None:
    from inventory.audit import services as audit

    def write_to_the_trail(sighting_ids: list[int], actor: Any, run_id: int) -> None:
        audit.record("updated", "test", range_, {"seen": [0, len(sighting_ids)]}, actor=actor)  # type: ignore[arg-type]

    hooks["sightings.stored"]["test"] = write_to_the_trail
    network.plug_in(1, 300, 600)
    run = scan(range_)
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.object_type == "test")).all()
    assert len(records) == 3
    assert {record.change_set_id for record in records} == {run.change_set_id}
    assert {record.actor_id for record in records} == {run.public_id}


def test_a_scheduled_scan_opens_its_own_run(range_: AddressRange, network: Network) -> None:
    network.plug_in(1)
    with transaction():
        plan = {
            "title": "Mairie", "kind": "discovery.scan", "payload": {"range_id": range_.id},
            "dedupe_key": f"discovery.scan:{range_.id}", "cron": "0 3 * * *", "time_zone": "Europe/Paris",
        }  # fmt: skip
        schedule = schedules.save(None, plan, actor=SYSTEM, entity_id=range_.entity_id)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        with transaction():
            job = schedules.fire(schedule.id)
        assert job
        with transaction():
            lease = leases.claim(None, "worker")
        assert lease
        execute(open_context(lease))
    run = db.session.scalars(select(Run)).one()
    assert (run.job_id, run.read, run.state) == (job.id, 1, JobState.DONE)
    assert db.session.get_one(Schedule, schedule.id).last_due_at is not None


def test_a_scan_whose_credentials_are_gone_fails_with_a_sentence(
    range_: AddressRange, network: Network
) -> None:
    run = launch(range_)
    with transaction():
        db.session.get_one(AddressRange, range_.id).credential_ids = []
    execute(begin(run))
    run = reload(run)
    assert run.state is JobState.FAILED
    assert run.ended_at is not None
    assert run.job
    assert "no credential" in (run.job.error or "")


PROFILE = """
[[profile]]
name = "Town hall clocks"
when.object_id = "99990"
kind = "other"
"""


@pytest.fixture
def own_profile() -> Iterator[Path]:
    """A file in the instance's folder of profiles, which is gone afterwards."""
    folder = Path(current_app.instance_path) / PROFILES_FOLDER
    folder.mkdir()
    yield folder / "own.toml"
    shutil.rmtree(folder)


def test_the_profiles_of_the_instance_folder_are_used_beside_the_shipped_ones(
    range_: AddressRange, network: Network, own_profile: Path
) -> None:
    own_profile.write_text(PROFILE)
    scan(range_)
    assert network.options is not None
    names = {one.name for one in network.options.profiles.all}
    assert {"Town hall clocks", "Synology DiskStation"} <= names


def test_a_scan_with_a_wrong_profile_fails_and_names_it(
    range_: AddressRange, network: Network, own_profile: Path
) -> None:
    own_profile.write_text(PROFILE.replace("other", "toaster"))
    run = launch(range_)
    execute(begin(run))
    run = reload(run)
    assert run.state is JobState.FAILED
    assert run.job
    assert "own.toml, profile Town hall clocks" in (run.job.error or "")
    assert network.asked == []


def test_who_was_heard_is_not_looked_for(
    network: Network, range_: AddressRange, looks: list[tuple[list[str], PresenceOptions]]
) -> None:
    network.plug_in(1, 2, 300)
    execute(begin(launch(range_)))
    heard = {one.target for one in network.devices.values()}
    assert len(looks) == 3
    assert all(
        not addresses.contains(addresses.parse(",".join(asked)), one)
        for asked, _options in looks
        for one in heard
    )
    assert not any(options.multicast or options.tcp_hints for _asked, options in looks)


def test_groups_are_asked_once_however_many_parts_a_range_has(
    network: Network, range_: AddressRange, looks: list[tuple[list[str], PresenceOptions]]
) -> None:
    with transaction():
        db.session.get_one(AddressRange, range_.id).tcp_hints = True
        db.session.get_one(AddressRange, range_.id).site.multicast = True
    execute(begin(launch(range_)))
    assert [(options.echo, options.multicast, options.tcp_hints) for _asked, options in looks] == [
        *[(True, False, True)] * 3,
        (False, True, False),
    ]
    assert addresses.count(addresses.parse(",".join(looks[-1][0]))) == addresses.count(
        addresses.parse(range_.addresses)
    )


def test_a_name_server_that_answers_nothing_is_waited_for_once_a_run(
    network: Network, range_: AddressRange, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def look(targets: Sequence[str], options: PresenceOptions, **_given: Any) -> Iterator[Any]:
        asked.append(options.reverse_dns)
        silent = (Failure("10.1.0.0/22", Cause.NO_NAME_SERVER),) if options.reverse_dns else ()
        yield Coverage("presence", "", "", 256, 0, 0, silent, not silent, clock.now(), clock.now())

    monkeypatch.setattr(scanners.presence, "look", look)
    run = scan(range_)
    assert asked == [True, False, False]
    assert (run.state, run.failed) == (JobState.DONE, 0), (
        "names are extra: the devices were read all the same"
    )
    assert "name server" in " ".join(db.session.scalars(select(JobEvent.message)))


@pytest.fixture
def office(cast: Cast) -> AddressRange:
    """Three chunks of addresses that are closed on working days from 8 to 18."""
    credential = create_credential(cast.le_bouscat, name="public")
    return create_range(
        create_site(cast.le_bouscat), name="Mairie", addresses="10.1.0.1-10.1.2.188", rate=10,
        credential_ids=[credential.id], blackout="lun-ven 8h-18h",
    )  # fmt: skip


MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""10:00 and 18:00 in Paris."""


def job_of(run: Run) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, run.job_id, populate_existing=True)


def test_a_scan_due_in_black_out_hours_waits_for_their_end_and_says_so(
    office: AddressRange, network: Network
) -> None:
    network.plug_in(1, 300)
    with time_machine.travel(MONDAY_MORNING, tick=False) as clocks:
        run = launch(office)
        execute(begin(run))
        job = job_of(run)
        assert (job.state, job.run_after, job.error) == (JobState.QUEUED, MONDAY_EVENING, None)
        assert network.asked == []
        event = db.session.scalars(select(JobEvent).where(JobEvent.job_id == job.id)).one()
        assert event.params == {"until": "2026-11-23 18:00"}
        assert leases.claim(None, "worker") is None, "nobody takes it before"
        clocks.move_to(MONDAY_EVENING)
        execute(begin(run))
    assert (reload(run).state, reload(run).asked) == (JobState.DONE, 700)


def test_a_scan_pauses_when_the_hours_begin_and_goes_on_after_them_where_it_was(
    office: AddressRange, network: Network
) -> None:
    network.plug_in(1, 300, 301)
    with time_machine.travel(MONDAY_MORNING - timedelta(hours=2, minutes=1), tick=False) as clocks:
        run = launch(office)
        context = begin(run)

        def work_begins(chunk: int) -> None:
            if chunk == 2:
                clocks.move_to(MONDAY_MORNING - timedelta(hours=2))

        network.before_chunk = work_begins
        execute(context)
        assert (job_of(run).state, job_of(run).run_after) == (JobState.QUEUED, MONDAY_EVENING)
        assert (reload(run).asked, reload(run).ended_at) == (256, None)
        network.before_chunk = lambda _number: None
        network.asked.clear()
        clocks.move_to(MONDAY_EVENING)
        execute(begin(run))
    assert len(network.asked) == 700 - 256
    assert (reload(run).state, reload(run).outcome) == (JobState.DONE, {"new": 3})


def test_a_person_may_scan_in_black_out_hours_all_the_same(office: AddressRange, network: Network) -> None:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        run = launch(office)
        execute(begin(run))
        with transaction():
            launching.scan_anyway(run, actor=SYSTEM)
        assert job_of(run).run_after == MONDAY_MORNING
        execute(begin(run))
    assert (reload(run).state, reload(run).asked) == (JobState.DONE, 700)
    with pytest.raises(Refused), transaction():
        launching.scan_anyway(reload(run), actor=SYSTEM)


def test_what_a_person_wishes_comes_before_the_end_of_black_out_hours(
    office: AddressRange, network: Network
) -> None:
    with time_machine.travel(MONDAY_MORNING, tick=False):
        run = launch(office)
        context = begin(run)
        with transaction():
            services.cancel(run.job_id or 0, actor=SYSTEM)
        execute(context)
    assert reload(run).state is JobState.CANCELLED


def results_of(run: Run) -> dict[str, Outcome]:
    rows = db.session.scalars(select(RunResult).where(RunResult.run_id == run.id))
    return {row.target: row.outcome for row in rows}


def test_each_device_that_answered_has_one_row_and_dead_space_has_none(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 2, 300, evidence={"credential": "public"})
    network.failures["10.1.0.99"] = Cause.UNKNOWN_USER
    run = scan(range_)
    assert results_of(run) == {
        **{observe(n).target: Outcome.NEW for n in (1, 2, 300)},
        "10.1.0.99": Outcome.FAILED,
    }
    rows = db.session.scalars(select(RunResult).where(RunResult.outcome == Outcome.NEW)).all()
    assert all(row.sighting and row.credential and row.credential.name == "public" for row in rows)


def test_the_second_run_says_what_moved_changed_is_silent_and_is_as_it_was(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 2, 3, 4, evidence={"credential": "public"})
    scan(range_)
    network.devices.clear()
    network.plug_in(1)
    network.plug_in(2, target="10.1.2.7")
    network.plug_in(3, facts={"firmware": "2.0"})
    run = scan(range_)
    assert results_of(run) == {
        observe(1).target: Outcome.UNCHANGED, "10.1.2.7": Outcome.MOVED, observe(3).target: Outcome.CHANGED,
        observe(4).target: Outcome.SILENT,
    }  # fmt: skip
    assert run.outcome == {"unchanged": 1, "moved": 1, "changed": 1, "silent": 1, "absent": 1}
    assert (run.state, run.failed) == (JobState.DONE, 0), "that a known device says nothing is an answer"
    moved = db.session.scalars(select(RunResult).where(RunResult.outcome == Outcome.MOVED)).one()
    assert moved.moved_from == observe(2).target


def test_a_device_that_answers_at_another_of_its_own_addresses_has_not_moved(
    range_: AddressRange, network: Network
) -> None:
    both = (Identifier("serial", "SN000001", "lexmark"),
            *(Identifier("ip", address, "") for address in (observe(1).target, "10.1.2.7")))  # fmt: skip
    network.plug_in(1, identifiers=both)
    scan(range_)
    network.devices.clear()
    network.plug_in(1, identifiers=both, target="10.1.2.7")
    assert scan(range_).outcome == {"unchanged": 1}


def test_the_unchanged_are_forgotten_after_three_months_and_their_number_is_not(
    range_: AddressRange, network: Network
) -> None:
    network.plug_in(1, 2)
    scan(range_)
    old = scan(range_)
    assert len(results_of(old)) == 2
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        scan(range_)
    assert results_of(old) == {}
    assert reload(old).outcome == {"unchanged": 2}


def test_a_cancelled_scan_says_what_it_did_not_ask(range_: AddressRange, network: Network) -> None:
    run = launch(range_)
    context = begin(run)
    network.before_chunk = lambda chunk: context.stop_soon() if chunk == 2 else None
    with transaction():
        services.cancel(run.job_id or 0, actor=SYSTEM)
    execute(context)
    run = reload(run)
    assert (run.unasked, run.unasked_count) == ("10.1.1.1-10.1.2.188", 700 - 256)


def test_progress_says_how_many_a_second_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.5, 2.0, 2.0, 64.0])
    monkeypatch.setattr(scanning.time, "monotonic", lambda: next(now))
    pace = scanning.Pace(1000)
    assert pace.rates(0, 0) == (None, None)
    assert pace.rates(50, 1) == (None, None), "half a second says nothing"
    assert pace.rates(200, 4) == (100.0, 2.0)
    assert pace.rates(200, 4) == (100.0, 2.0)
    assert pace.rates(820, 4) == (10.0, 0.0), "over the last minute, as far as two moments span it"
