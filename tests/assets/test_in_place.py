"""Editing one field in place: saved with its version, refused beside the field, on a page of its own without scripts."""

import re

import pytest

from inventory.core.database import transaction
from inventory.fields import services as own_fields
from inventory.fields.kinds import FieldKind
from tests import factories
from tests.sent_forms import forms_in

pytestmark = pytest.mark.any_store

ENGLISH = {"Accept-Language": "en"}
LIVE = {**ENGLISH, "HX-Request": "true"}


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


def text_of(answer):
    return answer.get_data(as_text=True)


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', text_of(answer)).group(1)


def ask(browser, asset, field, headers=LIVE):
    return browser.get(f"/assets/{asset.public_id}/field/{field}", headers=headers)


def save(browser, asset, field, headers=LIVE, **given):
    return browser.post(f"/assets/{asset.public_id}/field/{field}", data=given, headers=headers)


def test_one_field_is_saved_and_shown_again_where_it_stood(laptop, alice):
    version = version_in(ask(alice, laptop, "name"))
    answer = save(alice, laptop, "name", name="pc-112", version=version)
    assert answer.status_code == 200
    assert 'id="fact-name"' in text_of(answer)
    assert "pc-112" in text_of(answer)
    assert "<h1" not in text_of(answer)
    assert (laptop.name, laptop.serial, laptop.tag) == ("pc-112", "5CG1234XYZ", "LBX-000001")


def test_what_follows_from_a_field_is_shown_anew_beside_it_and_nothing_else(laptop, alice):
    answer = text_of(save(alice, laptop, "tag", tag="LBX-000777", version=laptop.version))
    assert '<span hx-swap-oob="innerHTML:#page-title">LBX-000777</span>' in answer
    assert "fact-age" not in answer
    answer = text_of(
        save(alice, laptop, "commissioned_on", commissioned_on="02/03/2020", version=laptop.version)
    )
    assert '<div class="fact" id="fact-age" hx-swap-oob="true">' in answer
    assert "(commissioning, 2 Mar 2020)" in answer


def test_without_scripts_it_is_a_page_that_leads_back(laptop, alice):
    page = ask(alice, laptop, "name", headers=ENGLISH)
    assert "<h1" in text_of(page)
    answer = save(alice, laptop, "name", headers=ENGLISH, name="pc-112", version=version_in(page))
    assert answer.status_code == 303
    assert answer.headers["Location"].split("?")[0].endswith(f"/assets/{laptop.public_id}")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("serial", "To be filled by O.E.M.", "placeholder"),
        ("commissioned_on", "someday", "Type a date"),
        ("commissioned_on", "31/02/2024", "No calendar has a day “31/02/2024”."),
        ("commissioned_on", "01/01/2090", "has not come yet"),
        ("category", "", "Choose a category"),
        ("price_cents", "many", "Type an amount"),
    ],
)
def test_a_wrong_value_is_refused_beside_the_field(laptop, alice, field, typed, sentence):
    answer = save(alice, laptop, field, **{field: typed, "price_tax": "excluded", "version": laptop.version})
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_a_stale_save_shows_both_versions_and_may_be_sent_again(place, laptop, alice, sign_in):
    version = version_in(ask(alice, laptop, "name"))
    save(sign_in(place.cast.bruno), laptop, "name", name="theirs", version=version)
    stale = save(alice, laptop, "name", name="mine", version=version)
    assert stale.status_code == 422
    assert "Saved now: theirs. You typed: mine." in text_of(stale)
    assert laptop.name == "theirs"
    assert save(alice, laptop, "name", name="mine", version=version_in(stale)).status_code == 200
    assert laptop.name == "mine"


def opened(browser, laptop, field):
    """Return the form of one field as it stands open."""
    page = text_of(ask(browser, laptop, field))
    return next(form for form in forms_in(page, f"/assets/{laptop.public_id}/field/{field}")).data()


def test_a_save_of_another_field_in_between_is_no_conflict(place, laptop, alice, sign_in):
    form = opened(alice, laptop, "name")
    save(sign_in(place.cast.bruno), laptop, "description", description="theirs", version=laptop.version)
    assert save(alice, laptop, "name", **{**form, "name": "mine"}).status_code == 200
    assert (laptop.name, laptop.description) == ("mine", "theirs")


def test_what_was_opened_and_left_as_it_was_takes_nothing_back(place, laptop, alice, sign_in):
    form = opened(alice, laptop, "name")
    save(sign_in(place.cast.bruno), laptop, "name", name="theirs", version=laptop.version)
    answer = save(alice, laptop, "name", **form)
    assert answer.status_code == 200
    assert "theirs" in text_of(answer)
    assert laptop.name == "theirs"


def test_a_relation_and_an_own_field_are_edited_so_too(place, laptop, alice):
    with transaction():
        own = own_fields.create_field(
            {
                "home": "category",
                "home_id": place.laptop.public_id,
                "kind": FieldKind.MONEY,
                "label": "Monthly",
            },
            actor=factories.SYSTEM,
        )
    answer = save(alice, laptop, "category", category=place.tablet.public_id, version=laptop.version)
    assert "Tablets" in text_of(answer)
    save(alice, laptop, "category", category=place.laptop.public_id, version=laptop.version)
    answer = save(alice, laptop, own.key, **{own.key: "12,50", "version": laptop.version})
    assert "12.50" in text_of(answer)
    assert "12.50" in text_of(alice.get(f"/assets/{laptop.public_id}", headers=ENGLISH))


@pytest.mark.parametrize("field", ["state", "entity", "id", "version", "nonsense", "holder"])
def test_what_is_not_edited_so_is_not_found(laptop, alice, field):
    assert ask(alice, laptop, field).status_code == 404
    assert save(alice, laptop, field, **{field: "x"}).status_code == 404


def test_a_reader_edits_nothing(place, laptop, sign_in):
    chloe = sign_in(place.cast.chloe)
    assert save(chloe, laptop, "name", name="x").status_code == 403
    assert "pencil" not in text_of(chloe.get(f"/assets/{laptop.public_id}"))
    assert (
        chloe.get(f"/assets/{laptop.public_id}/fact/serial", headers={"HX-Request": "true"}).status_code
        == 200
    )
