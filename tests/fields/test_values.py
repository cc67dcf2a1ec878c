"""Custom fields: declared, filled in, refused, kept unique by the store, and restored by an undo."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.audit import presentation, undo
from inventory.audit import queries as trail
from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSetKind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid
from inventory.fields import kinds, queries, services, values
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomValue
from tests import factories

ALICE = Actor("user", "alice0000000", "Alice Martin")
SYSTEM = Actor("system", label="Parc")


@pytest.fixture
def place(database):
    return factories.create_location(factories.create_cast().le_bouscat, name="Salle 1")


@pytest.fixture
def other(place):
    return factories.create_location(place.entity, name="Salle 2")


def declare(kind=FieldKind.TEXT, **given):
    with transaction():
        return services.create_field(
            {
                "home": "location",
                "home_id": "",
                "kind": kind,
                "label": f"Field {factories.number()}",
                **given,
            },
            actor=SYSTEM,
        )


def fill(row, field, value, actor=ALICE):
    with transaction():
        return values.save("location", row, [field], {field.key: value}, actor=actor)


def held(row, field):
    found = queries.values_of("location", [row.public_id]).get(row.public_id, {}).get(field.id)
    return None if found is None else kinds.value_of(field.kind, found.text)


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (FieldKind.TEXT, "LIGNE-42", "LIGNE-42"),
        (FieldKind.NUMBER, Decimal("12.50"), 12.5),
        (FieldKind.DATE, date(2026, 3, 1), "2026-03-01"),
        (FieldKind.CHOICE, "Bleu", "Bleu"),
        (FieldKind.MONEY, 123456, "1234.56 €"),
    ],
)
def test_a_value_of_each_kind_comes_back_and_is_told_in_the_history(place, kind, value, told):
    field = declare(kind, choices=["Bleu", "Vert"] if kind is FieldKind.CHOICE else [])
    fill(place, field, value)
    assert held(place, field) == value
    assert trail.history_of("location", place.public_id)[0].changes == {
        f"custom: {field.label}": [None, told]
    }


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (FieldKind.NUMBER, Decimal("1284.1234"), {"fr": "1\u202f284,1234", "en": "1,284.1234"}),
        (FieldKind.TEXT, "12.5", {"fr": "12.5", "en": "12.5"}),
        (FieldKind.DATE, date(2026, 3, 1), {"fr": "01/03/2026", "en": "1 Mar 2026"}),
        (FieldKind.MONEY, -123456, {"fr": "-1\u202f234,56\xa0€", "en": "-€1,234.56"}),
    ],
)
def test_history_writes_a_value_as_its_reader_does(place, reading, kind, value, written):
    field = declare(kind)
    fill(place, field, value)
    (record,) = trail.history_of("location", place.public_id, limit=1)
    for language, words in written.items():
        reading(language)
        ((_label, _old, new),) = presentation.entries([record])[0]["changes"]
        assert new == words


@pytest.mark.parametrize(
    ("kind", "written"),
    [(FieldKind.NUMBER, {"fr": "-1\u202f234,5", "en": "-1,234.5"}), (FieldKind.TEXT, {"fr": "-1234.5", "en": "-1234.5"})],
)  # fmt: skip
def test_history_writes_a_number_that_was_kept_as_text_as_its_reader_does(place, reading, kind, written):
    field = declare(kind)
    with transaction():
        changes = {f"custom: {field.label}": [None, "-1234.5"]}
        audit.record(Action.UPDATED, "location", place, changes, actor=ALICE)
    (record,) = trail.history_of("location", place.public_id, limit=1)
    for language, words in written.items():
        reading(language)
        ((_label, _old, new),) = presentation.entries([record])[0]["changes"]
        assert new == words


def test_a_person_is_kept_by_id_and_told_by_name(place):
    marie = factories.create_person(place.entity, display_name="Marie Durand")
    field = declare(FieldKind.PERSON)
    assert fill(place, field, marie.public_id) == {f"custom: {field.label}": [None, "Marie Durand"]}
    with pytest.raises(Invalid):
        fill(place, field, "nobody000000")


def test_saving_the_same_again_changes_nothing(place):
    field = declare(FieldKind.NUMBER)
    fill(place, field, Decimal(3))
    assert fill(place, field, Decimal("3.0")) == {}


def test_a_required_field_is_asked_of_people_and_not_of_machines(place):
    field = declare(required=True)
    with pytest.raises(Invalid) as refused:
        fill(place, field, None)
    assert refused.value.field == field.key
    assert fill(place, field, None, actor=SYSTEM) == {}


def test_the_store_itself_refuses_a_second_equal_value(place, other):
    field = declare(is_unique=True)
    fill(place, field, "AB 12")
    with pytest.raises(Invalid):
        fill(other, field, "ab  12")
    assert held(other, field) is None
    fill(other, field, "AB 13")
    assert db.session.query(CustomValue).filter_by(field_id=field.id).count() == 2


def test_what_is_the_same_twice_cannot_be_called_unique(place, other):
    field = declare()
    fill(place, field, "same")
    fill(other, field, "Same")
    with pytest.raises(Invalid), transaction():
        services.update_field(field, {"is_unique": True}, actor=ALICE)
    fill(other, field, "other")
    with transaction():
        services.update_field(field, {"is_unique": True}, actor=ALICE)
    with pytest.raises(Invalid):
        fill(other, field, "SAME")


def test_a_choice_needs_two_and_a_label_is_taken_once(database):
    with pytest.raises(Invalid):
        declare(FieldKind.CHOICE, choices=["only"])
    declare(label="Colour")
    with pytest.raises(Invalid):
        declare(label="Colour")


def test_an_undo_puts_values_back(place):
    field = declare()
    fill(place, field, "before")
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Test", actor=ALICE) as opened:
        values.save("location", place, [field], {field.key: "after"}, actor=ALICE)
    with transaction():
        undo.undo(opened, actor=ALICE)
    assert held(place, field) == "before"
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Test", actor=ALICE) as opened:
        values.save("location", place, [field], {field.key: None}, actor=ALICE)
    assert held(place, field) is None
    with transaction():
        undo.undo(opened, actor=ALICE)
    assert held(place, field) == "before"


@pytest.mark.parametrize("text", ["1 234,5", "1\u202f234.5", "+1234.5000"])
def test_a_number_is_read_as_people_write_it(text):
    assert kinds.parse_number(text) == Decimal("1234.5")


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "1.23456", "1e9", "٣", "999999999999999", "--1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        kinds.parse_number(text)
