"""The page that scans labels: what a reading leads to, for whom."""

from __future__ import annotations

import re

import pytest

from inventory.assets import labels, services
from inventory.assets.states import SourceKind, State
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import transaction
from scanners.observation import Identifier
from tests import factories

pytestmark = pytest.mark.any_store

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def laptop(cast):
    return factories.create_asset(cast.le_bouscat, tag="LBX-004512", serial="5CG1234XYZ")


def ask(browser, code, **more):
    return browser.get(
        "/scan/reading", query_string={"code": code, **more}, headers={**ENGLISH, "HX-Request": "true"}
    )


@pytest.mark.parametrize(
    "code",
    [
        "LBX-004512",
        "lbx 004512",
        "5CG1234XYZ",
        "S/N: 5CG1234XYZ",
        "S5CG1234XYZ",
        "https://hp.example/w?sn=5CG1234XYZ",
    ],
)
def test_a_reading_opens_the_one_thing_that_has_it(cast, laptop, sign_in, code):
    answer = ask(sign_in(cast.chloe), code)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/assets/{laptop.public_id}")


@pytest.mark.parametrize(("kind", "value", "code"), [
    ("mac", "b8:85:84:13:0a:01", "MAC B8-85-84-13-0A-01"),
    ("imei", "356938035643809", "IMEI1: 356938035643809"),
])  # fmt: skip
def test_mac_addresses_and_imeis_are_read_too(cast, laptop, sign_in, kind, value, code):
    with transaction():
        services.record_identifiers(laptop, [Identifier(kind, value)], source=SourceKind.SNMP, at=clock.now())
    answer = ask(sign_in(cast.chloe), code)
    assert answer.headers.get("HX-Redirect") == f"/assets/{laptop.public_id}"


def test_without_script_the_form_leads_there_as_well(cast, laptop, sign_in):
    answer = sign_in(cast.chloe).get("/scan/?code=LBX-004512")
    assert (answer.status_code, answer.location) == (303, f"/assets/{laptop.public_id}")


def test_the_address_of_a_record_that_was_merged_leads_to_the_one_that_was_kept(cast, laptop, sign_in):
    other = factories.create_asset(cast.le_bouscat, laptop.category)
    old = other.public_id
    with transaction():
        services.merge(laptop, other, actor=SYSTEM)
    answer = ask(sign_in(cast.chloe), f"https://parc.example/assets/{old}")
    assert answer.headers["HX-Redirect"] == f"/assets/{laptop.public_id}"


def test_the_entity_that_the_page_shows_hides_nothing_that_one_holds_in_hand(cast, laptop, sign_in):
    answer = ask(sign_in(cast.diane), "LBX-004512", entity="PES")
    assert answer.headers["HX-Redirect"].startswith(f"/assets/{laptop.public_id}")


def test_several_in_a_row_are_answered_by_their_lines(cast, laptop, sign_in):
    text = ask(sign_in(cast.chloe), "LBX-004512", several="1").get_data(as_text=True)
    assert f'data-scanned="{laptop.public_id}"' in text
    assert "<html" not in text


def test_another_commune_s_equipment_is_as_unknown_as_nothing(cast, laptop, sign_in):
    browser = sign_in(cast.oscar)
    for answer in (ask(browser, "LBX-004512"), ask(browser, f"https://x.example/assets/{laptop.public_id}")):
        text = answer.get_data(as_text=True)
        assert "Nothing that you see has" in text
        assert "5CG1234XYZ" not in text
    kept = browser.get(f"/scan/list?id={laptop.public_id}", headers={"HX-Request": "true"}).get_data(
        as_text=True
    )
    assert laptop.public_id not in kept


@pytest.mark.parametrize(
    ("code", "filled"),
    [("ABC123", "serial=ABC123"), ("LBX-999999", "tag=LBX-999999"), ("S/N: ABC123", "serial=ABC123")],
)
def test_what_nobody_has_is_logged_with_its_tag_or_serial_number_filled_in(cast, sign_in, code, filled):
    browser = sign_in(cast.alice)
    text = ask(browser, code).get_data(as_text=True)
    assert f'href="/assets/new?{filled}"' in text
    name, _, value = filled.partition("=")
    form = browser.get(f"/assets/new?{filled}").get_data(as_text=True)
    assert f'name="{name}" type="text" value="{value}"' in form


def test_a_reader_is_not_offered_to_log(cast, sign_in):
    text = ask(sign_in(cast.chloe), "ABC123").get_data(as_text=True)
    assert "Nothing that you see has" in text
    assert "/assets/new" not in text


def test_a_number_that_several_have_is_a_choice(cast, sign_in, laptop):
    factories.create_asset(cast.le_bouscat, laptop.category, tag="LBX-2", name="x", order_number="CMD-1")
    factories.create_asset(cast.le_bouscat, laptop.category, tag="LBX-3", order_number="CMD-1")
    text = ask(sign_in(cast.chloe), "CMD-1").get_data(as_text=True)
    assert "stands for several things" in text
    assert "LBX-2" in text
    assert "LBX-3" in text


def test_a_person_s_number_leads_to_the_person_and_equipment_comes_first(cast, sign_in, laptop):
    person = factories.create_person(cast.le_bouscat, employee_number="AG0042")
    answer = ask(sign_in(cast.chloe), "AG0042")
    assert person.public_id in answer.headers["HX-Redirect"]
    factories.create_asset(cast.le_bouscat, laptop.category, tag="AG0042")
    assert "/assets/" in ask(sign_in(cast.chloe), "AG0042").headers["HX-Redirect"]


@pytest.mark.parametrize(
    "code", ["<script>alert(1)</script>", "A" * 10_000, "\u202eabc\u202e", "\0", "%00", "://", "https://[x"]
)
def test_hostile_text_is_answered_as_text(cast, sign_in, code):
    answer = ask(sign_in(cast.alice), code)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "<script>" not in text
    assert "\u202e" not in text
    assert len(text) < 3000


@pytest.mark.parametrize("asked", ["", "?id=", "?id=%00,'", "?id=" + "x," * 3000])
def test_any_list_is_answered(cast, sign_in, asked):
    assert sign_in(cast.chloe).get(f"/scan/list{asked}", headers={"HX-Request": "true"}).status_code == 200


def test_the_list_of_equipment_shows_those_that_an_address_names_and_no_foreign_ones(cast, laptop, sign_in):
    second = factories.create_asset(cast.le_bouscat, laptop.category, tag="LBX-9", state=State.IN_STOCK)
    foreign = factories.create_asset(cast.pessac, laptop.category, tag="PES-9")
    ids = [one.public_id for one in (laptop, second, foreign)]
    browser = sign_in(cast.chloe)
    answer = browser.get("/assets/", query_string=[("id", one) for one in ids])
    assert answer.location == f"/assets/?id={'%2C'.join(ids)}" or answer.location.endswith(",".join(ids))
    text = browser.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert "LBX-004512" in text
    assert "LBX-9" in text
    assert "PES-9" not in text
    file = browser.get(f"{answer.location}&format=csv").get_data(as_text=True)
    assert "LBX-004512" in file


def test_two_hundred_fit_into_the_address_of_the_list(cast, sign_in):
    ids = ",".join(["0123456789ab"] * 199 + [factories.create_asset(cast.le_bouscat, tag="LAST-1").public_id])
    assert "LAST-1" in sign_in(cast.chloe).get(f"/assets/?id={ids}").get_data(as_text=True)


def test_what_reads_like_a_tag_is_one_of_an_entity_that_is_seen():
    assert labels.is_tag("lbx-004512", {"LBX"})
    assert not labels.is_tag("LBX-45A", {"LBX"})
    assert not labels.is_tag("5CG-123", {"LBX"})


LABEL = ["3401234567890", "MAC: B8858413AA01", "5TW10AA#ABF", "5CG1234XYZ"]


def test_of_a_label_with_several_codes_the_one_that_is_known_opens_its_equipment(cast, laptop, sign_in):
    answer = ask(sign_in(cast.chloe), LABEL)
    assert answer.headers.get("HX-Redirect") == f"/assets/{laptop.public_id}"


def test_of_a_label_that_nobody_knows_the_serial_number_alone_is_logged(cast, sign_in):
    text = ask(sign_in(cast.alice), LABEL).text
    assert re.findall(r'href="/assets/new\?([^"]+)"', text) == ["serial=5CG1234XYZ"]
    assert "Log “5CG1234XYZ”" in text


def test_a_field_gets_the_serial_number_or_a_choice_with_what_each_code_is(cast, sign_in):
    def codes(*texts: str) -> str:
        return (
            sign_in(cast.alice)
            .get("/scan/codes", query_string={"code": texts}, headers={**ENGLISH, "HX-Request": "true"})
            .text
        )

    assert 'data-code="5CG1234XYZ"' in codes(*LABEL)
    text = codes(*LABEL, "8XY7777")
    assert re.findall('data-use-code="([^"]+)"', text)[:2] == ["5CG1234XYZ", "8XY7777"]
    assert "product number (EAN, UPC)" in text
    assert "<b>" not in codes("<b>", "\x00", "x" * 900)


def test_labels_of_several_items_in_one_picture_all_join_the_list(cast, laptop, sign_in):
    other = factories.create_asset(cast.le_bouscat, tag="LBX-8")
    text = ask(sign_in(cast.alice), [laptop.tag, other.tag], several="1").text
    assert set(re.findall('data-scanned="([^"]+)"', text)) == {laptop.public_id, other.public_id}
