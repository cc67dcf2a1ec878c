"""Who holds and held what: a person's page, the leavers' list and taking all back; what places and entities have, in figures."""

from datetime import date

import pytest

from inventory.assets import services
from inventory.assets.services import Handover
from inventory.core.database import transaction
from tests import factories
from tests.assets.conftest import ALICE

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


def text_of(answer):
    return answer.get_data(as_text=True)


def give(asset, person, on=date(2026, 4, 1)):
    with transaction():
        services.hand_over(asset, Handover(on=on, condition="new"), actor=ALICE, person=person)


def leave(person, **how):
    with transaction():
        for name, value in how.items():
            setattr(person, name, value)


def test_a_persons_page_says_what_they_hold_and_held_with_the_days(place, laptop, alice):
    other = factories.create_asset(
        place.entity, place.tablet, tag="LBX-000009", state="in_stock", on=date(2026, 3, 1)
    )
    give(laptop, place.marie)
    give(other, place.marie, date(2026, 3, 5))
    with transaction():
        services.take_back(other, Handover(on=date(2026, 5, 5), condition="worn"), actor=ALICE)
    page = text_of(alice.get(f"/people/{place.marie.public_id}", headers=ENGLISH))
    assert "since 1 Apr 2026" in page
    assert "Held before" in page
    assert "5 Mar 2026 to 5 May 2026" in page
    assert "LBX-000001 · Handed over" in page
    assert "LBX-000009 · Taken back" in page


def test_the_list_of_people_says_how_much_each_holds_and_leads_there(place, laptop, alice):
    held = f'href="/assets/?state=in_fleet&amp;holder={place.marie.public_id}">1</a>'
    assert held not in text_of(alice.get("/people/"))
    give(laptop, place.marie)
    assert held in text_of(alice.get("/people/"))


def test_leavers_are_those_who_go_or_have_gone_and_hold_something(place, laptop, alice):
    give(laptop, place.marie)
    nothing = text_of(alice.get("/leavers/", headers=ENGLISH))
    assert "0 leavers" in nothing
    leave(place.paul, disabled=True)
    assert "Paul Roy" not in text_of(alice.get("/leavers/", headers=ENGLISH))
    leave(place.marie, leaves_on=date(2026, 7, 1))
    page = text_of(alice.get("/leavers/", headers=ENGLISH))
    assert "1 leaver still holds equipment" in page
    assert "leaves on 1 Jul 2026" in page
    leave(place.marie, leaves_on=date(2026, 12, 1))
    assert "0 leavers" in text_of(alice.get("/leavers/", headers=ENGLISH))


def test_each_leaver_leads_to_taking_all_back(place, laptop, alice):
    give(laptop, place.marie)
    leave(place.marie, disabled=True)
    address = f"/people/{place.marie.public_id}/take-back"
    assert f'href="{address}?next=/leavers/"' in text_of(alice.get("/leavers/"))
    assert f'href="{address}"' in text_of(alice.get(f"/people/{place.marie.public_id}"))


def test_leavers_are_searched_and_narrowed_by_how_they_go_and_from_where(place, laptop, alice):
    give(laptop, place.marie)
    leave(place.marie, disabled=True, leaves_on=date(2026, 7, 1))
    here = place.entity.code
    asked = [
        "?q=marie",
        "?q=roy",
        "?going=closed",
        "?going=soon",
        f"?of={here}",
        "?format=csv",
    ]
    found = [place.marie.display_name in text_of(alice.get(f"/leavers/{one}")) for one in asked]
    assert found == [True, False, True, False, True, True]
    assert "“nowhere” is not on the list." in text_of(alice.get("/leavers/?of=nowhere", headers=ENGLISH))
    assert "Take it back" not in text_of(alice.get("/leavers/?format=csv", headers=ENGLISH))


def test_of_much_that_a_leaver_holds_the_first_is_named_and_the_rest_counted(place, laptop, alice):
    for number in range(4):
        give(
            factories.create_asset(place.entity, place.tablet, tag=f"LBX-00010{number}", state="in_stock"),
            place.paul,
        )
    leave(place.paul, disabled=True)
    page = text_of(alice.get("/leavers/", headers=ENGLISH))
    assert "LBX-000102" in page
    assert "LBX-000103" not in page
    assert "and 1 more" in page
    assert "Take all back" in page


def test_places_and_entities_say_how_much_stands_in_them_and_below(place, laptop, sign_in):
    inside = factories.create_location(place.entity, place.room, name="Desk 3")
    with transaction():
        services.place(laptop, actor=ALICE, location=inside)
    factories.create_asset(place.cast.ccas, place.laptop)
    diane = sign_in(place.cast.diane)
    places = text_of(diane.get("/places/", headers=ENGLISH))
    assert places.count('class="tally"') == 2
    entities = text_of(diane.get("/entities/", headers=ENGLISH))
    assert "entity=LBX-CCAS" in entities
    page = text_of(diane.get("/entities/LBX", headers=ENGLISH))
    assert "Of unknown age" in page
    assert "entity=LBX" in page
