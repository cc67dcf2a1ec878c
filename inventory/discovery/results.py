"""What came of each target of a run: kept with the run, settled at its end, and its dull part forgotten in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, select

from inventory.core import clock
from inventory.core.database import among, bulk_load, db
from inventory.discovery.models import Outcome, Run, RunKind, RunResult, Sighting
from inventory.discovery.sightings import LOOKED_UP_AT_ONCE, Met, slices

UNCHANGED_KEPT = timedelta(days=90)
"""How long the targets of which nothing is to be said are listed; their number stays for ever."""
LONGEST_TEXT = 255
REPLACED = "another_answers"
"""Why a device was not met although its address answered."""
TABLE = cast("Table", RunResult.__table__)


def keep(run: Run, met: Iterable[Met]) -> None:
    """Keep what a batch met; of a directory or a file, which are long and mostly as they were, only what is new."""
    at = clock.now()
    dull = set() if run.kind is RunKind.SNMP else {Outcome.UNCHANGED}
    rows = [
        _row(run, one.target, one.outcome, at=at, sighting_id=one.sighting_id,
             credential_id=one.credential_id, moved_from=one.moved_from)
        for one in met
        if one.outcome not in dull
    ]  # fmt: skip
    bulk_load(TABLE, rows)


def not_kept_yet(run: Run, same: Sequence[Met]) -> list[Met]:
    """Return the further addresses of devices that the run does not list yet: a part that was stopped is scanned again."""
    if not same:
        return []
    kept = select(RunResult.target).where(RunResult.run_id == run.id, RunResult.outcome == Outcome.SAME)
    listed = set(db.session.scalars(kept))
    return [one for one in same if one.target[:LONGEST_TEXT] not in listed]


def _row(run: Run, target: str, outcome: Outcome, **values: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "moved_from": "",
        "cause": "",
        "detail": "",
        "changes": [],
        "sighting_id": None,
        "credential_id": None,
    }
    kept = target[:LONGEST_TEXT]
    return {**empty, "run_id": run.id, "target": kept, "outcome": outcome, **values}


def keep_failures(run: Run, failures: Sequence[tuple[str, str, str]], *, most: int) -> None:
    """Keep the first `most` of (target, cause code, detail), each with what is known to stand there."""
    at, known = clock.now(), _known_at(run, [target for target, _cause, _detail in failures[:most]])
    bulk_load(
        TABLE,
        [
            _row(run, target, Outcome.FAILED, at=at, cause=cause, detail=detail[:LONGEST_TEXT],
                 sighting_id=known.get(target))
            for target, cause, detail in failures[:most]
        ],
    )  # fmt: skip


def keep_changes(run: Run, changes: Iterable[tuple[Sighting, list[list[Any]]]], *, trial: bool) -> None:
    """Keep what rules say otherwise of sightings: what would change in a trial, else what has."""
    at, outcome = clock.now(), Outcome.PROPOSED if trial else Outcome.CHANGED
    bulk_load(
        TABLE,
        [
            _row(run, sighting.target, outcome, at=at, sighting_id=sighting.id, changes=found)
            for sighting, found in changes
        ],
    )


def note_silent(run: Run, targets: Sequence[str]) -> None:
    """Keep the targets that answered an earlier run and say nothing now; the end of the run settles which count."""
    at, known = clock.now(), _known_at(run, targets)
    bulk_load(
        TABLE,
        [
            _row(run, target, Outcome.SILENT, at=at, cause="silent", sighting_id=known.get(target))
            for target in targets
        ],
    )


def _known_at(run: Run, targets: Sequence[str]) -> dict[str, int]:
    """The sightings of the run's range by the target where each was met last."""
    found: dict[str, int] = {}
    if run.range_id is None:
        return found
    for some in slices(targets, LOOKED_UP_AT_ONCE):
        statement = select(Sighting.target, Sighting.id).where(
            Sighting.range_id == run.range_id, Sighting.source == "snmp", among(Sighting.target, some)
        )
        found |= {row.target: row.id for row in db.session.execute(statement)}
    return found


def settle_silent(run: Run) -> None:
    """Drop the silence of addresses whose device was met elsewhere in the same run."""
    met = select(Sighting.id).where(Sighting.id == RunResult.sighting_id, Sighting.last_run_id == run.id)
    silent = RunResult.run_id == run.id, RunResult.outcome == Outcome.SILENT
    db.session.execute(
        delete(RunResult).where(*silent, met.exists()).execution_options(synchronize_session=False)
    )


def unread_targets(run: Run) -> set[str]:
    """Return the targets that a run met and could not read, of which nothing is to be concluded."""
    statement = select(RunResult.target).where(
        RunResult.run_id == run.id, RunResult.outcome == Outcome.FAILED
    )
    return set(db.session.scalars(statement))


def silent_count(run: Run) -> dict[str, int]:
    """Return {"silent": how many targets were} as a run's outcome keeps it, nothing where none was."""
    silent = select(func.count()).where(RunResult.run_id == run.id, RunResult.outcome == Outcome.SILENT)
    number = db.session.scalar(silent) or 0
    return {"silent": number} if number else {}


def note_missed(run: Run, sighting_ids: Sequence[int]) -> None:
    """Keep what a whole scan did not meet and no silence tells of yet."""
    if run.kind is not RunKind.SNMP:
        return
    mine = RunResult.run_id == run.id, RunResult.outcome == Outcome.SILENT
    told = set(db.session.scalars(select(RunResult.sighting_id).where(*mine)))
    at, untold = clock.now(), [id_ for id_ in sighting_ids if id_ not in told]
    for some in slices(untold, LOOKED_UP_AT_ONCE):
        rows = db.session.execute(select(Sighting.id, Sighting.target).where(among(Sighting.id, some)))
        missed = [(row.target, row.id) for row in rows]
        taken = _answered(run, [target for target, _id in missed])
        bulk_load(
            TABLE,
            [
                _row(run, target, Outcome.SILENT, at=at, sighting_id=id_,
                     cause=REPLACED if target in taken else "silent")
                for target, id_ in missed
            ],
        )  # fmt: skip


def _answered(run: Run, targets: Sequence[str]) -> set[str]:
    """Those of the targets at which the run met a device."""
    met = RunResult.run_id == run.id, RunResult.outcome.not_in((Outcome.SILENT, Outcome.FAILED))
    return set(db.session.scalars(select(RunResult.target).where(*met, among(RunResult.target, targets))))


def forget_unchanged(run: Run) -> None:
    """Forget the unchanged targets of the site's scans that are older than UNCHANGED_KEPT."""
    if run.kind is not RunKind.SNMP or run.site_id is None:
        return
    old = select(Run.id).where(
        Run.site_id == run.site_id, Run.kind == RunKind.SNMP, Run.started_at < clock.now() - UNCHANGED_KEPT
    )
    statement = delete(RunResult).where(RunResult.run_id.in_(old), RunResult.outcome == Outcome.UNCHANGED)
    db.session.execute(statement.execution_options(synchronize_session=False))
