"""The search box and its page."""

from __future__ import annotations

import re

import pytest

from inventory.catalog.kinds import Kind
from inventory.organization.models import LocationKind
from tests import factories

pytestmark = pytest.mark.any_store
LIVE = {"HX-Request": "true"}


@pytest.fixture
def laptop(cast):
    return factories.create_asset(cast.le_bouscat, tag="LBX-004512", name="Poste d’Été <b>")


def test_a_scanned_tag_opens_its_asset(cast, laptop, sign_in):
    answer = sign_in(cast.chloe).get("/search/?q=LBX-004512")
    assert (answer.status_code, answer.location) == (303, f"/assets/{laptop.public_id}")


def test_the_jump_keeps_the_scope(cast, laptop, sign_in):
    answer = sign_in(cast.diane).get("/search/?q=LBX-004512&entity=LBX")
    assert answer.location == f"/assets/{laptop.public_id}?entity=LBX"


def test_words_show_a_page_of_results(cast, laptop, sign_in):
    text = sign_in(cast.chloe).get("/search/?q=ete").get_data(as_text=True)
    assert f'href="/assets/{laptop.public_id}"' in text
    assert "<b>" not in text


def test_a_mistyped_word_leads_to_a_list_of_what_was_meant(cast, sign_in):
    for _each in range(21):
        factories.create_asset(cast.le_bouscat, name="Imprimante")
    chloe = sign_in(cast.chloe)
    assert 'href="/assets/?q=imprimante"' in chloe.get("/search/?q=imprimnate").get_data(as_text=True)
    right = chloe.get("/search/?q=imprimante", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "All 21<" in right


def test_a_search_without_result_says_so_and_keeps_the_words(cast, sign_in):
    text = (
        sign_in(cast.chloe)
        .get("/search/?q=%3Cscript%3Ezz", headers={"Accept-Language": "en"})
        .get_data(as_text=True)
    )
    assert "Nothing found" in text
    assert 'value="&lt;script&gt;zz"' in text


def test_nobody_finds_what_is_not_theirs(cast, laptop, sign_in):
    browser = sign_in(cast.oscar)
    assert laptop.public_id not in browser.get("/search/?q=LBX-004512").get_data(as_text=True)
    assert laptop.public_id not in browser.get("/search/suggest?q=ete", headers=LIVE).get_data(as_text=True)


def test_the_suggestions_are_a_piece_of_a_page(cast, laptop, sign_in):
    text = sign_in(cast.chloe).get("/search/suggest?q=ete", headers=LIVE).get_data(as_text=True)
    assert laptop.public_id in text
    assert "<html" not in text


@pytest.mark.parametrize(
    "asked", ["", "?q=", "?q=%00", "?q=" + "x" * 5000, "?noun=asset", "?noun=nothing&q=ete&stay=1"]
)
def test_any_address_is_answered(cast, laptop, sign_in, asked):
    assert sign_in(cast.chloe).get(f"/search/{asked}").status_code in (200, 303)


@pytest.mark.parametrize("path", ["/search/?stay=1&q=ete", "/search/suggest?q=ete"])
def test_each_result_has_the_icon_of_its_own_kind(cast, sign_in, path):
    laptop, printer = (factories.create_category(kind) for kind in (Kind.LAPTOP, Kind.MULTIFUNCTION_PRINTER))
    factories.create_asset(cast.le_bouscat, laptop, tag="ETE-1")
    factories.create_asset(cast.le_bouscat, printer, tag="ETE-2")
    factories.create_location(cast.le_bouscat, name="Salle d’été", kind=LocationKind.ROOM)
    factories.create_person(cast.le_bouscat, display_name="Été Martin")
    text = sign_in(cast.chloe).get(path, headers=LIVE).get_data(as_text=True)
    drawn = re.findall(
        r'class="found[ "].*?#([a-z0-9-]+)"></use>.*?class="found-title">([^<]+)<', text, re.DOTALL
    )
    assert drawn == [
        (Kind.LAPTOP.icon, "ETE-1"),
        (Kind.MULTIFUNCTION_PRINTER.icon, "ETE-2"),
        ("users", "Été Martin"),
        ("door", "Salle d’été"),
    ]


def test_a_model_without_a_category_has_the_icon_of_models(cast, sign_in):
    factories.create_model(name="Estival", category_id=None)
    text = sign_in(cast.chloe).get("/search/suggest?q=estival", headers=LIVE).get_data(as_text=True)
    assert '#category"' in text
