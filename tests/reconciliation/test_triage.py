"""Unknown devices answered by the hundred: one change set, remembered, scoped, taken back as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from inventory.assets.models import Asset, Provenance
from inventory.assets.states import SourceKind
from inventory.audit import services as audit
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.audit.undo import undo
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.access import Access, Actor
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobState
from inventory.organization.models import Entity
from inventory.reconciliation import services
from inventory.reconciliation.models import Answer, Constraint, Link, Review, ReviewKind, ReviewState
from inventory.reconciliation.views import triage
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import device, every_asset, night, open_reviews

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[[User], FlaskClient]
ALICE = Actor("user", "alice", "Alice Martin")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def categories(database: Any) -> dict[Kind, tuple[int, str]]:
    wanted = (Kind.SWITCH, Kind.CAMERA, Kind.OTHER)
    made = {kind: factories.create_category(kind) for kind in wanted}
    return {kind: (row.id, row.public_id) for kind, row in made.items()}


def stranger(n: int, **facts: Any) -> Any:
    """A device that says no more than its description."""
    given = {"description": "IP Camera Firmware 5.5.82", "object_id": "1.3.6.1.4.1.99999.7", **facts}
    return device(f"address:10.0.1.{n}", f"ip:10.0.1.{n}@LBX", target=f"10.0.1.{n}", **given)


def access_to(entity: Entity, role: Role = Role.TECHNICIAN) -> Access:
    return Access(1, {entity.id: role})


def sort_out(
    reviews: list[Review], verdict: services.Verdict, access: Access
) -> tuple[services.Sorted, ChangeSet]:
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Sorted out", actor=ALICE) as opened:
        return services.sort_out([one.id for one in reviews], verdict, access=access, actor=ALICE), opened


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_many_devices_become_equipment_of_one_sort_and_are_remembered(
    cast: Cast, categories: dict[Kind, tuple[int, str]]
) -> None:
    night(cast.le_bouscat, [stranger(1), stranger(2), stranger(3)])
    verdict = services.Verdict(Answer.CREATE, categories[Kind.CAMERA][0], None, "Hikvision", "DS-2CD2143")
    came, _opened = sort_out(open_reviews(), verdict, access_to(cast.le_bouscat))
    assert (came.answered, came.left) == (3, 0)
    made = every_asset()
    assert len(made) == 3
    assert {(one.category.kind, one.entity_id) for one in made} == {(Kind.CAMERA, cast.le_bouscat.id)}
    assert {one.model.name for one in made if one.model} == {"DS-2CD2143"}
    said = db.session.scalars(
        select(Provenance).where(Provenance.field == "category_id", Provenance.pinned)
    ).all()
    assert {row.source for row in said} == {SourceKind.PERSON}, "a person's word stands"
    assert count(Link) == 3
    assert {row.must_link for row in db.session.scalars(select(Constraint))} == {True}
    assert open_reviews() == []
    night(cast.le_bouscat, [stranger(1, description="IP Camera Firmware 6"), stranger(2), stranger(3)])
    assert len(every_asset()) == 3
    assert open_reviews() == []


def test_they_may_be_said_to_belong_elsewhere_than_their_range(cast: Cast) -> None:
    night(cast.le_bouscat, [stranger(1)])
    verdict = services.Verdict(Answer.CREATE, entity_id=cast.ccas.id)
    sort_out(open_reviews(), verdict, access_to(cast.le_bouscat))
    assert [one.entity_id for one in every_asset()] == [cast.ccas.id]


def test_ignored_devices_are_never_asked_about_again(cast: Cast) -> None:
    night(cast.le_bouscat, [stranger(1), stranger(2)])
    sort_out(open_reviews(), services.Verdict(Answer.IGNORE), access_to(cast.le_bouscat))
    assert every_asset() == []
    night(cast.le_bouscat, [stranger(1, description="other"), stranger(2, description="other")])
    assert open_reviews() == []


@pytest.mark.parametrize("answer", [Answer.CREATE, Answer.IGNORE])
def test_one_undo_takes_all_of_it_back_and_asks_again(cast: Cast, answer: Answer) -> None:
    night(cast.le_bouscat, [stranger(1), stranger(2)])
    _came, opened = sort_out(open_reviews(), services.Verdict(answer), access_to(cast.le_bouscat))
    with transaction():
        undo(db.session.get_one(ChangeSet, opened.id), actor=ALICE)
    db.session.expire_all()
    assert (every_asset(), count(Link), count(Constraint)) == ([], 0, 0)
    assert len(open_reviews()) == 2


def test_what_is_not_the_user_s_to_answer_or_open_no_longer_is_left(cast: Cast) -> None:
    night(cast.le_bouscat, [stranger(1), stranger(2)])
    reviews = open_reviews()
    came, _opened = sort_out(
        reviews, services.Verdict(Answer.IGNORE), access_to(cast.le_bouscat, Role.READER)
    )
    assert (came.answered, came.left) == (0, 2)
    sort_out(reviews[:1], services.Verdict(Answer.IGNORE), access_to(cast.le_bouscat))
    came, _opened = sort_out(reviews, services.Verdict(Answer.CREATE), access_to(cast.le_bouscat))
    assert (came.answered, came.left) == (1, 1)


def test_the_list_is_narrowed_by_what_devices_say(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, [
        stranger(1), stranger(2, object_id="1.3.6.1.4.1.9999.1", description="100% Web Server"),
        stranger(3, object_id="1.3.6.1.4.1.318.1.3", kind="ups"),
    ])  # fmt: skip
    alice = sign_in(cast.alice)

    def listed(asked: str) -> set[str]:
        rows = alice.get(f"/reviews/unknown?format=csv&{asked}").text
        return {f"10.0.1.{n}" for n in (1, 2, 3) if f"10.0.1.{n}" in rows}

    assert listed("") == {"10.0.1.1", "10.0.1.2", "10.0.1.3"}
    assert listed("enterprise=99999") == {"10.0.1.1"}, "not 9999, which begins alike"
    assert "is no whole number" in alice.get("/reviews/unknown?enterprise=x", headers=ENGLISH).text
    assert listed("object_id=1.3.6.1.4.1.318") == {"10.0.1.3"}
    assert listed("description=100%25") == {"10.0.1.2"}
    assert listed("kind=none") == {"10.0.1.1", "10.0.1.2"}
    assert listed("kind=ups") == {"10.0.1.3"}
    assert listed("site=LBX") == {"10.0.1.1", "10.0.1.2", "10.0.1.3"}
    assert listed("first_seen=2026-03-01..2026-03-03") == {"10.0.1.1", "10.0.1.2", "10.0.1.3"}
    assert listed("first_seen=2026-03-04..") == set()
    assert listed("q=web server") == {"10.0.1.2"}
    page = alice.get("/reviews/unknown", headers=ENGLISH).text
    assert "APC" in page
    assert 'href="/reviews/unknown?enterprise=318"' in page


def test_all_that_match_are_previewed_then_answered_and_undone_with_one_click(
    cast: Cast, sign_in: SignIn, categories: dict[Kind, tuple[int, str]]
) -> None:
    night(cast.le_bouscat, [stranger(n) for n in range(1, 5)])
    alice, url = sign_in(cast.alice), "/reviews/unknown/sort?description=Camera"
    given = {"all": "1", "answer": "create", "category": categories[Kind.CAMERA][1], "model": "DS-1"}
    refused = alice.post(url, data={**given, "step": "preview"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert "Name the maker of this model too" in refused.text
    preview = alice.post(url, data={**given, "maker": "Hikvision", "step": "preview"}, headers=ENGLISH).text
    assert "Make 4 items of equipment" in preview
    assert every_asset() == []
    digest = preview.split('name="digest" value="')[1].split('"')[0]
    moved = alice.post(
        url, data={**given, "maker": "Hikvision", "step": "apply", "digest": "old"}, headers=ENGLISH
    )
    assert "nothing was changed" in moved.text
    answer = alice.post(url, data={**given, "maker": "Hikvision", "step": "apply", "digest": digest})
    assert answer.status_code == 303
    assert len(every_asset()) == 4
    opened = db.session.scalars(select(ChangeSet).where(ChangeSet.kind == ChangeSetKind.BULK)).one()
    assert opened.public_id in alice.get(answer.headers["Location"]).text
    assert sign_in(cast.chloe).post(url, data=given).status_code == 403


def test_more_than_a_page_can_wait_for_is_done_in_the_background(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "AT_ONCE", 1)
    night(cast.le_bouscat, [stranger(1), stranger(2)])
    alice, given = sign_in(cast.alice), {"all": "1", "answer": "ignore"}
    preview = alice.post("/reviews/unknown/sort", data={**given, "step": "preview"}).text
    digest = preview.split('name="digest" value="')[1].split('"')[0]
    answer = alice.post("/reviews/unknown/sort", data={**given, "step": "apply", "digest": digest})
    job = db.session.scalars(select(Job).where(Job.kind == "reconciliation.triage")).one()
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=job.id)
    assert lease
    execute(open_context(lease))
    assert db.session.get_one(Job, job.id, populate_existing=True).state is JobState.DONE
    assert open_reviews() == []
    page = alice.get(answer.headers["Location"], headers=ENGLISH).text
    assert "Undo all of it" in page
    undo_url, back = (
        re.search(r'action="(/changes/own/[^"]+)"', page),
        '<input type="hidden" name="next" value="/reviews/unknown">',
    )
    assert undo_url
    assert back in page
    undone = alice.post(undo_url[1], data={"next": "/reviews/unknown"})
    assert undone.headers["Location"] == "/reviews/unknown"
    assert len(open_reviews()) == 2
    assert sign_in(cast.diane).get(answer.headers["Location"]).status_code == 404, "it is Alice's own"


def test_a_bulk_answer_is_not_taken_back_through_one_of_its_questions(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, [stranger(1), stranger(2)])
    reviews = open_reviews()
    sort_out(reviews, services.Verdict(Answer.IGNORE), access_to(cast.le_bouscat))
    answer = sign_in(cast.alice).post(f"/reviews/{reviews[0].public_id}/undo")
    assert answer.status_code == 409
    state = select(Review.state).where(Review.kind == ReviewKind.UNKNOWN_DEVICE)
    assert set(db.session.scalars(state)) == {ReviewState.ANSWERED}
    assert count(Asset) == 0
