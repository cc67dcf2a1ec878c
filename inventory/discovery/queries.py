"""Reads sites, ranges, directories, runs and sightings within a scope."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import db, lookup
from inventory.discovery.models import (
    AddressRange,
    Credential,
    CredentialKind,
    Directory,
    Outcome,
    Presence,
    Run,
    RunKind,
    RunResult,
    Sighting,
    SightingRevision,
    Site,
)
from inventory.jobs.models import Job, JobEvent, JobState, Schedule
from inventory.organization import queries as organization
from inventory.search.folding import with_colons

FINDINGS_SHOWN = 20
FAILURES_SHOWN = 200
MOST_MAKERS = 200
HISTORY_SHOWN = 8


def sites(entity_ids: Collection[int]) -> list[Site]:
    """Return the sites of these entities by code."""
    statement = select(Site).where(Site.entity_id.in_(entity_ids)).options(joinedload(Site.entity))
    return list(db.session.scalars(statement.order_by(Site.code)))


def site_by_code(code: str) -> Site | None:
    """Return the site of a code, or None."""
    return db.session.scalar(select(Site).where(Site.code == code.strip().upper()))


def ranges(entity_ids: Collection[int]) -> list[AddressRange]:
    """Return the ranges of these entities by site and name."""
    statement = (
        select(AddressRange)
        .join(AddressRange.site)
        .where(AddressRange.entity_id.in_(entity_ids))
        .options(joinedload(AddressRange.site), joinedload(AddressRange.entity))
        .order_by(Site.code, AddressRange.name)
    )
    return list(db.session.scalars(statement))


def ranges_of_site(site_id: int) -> list[AddressRange]:
    """Return all ranges of a site."""
    return list(db.session.scalars(select(AddressRange).where(AddressRange.site_id == site_id)))


def range_named(name: str, site_code: str | None = None) -> list[AddressRange]:
    """Return the ranges of a name, at one site if its code is given."""
    statement = select(AddressRange).join(AddressRange.site).where(AddressRange.name == name)
    if site_code:
        statement = statement.where(Site.code == site_code.strip().upper())
    return list(db.session.scalars(statement))


def directories(entity_ids: Collection[int]) -> list[Directory]:
    """Return the directories of these entities by name."""
    statement = (
        select(Directory)
        .where(Directory.entity_id.in_(entity_ids))
        .options(joinedload(Directory.site), joinedload(Directory.entity), selectinload(Directory.units))
        .order_by(Directory.name)
    )
    return list(db.session.scalars(statement))


def directory_named(name: str) -> Directory | None:
    """Return the directory of a name, or None."""
    return db.session.scalar(select(Directory).where(Directory.name == name))


def credentials(
    entity_ids: Collection[int], kinds: Sequence[CredentialKind] | None = None
) -> list[Credential]:
    """Return the credentials of these entities by name, of some kinds only if given."""
    statement = (
        select(Credential).where(Credential.entity_id.in_(entity_ids)).options(joinedload(Credential.entity))
    )
    if kinds is not None:
        statement = statement.where(Credential.kind.in_(kinds))
    return list(db.session.scalars(statement.order_by(Credential.name)))


def credentials_by_id(ids: Collection[int]) -> list[Credential]:
    """Return credentials by their ids, in no order."""
    return list(db.session.scalars(select(Credential).where(Credential.id.in_(ids))))


def schedules_of(rows: Sequence[AddressRange | Directory]) -> dict[int, Schedule]:
    """Return the schedules of ranges and directories by their id."""
    ids = {row.schedule_id for row in rows if row.schedule_id}
    return {row.id: row for row in db.session.scalars(select(Schedule).where(Schedule.id.in_(ids)))}


def last_runs(column: Any, ids: Collection[int]) -> dict[int, Run]:
    """Return the latest run for each value of `column` (Run.range_id or Run.directory_id)."""
    latest = select(func.max(Run.id)).where(column.in_(ids)).group_by(column)
    rows = db.session.scalars(select(Run).where(Run.id.in_(latest)).options(joinedload(Run.job)))
    return {getattr(row, column.key): row for row in rows}


def run_of_job(job_id: int) -> Run | None:
    """Return the run that a job does, or None before it began."""
    return db.session.scalar(select(Run).where(Run.job_id == job_id))


def runs(scope: Scope) -> Select[Any]:
    """Return the runs of the scope's entities."""
    return (
        select(Run)
        .where(organization.within(Run.entity_id, scope))
        .options(joinedload(Run.job), joinedload(Run.site), joinedload(Run.entity))
    )


def of_range(statement: Select[Any], public_id: str) -> Select[Any]:
    """Keep the runs of one range."""
    return statement.where(Run.range.has(AddressRange.public_id == public_id))


def range_name(public_id: str) -> str | None:
    """Return the name of a range, None for no range."""
    return db.session.scalar(select(AddressRange.name).where(AddressRange.public_id == public_id))


def troubled(statement: Select[Any], days: int) -> Select[Any]:
    """Keep the runs of the last `days` days that ended without reading everything."""
    ended_badly = Run.job.has(Job.state.in_((JobState.PARTIAL, JobState.FAILED, JobState.DEAD)))
    loaded_in_part = and_(Run.job_id.is_(None), Run.ended_at.is_not(None), Run.complete.is_(False))
    since = clock.now() - timedelta(days=days)
    return statement.where(Run.started_at >= since, or_(ended_badly, loaded_in_part))


def failures_by_cause(run: Run) -> list[tuple[str, int, list[RunResult]]]:
    """Return (cause, how many, the first of them) of a run, the most frequent first."""
    failed = RunResult.run_id == run.id, RunResult.outcome == Outcome.FAILED
    counts = db.session.execute(
        select(RunResult.cause, func.count())
        .where(*failed)
        .group_by(RunResult.cause)
        .order_by(func.count().desc(), RunResult.cause)
    ).all()
    shown = db.session.scalars(
        select(RunResult).where(*failed).order_by(RunResult.target_order, RunResult.id).limit(FAILURES_SHOWN)
    ).all()
    return [(cause, number, [row for row in shown if row.cause == cause]) for cause, number in counts]


def results(run: Run, entity_ids: Collection[int]) -> Select[Any]:
    """Return what came of a run's targets, as far as what stands there belongs to these entities."""
    seen = or_(RunResult.sighting_id.is_(None), Sighting.entity_id.in_(entity_ids))
    return (
        select(RunResult)
        .outerjoin(RunResult.sighting)
        .where(RunResult.run_id == run.id, seen)
        .options(contains_eager(RunResult.sighting), joinedload(RunResult.credential))
    )


def matching_results(statement: Select[Any], text: str) -> Select[Any]:
    """Keep targets whose address, name, model or serial holds the text."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    facts = Sighting.observation["facts"]
    texts = (facts[name].as_string() for name in ("name", "model", "serial"))
    return statement.where(
        or_(*(one.ilike(pattern, escape="\\") for one in (RunResult.target, RunResult.moved_from, *texts)))
    )


def telling_results(run: Run, entity_ids: Collection[int], most: int) -> list[RunResult]:
    """Return the first `most` targets of a run that are not as they were."""
    statement = results(run, entity_ids).where(RunResult.outcome != Outcome.UNCHANGED)
    return list(db.session.scalars(statement.order_by(RunResult.target_order, RunResult.id).limit(most)))


def _like(run: Run) -> Select[Any]:
    """The runs that read the same range or directory in the same way."""
    statement = select(Run).where(Run.kind == run.kind)
    if run.range_id is not None:
        return statement.where(Run.range_id == run.range_id)
    if run.directory_id is not None:
        return statement.where(Run.directory_id == run.directory_id)
    return statement.where(Run.id == run.id)


def run_before(run: Run) -> Run | None:
    """Return the run of the same range or directory before this one, None for the first."""
    return db.session.scalar(_like(run).where(Run.id < run.id).order_by(Run.id.desc()).limit(1))


def runs_like(run: Run) -> list[Run]:
    """Return the latest runs of the same range or directory, newest first."""
    statement = _like(run).options(joinedload(Run.job)).order_by(Run.id.desc())
    return list(db.session.scalars(statement.limit(HISTORY_SHOWN)))


def ranges_by_id(ids: Collection[int]) -> list[AddressRange]:
    """Return ranges by their ids, by name."""
    return list(
        db.session.scalars(select(AddressRange).where(AddressRange.id.in_(ids)).order_by(AddressRange.name))
    )


def rules_in_use() -> dict[int | None, tuple[int, str]]:
    """Return (run, digest of its rules) of the latest run that identified each range; None stands for all of them."""
    latest = (
        select(func.max(Run.id))
        .where(Run.rules != "", Run.ended_at.is_not(None), Run.kind.in_((RunKind.SNMP, RunKind.IDENTIFY)))
        .group_by(Run.range_id)
    )
    rows = db.session.execute(select(Run.range_id, Run.id, Run.rules).where(Run.id.in_(latest)))
    return {row.range_id: (row.id, row.rules) for row in rows}


def observations_around(
    run: Run, sighting_ids: Sequence[int]
) -> Iterator[tuple[int, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield (sighting id, what was seen before a run, what the run saw) of sightings that it found changed."""
    ids = list(sighting_ids)
    now = {
        row.id: row.observation for row in db.session.scalars(select(Sighting).where(Sighting.id.in_(ids)))
    }
    statement = select(SightingRevision).where(SightingRevision.sighting_id.in_(ids))
    rows = db.session.scalars(statement.order_by(SightingRevision.sighting_id, SightingRevision.id)).all()
    for sighting_id, kept in groupby(rows, key=lambda row: row.sighting_id):
        revisions = list(kept)
        before = [row for row in revisions if row.observed_at < run.started_at]
        if before:
            following = revisions[len(before) :]
            yield (
                sighting_id,
                before[-1].observation,
                (following[0].observation if following else now[sighting_id]),
            )


def met_last(run: Run) -> ColumnElement[bool]:
    """Hold for the sightings that no run has met since this one did.

    Whose run a sighting was last has no index, for it changes every night: what the run read narrows them first.
    """
    met = Sighting.last_run_id == run.id
    if run.range_id is not None:
        return and_(met, Sighting.range_id == run.range_id)
    if run.directory_id is not None:
        return and_(met, Sighting.directory_id == run.directory_id)
    if run.kind is RunKind.SNMP and run.site is not None:
        return and_(met, Sighting.source == "snmp", Sighting.site_code == run.site.code)
    return met


def latest_findings(run: Run) -> list[Sighting]:
    """Return what a run met last, newest first."""
    statement = select(Sighting).where(met_last(run))
    return list(
        db.session.scalars(
            statement.order_by(Sighting.last_seen_at.desc(), Sighting.id.desc()).limit(FINDINGS_SHOWN)
        )
    )


def events_of(job_id: int) -> list[JobEvent]:
    """Return the journal of a job, newest first."""
    statement = select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.id.desc()).limit(50)
    return list(db.session.scalars(statement))


def sightings(scope: Scope) -> Select[Any]:
    """Return the sightings of the scope's entities."""
    return select(Sighting).where(organization.within(Sighting.entity_id, scope))


def _pattern(text: str) -> str:
    """Return the LIKE pattern of what holds a text."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def matching_sightings(statement: Select[Any], text: str) -> Select[Any]:
    """Keep sightings whose address, key, name, model or serial holds the text."""
    pattern = _pattern(text)
    facts = Sighting.observation["facts"]
    return statement.where(
        or_(
            Sighting.target.ilike(pattern, escape="\\"),
            Sighting.source_key.ilike(pattern, escape="\\"),
            *(
                facts[name].as_string().ilike(pattern, escape="\\")
                for name in ("name", "model", "serial", "display_name")
            ),
        )
    )


def revisions(sighting: Sighting) -> list[SightingRevision]:
    """Return the earlier observations of a sighting, newest first."""
    statement = select(SightingRevision).where(SightingRevision.sighting_id == sighting.id)
    return list(db.session.scalars(statement.order_by(SightingRevision.id.desc()).limit(20)))


def has_sightings(site: Site) -> bool:
    """Say whether anything was ever seen at a site."""
    return bool(db.session.scalar(select(exists().where(Sighting.site_code == site.code))))


def has_runs(range_: AddressRange) -> bool:
    """Say whether a range was ever scanned."""
    return bool(db.session.scalar(select(exists().where(Run.range_id == range_.id))))


def preferred_credentials(site_code: str, source: str = "snmp") -> dict[str, int]:
    """Return the credential that each address of a site answered to last, less what is absent: its silence is no news."""
    statement = select(Sighting.target, Sighting.credential_id).where(
        *(Sighting.site_code == site_code, Sighting.source == source, Sighting.credential_id.is_not(None)),
        Sighting.absent_since.is_(None),
    )
    return {row.target: row.credential_id for row in db.session.execute(statement)}


def is_open() -> ColumnElement[bool]:
    """Hold for the presences that are neither recognised, nor identified, nor hidden."""
    return and_(Presence.asset_id.is_(None), Presence.sighting_id.is_(None), Presence.hidden_at.is_(None))


def noticed_in(run: Run) -> dict[str, int]:
    """Return how many presences a run met last: not identified, of them for the first time, and known as assets."""
    if run.site_id is None:
        return {}
    # Narrowed by the site: which run met a presence last has no index.
    met = (Presence.site_id == run.site_id, Presence.last_run_id == run.id)
    counts = db.session.execute(
        select(
            func.count().filter(is_open()),
            func.count().filter(is_open(), Presence.first_seen_at >= run.started_at),
            func.count().filter(Presence.asset_id.is_not(None)),
        ).where(*met)
    ).one()
    return dict(zip(("noticed", "noticed_new", "confirmed"), counts, strict=True))


def presences(scope: Scope) -> Select[Any]:
    """Return what was noticed at the scope's entities, recognised or not."""
    beside = map(joinedload, (Presence.site, Presence.range, Presence.entity))
    return select(Presence).where(Presence.entity_id.in_(scope.entity_ids)).options(*beside)


def matching_presences(statement: Select[Any], text: str) -> Select[Any]:
    """Keep presences whose address, MAC, maker or name holds the text."""
    patterns = [_pattern(one) for one in dict.fromkeys((text, with_colons(text)))]
    columns = (Presence.address, Presence.mac, Presence.maker, Presence.name)
    return statement.where(or_(*(one.ilike(like, escape="\\") for one in columns for like in patterns)))


def presences_named(scope: Scope, public_ids: Collection[str]) -> list[Presence]:
    """Return the scope's presences of these public ids, by address."""
    statement = presences(scope).where(Presence.public_id.in_(public_ids))
    return list(db.session.scalars(statement.order_by(Presence.address, Presence.id)))


def presences_by_id(ids: Collection[int]) -> list[Presence]:
    """Return presences by their ids, in no order."""
    return list(db.session.scalars(select(Presence).where(Presence.id.in_(ids))))


def makers_noticed(scope: Scope) -> list[str]:
    """Return the makers of what was noticed, by name."""
    statement = select(Presence.maker).where(Presence.entity_id.in_(scope.entity_ids), Presence.maker != "")
    return list(db.session.scalars(statement.distinct().order_by(Presence.maker).limit(MOST_MAKERS)))


def presences_of_asset(asset_id: int) -> list[Presence]:
    """Return what confirmed an asset, the latest first."""
    return list(db.session.scalars(_presences(), {"asset": asset_id}))


@cache
def _presences() -> Select[Presence]:
    of_asset = Presence.asset_id == bindparam("asset")
    statement = select(Presence).where(of_asset).options(joinedload(Presence.site))
    return lookup(statement.order_by(Presence.last_seen_at.desc(), Presence.id).limit(5))
