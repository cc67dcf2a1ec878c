"""Equipment is handed to a person from their page."""

from __future__ import annotations

import pytest

from inventory.assets import services
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.core.database import db
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def paul(cast):
    return factories.create_person(cast.le_bouscat, display_name="Paul Rey")


@pytest.fixture
def laptop(cast):
    return factories.create_asset(cast.le_bouscat, tag="LBX-9", state=State.IN_STOCK)


def handed(browser, person, **asked):
    return browser.post(f"/people/{person.public_id}/hand-over", data=asked, headers=ENGLISH)


def test_what_is_handed_over_is_held_and_in_service(cast, paul, laptop, sign_in):
    answer = handed(sign_in(cast.alice), paul, asset=laptop.public_id, condition="good")
    assert answer.headers["Location"].split("?")[0].endswith(f"/people/{paul.public_id}")
    kept = db.session.get_one(Asset, laptop.id)
    assert (kept.holder_id, kept.state) == (paul.id, State.IN_SERVICE)
    assert services.open_custody(kept).condition_out.value == "good"


def test_one_thing_after_another_stays_on_the_form(cast, paul, laptop, sign_in):
    answer = handed(sign_in(cast.alice), paul, asset=laptop.public_id, another="1")
    assert answer.headers["Location"].split("?")[0].endswith("/hand-over")


def test_nothing_is_saved_without_a_piece_of_equipment(cast, paul, sign_in):
    answer = handed(sign_in(cast.alice), paul, note="with its bag")
    assert (answer.status_code, "with its bag" in answer.text) == (422, True)


def test_equipment_of_a_commune_where_one_may_not_is_refused(cast, paul, sign_in):
    stranger = factories.create_asset(cast.pessac, tag="PES-1", state=State.IN_STOCK)
    answer = handed(sign_in(cast.alice), paul, asset=stranger.public_id)
    assert (answer.status_code, "Choose one from the list." in answer.text) == (422, True)
    assert db.session.get_one(Asset, stranger.id).holder_id is None


def test_equipment_of_the_persons_entity_is_offered_first(cast, paul, laptop, sign_in):
    factories.create_asset(cast.ccas, tag="CCAS-9", state=State.IN_STOCK)
    found = sign_in(cast.alice).get(f"/assets/search?q=9&near={paul.entity.public_id}").get_json()["items"]
    assert found[0]["text"] == "LBX-9"


def test_what_nobody_holds_is_offered_before_what_somebody_does(cast, paul, sign_in):
    held = factories.create_asset(cast.le_bouscat, tag="LBX-1", holder_id=paul.id)
    factories.create_asset(cast.le_bouscat, tag="LBX-2", state=State.IN_STOCK)
    alice = sign_in(cast.alice)
    assert [item["text"] for item in alice.get("/assets/search?q=LBX").get_json()["items"]] == [
        held.tag,
        "LBX-2",
    ]
    assert [item["text"] for item in alice.get("/assets/search?q=LBX&free=first").get_json()["items"]] == [
        "LBX-2",
        held.tag,
    ]
    assert "/assets/search?free=first" in alice.get(f"/people/{paul.public_id}/hand-over").text
