"""The page of places: open where they are few, entity by entity where they are many, found by words."""

from __future__ import annotations

import pytest

from inventory.organization import locations
from inventory.organization.models import LocationKind
from tests import factories

ENGLISH = {"Accept-Language": "en"}


def asked(browser, address):
    answer = browser.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def hall(cast):
    return factories.create_location(cast.le_bouscat, name="Town hall", address="1 place Gambetta")


@pytest.fixture
def office(cast, hall):
    return factories.create_location(cast.le_bouscat, hall, name="Office 12")


def test_few_places_are_shown_as_open_trees(cast, office, sign_in):
    factories.create_location(cast.ccas, name="Reception")
    page = asked(sign_in(cast.alice), "/places/")
    assert "3 places" in page
    assert "Office 12" in page
    assert "Reception" in page


def test_of_many_places_each_entity_opens_its_own(cast, office, sign_in, monkeypatch):
    monkeypatch.setattr(locations, "SHOWN_AT_ONCE", 2)
    factories.create_location(cast.ccas, name="Reception")
    alice = sign_in(cast.alice)
    page = asked(alice, "/places/")
    assert "3 places" in page
    assert "Office 12" not in page
    assert 'hx-get="/places/of/LBX-CCAS"' in page
    branch = alice.get("/places/of/LBX", headers={**ENGLISH, "HX-Request": "true"}).text
    assert branch.index("Town hall") < branch.index("Office 12")
    assert "Reception" not in branch


def test_the_piece_of_an_entity_opened_by_itself_is_the_page_with_that_entity_open(
    cast, office, sign_in, monkeypatch
):
    monkeypatch.setattr(locations, "SHOWN_AT_ONCE", 1)
    factories.create_location(cast.ccas, name="Reception")
    answer = sign_in(cast.alice).get("/places/of/LBX", headers=ENGLISH, follow_redirects=True)
    assert answer.request.path == "/places/"
    assert 'id="entity-LBX" open' in answer.text
    assert "Office 12" in answer.text
    assert "Reception" not in answer.text


def test_those_below_a_commune_stand_with_it(cast, office, sign_in, monkeypatch):
    monkeypatch.setattr(locations, "SHOWN_AT_ONCE", 1)
    factories.create_location(cast.ccas, name="Reception")
    factories.create_location(cast.pessac, name="Library")
    page = asked(sign_in(cast.diane), "/places/")
    assert page.count('class="branch-group"') == 2
    assert "2 places, 1 entity below" in page


def test_a_person_is_offered_with_their_department_and_their_commune(cast, sign_in):
    factories.create_person(cast.ccas, display_name="Paul Rey", department="Finance")
    (item,) = sign_in(cast.alice).get("/search/people?q=rey").get_json()["items"]
    assert item["detail"] == f"Finance · {cast.le_bouscat.name} › {cast.ccas.name}"


def test_the_places_of_a_single_entity_are_open_however_many(cast, office, sign_in, monkeypatch):
    monkeypatch.setattr(locations, "SHOWN_AT_ONCE", 1)
    assert "Office 12" in asked(sign_in(cast.alice), "/places/?entity=LBX")


def test_a_place_is_found_by_its_name_or_its_address_and_says_where_it_is(cast, office, sign_in):
    alice = sign_in(cast.alice)
    assert "Town hall › Office 12" in asked(alice, "/places/?q=office")
    assert "Town hall" in asked(alice, "/places/?q=gambetta")
    assert "No place is called “cellar”" in asked(alice, "/places/?q=cellar")


def test_places_of_another_commune_are_neither_found_nor_opened(cast, office, sign_in):
    oscar = sign_in(cast.oscar)
    assert "Town hall" not in asked(oscar, "/places/?q=office")
    assert oscar.get("/places/of/LBX").status_code == 404


def test_signs_that_mean_something_to_the_store_are_looked_for_as_they_are(cast, office, sign_in):
    alice = sign_in(cast.alice)
    for words in ("%", "_", "\\", "'; drop table location"):
        assert "Town hall ›" not in asked(alice, f"/places/?q={words}")


def found(browser, address):
    return [(item["text"], item["detail"]) for item in browser.get(address).get_json()["items"]]


def test_pickers_find_without_accents_nor_capitals(cast, sign_in):
    factories.create_person(cast.ccas, display_name="Noémie Lefèvre")
    factories.create_location(cast.le_bouscat, name="École des Écus")
    alice = sign_in(cast.alice)
    assert [name for name, _detail in found(alice, "/search/people?q=NOÉMIE lefev")] == ["Noémie Lefèvre"]
    assert [name for name, _detail in found(alice, "/search/places?q=ecole ecus")] == ["École des Écus"]


def test_a_place_is_found_by_the_places_around_it_too(cast, hall, office, sign_in):
    assert [name for name, _detail in found(sign_in(cast.alice), "/search/places?q=town 12")] == [
        "Town hall › Office 12"
    ]


def test_places_of_the_entity_at_hand_are_offered_first_then_those_of_its_commune(cast, sign_in):
    for entity in (cast.pessac, cast.le_bouscat, cast.ccas):
        factories.create_location(entity, name="Reception")
    diane = sign_in(cast.diane)
    assert [entity for _name, entity in found(diane, f"/search/places?q=reception&near={cast.ccas.public_id}")] == [
        cast.ccas.name, cast.le_bouscat.name, cast.pessac.name,
    ]  # fmt: skip


def test_an_unknown_entity_at_hand_changes_nothing(cast, hall, sign_in):
    assert found(sign_in(cast.alice), "/search/places?q=town&near=nothing") == [
        ("Town hall", cast.le_bouscat.name)
    ]


def test_who_bears_the_name_comes_before_who_has_it_in_an_address(cast, sign_in):
    """Whoever looks after a commune's things may be found from its page, though they work for another entity."""
    factories.create_person(cast.pessac, display_name="Anne Weiss", email="anne@royan.example")
    factories.create_person(cast.root, display_name="Paul Roy")
    names = [name for name, _where in found(sign_in(cast.diane), "/search/people?q=roy&entity=PES")]
    assert names == ["Paul Roy", "Anne Weiss"]


def test_who_bears_the_name_comes_first_whatever_its_accents(cast, sign_in):
    factories.create_person(cast.le_bouscat, display_name="Anne Weiss", email="helene@example.org")
    for name in ("Zoé Hélène", "Émile Hélène"):
        factories.create_person(cast.le_bouscat, display_name=name)
    names = [name for name, _where in found(sign_in(cast.alice), "/search/people?q=helene")]
    assert names == ["Émile Hélène", "Zoé Hélène", "Anne Weiss"]


def test_nobody_of_an_entity_that_one_does_not_see_is_offered(cast, sign_in):
    factories.create_person(cast.pessac, display_name="Paul Roy")
    assert found(sign_in(cast.alice), "/search/people?q=roy") == []


def test_a_place_says_what_it_stands_in_and_how_much_stands_in_each_below(cast, hall, office, sign_in):
    desk = factories.create_location(cast.le_bouscat, office, name="Desk 3")
    factories.create_asset(cast.le_bouscat, location_id=desk.id)
    page = asked(sign_in(cast.alice), f"/places/{hall.public_id}")
    assert f'href="/assets/?place={office.public_id}' in page
    assert f'href="/places/{hall.public_id}"' in asked(sign_in(cast.alice), f"/places/{desk.public_id}")


def test_a_new_place_begins_as_what_most_often_stands_there(cast, sign_in):
    bruno = sign_in(cast.bruno)
    building = factories.create_location(cast.le_bouscat, kind=LocationKind.BUILDING)
    room = factories.create_location(cast.le_bouscat, building)
    for inside, kind in (("", "building"), (building.public_id, "floor"), (room.public_id, "rack")):
        assert f'<option selected value="{kind}">' in asked(bruno, f"/places/new?inside={inside}")
