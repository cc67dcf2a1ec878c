"""Two devices that state one serial number: asked about side by side, and apart or one as a person says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.reconciliation import services
from inventory.reconciliation.models import Answer, Link, Review, ReviewKind
from scanners.observation import Observation
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import device, every_asset, night, open_reviews

ALICE = Actor("user", "alice", "Alice Martin")


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SERVER, Kind.MANAGEMENT_BOARD, Kind.OTHER):
        factories.create_category(kind)


def twin(n: int, **facts: Any) -> Observation:
    """Printer number `n` of those that state one serial number."""
    given = {"kind": "printer", "manufacturer": "HP", "serial": "CN12345678", "name": f"imp-{n}", **facts}
    texts = (
        "serial:CN12345678@HP",
        f"base_mac:00:1b:2c:00:00:0{n}",
        f"name:imp-{n}@LBX",
        f"ip:10.0.0.{n}@LBX",
    )
    return device("serial:HP:CN12345678", *texts, target=f"10.0.0.{n}", **given)


def give(answer: Answer, **more: Any) -> None:
    with transaction():
        services.answer(open_reviews()[0], answer, actor=ALICE, **more)


def targets_of(asset: Asset) -> list[str]:
    links = db.session.scalars(select(Link).where(Link.asset_id == asset.id)).all()
    return sorted(link.sighting.target for link in links)


def test_the_second_is_asked_about_beside_the_first(cast: Cast) -> None:
    night(cast.le_bouscat, [twin(1), twin(2)])
    (asset,) = every_asset()
    assert asset.name == "imp-1"
    (review,) = open_reviews()
    assert (review.kind, review.candidate_ids, review.proposed) == (
        ReviewKind.POSSIBLE_MATCH,
        [asset.id],
        Answer.DIFFERENT,
    )
    assert [sentence % params for sentence, params, _tone in review.evidence] == [
        "Two devices on the network state the serial number CN12345678.",
        "Different chassis MAC address: 00:1b:2c:00:00:02, not 00:1b:2c:00:00:01.",
        "Different name: imp-2, not imp-1.",
    ]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_it_is_asked_once_whoever_answers_first(cast: Cast, order: tuple[int, int]) -> None:
    night(cast.le_bouscat, [twin(1), twin(2)], batch=1)
    night(cast.le_bouscat, [twin(n) for n in order], number=2)
    assert len(every_asset()) == 1
    assert len(open_reviews()) == 1


def test_said_to_be_another_it_is_an_asset_of_its_own_and_nobody_asks_again(cast: Cast) -> None:
    night(cast.le_bouscat, [twin(1), twin(2)])
    give(Answer.DIFFERENT)
    assert open_reviews() == []
    for number in (2, 3):
        night(cast.le_bouscat, [twin(n, firmware=f"1.{number}") for n in (2, 1)], number=number)
    assert [(one.name, one.serial, one.firmware, targets_of(one)) for one in every_asset()] == [
        ("imp-1", "CN12345678", "1.3", ["10.0.0.1"]),
        ("imp-2", "CN12345678", "1.3", ["10.0.0.2"]),
    ]
    assert open_reviews() == []


def test_said_to_be_the_same_it_stays_the_same(cast: Cast) -> None:
    night(cast.le_bouscat, [twin(1), twin(2)])
    give(Answer.LINK, asset=every_asset()[0])
    night(cast.le_bouscat, [twin(2, firmware="1.2"), twin(1, firmware="1.2")], number=2)
    (asset,) = every_asset()
    assert targets_of(asset) == ["10.0.0.1", "10.0.0.2"]
    found = device("agent:1", "serial:CN12345678@HP", source="glpi", kind="printer", manufacturer="HP")
    night(cast.le_bouscat, [found], number=3)
    assert targets_of(asset) == ["10.0.0.1", "10.0.0.2", "10.0.0.5"], "its number is still its own"
    assert open_reviews() == []


def test_a_management_board_is_proposed_as_part_of_its_machine(cast: Cast) -> None:
    night(cast.le_bouscat, [twin(1, kind="server"), twin(2, kind="management_board")])
    (review,) = open_reviews()
    assert (review.candidate_ids, review.proposed) == ([every_asset()[0].id], Answer.LINK)


def test_one_serial_number_on_many_boards_is_a_placeholder_and_each_is_a_device(cast: Cast) -> None:
    night(cast.le_bouscat, [twin(n) for n in range(1, 8)])
    assert len(every_asset()) == 7
    assert db.session.scalars(select(Review)).all() == []
