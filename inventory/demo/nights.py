"""The nights' runs of a commune: what each one met, what it linked to the inventory, and what it could not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from inventory.audit.models import ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.demo import trail
from inventory.demo.chance import Chance
from inventory.demo.trail import Act
from inventory.demo.world import World
from inventory.discovery.causes import REFUSALS
from inventory.discovery.models import Outcome, Run, RunKind, RunResult, Sighting, SightingReading
from inventory.discovery.services import READ_DIRECTORY, SCAN
from inventory.discovery.sightings import digest_of
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.jobs.services import BY_SCHEDULE
from inventory.reconciliation.likeness import Sentence
from inventory.reconciliation.models import Link
from scanners.coverage import Cause
from scanners.observation import Observation
from scanners.snmp import kept, tables
from scanners.snmp.collect import Reading

OLD_RULES = "0" * 16
"""The digest of rules that nobody has any more: the demonstration offers to identify again."""
NIGHTS_LISTED = 2
"""The runs that list all that they met; the earlier ones tell what was new or silent."""
NIGHTS_AGO = (29, 22, 15, 8, 5, 4, 3, 2, 1)
BEGINS = time(20, 30, tzinfo=UTC)
FAILURES = {
    Cause.SILENT_OR_WRONG_COMMUNITY: 5,
    Cause.TIMEOUT_MIDWAY: 3,
    Cause.WRONG_DIGEST: 2,
    Cause.AUTHORIZATION: 1,
}
UNREACHABLE_COMMUNE, PARTIAL_SHARE, BY_HAND = "TOU", 0.16, 0.04


@dataclass(frozen=True, slots=True)
class Source:
    """What a run reads: title and scope in words, and the row it belongs to."""

    kind: RunKind
    title: str
    scope: str
    site_id: int
    entity_id: int
    asked: int
    range_id: int | None = None
    directory_id: int | None = None


@dataclass(slots=True)
class Night:
    """One run: its ids are known before its row is written, so that sightings can name it."""

    run_id: int
    public_id: str
    change_set_id: int
    starts: datetime
    source: Source
    outcome: dict[str, int] = field(default_factory=dict)
    siblings: list[Night] = field(default_factory=list, repr=False)
    """All nights of the same source, itself included, oldest first."""

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(seconds=20 + self.source.asked // 12)

    @property
    def actor(self) -> Actor:
        return Actor("run", self.public_id, self.source.title)

    @property
    def act(self) -> Act:
        return Act(self.actor, self.ends, self.change_set_id)

    def count(self, **found: int) -> None:
        """Add to what came of it."""
        for name, number in found.items():
            self.outcome[name] = self.outcome.get(name, 0) + number


def plan(world: World, source: Source, chance: Chance) -> list[Night]:
    """Open the runs of a source, oldest first; each with the change set of what it changes."""
    found: list[Night] = []
    for days in NIGHTS_AGO:
        day = world.order.today - timedelta(days=days)
        starts = datetime.combine(day, BEGINS) + timedelta(seconds=chance.between(0, 3000))
        run_id, public_id = world.rows.reserve(Run), chance.public_id()
        act = Act(Actor("run", public_id, source.title), starts)
        change_set_id = trail.change_set(
            world.rows, ChangeSetKind.RUN, source.title, act=act, entity_id=source.entity_id
        )
        found.append(Night(run_id, public_id, change_set_id, starts, source, siblings=found))
    return found


@dataclass(frozen=True, slots=True)
class Subject:
    """What was seen: the observation, whom it belongs to, first and last night, and what it was recognised as."""

    observation: Observation
    entity_id: int
    first_at: datetime
    last: Night
    asset_id: int | None = None
    person_id: int | None = None
    reason: Sentence | None = None
    credential_id: int | None = None
    absent_since: datetime | None = None
    moved_from: str = ""


def keep(world: World, subject: Subject, public_id: str, *, told: Observation | None = None) -> int:
    """Write a sighting, and its link where it is recognised; returns the sighting's id.

    `told` is the same observation with what was worked out once all others were known.
    """
    observation, last = told or subject.observation, subject.last
    source = last.source
    found = observation.to_json()
    sighting_id = world.rows.add(
        Sighting,
        public_id=public_id,
        source=observation.source,
        site_code=observation.site,
        source_key=observation.source_key,
        subject=observation.subject,
        entity_id=subject.entity_id,
        target=observation.target,
        digest=digest_of(observation),
        observation=found,
        credential_id=subject.credential_id,
        first_seen_at=subject.first_at,
        last_seen_at=last.ends,
        last_run_id=last.run_id,
        range_id=source.range_id,
        directory_id=source.directory_id,
        absent_since=subject.absent_since,
    )
    if observation.source == "snmp":
        _keep_results(world, subject, sighting_id)
    if subject.reason is not None:
        world.rows.add(
            Link,
            sighting_id=sighting_id,
            asset_id=subject.asset_id,
            person_id=subject.person_id,
            reason=subject.reason[0],
            params=subject.reason[1],
            linked_at=subject.first_at,
        )
    return sighting_id


def _keep_results(world: World, subject: Subject, sighting_id: int) -> None:
    """Say in the latest runs of its range what came of a device, and in the one that met it first that it was new."""
    nights = subject.last.siblings
    for night in nights:
        is_first = night.ends == subject.first_at
        is_silent = subject.absent_since is not None and night.starts == subject.absent_since
        is_met = subject.first_at <= night.ends <= subject.last.ends
        moved_from = subject.moved_from if night is subject.last else ""
        if not (is_first or is_silent or (is_met and night in nights[-NIGHTS_LISTED:])):
            continue
        outcome = Outcome.SILENT if is_silent else Outcome.NEW if is_first else Outcome.UNCHANGED
        world.rows.add(
            RunResult,
            run_id=night.run_id,
            target=subject.observation.target,
            outcome=Outcome.MOVED if moved_from else outcome,
            moved_from=moved_from,
            cause=Cause.SILENT.value if is_silent else "",
            changes=[],
            sighting_id=sighting_id,
            credential_id=None if is_silent else subject.credential_id,
            at=night.ends,
        )


def keep_reading(world: World, subject: Subject, sighting_id: int) -> None:
    """Keep the objects of a device that says no more than its description, so that it can be identified again."""
    facts = subject.observation.facts
    if "object_id" not in facts or "description" not in facts or "kind" in facts:
        return
    said = Reading(
        subject.observation.target,
        {
            tables.SYS_DESCR: {(0,): str(facts["description"]).encode()},
            tables.SYS_OBJECT_ID: {(0,): tables.oid(str(facts["object_id"]))},
        },
    )
    world.rows.add(
        SightingReading, sighting_id=sighting_id, objects=kept.pack(said), kept_at=subject.last.ends
    )


def close(world: World, nights: Sequence[Night], seen: int, chance: Chance) -> None:
    """Write the runs with their jobs, now that what they met is known: whole ones, partial ones, a failed one."""
    partial = chance.happens(PARTIAL_SHARE) and nights[0].source.kind is RunKind.SNMP
    for place, night in enumerate(nights):
        unreachable = UNREACHABLE_COMMUNE in night.source.title and place == len(nights) - 2
        failures = _failures(night, chance) if partial and place >= len(nights) - 3 else []
        cut_off = any(cause not in REFUSALS for _target, cause in failures)
        state = JobState.FAILED if unreachable else JobState.PARTIAL if cut_off else JobState.DONE
        read = 0 if unreachable else seen
        if read:
            night.count(
                unchanged=max(
                    0, read - sum(night.outcome.get(name, 0) for name in ("new", "changed", "moved"))
                )
            )
        if unreachable:
            failures = [(night.source.scope.partition("/")[0], Cause.UNREACHABLE)]
        _write(world, night, (state, read), failures, chance=chance)


def count_entries(runs: Sequence[Night], entries: int) -> None:
    """Say of the directory's runs how many entries they read, once all communes have been listed."""
    for night in runs:
        found = {"asked": entries, "answered": entries, "read": entries, "outcome": {"unchanged": entries}}
        db.session.execute(update(Run).where(Run.id == night.run_id).values(**found))
        progress = {"done": entries, "total": entries, "answered": entries}
        job_id = select(Run.job_id).where(Run.id == night.run_id).scalar_subquery()
        db.session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(progress=progress)
            .execution_options(synchronize_session=False)
        )


def _failures(night: Night, chance: Chance) -> list[tuple[str, Cause]]:
    start = night.source.scope.partition("/")[0].rpartition(".")[0]
    return [
        (f"{start}.{chance.between(2, 250)}", chance.weighted(FAILURES)) for _ in range(chance.between(1, 6))
    ]


def _write(
    world: World, night: Night, came: tuple[JobState, int], failures: list[tuple[str, Cause]], *, chance: Chance
) -> None:  # fmt: skip
    (state, read), source = came, night.source
    answered = read + len([one for one in failures if one[1] is not Cause.UNREACHABLE])
    requested_by = chance.one(world.technicians).label if chance.happens(BY_HAND) else BY_SCHEDULE
    job_id = _write_job(
        world, night, state, answered, requested_by=requested_by, public_id=chance.public_id()
    )
    columns: dict[str, Any] = {
        "id": night.run_id, "public_id": night.public_id, "kind": source.kind, "title": source.title,
        "scope": source.scope, "requested_by": requested_by, "site_id": source.site_id,
        "entity_id": source.entity_id, "range_id": source.range_id, "directory_id": source.directory_id,
        "job_id": job_id, "change_set_id": night.change_set_id, "asked": source.asked, "answered": answered,
        "rules": OLD_RULES if source.kind is RunKind.SNMP else "", "read": read, "failed": len(failures), "complete": state is JobState.DONE, "started_at": night.starts,
        "ended_at": night.ends, "worked_ms": (night.ends - night.starts) // timedelta(milliseconds=1), "outcome": {name: number for name, number in night.outcome.items() if number},
    }  # fmt: skip
    world.rows.add(Run, **columns)
    for target, cause in failures:
        world.rows.add(
            RunResult,
            run_id=night.run_id,
            target=target,
            outcome=Outcome.FAILED,
            cause=cause.value,
            at=night.ends,
        )


def _write_job(
    world: World, night: Night, state: JobState, answered: int, *, requested_by: str, public_id: str
) -> int:  # fmt: skip
    source = night.source
    scan = source.kind is RunKind.SNMP
    payload = {"range_id": source.range_id} if scan else {"directory_id": source.directory_id}
    kind, failed = (SCAN if scan else READ_DIRECTORY), state is JobState.FAILED
    job_id = world.rows.add(
        Job,
        public_id=public_id,
        kind=kind,
        title=source.title,
        queue=f"site.{source.title.rpartition(' ')[2]}",
        entity_id=source.entity_id,
        payload={**payload, "dedupe_key": f"{kind}:{next(iter(payload.values()))}"},
        state=state,
        progress={"done": source.asked, "total": source.asked, "answered": answered},
        attempts=1,
        run_after=night.starts,
        requested_by=requested_by,
        created_at=night.starts - timedelta(seconds=2),
        started_at=night.starts,
        ended_at=night.ends,
        error=Cause.UNREACHABLE.sentence() if failed else None,
    )
    if failed:
        words = Cause.UNREACHABLE.sentence()
        world.rows.add(JobEvent, job_id=job_id, at=night.ends, level="error", message=words)
    return job_id
