"""Custom fields on pages: declared on a category, filled in with an asset, listed, asked for and exported."""

import re

import pytest

from inventory.catalog.kinds import Kind
from inventory.core.database import db, transaction
from inventory.fields import services
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField
from tests import factories

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
    assert "Line number" in text_of(alice.get(f"/assets/fields?category={phones.public_id}"))


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
    form = alice.get(address)
    version = re.search(r'name="version"[^>]*value="(\d+)"', text_of(form)).group(1)
    asked = {**new_phone(cast, phones), "version": version}
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
        ("number", "12,5", "10..20", True), ("number", "12,5", "13..", False), ("number", "12,5", "12.5", True),
        ("money", "1 200", "..1000", False), ("money", "1 200", "1200", True),
        ("date", "01/03/2026", "2026-01-01..2026-12-31", True), ("date", "01/03/2026", "..2026-02-01", False),
        ("text", "Salle B", "salle", True), ("text", "Salle B", "100%", False), ("number", "1", "nonsense", True),
    ],
)  # fmt: skip
def test_a_filter_understands_what_is_asked(cast, phones, alice, kind, value, asked, found):
    with transaction():
        field = services.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind(kind), "label": "Own"}, actor=factories.SYSTEM
        )
    assert alice.post("/assets/new", data=new_phone(cast, phones, **{field.key: value})).status_code == 303
    page = text_of(alice.get("/assets/", query_string={field.key: asked}, headers=ENGLISH))
    assert ("1 item of equipment" in page) is found


def test_a_field_of_one_category_is_no_column_of_the_whole_list_unless_chosen(cast, phones, line, alice):
    alice.post("/assets/new", data=new_phone(cast, phones, name="tel", **{line.key: "0611"}))
    assert "0611" not in text_of(alice.get("/assets/?state=any"))
    assert "0611" in text_of(alice.get(f"/assets/?state=any&cols=tag,{line.key}"))
    assert "0611" in text_of(alice.get(f"/assets/?category={phones.code}"))
    assert "0611" in text_of(alice.get("/assets/?state=any&format=csv"))
