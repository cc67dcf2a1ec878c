"""Identifies again what was seen, by today's rules and without a scan: tried first, then applied as a run that can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from inventory.audit import services as audit
from inventory.audit.models import ChangeSet
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import queries, results, rules, runs, sightings
from inventory.discovery.models import AddressRange, Outcome, Run, RunKind, Sighting, SightingReading
from inventory.discovery.services import IDENTIFY
from inventory.jobs import services as jobs
from inventory.jobs.context import JobContext
from inventory.jobs.models import JobState
from inventory.organization.models import Entity
from scanners import sameness
from scanners.observation import Observation

if TYPE_CHECKING:
    from scanners.snmp.profile import Profiles

AT_ONCE = 200
# The words that a run's page has for how many facts of each sort differ.
COUNTED = {"kind": "kinds", "manufacturer": "makers", "model": "models", "serial": "serials", "firmware": "firmwares"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """What today's rules make of a sighting, and the facts that differ: [fact, old, new, what it was read from]."""

    sighting: Sighting
    observation: Observation
    changes: list[list[Any]]


def launch(
    range_: AddressRange | None, *, entity_id: int, actor: Actor, trial: bool, rules_tried: str | None = None
) -> Run:
    """Identify again what was seen in a range, or everywhere; a trial changes nothing. While one is under way, return it.

    `rules_tried` is the digest of the rules that the reader has seen the effect of: raises Refused when they are others now.
    """
    if rules_tried is not None and rules_tried != rules.digest():
        raise Refused(N_("The rules have changed since this was tried. Try again, then apply what you see."))
    title = range_.name if range_ is not None else db.session.get_one(Entity, entity_id).name
    key = f"{IDENTIFY}:{range_.id if range_ else 'all'}"
    payload = {"range_id": range_.id if range_ else None, "trial": trial}
    job = jobs.enqueue(
        IDENTIFY, payload, title=title, dedupe_key=key, entity_id=entity_id, requested_by=actor.label
    )
    kind = RunKind.IDENTIFY_TRIAL if trial else RunKind.IDENTIFY
    subject = runs.Subject(
        kind, title, range_.addresses if range_ else "", entity_id,
        site_id=range_.site_id if range_ else None, range_id=range_.id if range_ else None,
    )  # fmt: skip
    return queries.run_of_job(job.id) or runs.open_run(subject, job=job)


def identify(context: JobContext) -> JobState:
    """Do a job of the kind “discovery.identify”, some hundreds at a time."""
    with context.transaction():
        run = queries.run_of_job(context.job_id)
        if run is None:
            raise Refused(N_("The run of this work is gone."))
        runs.going_on(run.id)
        run.rules = rules.digest()
        run_id, statement = run.id, _readings(context.payload["range_id"])
        total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    profiles, after = rules.profiles(), int(context.saved.get("after", 0))
    while True:
        context.leave_if_asked()
        with context.transaction():
            run = runs.going_on(run_id)
            rows = db.session.execute(
                statement.where(Sighting.id > after).order_by(Sighting.id).limit(AT_ONCE)
            ).all()
            if not rows:
                runs.close(run, complete=True)
                return JobState.DONE
            _piece(run, [(row[0], row[1]) for row in rows], profiles, trial=context.payload["trial"])
            after = rows[-1][0].id
            context.progress(done=run.asked, total=total, answered=run.asked)
            context.checkpoint(after=after)


def _readings(range_id: int | None) -> Any:
    statement = select(Sighting, SightingReading.objects).join(
        SightingReading, SightingReading.sighting_id == Sighting.id
    )
    return statement if range_id is None else statement.where(Sighting.range_id == range_id)


def _piece(run: Run, rows: Sequence[tuple[Sighting, bytes]], profiles: Profiles, *, trial: bool) -> None:
    differences = [one for row in rows if (one := _differing(run, *row, profiles)) is not None]
    run.asked += len(rows)
    run.answered += len(rows)
    run.read += len(rows)
    counts = Counter(COUNTED[name] for one in differences for name, *_rest in one.changes)
    outcome = "proposed" if trial else "changed"
    runs.add_outcome(run, **counts, **{outcome: len(differences)}, unchanged=len(rows) - len(differences))
    results.keep_changes(run, [(one.sighting, one.changes) for one in differences], trial=trial)
    if differences and not trial:
        _apply(run, differences)


def _differing(run: Run, sighting: Sighting, objects: bytes, profiles: Profiles) -> Difference | None:
    """What today's rules say otherwise of a sighting; what cannot be read is noted as a failure of the run."""
    from scanners.snmp import kept

    seen = Observation.from_json(sighting.observation)
    try:
        reading, engine_id = kept.unpack(objects, sighting.target)
    except kept.KeptReadingError:
        runs.add_failures(run, [(sighting.target, "malformed", "")])
        return None
    found = kept.identify_again(reading, engine_id, profiles, seen)
    if sameness.is_beside(sighting.source_key):
        found = sameness.beside(found)
    changes = [
        [name, seen.facts.get(name), found.facts.get(name), found.evidence.get(name, "")]
        for name in kept.IDENTIFYING
        if seen.facts.get(name) != found.facts.get(name)
    ]
    is_same = not changes and set(found.identifiers) == set(seen.identifiers)
    return None if is_same else Difference(sighting, found, changes)


def _apply(run: Run, differences: Sequence[Difference]) -> None:
    """Put the new observations in the place of the old ones, which stay as revisions, and reconcile them."""
    ids = [one.sighting.id for one in differences]
    sightings.keep_revisions(ids)
    taken = _taken_keys(differences)
    for one in differences:
        values: dict[str, Any] = {
            "observation": {**one.observation.to_json(), "site": one.sighting.site_code},
            "digest": sightings.digest_of(one.observation),
        }
        key = one.observation.source_key
        if key != one.sighting.source_key and key not in taken:
            # Tomorrow's scan knows it by this key, and must find the same sighting.
            values["source_key"] = key
            taken.add(key)
        statement = update(Sighting).where(Sighting.id == one.sighting.id).values(**values)
        db.session.execute(statement.execution_options(synchronize_session=False))
        db.session.expire(one.sighting)
    with audit.resume(db.session.get_one(ChangeSet, run.change_set_id)):
        registry.run_hooks("sightings.stored", sighting_ids=ids, actor=runs.actor_of(run), run_id=run.id)


def _taken_keys(differences: Iterable[Difference]) -> set[str]:
    """The keys that other sightings of the same sites are known by already."""
    keys = {one.observation.source_key for one in differences}
    sites = {one.sighting.site_code for one in differences}
    found = select(Sighting.source_key).where(
        Sighting.source == "snmp", Sighting.site_code.in_(sites), Sighting.source_key.in_(keys)
    )
    return set(db.session.scalars(found))


def outdated() -> list[AddressRange]:
    """Return the ranges that were last scanned, or identified again, by other rules than today's."""
    by_range = queries.rules_in_use()
    try:
        today = rules.digest()
    except Refused:
        return []
    everywhere = by_range.pop(None, None)
    old = [
        range_id
        for range_id, (run_id, used) in by_range.items()
        if (used if everywhere is None or run_id > everywhere[0] else everywhere[1]) != today
    ]
    return queries.ranges_by_id([id_ for id_ in old if id_ is not None])


def is_kept() -> bool:
    """Say whether anything was kept that could be identified again."""
    return db.session.scalar(select(SightingReading.sighting_id).limit(1)) is not None


def may_be_applied(run: Run) -> bool:
    """Say whether a trial has ended wholly, so that what it shows may be applied."""
    return (
        run.kind is RunKind.IDENTIFY_TRIAL and run.complete and bool(run.outcome.get(Outcome.PROPOSED.value))
    )
