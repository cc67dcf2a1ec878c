"""Observations loaded from a file that anybody may have written."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from sqlalchemy import select

from inventory.core.access import SYSTEM
from inventory.core.database import db
from inventory.discovery import loading
from inventory.discovery.loading import load_observations
from inventory.discovery.models import Run, RunResult, Sighting, Site
from inventory.jobs.models import JobState
from tests.discovery.making import create_range, create_site, observe
from tests.factories import Cast, create_location

pytestmark = [pytest.mark.any_store, pytest.mark.usefixtures("database")]


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat, code="LBX")


def line(n: int, **values: Any) -> bytes:
    return json.dumps({**observe(n).to_json(), "site": "LBX", **values}).encode()


def load(*lines: bytes) -> Run:
    return load_observations(io.BytesIO(b"\n".join(lines) + b"\n"), name="nuit.jsonl", actor=SYSTEM)


def failures() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(RunResult).where(RunResult.cause != "").order_by(RunResult.id))
    return [(row.target, row.detail) for row in rows]


def test_a_good_file_is_one_complete_run(site: Site) -> None:
    run = load(line(1), b"", line(2))
    assert (run.state, run.asked, run.read, run.failed, run.outcome) == (JobState.DONE, 2, 2, 0, {"new": 2})
    assert load(line(1), line(2)).outcome == {"unchanged": 2}


def test_what_a_range_covers_belongs_to_its_entity_and_the_rest_to_the_site_s(cast: Cast, site: Site) -> None:
    room = create_location(cast.ccas)
    create_range(site, addresses="10.1.0.1-10.1.0.9", entity_id=cast.ccas.id, location_id=room.id)
    load(line(1), line(100))
    placed = {row.target: (row.entity_id, row.location_id) for row in db.session.scalars(select(Sighting))}
    assert placed == {"10.1.0.2": (cast.ccas.id, room.id), "10.1.0.101": (cast.le_bouscat.id, None)}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b'"text"', "a JSON object is expected"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"format": 2}', "only format 1"),
        (line(1, site="NOWHERE"), "no site with the code 'NOWHERE'"),
        (line(1, source_key=""), "source_key"),
        (line(1, subject="robot"), "neither device nor person"),
        (line(1, observed_at="yesterday"), "ISO 8601"),
        (line(1, identifiers=[{"kind": "x", "value": "y"}]), "not a known kind"),
        (line(1, identifiers="many"), "a list is expected"),
        (line(1, facts={"kind": "teapot"}), "not a known kind"),
        (line(1, facts={"name": "x" * 10_000_000}), "longer than"),
        (b"x" * 10_000_000, "longer than"),
    ],
)
def test_a_bad_line_is_named_with_its_reason_and_the_rest_goes_on(
    site: Site, bad: bytes, reason: str
) -> None:
    run = load(line(1), bad, line(2))
    assert (run.state, run.complete, run.read, run.failed) == (JobState.PARTIAL, False, 2, 1)
    ((target, detail),) = failures()
    assert target == "line 2"
    assert reason in detail


def test_hostile_text_is_cleaned_and_kept(site: Site) -> None:
    load(line(1, facts={"name": "<script>\u202e\u0000\u0007=cmd()", "kind": "printer"}))
    name = db.session.scalars(select(Sighting)).one().observation["facts"]["name"]
    assert name == "<script>=cmd()"


def test_a_long_file_is_taken_in_by_batches(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 10)
    seen: list[int] = []
    file = io.BytesIO(b"\n".join(line(n) for n in range(35)))
    run = load_observations(file, name="-", actor=SYSTEM, on_progress=seen.append)
    assert (run.read, seen) == (35, [10, 20, 30, 35])


def test_nothing_is_concluded_from_what_a_file_does_not_hold(site: Site) -> None:
    load(line(1), line(2))
    load(line(1))
    assert db.session.scalars(select(Sighting).where(Sighting.absent_since.is_not(None))).all() == []


def test_the_same_device_twice_in_a_file_is_counted_once(site: Site) -> None:
    assert load(line(1), line(1)).read == 1
