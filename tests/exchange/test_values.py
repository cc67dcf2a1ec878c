"""Cells are read as French offices write them; what cannot be read says why."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from inventory.assets.importing import columns as equipment
from inventory.core.i18n import in_every_language
from inventory.exchange import columns, values

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("12/03/2024", date(2024, 3, 12)),
        ("2024-03-12", date(2024, 3, 12)),
        ("12-03-24", date(2024, 3, 12)),
        ("12 mars 2024", date(2024, 3, 12)),
        ("1er février 2024", date(2024, 2, 1)),
        ("mardi 12 mars 2024", date(2024, 3, 12)),
        ("2024-03-12T08:30:00Z", date(2024, 3, 12)),
        ("12/03/2024 08:30", date(2024, 3, 12)),
        (45363, date(2024, 3, 12)),
        (45363.0, date(2024, 3, 12)),
        ("45363", date(2024, 3, 12)),
        (datetime(2024, 3, 12, 8, 30), date(2024, 3, 12)),  # noqa: DTZ001 (a workbook's cell has no zone)
    ],
)
def test_days_are_read_however_they_are_written(cell, wanted):
    assert values.day(cell, TODAY) == wanted


@pytest.mark.parametrize("cell", ["32/01/2024", "12/13/2024", "bientôt", "1e9", 12.5, 99999999, True])
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(values.Unreadable):
        values.day(cell, TODAY)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("1 234,56 €", 123456), ("1\u202f234,56\u00a0€", 123456), ("1.234,56", 123456), ("1,234.56", 123456),
        ("1234.5", 123450), ("850 € HT", 85000), ("1 234", 123400), ("1.234", 123400), ("0,99", 99),
        (12.5, 1250), (850, 85000), ("12", 1200),
    ],
)  # fmt: skip
def test_amounts_are_read_however_they_are_written(cell, wanted):
    assert values.cents(cell) == wanted


@pytest.mark.parametrize("cell", ["-5", "douze", "1,2,3", "", "1e12", "99999999999999", float("1e15")])
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(values.Unreadable):
        values.cents(cell)


@pytest.mark.parametrize(
    ("cell", "said"), [("Oui", True), ("non", False), ("X", True), (False, False), ("VRAI", True)]
)
def test_yes_and_no_are_read_in_both_languages(cell, said):
    assert values.yes_or_no(cell) is said


def test_digits_that_a_spreadsheet_has_spoilt_are_noticed():
    assert "rounded" in (values.lost_digits("1,23457E+11") or "")
    assert "zeros" in (values.lost_digits(123) or "")
    assert values.lost_digits("000123") is None


def test_the_apostrophe_of_an_export_is_taken_off():
    assert values.text("'=cmd", 50) == "=cmd"
    assert values.text("'hui", 50) == "'hui"


def test_text_that_is_too_long_is_refused_and_hidden_characters_go():
    with pytest.raises(values.Unreadable):
        values.text("x" * 51, 50)
    assert values.text("PC\u202e-1\x00\n2", 50) == "PC-1 2"


def test_headings_are_known_by_label_alias_and_memory():
    known = [
        columns.Column("tag", "Tag", str, ("numero inventaire",)),
        columns.Column("serial", "Serial number", str, ("n de serie",)),
        columns.Column("price_cents", "Price", str, ("prix",)),
    ]
    headings = ["Numéro inventaire", "N° de série", "Prix unitaire HT", "Divers"]
    assert columns.suggest(headings, known, lambda label: [label]) == {
        0: "tag",
        1: "serial",
        2: "price_cents",
    }
    remembered = {"divers": "serial"}
    assert columns.suggest(headings, known, lambda label: [label], remembered) == {
        0: "tag", 2: "price_cents", 3: "serial",
    }  # fmt: skip


def test_a_text_that_looks_like_a_formula_is_told_and_what_an_export_guarded_is_not():
    assert "formula" in (values.as_text_alone(" =HYPERLINK(1)") or "")
    assert [values.as_text_alone(cell) for cell in ("'=cmd()", "+33 5 56 00 00 00", "-", 12)] == [None] * 4


def test_a_number_of_the_inventory_is_the_label_unless_another_column_is(app):
    headings = ["N° inventaire", "N° de série", "N° commande"]
    assert columns.suggest(headings, equipment.columns(), in_every_language) == {
        0: "tag",
        1: "serial",
        2: "order_number",
    }
    assert columns.suggest(["N° inventaire", "Étiquette"], equipment.columns(), in_every_language) == {
        0: "accounting_number",
        1: "tag",
    }
