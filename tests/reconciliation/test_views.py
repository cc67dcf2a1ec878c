"""The review page: who sees and answers which questions, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.audit.models import ChangeSet
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.database import db
from inventory.reconciliation.models import Review, ReviewKind, ReviewState
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import device, every_asset, night, only, open_reviews, printer

pytestmark = pytest.mark.any_store

SignIn = Callable[[User], FlaskClient]
HTML = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.LAPTOP, Kind.COMPUTER, Kind.OTHER):
        factories.create_category(kind)


@pytest.fixture
def unknown(cast: Cast) -> Review:
    """A switch that says nothing of its own, in Le Bouscat."""
    night(cast.le_bouscat, [device("address:10.0.0.7", "name:sw7@LBX", kind="switch", name="sw7")])
    return only(Review)


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def post(client: FlaskClient, address: str, **data: str) -> Any:
    return client.post(address, data=data, headers=HTML)


def test_the_queue_shows_the_first_question_with_its_evidence(
    cast: Cast, unknown: Review, sign_in: SignIn
) -> None:
    page = text_of(sign_in(cast.alice), "/reviews/")
    assert "What is this device?" in page
    assert "It says no serial number nor anything else that no other device has." in page
    assert "0 of 1" in page
    assert "data-proposed" in page


def test_the_menu_counts_what_waits(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    assert "1 question to review" in text_of(sign_in(cast.alice), "/reviews/")


def test_nothing_to_review_says_so(cast: Cast, sign_in: SignIn) -> None:
    assert "Nothing to review" in text_of(sign_in(cast.alice), "/reviews/")


def test_a_reader_sees_the_question_and_cannot_answer(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    reader = sign_in(cast.chloe)
    page = text_of(reader, f"/reviews/{unknown.public_id}")
    assert "What is this device?" in page
    assert "data-answers" not in page
    refused = post(reader, f"/reviews/{unknown.public_id}/answer", answer="create")
    assert refused.status_code == 403
    assert unknown.state is ReviewState.OPEN


def test_another_communes_technician_sees_nothing(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    outsider = sign_in(cast.oscar)
    assert "Nothing to review" in text_of(outsider, "/reviews/")
    text_of(outsider, f"/reviews/{unknown.public_id}", status=404)
    for act in ("answer", "undo"):
        assert post(outsider, f"/reviews/{unknown.public_id}/{act}", answer="create").status_code == 404


def test_nobody_is_sent_to_sign_in(client: FlaskClient, unknown: Review) -> None:
    assert client.get("/reviews/").status_code == 303


def test_answering_applies_and_goes_on_to_the_next_question(cast: Cast, sign_in: SignIn) -> None:
    bare = [device(f"address:10.0.0.{n}", f"name:sw{n}@LBX", kind="switch", name=f"sw{n}") for n in (1, 2)]
    night(cast.le_bouscat, bare)
    first, second = open_reviews()
    answer = post(sign_in(cast.alice), f"/reviews/{first.public_id}/answer", answer="create")
    assert answer.status_code == 303
    assert second.public_id in answer.location
    db.session.refresh(first)
    assert (first.state, first.answered_by) == (ReviewState.ANSWERED, "Alice Martin")
    (change_set,) = db.session.scalars(select(ChangeSet.public_id).where(ChangeSet.id == first.change_set_id))
    assert "Create a new asset" in text_of(sign_in(cast.alice), f"/changes/{change_set}")
    assert only(Asset).name == "sw1"


def test_the_last_answer_is_taken_back(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    post(alice, f"/reviews/{unknown.public_id}/answer", answer="create")
    page = text_of(alice, "/reviews/")
    action = re.search(r'action="(/reviews/\w+/undo[^"]*)"', page)
    assert action is not None
    assert post(alice, action.group(1)).status_code == 303
    assert every_asset() == []
    assert [one.id for one in open_reviews()] == [unknown.id]


def test_an_unknown_device_is_linked_to_an_asset_that_was_looked_for(
    cast: Cast, unknown: Review, sign_in: SignIn
) -> None:
    asset = factories.create_asset(cast.le_bouscat, name="Baie mairie")
    alice = sign_in(cast.alice)
    assert "Nothing is saved yet" in post(
        alice, f"/reviews/{unknown.public_id}/answer", answer="link"
    ).get_data(as_text=True)
    post(alice, f"/reviews/{unknown.public_id}/answer", answer="link", asset=asset.public_id)
    assert [one.id for one in every_asset()] == [asset.id]
    assert open_reviews() == []


def test_a_foreign_asset_cannot_be_linked(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    foreign = factories.create_asset(cast.pessac)
    refused = post(
        sign_in(cast.alice), f"/reviews/{unknown.public_id}/answer", answer="link", asset=foreign.public_id
    )
    assert refused.status_code == 422
    assert unknown.state is ReviewState.OPEN


@pytest.mark.parametrize("wrong", ["", "nonsense", "merge", "link:nobody", "record"])
def test_a_wrong_answer_is_refused_with_a_sentence(
    cast: Cast, unknown: Review, sign_in: SignIn, wrong: str
) -> None:
    refused = post(sign_in(cast.alice), f"/reviews/{unknown.public_id}/answer", answer=wrong)
    assert refused.status_code == 422
    assert "What is this device?" in refused.get_data(as_text=True)


def test_a_question_answered_meanwhile_is_refused(cast: Cast, unknown: Review, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    post(alice, f"/reviews/{unknown.public_id}/answer", answer="create")
    again = post(alice, f"/reviews/{unknown.public_id}/answer", answer="ignore")
    assert again.status_code == 422
    assert "no longer open" in again.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Asset)) == 1


class TestSeenElsewhere:
    @pytest.fixture
    def moved(self, cast: Cast) -> Review:
        """A printer of Le Bouscat that answered in Pessac."""
        night(cast.le_bouscat, [printer(1)])
        night(cast.pessac, [printer(1)], number=2)
        return only(Review)

    def test_a_move_is_offered_only_to_who_may_in_both(
        self, cast: Cast, moved: Review, sign_in: SignIn
    ) -> None:
        assert "Move it to that entity" not in text_of(sign_in(cast.alice), f"/reviews/{moved.public_id}")
        assert "Move it to that entity" in text_of(sign_in(cast.diane), f"/reviews/{moved.public_id}")

    def test_a_move_into_a_foreign_entity_is_refused(
        self, cast: Cast, moved: Review, sign_in: SignIn
    ) -> None:
        refused = post(sign_in(cast.alice), f"/reviews/{moved.public_id}/answer", answer="move")
        assert refused.status_code == 404
        assert only(Asset).entity_id == cast.le_bouscat.id

    def test_and_done_by_who_may(self, cast: Cast, moved: Review, sign_in: SignIn) -> None:
        post(sign_in(cast.diane), f"/reviews/{moved.public_id}/answer", answer="move")
        assert only(Asset).entity_id == cast.pessac.id


def test_a_candidate_of_a_foreign_entity_is_not_shown(cast: Cast, sign_in: SignIn) -> None:
    night(
        cast.pessac, [device("k1", "serial:VNB3K00001@HP", kind="printer", manufacturer="HP", name="secret")]
    )
    night(
        cast.le_bouscat, [device("k2", "base_mac:3c:52:82:00:00:09", kind="printer", name="ours")], number=2
    )
    both = ("serial:VNB3K00001@HP", "base_mac:3c:52:82:00:00:09")
    night(cast.le_bouscat, [device("k3", *both, kind="printer", manufacturer="HP", name="new")], number=3)
    review = next(one for one in open_reviews() if one.kind is ReviewKind.DUPLICATE)
    page = text_of(sign_in(cast.alice), f"/reviews/{review.public_id}")
    assert "ours" in page
    assert "secret" not in page
    assert "Another record belongs to an entity that you do not see." in page
    foreign = next(asset for asset in every_asset() if asset.entity_id == cast.pessac.id)
    merge = post(sign_in(cast.alice), f"/reviews/{review.public_id}/answer", answer="merge")
    assert merge.status_code == 404
    assert db.session.get(Asset, foreign.id) is not None


def test_records_side_by_side_make_only_differences_loud(cast: Cast, sign_in: SignIn) -> None:
    night(
        cast.le_bouscat, [device("k1", "serial:VNB3K00001@HP", kind="printer", manufacturer="HP", name="a")]
    )
    night(cast.le_bouscat, [device("k2", "base_mac:3c:52:82:00:00:09", kind="printer", name="b")], number=2)
    both = ("serial:VNB3K00001@HP", "base_mac:3c:52:82:00:00:09")
    night(cast.le_bouscat, [device("k3", *both, kind="printer", manufacturer="HP", name="a")], number=3)
    page = text_of(sign_in(cast.alice), "/reviews/")
    loud = re.findall(r'<tr role="row" class="differs">\s*<th scope="row" role="rowheader">([^<]+)', page)
    assert loud == ["Name"]
    assert "Same serial number VNB3K00001 and same maker, HP." in page


def test_a_vanished_printer_is_marked_missing(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, [printer(1)])
    night(cast.le_bouscat, [], number=2, whole=True)
    post(sign_in(cast.alice), f"/reviews/{only(Review).public_id}/answer", answer="missing")
    assert only(Asset).state is State.MISSING


def test_the_queue_can_be_narrowed_to_one_kind(cast: Cast, sign_in: SignIn, unknown: Review) -> None:
    alice = sign_in(cast.alice)
    assert "Nothing to review" in text_of(alice, "/reviews/?kind=vanished")
    assert "What is this device?" in text_of(alice, "/reviews/?kind=unknown_device")
    assert "What is this device?" in text_of(alice, "/reviews/?kind=nonsense")


def test_hostile_names_are_text(cast: Cast, sign_in: SignIn) -> None:
    night(
        cast.le_bouscat,
        [device("address:1", "ip:10.0.0.1@LBX", kind="switch", name="<script>alert(1)</script>%s")],
    )
    page = text_of(sign_in(cast.alice), "/reviews/")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_an_asset_shows_by_whom_it_is_seen(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, [printer(1)])
    page = text_of(sign_in(cast.chloe), f"/assets/{only(Asset).public_id}")
    assert "Seen by" in page
    assert "Network" in page


def test_a_sighting_shows_what_it_was_recognised_as(cast: Cast, sign_in: SignIn) -> None:
    from inventory.discovery.models import Sighting

    night(cast.le_bouscat, [printer(1)])
    page = text_of(sign_in(cast.chloe), f"/discovery/sightings/{only(Sighting).public_id}")
    assert f"/assets/{only(Asset).public_id}" in page


@pytest.mark.parametrize("questions", [2, 30])
def test_the_page_costs_the_same_number_of_queries_whatever_waits(
    cast: Cast, sign_in: SignIn, questions: int
) -> None:
    from sqlalchemy import event

    bare = [device(f"address:{n}", f"name:sw{n}@LBX", kind="switch", name=f"sw{n}") for n in range(questions)]
    night(cast.le_bouscat, bare)
    alice = sign_in(cast.alice)
    statements: list[str] = []
    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
    text_of(alice, "/reviews/")
    reads = [one for one in statements if one.lstrip().upper().startswith("SELECT")]
    assert len(reads) <= 30
