"""Loads observations from a file, a line each; a bad line is named and the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy import select

from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import addresses, queries, runs
from inventory.discovery.addresses import Span
from inventory.discovery.causes import BAD_LINE
from inventory.discovery.models import Run, RunKind, Site
from inventory.discovery.sightings import Origin, Placement
from inventory.organization import queries as organization
from scanners.observation import Observation, ObservationError

LONGEST_LINE = 4 * 1024 * 1024
BATCH = 500


@dataclass(slots=True)
class Batch:
    """Good lines by site, and the bad ones with the reason."""

    by_site: dict[str, list[Observation]] = field(default_factory=dict)
    bad: list[tuple[str, str, str]] = field(default_factory=list)
    lines: int = 0


def load_observations(
    file: BinaryIO, *, name: str, actor: Actor, on_progress: Callable[[int], None] = lambda _lines: None
) -> Run:
    """Take in a file of JSON lines as `python -m scanners … --json` prints them; returns the finished run.

    Each observation names its site by code. What a site's range covers belongs to the range's entity, the rest to the
    site's. Nothing is concluded from what the file does not hold. Opens transactions of its own.
    Raises Undone when that happens to the run meanwhile: the rest of the file is left.
    """
    sites = _Sites()
    with transaction():
        root = organization.root()
        if root is None:
            raise Refused(N_("There is no entity yet: finish the first start before loading observations."))
        subject = runs.Subject(RunKind.LOAD, name, name, root.id)
        run_id = runs.open_run(subject, requested_by=actor.label).id
    try:
        _take_in_all(run_id, file, sites, on_progress)
        with transaction():
            run = runs.going_on(run_id)
            runs.close(run, complete=run.failed == 0)
            return run
    except Refused:
        with transaction():
            runs.close(db.session.get_one(Run, run_id), complete=False)
        raise


def _take_in_all(run_id: int, file: BinaryIO, sites: _Sites, on_progress: Callable[[int], None]) -> None:
    read = 0
    for batch in _batches(file, sites):
        read += batch.lines
        with transaction():
            _take_in(runs.going_on(run_id), batch, sites)
        on_progress(read)


def _take_in(run: Run, batch: Batch, sites: _Sites) -> None:
    run.asked += batch.lines
    run.answered += batch.lines - len(batch.bad)
    runs.add_failures(run, batch.bad)
    for code, observations in batch.by_site.items():
        runs.take_in(
            run, observations, Origin(run_id=run.id, site_code=code, at=clock.now(), place=sites.placer(code))
        )


def _batches(file: BinaryIO, sites: _Sites) -> Iterator[Batch]:
    batch = Batch()
    for number, line in _lines(file):
        batch.lines += 1
        try:
            observation = _read(line, sites)
        except ValueError as error:
            batch.bad.append((f"line {number}", BAD_LINE, str(error)))
        else:
            batch.by_site.setdefault(observation.site, []).append(observation)
        if batch.lines >= BATCH:
            yield batch
            batch = Batch()
    if batch.lines:
        yield batch


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield (number, line) of the lines that hold something; None for one that is too long to be read."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def _read(line: bytes | None, sites: _Sites) -> Observation:
    """Return the observation of a line; raises ValueError saying what is wrong with it."""
    if line is None:
        raise ValueError(f"the line is longer than {LONGEST_LINE} bytes.")
    try:
        # Editors on Windows begin a file with a byte order mark.
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("the line is not UTF-8.") from None
    except (ValueError, RecursionError):
        # A number of thousands of digits is refused with a ValueError that is none of JSON's own.
        raise ValueError("the line is not a JSON object.") from None
    observation = Observation.from_json(found)
    if not sites.has(observation.site):
        raise ObservationError(f"site: there is no site with the code {observation.site[:20]!r}.")
    return observation


class _Sites:
    """The sites and their ranges, each read once."""

    def __init__(self) -> None:
        rows = db.session.scalars(select(Site)).all()
        self._entities = {row.code: row.entity_id for row in rows}
        self._ranges: dict[str, list[tuple[list[Span], Placement]]] = {}
        for row in rows:
            self._ranges[row.code] = [
                (addresses.parse(one.addresses), Placement(one.entity_id, one.location_id))
                for one in queries.ranges_of_site(row.id)
            ]
        db.session.rollback()

    def has(self, code: str) -> bool:
        return code in self._entities

    def placer(self, code: str) -> Callable[[Observation], Placement]:
        otherwise = Placement(self._entities[code])

        def place(observation: Observation) -> Placement:
            found = (
                where for spans, where in self._ranges[code] if addresses.contains(spans, observation.target)
            )
            return next(found, otherwise)

        return place
