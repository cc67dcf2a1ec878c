"""Answers act, are remembered, outrank what comes later, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.assets import services as assets
from inventory.assets.models import Asset, AssetRedirect
from inventory.assets.states import State
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.reconciliation import services
from inventory.reconciliation.models import Answer, Constraint, Link, Review, ReviewKind, ReviewState
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import device, every_asset, night, only, open_reviews, printer

ALICE = Actor("user", "alice", "Alice Martin")


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.LAPTOP, Kind.COMPUTER, Kind.OTHER):
        factories.create_category(kind)


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def give(answer: Answer, review: Review | None = None, **more: Any) -> Review:
    with transaction():
        return services.answer(review or open_reviews()[0], answer, actor=ALICE, **more)


def take_back(review: Review) -> None:
    with transaction():
        services.undo_answer(review, actor=ALICE)


def unknown_switch(**facts: Any) -> Any:
    return device("address:10.0.0.7", "ip:10.0.0.7@LBX", "name:sw7@LBX", kind="switch", name="sw7", **facts)


def computer_of_the_directory() -> Any:
    texts = ("directory_guid:g-1", "name:pc-12@LBX")
    return device("guid:1", *texts, source="ldap", kind="computer", name="pc-12")


@pytest.fixture
def typed(cast: Cast) -> Asset:
    """A computer that somebody typed, by its name alone."""
    category = factories.create_category(Kind.LAPTOP)
    values = {
        "entity_id": cast.le_bouscat.id,
        "category_id": category.id,
        "name": "PC-12",
        "state": "in_service",
    }
    with transaction():
        return assets.create_asset(values, actor=ALICE)


class TestUnknownDevice:
    def test_creating_makes_an_asset_that_the_next_night_recognises(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        review = give(Answer.CREATE)
        assert (review.state, review.answered_by) == (ReviewState.ANSWERED, "Alice Martin")
        night(cast.le_bouscat, [unknown_switch(firmware="2")], number=2)
        assert only(Asset).firmware == "2"
        assert open_reviews() == []

    def test_what_a_machine_said_is_not_pinned_by_letting_it_in(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        give(Answer.CREATE)
        assert not any(row.pinned for rows in assets.claims_of(only(Asset)).values() for row in rows)

    def test_a_device_of_unknown_kind_gets_the_category_that_was_chosen(self, cast: Cast) -> None:
        category = factories.create_category(Kind.LAPTOP, name="Portables des élus")
        night(cast.le_bouscat, [device("k", "serial:A1B2C3D@Dell", manufacturer="Dell")])
        give(Answer.CREATE, category=category)
        assert only(Asset).category_id == category.id

    def test_linking_writes_what_was_seen_to_the_asset(self, cast: Cast, typed: Asset) -> None:
        night(cast.le_bouscat, [unknown_switch(firmware="1")])
        give(Answer.LINK, asset=typed)
        assert typed.firmware == "1"
        assert typed.name == "PC-12"
        assert only(Link).asset_id == typed.id

    def test_linking_without_an_asset_is_refused(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        with pytest.raises(Invalid):
            give(Answer.LINK)

    def test_ignoring_is_for_ever(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        give(Answer.IGNORE)
        night(cast.le_bouscat, [unknown_switch(firmware="2")], number=2)
        night(cast.le_bouscat, [unknown_switch(serial="x", firmware="3")], number=3)
        assert (count(Asset), open_reviews()) == (0, [])

    @pytest.mark.parametrize("answer", [Answer.CREATE, Answer.IGNORE])
    def test_taking_it_back_restores_exactly(self, cast: Cast, answer: Answer) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        before = [count(model) for model in (Asset, Link, Constraint)]
        review = give(answer)
        take_back(review)
        assert [count(model) for model in (Asset, Link, Constraint)] == before
        assert (review.state, review.answer, review.answered_by) == (ReviewState.OPEN, None, None)
        assert open_reviews() == [review]


class TestPossibleMatch:
    def test_linking_is_remembered(self, cast: Cast, typed: Asset) -> None:
        night(cast.le_bouscat, [computer_of_the_directory()])
        give(Answer.LINK, asset=typed)
        assert only(Constraint).must_link
        night(cast.le_bouscat, [computer_of_the_directory()], number=2)
        assert (count(Asset), open_reviews()) == (1, [])

    def test_a_different_device_becomes_an_asset_of_its_own(self, cast: Cast, typed: Asset) -> None:
        night(cast.le_bouscat, [computer_of_the_directory()])
        give(Answer.DIFFERENT)
        assert count(Asset) == 2
        assert not only(Constraint).must_link
        night(cast.le_bouscat, [computer_of_the_directory()], number=2)
        assert (count(Asset), open_reviews()) == (2, [])

    def test_taking_it_back_removes_the_asset_and_asks_again(self, cast: Cast, typed: Asset) -> None:
        night(cast.le_bouscat, [computer_of_the_directory()])
        review = give(Answer.DIFFERENT)
        take_back(review)
        assert every_asset() == [typed]
        assert count(Constraint) == 0
        assert review.state is ReviewState.OPEN

    def test_taking_a_link_back_restores_every_field(self, cast: Cast, typed: Asset) -> None:
        night(cast.le_bouscat, [computer_of_the_directory()])
        before = {column.key: getattr(typed, column.key) for column in Asset.__table__.columns}
        review = give(Answer.LINK, asset=typed)
        take_back(review)
        after = {column.key: getattr(typed, column.key) for column in Asset.__table__.columns}
        unwatched = {"version", "updated_at"}
        assert {k: v for k, v in after.items() if k not in unwatched} == {
            k: v for k, v in before.items() if k not in unwatched
        }


class TestDuplicates:
    @pytest.fixture
    def twins(self, cast: Cast) -> list[Asset]:
        """Two records of one printer: one from its serial, one from its address, before both were read at once."""
        by_serial = device("k1", "serial:VNB3K00001@HP", kind="printer", manufacturer="HP", name="a")
        by_mac = device("k2", "base_mac:3c:52:82:00:00:09", kind="printer", manufacturer="HP", name="b")
        both = ("serial:VNB3K00001@HP", "base_mac:3c:52:82:00:00:09")
        night(cast.le_bouscat, [by_serial, by_mac])
        night(cast.le_bouscat, [device("k3", *both, kind="printer", manufacturer="HP")], number=2)
        return every_asset()

    def test_merging_leaves_one_record_and_a_redirect(self, twins: list[Asset]) -> None:
        (review,) = open_reviews()
        assert (review.kind, review.proposed) == (ReviewKind.DUPLICATE, Answer.MERGE)
        kept = twins[0]
        give(Answer.MERGE, asset=kept)
        assert every_asset() == [kept]
        assert only(AssetRedirect).asset_id == kept.id
        assert {link.asset_id for link in db.session.scalars(select(Link))} == {kept.id}
        assert open_reviews() == []

    def test_taking_a_merge_back_restores_both_with_their_links(self, twins: list[Asset]) -> None:
        links = {link.sighting_id: link.asset_id for link in db.session.scalars(select(Link))}
        ids = [asset.public_id for asset in twins]
        take_back(give(Answer.MERGE))
        assert [asset.public_id for asset in every_asset()] == ids
        assert {link.sighting_id: link.asset_id for link in db.session.scalars(select(Link))} == links
        assert [one.kind for one in open_reviews()] == [ReviewKind.DUPLICATE]

    def test_choosing_one_keeps_both_and_asks_no_more(self, twins: list[Asset], cast: Cast) -> None:
        give(Answer.LINK, asset=twins[1])
        assert (count(Asset), open_reviews()) == (2, [])
        both = ("serial:VNB3K00001@HP", "base_mac:3c:52:82:00:00:09")
        again = device("k3", *both, kind="printer", manufacturer="HP", firmware="9")
        night(cast.le_bouscat, [again], number=3)
        assert (twins[1].firmware, open_reviews()) == ("9", [])

    def test_another_sighting_that_asks_about_the_same_two_joins_the_question(
        self, twins: list[Asset], cast: Cast
    ) -> None:
        both = ("serial:VNB3K00001@HP", "base_mac:3c:52:82:00:00:09")
        for number, name in enumerate(("k4", "k3", "k5"), start=3):
            night(cast.le_bouscat, [device(name, *both, kind="printer", manufacturer="HP")], number=number)
        (review,) = open_reviews()
        assert len(review.details["sighting_ids"]) == 3
        give(Answer.LINK, asset=twins[1])
        for number, name in enumerate(("k3", "k4", "k5"), start=6):
            again = device(name, *both, kind="printer", manufacturer="HP", firmware=name)
            night(cast.le_bouscat, [again], number=number)
            assert (twins[1].firmware, open_reviews()) == (name, [])


class TestOthers:
    def test_a_vanished_asset_is_marked_missing_by_a_person(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        night(cast.le_bouscat, [], number=2, whole=True)
        review = give(Answer.MISSING)
        assert only(Asset).state is State.MISSING
        take_back(review)
        assert only(Asset).state is State.IN_SERVICE

    def test_a_vanished_asset_that_is_still_there_is_not_asked_about_every_night(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        night(cast.le_bouscat, [], number=2, whole=True)
        give(Answer.KEEP)
        night(cast.le_bouscat, [], number=3, whole=True)
        assert open_reviews() == []

    def test_an_asset_moves_when_a_person_says_so(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        night(cast.pessac, [printer(1)], number=2)
        review = give(Answer.MOVE)
        assert only(Asset).entity_id == cast.pessac.id
        take_back(review)
        assert only(Asset).entity_id == cast.le_bouscat.id

    def test_an_asset_that_stays_is_not_asked_about_again(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        night(cast.pessac, [printer(1)], number=2)
        give(Answer.KEEP)
        night(cast.pessac, [printer(1, firmware="7")], number=3)
        assert open_reviews() == []
        assert only(Asset).entity_id == cast.le_bouscat.id

    def test_taking_what_the_device_says_unpins_the_field(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        with transaction():
            assets.update_asset(only(Asset), {"serial": "VNB3K99999"}, actor=ALICE)
        night(cast.le_bouscat, [printer(1, firmware="2")], number=2)
        give(Answer.TAKE)
        assert only(Asset).serial == "VNB3K00001"

    def test_keeping_what_we_have_is_not_asked_about_again(self, cast: Cast) -> None:
        night(cast.le_bouscat, [printer(1)])
        with transaction():
            assets.update_asset(only(Asset), {"serial": "VNB3K99999"}, actor=ALICE)
        night(cast.le_bouscat, [printer(1, firmware="2")], number=2)
        give(Answer.KEEP)
        night(cast.le_bouscat, [printer(1, firmware="3")], number=3)
        assert (only(Asset).serial, open_reviews()) == ("VNB3K99999", [])


class TestRefusals:
    def test_a_question_is_answered_once(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        review = give(Answer.CREATE)
        with pytest.raises(Refused):
            give(Answer.CREATE, review)

    def test_an_answer_that_is_not_offered_is_refused(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        with pytest.raises(Invalid):
            give(Answer.MERGE)

    def test_an_answer_is_taken_back_once(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        review = give(Answer.CREATE)
        take_back(review)
        with pytest.raises(Refused):
            take_back(review)

    def test_an_answer_cannot_be_taken_back_once_its_asset_was_edited(self, cast: Cast) -> None:
        night(cast.le_bouscat, [unknown_switch()])
        review = give(Answer.CREATE)
        with transaction():
            assets.update_asset(only(Asset), {"name": "Cœur"}, actor=ALICE)
        with pytest.raises(Refused):
            take_back(review)
        assert only(Asset).name == "Cœur"


def test_an_address_that_a_person_linked_and_that_another_device_took_is_another_device(
    cast: Cast, typed: Asset
) -> None:
    night(cast.le_bouscat, [device("address:10.0.0.7", "name:pc-12@LBX", kind="computer", name="pc-12")])
    give(Answer.LINK, asset=typed)
    serial = device("address:10.0.0.7", "serial:A1B2C3D@Dell", kind="laptop", manufacturer="Dell")
    night(cast.le_bouscat, [serial], number=2)
    assert typed.serial == "A1B2C3D"
    other = device("address:10.0.0.7", "serial:ZZ99ZZ9@Dell", kind="laptop", manufacturer="Dell")
    night(cast.le_bouscat, [other], number=3)
    assert count(Asset) == 2
    assert typed.serial == "A1B2C3D"
