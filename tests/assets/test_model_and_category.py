"""An item's category follows a new model where it was the former one's; where the two are of different kinds, it is said."""

import re
from types import SimpleNamespace

import pytest

from inventory.assets import services
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from tests import factories
from tests.assets.conftest import ALICE

pytestmark = pytest.mark.any_store
ENGLISH = {"Accept-Language": "en"}
LIVE = {**ENGLISH, "HX-Request": "true"}
APART = "Its model is of another kind: Printers."


@pytest.fixture
def models(place):
    """A laptop's model, a printer's and one without a category, all of one maker."""
    printers = factories.create_category(Kind.PRINTER, name="Printers")
    made = {
        name: factories.create_model(place.maker, name=name, category_id=category and category.id)
        for name, category in (("Latitude", place.laptop), ("LaserJet", printers), ("Thing", None))
    }
    return SimpleNamespace(printers=printers, **made)


@pytest.fixture
def latitude(place, models):
    return factories.create_asset(place.entity, place.laptop, model_id=models.Latitude.id, tag="LBX-7")


@pytest.fixture
def tablet(place, models):
    """A tablet that somebody says to be of a laptop's model."""
    return factories.create_asset(place.entity, place.tablet, model_id=models.Latitude.id, tag="LBX-8")


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


def put(browser, asset, model, **headers):
    given = {"model": model.public_id, "version": asset.version}
    return browser.post(f"/assets/{asset.public_id}/field/model", data=given, headers=headers)


def offered(browser, asset, model, category, filled=None):
    """The category that the edit form shows once a model is chosen in it, what the model filled in, and the help below."""
    given = {"model": model.public_id, "category": category.public_id, "filled": filled}
    page = browser.get(f"/assets/{asset.public_id}/category", query_string=given, headers=LIVE).text
    chosen = re.search(r'<option selected value="(\w+)"', page)[1]
    kept = re.search(r'name="filled" value="(\w+)"', page)
    return chosen, kept and kept[1], re.search(r'id="category-help">([^<]*)', page)[1]


def test_the_category_that_was_the_former_model_s_follows_and_the_page_says_so(alice, latitude, models):
    answer = put(alice, latitude, models.LaserJet, **LIVE)
    assert (latitude.model, latitude.category) == (models.LaserJet, models.printers)
    page = alice.get(answer.headers["HX-Redirect"], headers=ENGLISH).text
    assert "Its category is now Printers, as its model says; it was Laptops." in page
    assert APART not in page


@pytest.mark.parametrize("model", ["LaserJet", "Thing"])
def test_a_category_that_somebody_chose_apart_from_the_model_stays(alice, tablet, place, models, model):
    put(alice, tablet, getattr(models, model), **ENGLISH)
    assert tablet.category is place.tablet
    page = alice.get(f"/assets/{tablet.public_id}", headers=ENGLISH).text
    assert (APART in page) is (model == "LaserJet")


def test_a_category_that_is_given_with_the_model_is_taken_at_its_word(latitude, place, models, saving):
    given = {"model_id": models.LaserJet.id, "category_id": place.laptop.id}
    assert "category" not in services.update_asset(latitude, given, actor=ALICE)
    assert latitude.category is place.laptop


def test_a_category_that_is_emptied_becomes_the_model_s(tablet, place, models, saving):
    services.update_asset(tablet, {"category_id": None}, actor=SYSTEM)
    assert tablet.category is place.laptop


def test_the_edit_form_fills_in_the_category_and_lets_it_be_chosen_again(alice, latitude, place, models):
    printers = models.printers.public_id
    chosen = offered(alice, latitude, models.LaserJet, place.laptop)
    assert chosen == (printers, printers, "As its model says; it was Laptops.")
    back = offered(alice, latitude, models.Latitude, models.printers, filled=printers)
    assert back[0] == place.laptop.public_id
    apart = offered(alice, latitude, models.LaserJet, place.tablet, filled=printers)
    assert apart == (place.tablet.public_id, printers, APART)


def test_a_bulk_edit_shows_which_categories_follow_and_which_are_of_another_kind(
    place, sign_in, latitude, tablet, models
):
    bruno = sign_in(place.cast.bruno)
    sent = {"id": [latitude.public_id, tablet.public_id], "model": models.LaserJet.public_id}
    page = bruno.post("/assets/bulk", data={**sent, "step": "preview"}, headers=ENGLISH).text
    assert re.search(r"<strong>Category</strong>\s*changes on 1 item", page)
    assert "1 item keeps a category of another kind than that of its model" in page
    shown = {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("digest", "versions")
    }
    bruno.post("/assets/bulk", data={**sent, **shown, "step": "apply"}, headers=ENGLISH)
    assert (latitude.category, tablet.category) == (models.printers, place.tablet)
