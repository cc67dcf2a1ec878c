"""Identifying again by better rules: tried, applied as a run, undone; what a person pinned stays; no device is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.auth.models import User
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.discovery import identifying, rules
from inventory.discovery.models import (
    AddressRange,
    Outcome,
    Run,
    RunKind,
    RunResult,
    Sighting,
    SightingReading,
    SightingRevision,
)
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import JobState
from scanners.observation import Observation
from scanners.snmp.observe import observe
from tests.discovery import little
from tests.discovery.little import AT, identify, night, reading, work
from tests.factories import Cast

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[[User], FlaskClient]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def range_(cast: Cast) -> AddressRange:
    return little.mairie(cast)


@pytest.fixture
def own_rules() -> Iterator[Callable[[], None]]:
    with little.own_rules() as write:
        yield write


def facts() -> list[dict[str, Any]]:
    db.session.expire_all()
    rows = db.session.scalars(select(Sighting).order_by(Sighting.target))
    return [row.observation["facts"] for row in rows]


def test_a_trial_says_what_would_change_and_why_and_changes_nothing(
    range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1, 2)
    own_rules()
    before = facts()
    run = identify(range_, range_.entity_id, trial=True)
    assert (run.state, run.complete, run.asked) == (JobState.DONE, True, 2)
    assert run.outcome == {"proposed": 2, "kinds": 2, "makers": 2, "serials": 2}
    row = db.session.scalars(select(RunResult).where(RunResult.run_id == run.id)).first()
    assert row
    assert row.outcome is Outcome.PROPOSED
    changes = {name: (old, new) for name, old, new, _why in row.changes}
    assert changes["kind"] == (None, "switch")
    assert all(why.startswith("Little switches") for *_change, why in row.changes)
    assert facts() == before
    assert db.session.query(SightingRevision).count() == 0


def test_applying_writes_what_the_rules_say_keeps_what_was_and_tells_the_features_to_the_right(
    range_: AddressRange, own_rules: Callable[[], None], hooks: dict[str, dict[str, Callable[..., Any]]]
) -> None:
    night(range_, 1, 2)
    own_rules()
    told: list[int] = []
    hooks["sightings.stored"]["test"] = lambda sighting_ids, **_rest: told.extend(sighting_ids)
    seen_at = db.session.scalars(select(Sighting.last_seen_at)).all()
    run = identify(range_, range_.entity_id, trial=False)
    assert run.outcome["changed"] == 2
    assert [one["serial"] for one in facts()] == ["LTL00001", "LTL00002"]
    assert db.session.query(SightingRevision).count() == 2
    assert sorted(told) == sorted(db.session.scalars(select(Sighting.id)))
    assert db.session.scalars(select(Sighting.last_seen_at)).all() == seen_at, "nothing was seen"
    assert identify(range_, range_.entity_id, trial=False).outcome == {"unchanged": 2}


def test_the_next_scan_finds_everything_as_the_new_rules_left_it(
    range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1, 2)
    own_rules()
    identify(range_, range_.entity_id, trial=False)
    assert night(range_, 1, 2).outcome == {"unchanged": 2}
    assert db.session.query(Sighting).count() == 2


def test_objects_are_kept_once_and_again_only_when_what_was_seen_has_changed(range_: AddressRange) -> None:
    night(range_, 1, 2)
    kept = {row.sighting_id: row.kept_at for row in db.session.scalars(select(SightingReading))}
    assert len(kept) == 2
    night(range_, 1, 2)
    db.session.expire_all()
    assert {row.sighting_id: row.kept_at for row in db.session.scalars(select(SightingReading))} == kept
    with transaction():
        db.session.delete(db.session.scalars(select(SightingReading)).first())
    night(range_, 1, 2)
    assert db.session.query(SightingReading).count() == 2, (
        "what had none gets them, though nothing has changed"
    )


def test_octets_that_cannot_be_read_are_named_and_the_rest_goes_on(
    range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1, 2)
    own_rules()
    with transaction():
        db.session.scalars(select(SightingReading)).first().objects = b"broken"  # type: ignore[union-attr]
    run = identify(range_, range_.entity_id, trial=True)
    assert (run.failed, run.outcome["proposed"]) == (1, 1)


def test_a_killed_identification_goes_on_where_it_was(
    range_: AddressRange, own_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    night(range_, 1, 2, 3)
    own_rules()
    monkeypatch.setattr(identifying, "AT_ONCE", 1)
    with transaction():
        run = identifying.launch(range_, entity_id=range_.entity_id, actor=SYSTEM, trial=False)
    with transaction():
        lease = leases.claim(None, "first", job_id=run.job_id)
    assert lease
    context = open_context(lease)
    calls = 0

    def leave_after_two() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            context.stop_soon()
            context.__class__.leave_if_asked(context)

    monkeypatch.setattr(context, "leave_if_asked", leave_after_two)
    execute(context)
    run = work(db.session.get_one(Run, run.id, populate_existing=True))
    assert (run.asked, run.outcome["changed"], run.state) == (3, 3, JobState.DONE)


def test_rules_that_changed_since_the_trial_are_not_applied_unseen(
    range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1)
    tried = identify(range_, range_.entity_id, trial=True)
    own_rules()
    with pytest.raises(Refused), transaction():
        identifying.launch(
            range_, entity_id=range_.entity_id, actor=SYSTEM, trial=False, rules_tried=tried.rules
        )


def test_the_ranges_that_older_rules_identified_are_offered_until_they_are_identified_again(
    range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1)
    assert identifying.outdated() == []
    own_rules()
    assert identifying.outdated() == [range_]
    identify(range_, range_.entity_id, trial=True)
    assert identifying.outdated() == [range_], "a trial changes nothing"
    identify(None, range_.entity_id, trial=False)
    assert identifying.outdated() == []


def test_an_administrator_tries_sees_and_applies_from_the_pages(
    cast: Cast, sign_in: SignIn, range_: AddressRange, own_rules: Callable[[], None]
) -> None:
    night(range_, 1, 2)
    own_rules()
    diane = sign_in(cast.diane)
    assert sign_in(cast.alice).post(f"/discovery/ranges/{range_.public_id}/identify").status_code == 403
    answer = diane.post(f"/discovery/ranges/{range_.public_id}/identify")
    tried = work(db.session.scalars(select(Run).where(Run.kind == RunKind.IDENTIFY_TRIAL)).one())
    page = diane.get(answer.headers["Location"], headers=ENGLISH).text
    assert "2 of 2 devices would change: 2 kinds, 2 makers, 2 serial numbers" in page
    rows = diane.get(f"/discovery/runs/{tried.public_id}/results", headers=ENGLISH).text
    assert "Kind: – → Switch" in rows
    assert "Little switches" in rows
    url = f"/discovery/runs/{tried.public_id}/apply"
    assert sign_in(cast.alice).post(url).status_code == 403
    assert diane.post(url).status_code == 303
    applied = work(db.session.scalars(select(Run).where(Run.kind == RunKind.IDENTIFY)).one())
    assert "2 of 2 devices changed" in diane.get(f"/discovery/runs/{applied.public_id}", headers=ENGLISH).text
    assert diane.post(f"/discovery/runs/{applied.public_id}/apply").status_code == 409


def test_an_observation_that_is_kept_says_the_same_as_the_one_that_was_scanned() -> None:
    one = observe(reading(1), rules.profiles(), site="LBX", at=AT)
    assert Observation.from_json(one.to_json()).digest() == one.digest()
