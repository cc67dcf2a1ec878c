"""Fields read what people type, keep it when it is wrong, and put a service's refusal where it belongs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from werkzeug.datastructures import MultiDict

from inventory.assets.states import State
from inventory.core.days import parse_day
from inventory.core.errors import Invalid, NotFound, Refused
from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    DayField,
    EuroField,
    Form,
    HiddenField,
    IntField,
    LongTextField,
    PickerField,
    TextField,
    options,
    required,
    translated,
)
from inventory.core.permissions import Role
from inventory.organization.models import Entity
from tests.factories import create_entity

TODAY = date(2026, 11, 24)


class Sample(Form):
    """One field of each sort."""

    version = HiddenField()
    name = TextField("Name", [required()], limit=20)
    notes = LongTextField("Notes")
    bought_on = DayField("Bought on")
    price = EuroField("Price")
    count = IntField("Count")
    state = CodeField("State", codes=State, blank="any")
    role = CodeField("Role", codes=Role)
    site = ChoiceField("Site")
    place = PickerField("Place", search_endpoint="organization.search_locations")
    pinned = BoolField("Pinned")


@pytest.fixture
def send(reading):
    """Returns the form as it is after a browser sent these values in a language."""

    def sent(language: str = "fr", **values: Any) -> Sample:
        given = {"name": "Poste", "role": "reader", **values}
        reading(language, method="POST")
        form = Sample(MultiDict(given))
        form.site.choices = options([("", "any"), ("a", "A")])
        return form

    with time_machine.travel("2026-11-24 10:00:00+00:00", tick=False):
        yield sent


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("23/11/2026", date(2026, 11, 23)), ("23/11/26", date(2026, 11, 23)), ("23.11.2026", date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)), ("3/1/2026", date(2026, 1, 3)), (" hier ", date(2026, 11, 23)),
        ("Hier", date(2026, 11, 23)), ("aujourd'hui", TODAY), ("aujourd’hui", TODAY), ("yesterday", date(2026, 11, 23)),
        ("today", TODAY), ("demain", date(2026, 11, 25)), ("29/02/2024", date(2024, 2, 29)),
        ("23 Nov 2026", date(2026, 11, 23)), ("1er août 2026", date(2026, 8, 1)), ("Monday 2 March 2026", date(2026, 3, 2)),
        ("3 févr. 2026", date(2026, 2, 3)), ("12/05/98", date(1998, 5, 12)), ("12/05/46", date(2046, 5, 12)),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(typed, day):
    assert parse_day(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed",
    ["31/02/2026", "29/02/2026", "31 Feb 2026", "23 Brumaire 2026", "11/23/2026", "2026", "demain matin", "0001-01-01", "23/11/9999", "1/1/1969", "٣/١/٢٠٢٦x",
     "23/11/2026 10:00", "=1+1", "9" * 500],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the refusal here
        parse_day(typed, TODAY)


def test_yesterday_is_the_one_of_the_wall_clock_in_paris(reading):
    """At half past ten in the evening in London in summer it is tomorrow in Paris already."""
    with time_machine.travel("2026-07-14 22:30:00+00:00", tick=False):
        reading("fr", method="POST")
        assert Sample(MultiDict({"bought_on": "hier"})).bought_on.data == date(2026, 7, 14)


@pytest.mark.parametrize(("language", "shown"), [("fr", "23/11/2026"), ("en", "23 Nov 2026")])
def test_a_day_is_shown_again_in_the_readers_form(send, language, shown):
    form = send(language, bought_on="23/11/26")
    assert form.submitted_and_valid()
    assert form.bought_on._value() == shown


def test_a_wrong_day_stays_as_typed_with_its_error_beside_it(send):
    form = send(bought_on="31/02/2026")
    assert not form.submitted_and_valid()
    assert form.bought_on._value() == "31/02/2026"
    assert list(form.errors) == ["bought_on"]
    assert form.status == 422


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1 234,56 €", 123456), ("1\u00a0234,56\u00a0€", 123456), ("1\u202f234,56", 123456), ("1234.5", 123450),
        ("0", 0), ("0,07", 7), ("12", 1200), ("€ 12", 1200), ("", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_cent(send, typed, cents):
    form = send(price=typed)
    assert form.submitted_and_valid(), form.errors
    assert form.price.data == cents


@pytest.mark.parametrize(
    "typed", ["1,234", "-5", "1e5", "12,345", "douze", "99999999999", "21474836,48", "1..2", "NaN"]
)
def test_what_is_no_amount_is_refused_and_kept(send, typed):
    form = send(price=typed)
    assert not form.submitted_and_valid()
    assert form.price._value() == typed


@pytest.mark.parametrize(("language", "shown"), [("fr", "1234,05"), ("en", "1234.05")])
def test_an_amount_is_shown_with_the_readers_decimal_mark(send, language, shown):
    form = send(language, price="1234,05")
    assert form.submitted_and_valid()
    assert form.price._value() == shown


@pytest.mark.parametrize(("typed", "number"), [("1 234", 1234), ("1\u202f234", 1234), ("-3", -3), ("", None)])
def test_a_whole_number_is_read(send, typed, number):
    form = send(count=typed)
    assert form.submitted_and_valid()
    assert form.count.data == number


@pytest.mark.parametrize("typed", ["1,5", "deux", "9" * 12, "9" * 100_000, "0x10"])
def test_what_is_no_whole_number_is_refused(send, typed):
    assert not send(count=typed).submitted_and_valid()


def test_text_loses_what_cannot_be_seen_and_keeps_everything_else(send):
    form = send(name="  Poste\u202e \x00d'\x1baccueil\u200b ", notes="a\r\nb\x07\n\n=cmd()")
    assert form.submitted_and_valid()
    assert form.name.data == "Poste d'accueil"
    assert form.notes.data == "a\nb\n\n=cmd()"


def test_text_that_is_too_long_is_refused_not_cut(send):
    form = send(name="x" * 21)
    assert not form.submitted_and_valid()
    assert form.name.data == "x" * 21


def test_ten_megabytes_of_text_are_refused_in_no_time(send):
    form = send(
        name="x" * 10_000_000, notes="y" * 10_000_000, bought_on="9" * 10_000_000, price="1" * 1_000_000
    )
    assert not form.submitted_and_valid()
    assert {"name", "notes", "bought_on", "price"} <= set(form.errors)


def test_an_empty_required_field_is_refused(send):
    assert list(send(name=" \u200b ").errors or {}) == []
    form = send(name=" \u200b ")
    assert not form.submitted_and_valid()
    assert list(form.errors) == ["name"]


def test_a_code_outside_its_list_is_refused(send):
    for value in ("in_orbit", "IN_SERVICE", "\x00"):
        form = send(state=value)
        assert not form.submitted_and_valid()
        assert list(form.errors) == ["state"]


def test_a_code_is_its_member_and_empty_is_none_only_where_the_form_says_so(send):
    form = send(state="in_service")
    assert form.submitted_and_valid()
    assert form.state.data is State.IN_SERVICE
    form = send(state="", role="")
    assert not form.submitted_and_valid()
    assert list(form.errors) == ["role"]


def test_a_choice_outside_its_list_is_refused_and_an_empty_one_is_none(send):
    assert not send(site="b").submitted_and_valid()
    form = send(site="")
    assert form.submitted_and_valid()
    assert form.values()["site"] is None


def test_a_forged_version_is_no_version(send):
    for typed in ("", "x", "-1", "1" * 30, "1.5", "²"):
        assert send(version=typed).seen_version() is None
    assert send(version="7").seen_version() == 7


def test_a_page_that_is_only_read_is_not_a_form_that_was_sent(reading):
    reading("fr", "/?name=x")
    form = Sample(MultiDict({"name": "x"}))
    assert not form.submitted_and_valid()
    assert form.status == 200


def test_a_services_refusal_lands_on_its_field_and_nothing_is_saved(send, cast, database):
    form = send()
    assert form.submitted_and_valid()
    with form.saving():
        create_entity(name="Half saved", code="HALF")
        raise Invalid("name", "Another one has this name.")
    assert form.name.errors == ["Another one has this name."]
    assert form.status == 422
    assert database.query(Entity).filter_by(code="HALF").count() == 0


def test_a_refusal_without_a_field_lands_on_the_form(send, cast):
    form = send()
    assert form.submitted_and_valid()
    with form.saving():
        raise Refused("%(tag)s is already disposed of.", tag="LBX-1")
    assert form.errors[None] == ["LBX-1 is already disposed of."]
    assert form.status == 422


def test_two_people_who_save_the_same_thing_at_once_get_words_not_a_traceback(send, cast, database):
    form = send()
    assert form.submitted_and_valid()
    with form.saving():
        database.add(Entity(name="Twin", code="LBX", kind="commune", path="/9/"))
        database.flush()
    assert form.refusals
    assert form.status == 422


def test_other_errors_are_not_the_forms_to_answer(send, cast):
    form = send()
    assert form.submitted_and_valid()
    with pytest.raises(NotFound), form.saving():
        raise NotFound("gone")


def test_codes_and_numbers_inside_a_sentence_are_the_readers_too(reading):
    reading("en")
    assert translated("It is %(state)s.", {"state": State.IN_SERVICE}) == "It is in service."
    assert translated("More than %(count)s.", {"count": 100000}) == "More than 100,000."
    reading("fr")
    assert translated("More than %(count)s.", {"count": 100000}) == "More than 100\u202f000."


@pytest.mark.parametrize(
    ("language", "typed", "cents"),
    [
        ("en", "€1,234.50", 123450), ("en", "1,234", 123400), ("en", "12,5", 1250), ("en", "1 234,56", 123456),
        ("fr", "1 234,56 €", 123456), ("fr", "1234.56", 123456), ("fr", "1,234", None), ("fr", "1,234.50", None), ("en", "1,23,4", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_the_reader_s_language_writes_it(send, language, typed, cents):
    form = send(language, price=typed)
    assert form.submitted_and_valid() is (cents is not None)
    assert form.price.data == cents
