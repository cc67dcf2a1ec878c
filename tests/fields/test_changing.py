"""What becomes of values when a custom field changes: choices renamed, fields deleted, each said and undone as one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from inventory.audit import queries as trail
from inventory.audit import undo
from inventory.audit.models import ChangeSet
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid
from inventory.fields import services
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.fields.values import save
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def phone(cast):
    return factories.create_asset(cast.le_bouscat, factories.create_category(Kind.SMARTPHONE))


@pytest.fixture
def operator(cast, phone):
    """A choice on all equipment, which the phone has one of."""
    with transaction():
        field = services.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind.CHOICE, "label": "Opérateur", "choices": ["Orange", "SFR"]},
            actor=SYSTEM,
        )  # fmt: skip
        save("asset", phone, [field], {field.key: "SFR"}, actor=SYSTEM)
    return field


@pytest.fixture
def diane(cast, sign_in):
    browser = sign_in(cast.diane)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def form_of(field, **changed):
    return {"label": field.label, "choices": "Orange\nSFR", "in_use": "y", "position": "50", **changed}


def instead(choice, other):
    return {f"instead_{choice.encode().hex()}": other}


def value_now():
    return db.session.scalar(select(CustomValue.text))


def undone_latest():
    latest = db.session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    with transaction():
        undo.undo(latest, actor=SYSTEM)


def test_a_choice_that_goes_though_somebody_has_it_asks_what_becomes_of_it(diane, operator):
    asked = diane.post(
        f"/fields/{operator.public_id}", data=form_of(operator, choices="Orange\nSFR Business")
    )
    assert (asked.status_code, "What becomes of “SFR”" in asked.text) == (422, True)
    assert "1 item has it today" in asked.text
    assert value_now() == "SFR"


def test_a_renamed_choice_takes_its_values_along_and_is_undone_as_one(diane, operator, phone):
    given = form_of(operator, choices="Orange\nSFR Business", **instead("SFR", "SFR Business"))
    assert diane.post(f"/fields/{operator.public_id}", data=given).status_code == 303
    assert value_now() == "SFR Business"
    assert trail.history_of("asset", phone.public_id)[0].changes == {
        "custom: Opérateur": ["SFR", "SFR Business"]
    }
    undone_latest()
    assert value_now() == "SFR"
    assert db.session.scalar(select(CustomField.choices)) == ["Orange", "SFR"]


def test_a_choice_may_go_and_stay_with_those_that_have_it(diane, operator):
    diane.post(
        f"/fields/{operator.public_id}",
        data=form_of(operator, choices="Orange\nFree", **instead("SFR", "SFR")),
    )
    assert value_now() == "SFR"
    assert db.session.scalar(select(CustomField.choices)) == ["Orange", "Free"]


def test_the_answer_for_one_choice_is_never_taken_for_another_that_goes_too(cast, diane, operator, phone):
    """Orange is taken into use, and so asked about, only after the question about SFR was shown."""
    asked = diane.post(f"/fields/{operator.public_id}", data=form_of(operator, choices="Free\nBouygues"))
    answered = dict.fromkeys(re.findall(r'name="(instead_\w+)"', asked.text), "Free")
    other = factories.create_asset(cast.le_bouscat, phone.category)
    with transaction():
        save("asset", other, [operator], {operator.key: "Orange"}, actor=SYSTEM)
    again = diane.post(
        f"/fields/{operator.public_id}", data=form_of(operator, choices="Free\nBouygues", **answered)
    )
    assert (again.status_code, "What becomes of “Orange”" in again.text) == (422, True)
    assert set(db.session.scalars(select(CustomValue.text))) == {"SFR", "Orange"}
    with transaction():
        save("asset", phone, [operator], {operator.key: "Orange"}, actor=SYSTEM)
    alone = diane.post(
        f"/fields/{operator.public_id}", data=form_of(operator, choices="Free\nBouygues", **answered)
    )
    assert alone.status_code == 422
    assert set(db.session.scalars(select(CustomValue.text))) == {"Orange"}


def test_a_choice_that_is_not_offered_is_refused(diane, operator):
    given = form_of(operator, choices="Orange\nFree", **instead("SFR", "Bouygues"))
    assert diane.post(f"/fields/{operator.public_id}", data=given).status_code == 422
    assert value_now() == "SFR"


def test_a_deleted_field_takes_its_values_along_says_so_on_each_thing_and_comes_back(diane, operator, phone):
    assert "1 item loses what it holds there" in diane.get(f"/fields/{operator.public_id}").text
    assert diane.post(f"/fields/{operator.public_id}/delete").status_code == 303
    assert (value_now(), db.session.scalar(select(CustomField.id))) == (None, None)
    assert trail.history_of("asset", phone.public_id)[0].changes == {"custom: Opérateur": ["SFR", None]}
    undone_latest()
    assert (value_now(), db.session.scalar(select(CustomField.label))) == ("SFR", "Opérateur")


def test_two_fields_of_one_place_are_not_told_apart_by_case_or_accents(operator):
    with pytest.raises(Invalid):
        services.create_field(
            {"home": "asset", "home_id": "", "kind": FieldKind.TEXT, "label": "operateur"}, actor=SYSTEM
        )
