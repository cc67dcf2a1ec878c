"""Custom fields are columns of equipment: read by their kind, held to their rules, and what is written out is read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from inventory.assets.commands import assets
from inventory.assets.models import Asset
from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.exchange.presentation import changes_in_words, columns, labels, said
from inventory.fields import kinds, queries
from inventory.fields import services as custom_fields
from inventory.fields import values as kept_values
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomValue
from tests import factories
from tests.exchange.conftest import carry_out, line, number_of

pytestmark = pytest.mark.database


def declare(label, kind=FieldKind.TEXT, category=None, **given):
    home = ("asset", "") if category is None else ("category", category.public_id)
    with transaction():
        return custom_fields.create_field(
            {"home": home[0], "home_id": home[1], "label": label, "kind": kind, **given}, actor=SYSTEM
        )


def held(asset):
    found = queries.values_of("asset", [asset.public_id]).get(asset.public_id, {})
    return {row.field.label: kinds.value_of(row.field.kind, row.text) for row in found.values()}


def remarked(kept, number):
    (remark,) = line(kept, number).remarks
    return remark["column"], remark["message"]


@pytest.fixture
def declared(cast, laptops):
    """A field of each kind: some of all equipment, some of laptops alone."""
    return {
        "dock": declare("Station d'accueil", FieldKind.CHOICE, laptops, choices=["Aucune", "USB-C"]),
        "cost": declare("Coût de l'assurance", FieldKind.MONEY),
        "until": declare("Assuré jusqu'au", FieldKind.DATE),
        "inches": declare("Pouces", FieldKind.NUMBER, laptops),
        "buyer": declare("Acheteur", FieldKind.PERSON),
        "lot": declare("Lot", is_unique=True),
    }


HEADINGS = "Étiquette;Type;Station d'accueil;Coût de l'assurance;Assuré jusqu'au;Pouces;Acheteur;Lot\n"


def test_each_kind_is_read_as_people_write_it(bring, declared, cast):
    buyer = factories.create_person(cast.le_bouscat, display_name="Marie Durand")
    kept = carry_out(bring(HEADINGS + "L-1;Portable;usb-c;1 234,56 €;01/02/2027;15,6;Marie Durand;0042\n"))
    assert kept.counts == {"created": 1}
    asset = db.session.scalars(select(Asset)).one()
    assert held(asset) == {
        "Station d'accueil": "USB-C", "Coût de l'assurance": 123456, "Assuré jusqu'au": date(2027, 2, 1),
        "Pouces": Decimal("15.6"), "Acheteur": buyer.public_id, "Lot": "0042",
    }  # fmt: skip
    told = db.session.scalars(select(AuditRecord).where(AuditRecord.object_id == asset.public_id)).all()
    assert ["custom: Pouces" in record.changes for record in told] == [False, True]


def test_what_was_filled_in_is_taken_back_with_the_import(bring, declared):
    kept = carry_out(bring(HEADINGS + "L-1;Portable;;;;15,6;;A\n"))
    assert number_of(CustomValue) == 2
    with transaction():
        undo.undo(db.session.get_one(ChangeSet, kept.change_set_id), actor=SYSTEM)
    assert (number_of(CustomValue), number_of(Asset)) == (0, 0)


@pytest.mark.parametrize(
    ("cells", "field", "why"),
    [
        ("Portable;Bluetooth;;;;;", "dock", "is not on the list"),
        ("Portable;;beaucoup;;;;", "cost", "is no amount"),
        ("Portable;;;31/02/2027;;;", "until", "is no day"),
        ("Portable;;;;quinze;;", "inches", "is no number"),
        ("Portable;;;;;Personne;", "buyer", "There is nobody called"),
        ("Écran;USB-C;;;;;", "dock", "has no such field"),
    ],
)
def test_a_cell_that_breaks_a_rule_refuses_its_line_alone(bring, declared, cells, field, why):
    factories.create_category(Kind.MONITOR, name="Écran")
    kept = bring(f"{HEADINGS}L-1;{cells}\nL-2;Portable;;;;;;\n")
    column, message = remarked(kept, 2)
    assert (column, why in message) == (declared[field].key, True)
    assert carry_out(kept).counts == {"refused": 1, "created": 1}


def test_what_no_two_may_have_is_refused_twice_in_a_file_and_where_somebody_has_it(bring, declared):
    carry_out(bring(HEADINGS + "L-1;Portable;;;;;;A\n"))
    kept = bring(HEADINGS + "L-2;Portable;;;;;;a\nL-3;Portable;;;;;;B\nL-4;Portable;;;;;;b\n")
    assert kept.counts == {"refused": 2, "created": 1}
    assert remarked(kept, 2)[0] == remarked(kept, 4)[0] == declared["lot"].key
    assert carry_out(kept).counts == {"refused": 2, "created": 1}


def test_what_must_be_filled_in_is_asked_of_new_rows_alone(bring, cast, laptops):
    factories.create_asset(cast.le_bouscat, laptops, tag="L-1", order_number="A")
    field = declare("Contrat", required=True)
    kept = bring("Étiquette;Type;Commande\nL-1;Portable;B\nL-2;Portable;B\n")
    assert kept.counts == {"updated": 1, "refused": 1}
    assert remarked(kept, 3)[0] == field.key


def test_a_row_that_exists_says_what_changes_and_keeps_what_its_cell_leaves_empty(
    bring, cast, laptops, declared, reading
):
    asset = factories.create_asset(cast.le_bouscat, laptops, tag="L-1")
    with transaction():
        first = {declared["inches"].key: Decimal(14), declared["lot"].key: "A"}
        kept_values.save("asset", asset, list(declared.values()), first, actor=SYSTEM)
    told = {declared["inches"].key: [14, 15.6], declared["until"].key: [None, "2027-02-01"]}
    kept = carry_out(bring(HEADINGS + "L-1;Portable;;;01/02/2027;15,6;;\n"))
    assert line(kept, 2).changes == told
    for language, day, inches in (("fr", "01/02/2027", "14 → 15,6"), ("en", "1 Feb 2027", "14 → 15.6")):
        reading(language)
        words = changes_in_words(line(kept, 2), {})
        assert f"– → {day}" in words
        assert inches in words
    assert held(asset) == {"Assuré jusqu'au": date(2027, 2, 1), "Pouces": Decimal("15.6"), "Lot": "A"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_exported_is_read_back_unchanged(app, cast, laptops, declared, tmp_path: Path, language):
    buyer = factories.create_person(cast.le_bouscat, display_name="Paul Roy", email="paul@lebouscat.example")
    asset = factories.create_asset(cast.le_bouscat, laptops, tag="L-1")
    given = {
        "dock": "USB-C", "cost": 123456, "until": date(2027, 2, 1), "inches": Decimal("15.6"),
        "buyer": buyer.public_id, "lot": "=1+1",
    }  # fmt: skip
    with transaction():
        filled = {declared[name].key: value for name, value in given.items()}
        kept_values.save("asset", asset, list(declared.values()), filled, actor=SYSTEM)
        # What an asset has today is read back though the list has lost it.
        custom_fields.update_field(declared["dock"], {"choices": ["Aucune", "USB-4"]}, actor=SYSTEM)
    file, runner, before = tmp_path / "parc.csv", app.test_cli_runner(), held(asset)
    email, asset_id = cast.bruno.email, asset.id
    asked = ["export", "--entity", "LBX", "--language", language, "--output", str(file)]
    assert runner.invoke(assets, asked).exit_code == 0
    done = runner.invoke(assets, ["import", str(file), "--entity", "LBX", "--as", email])
    assert (done.exit_code, done.output) == (0, "done: 0 created, 0 updated, 1 unchanged, 0 refused\n")
    assert held(db.session.get_one(Asset, asset_id)) == before


def test_the_file_of_the_list_is_read_back_unchanged(bring, sign_in, cast, laptops, declared):
    asset = factories.create_asset(cast.le_bouscat, laptops, tag="L-1")
    with transaction():
        filled = {declared["inches"].key: Decimal("15.6"), declared["cost"].key: 5}
        kept_values.save("asset", asset, list(declared.values()), filled, actor=SYSTEM)
    columns = ",".join(["tag", "category", declared["inches"].key, declared["cost"].key])
    answer = sign_in(cast.bruno).get(f"/assets/?format=csv&columns={columns}")
    text = answer.get_data(as_text=True).removeprefix("\ufeff")
    kept = bring(text)
    assert set(kept.columns.values()) >= {declared["inches"].key, declared["cost"].key}
    assert kept.counts == {"unchanged": 1}


def test_fields_of_two_categories_with_one_name_are_told_apart(bring, cast, laptops):
    phones = factories.create_category(Kind.SMARTPHONE, name="Téléphone")
    first, second = declare("IMEI", category=laptops), declare("IMEI", category=phones)
    kept = bring("Étiquette;Type;IMEI (Portable);IMEI (Téléphone)\nL-1;Portable;1a;\nT-1;Téléphone;;2b\n")
    assert kept.columns == {"0": "tag", "1": "category", "2": first.key, "3": second.key}
    assert carry_out(kept).counts == {"created": 2}


def test_two_columns_of_one_name_are_remembered_apart(bring, declared):
    kept = bring("Étiquette;Type;Lot;Lot\nL-1;Portable;;\n")
    assert kept.columns == {"0": "tag", "1": "category", "2": declared["lot"].key}
    assert bring("Étiquette;Type;Lot;Lot\nL-1;Portable;;\n").columns == kept.columns


def test_a_refusal_names_the_column_by_its_label(reading, bring, declared):
    kept = bring(HEADINGS + "L-1;Portable;;;;quinze;;\n")
    reading("en")
    assert said(line(kept, 2), labels(columns(kept)), {}).startswith("Pouces: ")
