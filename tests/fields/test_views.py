"""Custom fields on pages: declared on a category, filled in with an asset, listed, asked for and exported."""

import html
import re

import pytest

from inventory.catalog.kinds import Kind
from inventory.core.database import db, transaction
from inventory.fields import services
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField
from tests import factories
from tests.sent_forms import forms_in

pytestmark = pytest.mark.any_store

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def phones(cast):
    return factories.create_category(Kind.SMARTPHONE, name="Smartphones")


@pytest.fixture
def line(phones):
    with transaction():
        return services.create_field(
            {"home": "category", "home_id": phones.public_id, "kind": FieldKind.TEXT, "label": "Line number",
             "is_unique": True, "required": True},
            actor=factories.SYSTEM,
        )  # fmt: skip


@pytest.fixture
def alice(cast, sign_in):
    return sign_in(cast.alice)


def declare(kind, category=None):
    home = ("asset", "") if category is None else ("category", category.public_id)
    given = {"choices": ["Orange", "SFR"]} if kind == "choice" else {}
    with transaction():
        return services.create_field(
            {"home": home[0], "home_id": home[1], "kind": FieldKind(kind), "label": "Own", **given}, actor=factories.SYSTEM
        )  # fmt: skip


def text_of(answer):
    return answer.get_data(as_text=True)


def new_phone(cast, phones, **given):
    return {
        "entity": cast.le_bouscat.public_id, "category": phones.public_id, "state": "in_stock", "ownership": "owned",
        "usage": "staff", "price_tax": "excluded", "in_scope": "y", "number_it": "y", **given,
    }  # fmt: skip


def test_the_instance_administrator_declares_a_field_on_a_category(cast, phones, sign_in):
    diane = sign_in(cast.diane)
    home = f"category:{phones.public_id}"
    assert "Smartphones" in text_of(diane.get(f"/fields/new?home={home}", headers=ENGLISH))
    answer = diane.post("/fields/new", data={"home": home, "kind": "choice", "label": "Operator", "choices": "Orange\nSFR",
                                             "in_use": "y"})  # fmt: skip
    assert answer.headers["Location"].split("?")[0].endswith(f"/catalog/categories/{phones.public_id}")
    assert db.session.query(CustomField).one().choices == ["Orange", "SFR"]
    assert "Operator" in text_of(diane.get(f"/catalog/categories/{phones.public_id}"))


def test_a_wrong_field_keeps_what_was_typed(cast, phones, sign_in):
    answer = sign_in(cast.diane).post(
        "/fields/new", data={"home": "asset:", "kind": "choice", "label": "Operator", "choices": "Orange"}, headers=ENGLISH
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Give at least two choices" in text_of(answer)
    assert "Orange" in text_of(answer)


def test_a_manager_declares_nothing(cast, sign_in):
    assert sign_in(cast.bruno).get("/fields/new").status_code == 403


def test_a_new_phone_asks_for_its_line_and_no_other_category_does(cast, phones, line, alice):
    assert "Line number" in text_of(alice.get(f"/assets/new?category={phones.public_id}"))
    assert "Line number" not in text_of(alice.get("/assets/new"))
    piece = alice.get(f"/assets/fields?category={phones.public_id}", headers={"HX-Request": "true"})
    assert "Line number" in text_of(piece)
    other = alice.get(f"/assets/fields?category=&{line.key}=0612345678", headers={"HX-Request": "true"})
    assert f'<input type="hidden" name="{line.key}" value="0612345678">' in text_of(other)


def test_a_required_value_is_asked_for_and_all_else_is_kept(cast, phones, line, alice):
    answer = alice.post("/assets/new", data=new_phone(cast, phones, name="tel-9"), headers=ENGLISH)
    assert answer.status_code == 422
    assert "tel-9" in text_of(answer)
    answer = alice.post("/assets/new", data=new_phone(cast, phones, name="tel-9", **{line.key: "0612345678"}))
    assert answer.status_code == 303
    page = text_of(alice.get(answer.headers["Location"], headers=ENGLISH))
    assert "0612345678" in page


def test_a_second_phone_cannot_have_the_line_of_the_first(cast, phones, line, alice):
    alice.post("/assets/new", data=new_phone(cast, phones, **{line.key: "0612345678"}))
    answer = alice.post(
        "/assets/new", data=new_phone(cast, phones, **{line.key: "0612345678"}), headers=ENGLISH
    )
    assert answer.status_code == 422
    assert "no two may have the same" in text_of(answer)


def test_two_people_who_edit_one_value_see_both_versions(cast, phones, line, alice, sign_in):
    created = alice.post("/assets/new", data=new_phone(cast, phones, **{line.key: "0611111111"}))
    address = created.headers["Location"].split("?")[0] + "/edit"
    (form,) = (one for one in forms_in(text_of(alice.get(address)), address) if one.value("version"))
    # Nothing else is another: the version is raised by the value alone.
    asked = form.data()
    assert alice.post(address, data={**asked, line.key: "0622222222"}).status_code == 303
    stale = sign_in(cast.bruno).post(address, data={**asked, line.key: "0633333333"}, headers=ENGLISH)
    assert stale.status_code == 409
    assert "0622222222" in text_of(stale)
    assert "0633333333" in text_of(stale)


def test_the_list_shows_asks_sorts_and_exports_it(cast, phones, line, alice):
    for number in ("0611", "0622"):
        alice.post("/assets/new", data=new_phone(cast, phones, name=f"tel-{number}", **{line.key: number}))
    page = text_of(alice.get(f"/assets/?category={phones.code}&sort=-{line.key}", headers=ENGLISH))
    assert "0611" in page
    narrowed = text_of(alice.get(f"/assets/?{line.key}=0622", headers=ENGLISH))
    assert "1 item of equipment" in narrowed
    assert "0 items" in text_of(alice.get(f"/assets/?{line.key}=none", headers=ENGLISH))
    exported = text_of(alice.get("/assets/?format=csv", headers=ENGLISH))
    assert "Line number" in exported.splitlines()[0]
    assert "0622" in exported


def test_a_value_of_a_person_who_is_not_seen_is_refused(cast, phones, alice):
    stranger = factories.create_person(cast.pessac)
    with transaction():
        field = services.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind.PERSON, "label": "Referent"},
            actor=factories.SYSTEM,
        )
    answer = alice.post("/assets/new", data=new_phone(cast, phones, **{field.key: stranger.public_id}))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("kind", "value", "asked", "found"),
    [
        ("number", "12,5", "10..20", True), ("number", "12,5", "12..", True), ("number", "12,5", "13..", False), ("number", "12,5", "12.5", True),
        ("money", "1 200", "..1000", False), ("money", "1 200", "..2000", True), ("money", "1 200", "1200", True),
        ("date", "01/03/2026", "2026-01-01..2026-12-31", True), ("date", "01/03/2026", "..2026-02-01", False),
        ("date", "01/03/2026", "01/03/2026", True), ("date", "01/03/2026", "none", False),
        ("text", "Salle B", "salle", True), ("text", "Salle B", "100%", False), ("text", "Salle B", "=salle b", False),
        ("text", "Salle B", "=Salle B", True), ("number", "12,5", "none", False),
    ],
)  # fmt: skip
def test_a_filter_understands_what_is_asked(cast, phones, alice, kind, value, asked, found):
    field = declare(kind)
    assert alice.post("/assets/new", data=new_phone(cast, phones, **{field.key: value})).status_code == 303
    page = text_of(alice.get("/assets/", query_string={field.key: asked}, headers=ENGLISH))
    assert ("1 item of equipment" if found else "0 items of equipment") in page


@pytest.mark.parametrize(
    ("kind", "asked", "chip"),
    [
        ("number", "1284.5", "Own : 1\u202f284,5"), ("number", "10..20,5", "Own : entre 10 et 20,5"), ("money", "..1200", "Own : au plus 1\u202f200,00\xa0€"),
        ("date", "2026-03-01..", "Own : depuis le 01/03/2026"), ("text", "=Salle B", "Own : exactement «\xa0Salle B\xa0»"),
        ("text", "none", "Own : aucune valeur"), ("person", "none", "Own : aucune valeur"),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_field_is_said_as_its_reader_writes_it(cast, alice, kind, asked, chip):
    field = declare(kind)
    page = text_of(alice.get("/assets/", query_string={field.key: asked}, headers={"Accept-Language": "fr"}))
    chips = re.findall(r"<span>(Own[^<]*)", html.unescape(page))
    assert chips == [chip.replace(" :", "\xa0:")]


@pytest.mark.parametrize(
    ("language", "kind", "typed", "address", "retyped"),
    [
        ("en", "number", "1,284", "1284", "1284"), ("fr", "number", "1 284,5", "1284.5", "1284,5"), ("en", "number", "12,5", "12.5", "12.5"),
        ("en", "number", "1,284.5..2,000", "1284.5..2000", "1284.5..2000"), ("fr", "number", "..1,284", "..1.284", "..1,284"),
        ("en", "money", "€1,284.50", "1284.50", "1284.5"), ("fr", "money", "1 284,50 €", "1284.50", "1284,5"), ("en", "number", "1,28,4", "1,28,4", "1,28,4"),
    ],
)  # fmt: skip
def test_a_number_typed_into_a_filter_stands_in_the_address_as_everybody_reads_it(
    cast, alice, language, kind, typed, address, retyped
):
    field = declare(kind)
    asked = {f"{field.key}.typed": typed, "panel": "filters"}
    answer = alice.get(
        "/assets/", query_string=asked, headers={"Accept-Language": language}, follow_redirects=True
    )
    assert answer.request.args.to_dict() == {field.key: address, "panel": "filters"}
    assert f'name="{field.key}.typed" value="{retyped}"' in answer.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_address_asks_the_same_of_a_number_whoever_reads_it(cast, phones, alice, language):
    field = declare("number")
    assert alice.post("/assets/new", data=new_phone(cast, phones, **{field.key: "1284"})).status_code == 303
    for asked, count in (("1284", "1 "), ("1,284", "0 "), ("1.284", "0 "), ("1284,0", "1 ")):
        page = alice.get(
            "/assets/", query_string={field.key: asked}, headers={"Accept-Language": language}
        ).text
        heading = re.search(r'id="page-title"[^>]*>\s*([^<]*)', page)[1]
        assert heading.startswith(count)


@pytest.mark.parametrize(
    ("kind", "asked", "why"),
    [
        ("number", "ten", "“ten” is no number such as 1234.5"), ("money", "20..10", "The first number comes after the last."),
        ("number", "..", "is no number"), ("date", "2026-02-30", "“2026-02-30” is no day"), ("choice", "Free", "“Free” is not on the list"),
        ("person", "nobody000000", "“nobody000000” is not on the list"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_of_a_field_is_refused_at_its_control(cast, alice, kind, asked, why):
    field = declare(kind)
    page = text_of(
        alice.get("/assets/", query_string={field.key: asked, "panel": "filters"}, headers=ENGLISH)
    )
    control = re.search(rf'id="filter-{field.key}-error".*?</p>', page, re.DOTALL)
    assert why in control[0]
    assert not re.search(r'class="chip"[^>]*>\s*<span>Own', page)


def test_an_address_that_asks_for_a_field_of_before_says_that_it_is_gone_and_takes_it_away(cast, alice):
    field = declare("text")
    with transaction():
        services.update_field(field, {"in_use": False}, actor=factories.SYSTEM)
    page = text_of(alice.get(f"/assets/?category=laptop&{field.key}=A", headers=ENGLISH))
    assert "Custom field: This field is no longer in use." in page
    file = alice.get(f"/assets/?{field.key}=A&format=csv", headers=ENGLISH)
    assert file.mimetype == "text/html"


def test_a_field_that_must_be_filled_in_says_what_lacks_it_before_and_after_and_leads_there(
    cast, phones, alice, sign_in
):
    field, diane = declare("text", phones), sign_in(cast.diane)
    for number in range(3):
        factories.create_asset(
            cast.le_bouscat, phones, tag=f"T-{number}", state="retired" if number == 2 else "in_stock"
        )
    factories.create_asset(cast.le_bouscat)
    alice.post("/assets/new", data=new_phone(cast, phones, tag="T-9", **{field.key: "A"}))
    home = f"category:{phones.public_id}"
    assert "2 items have no value here yet" in text_of(
        diane.get(f"/fields/{field.public_id}", headers=ENGLISH)
    )
    assert "3 items have no value here yet" in text_of(diane.get(f"/fields/new?home={home}", headers=ENGLISH))
    given = {"label": "Own", "in_use": "y", "position": "50", "required": "y"}
    saved = diane.post(f"/fields/{field.public_id}", data=given, headers=ENGLISH)
    page = html.unescape(text_of(diane.get(saved.headers["Location"], headers=ENGLISH)))
    assert "2 items have no value there yet" in page
    (address,) = re.findall(r'href="(/assets/[^"]*)">See them', page)
    lacking = text_of(diane.get(address, headers=ENGLISH))
    assert "2 items of equipment" in lacking
    assert "Own: no value" in lacking


@pytest.mark.parametrize(("kind", "held", "said"), [
    ("text", ["A", "a", "B", "C", "C"], ["“A”: 2 items", "“C”: 2 items"]),
    ("number", ["1284,5", "1284.5", "3"], ["1,284.5: 2 items"]),
    ("money", ["1200", "1200", "3"], ["€1,200.00: 2 items"]),
    ("date", ["01/03/2026", "01/03/2026"], ["1 Mar 2026: 2 items"]),
])  # fmt: skip
def test_what_is_held_twice_is_named_and_leads_to_what_holds_it(
    cast, phones, alice, sign_in, kind, held, said
):
    field, diane = declare(kind), sign_in(cast.diane)
    for value in held:
        alice.post("/assets/new", data=new_phone(cast, phones, **{field.key: value}))
    given = {"label": "Own", "in_use": "y", "position": "50", "is_unique": "y"}
    refused = diane.post(f"/fields/{field.public_id}", data=given, headers=ENGLISH)
    assert refused.status_code == 422
    links = re.findall(r'<a href="(/assets/[^"]*)">([^<]*: 2 items)', html.unescape(text_of(refused)))
    assert [words for _address, words in links] == said
    for address, _words in links:
        assert "2 items of equipment" in text_of(diane.get(address, headers=ENGLISH))


def test_a_field_of_one_category_is_no_column_of_the_whole_list_unless_chosen(cast, phones, line, alice):
    alice.post("/assets/new", data=new_phone(cast, phones, name="tel", **{line.key: "0611"}))
    assert "0611" not in text_of(alice.get("/assets/?state=any"))
    assert "0611" in text_of(alice.get(f"/assets/?state=any&cols=tag,{line.key}"))
    assert "0611" in text_of(alice.get(f"/assets/?category={phones.code}"))
    assert "0611" in text_of(alice.get("/assets/?state=any&format=csv"))


def test_another_category_brings_its_fields_to_the_edit_form_with_what_was_kept_and_typed(
    cast, phones, line, alice
):
    created = alice.post("/assets/new", data=new_phone(cast, phones, **{line.key: "0612345678"}))
    address = created.headers["Location"].split("?")[0] + "/fields"
    tablets = factories.create_category(Kind.TABLET, name="Tablets")

    def brought(category, **typed):
        asked = {"category": category.public_id, **typed}
        return text_of(alice.get(address, query_string=asked, headers={"HX-Request": "true"}))

    assert line.key not in brought(tablets)
    assert 'value="0612345678"' in brought(phones)
    assert 'value="0699"' in brought(phones, **{line.key: "0699"})


def test_a_missing_value_hides_no_other_refusal(cast, phones, line, alice):
    sim = declare("text", phones)
    with transaction():
        services.update_field(sim, {"is_unique": True}, actor=factories.SYSTEM)
    first = {"tag": "TEL-1", "serial": "5CG1234XYZ", line.key: "0611", sim.key: "8933"}
    second = {"tag": "TEL-2", "serial": "5CG1234ABC", line.key: "0622", sim.key: "8944"}
    alice.post("/assets/new", data=new_phone(cast, phones, **first))
    made = alice.post("/assets/new", data=new_phone(cast, phones, **second)).headers["Location"].split("?")[0]
    wrong = {**first, line.key: "", "received_on": "31/12/2199"}
    for address in ("/assets/new", f"{made}/edit"):
        said = text_of(alice.post(address, data=new_phone(cast, phones, **wrong), headers=ENGLISH))
        assert [said.count(f'id="{name}-error"') for name in wrong] == [1] * len(wrong)
