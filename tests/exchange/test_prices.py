"""A price is recorded with its tax as its heading, its cell or a column of its own says, and never otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inventory.assets.importing.columns import columns
from inventory.assets.models import Asset
from inventory.assets.states import TaxMode
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.i18n import in_every_language
from inventory.exchange.columns import suggest
from inventory.exchange.models import Outcome
from tests.exchange.conftest import carry_out, line

pytestmark = pytest.mark.any_store


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Prix TTC", "price_with_tax"),
        ("Prix d'achat TTC (€)", "price_with_tax"),
        ("Montant T.V.A. comprise", "price_cents"),
        ("Montant TVA comprise", "price_with_tax"),
        ("Price incl. VAT", "price_with_tax"),
        ("Purchase cost (including tax)", "price_with_tax"),
        ("Prix HT", "price_before_tax"),
        ("Coût hors taxes", "price_before_tax"),
        ("Price excl. VAT", "price_before_tax"),
        ("Prix", "price_cents"),
        ("Purchase cost", "price_cents"),
    ],
)
def test_a_heading_says_whether_the_tax_is_in_the_price(app, heading, key):
    assert suggest([heading], columns(), in_every_language) == {0: key}


def test_of_two_prices_in_a_file_one_is_proposed(app):
    assert suggest(["Prix HT", "Prix TTC"], columns(), in_every_language) == {0: "price_before_tax"}


@pytest.mark.parametrize(
    ("heading", "cell", "tax"),
    [
        ("Prix TTC", "120,00", TaxMode.INCLUDED),
        ("Prix HT", "120,00", TaxMode.EXCLUDED),
        ("Prix", "120,00 € TTC", TaxMode.INCLUDED),
        ("Prix", "120,00 €", TaxMode.EXCLUDED),
    ],
)
def test_a_price_is_recorded_with_its_tax(bring, heading, cell, tax):
    carry_out(bring(f"Étiquette;Type;{heading}\nLBX-1;Portable;{cell}\n"))
    asset = db.session.scalars(select(Asset)).one()
    assert (asset.price_cents, asset.price_tax) == (12_000, tax)


def test_a_price_with_tax_changes_the_tax_of_what_exists(bring):
    carry_out(bring("Étiquette;Type;Prix HT\nLBX-1;Portable;100\n"))
    kept = carry_out(bring("Étiquette;Prix TTC\nLBX-1;120\n"))
    asset = db.session.scalars(select(Asset)).one()
    assert (asset.price_cents, asset.price_tax) == (12_000, TaxMode.INCLUDED)
    assert line(kept, 2).changes.keys() == {"price_cents", "price_tax"}


@pytest.mark.parametrize(
    "row", ["Prix TTC;Tax\nLBX-1;Portable;120;before tax", "Prix HT;Nom\nLBX-1;Portable;120 TTC;PC"]
)
def test_a_row_that_contradicts_itself_is_refused(bring, row):
    kept = bring(f"Étiquette;Type;{row}\n")
    assert line(kept, 2).outcome is Outcome.REFUSED
    assert "Of its tax the row says both" in line(kept, 2).remarks[0]["message"]


def test_two_columns_of_a_file_cannot_both_be_its_price(bring, monkeypatch):
    monkeypatch.setattr(
        "inventory.exchange.columns.suggest",
        lambda *_args: {0: "tag", 1: "price_before_tax", 2: "price_with_tax"},
    )
    with pytest.raises(Invalid, match="Two columns of the file"):
        bring("Étiquette;Prix HT;Prix TTC\nLBX-1;100;120\n")
