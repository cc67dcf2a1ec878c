"""A refused row says all that is wrong with it at once: its other cells are tried too, and nothing of it is saved."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from inventory.assets.models import Asset
from inventory.audit.models import AuditRecord, RowChange
from inventory.core.database import db
from inventory.exchange import services
from inventory.organization.models import Location, Person
from tests import factories
from tests.applications import making as portfolio
from tests.exchange.conftest import carry_out, line
from tests.exchange.test_custom_fields import declare

pytestmark = pytest.mark.database
HEADINGS = "Étiquette;N° de série;Type;Lieu;Détenteur;Date de livraison;Fin de garantie\n"


@pytest.fixture
def laptop(cast, laptops):
    factories.create_location(cast.le_bouscat, name="Bureau 12")
    return factories.create_asset(cast.le_bouscat, laptops, tag="LBX-000007", serial="SERIAL07")


def columns(kept, number: int = 2) -> list[str]:
    """The columns that a line is refused for, in the order in which they are said."""
    return [remark["column"] for remark in line(kept, number).remarks if not remark["warning"]]


def test_a_new_row_says_at_once_what_cannot_be_read_what_is_unknown_and_what_another_has(bring, laptop):
    kept = bring(
        HEADINGS
        + "LBX-000008;serial07;Soucoupe;Bureau 99;Personne;32/13/2024;12/03/2028\n"
        + "LBX-000009;SERIAL09;Portable;Bureau 12;;12/03/2024;\n"
    )
    wrong = {"received_on", "serial", "location", "holder", "category"}
    assert (sorted(columns(kept)), kept.counts) == (sorted(wrong), {"created": 1, "refused": 1})
    kept = carry_out(kept)
    assert sorted(columns(kept)) == sorted(wrong)
    assert sorted(db.session.scalars(select(Asset.tag))) == ["LBX-000007", "LBX-000009"]


def test_a_row_that_exists_is_left_as_it_is_whatever_its_other_cells_say(bring, laptop):
    kept = carry_out(
        bring(HEADINGS + "LBX-000007;;;Bureau 12;Personne;01/01/2037;bientôt\nLBX-000008;;Portable;;;;\n")
    )
    assert columns(kept) == ["warranty_ends_on", "holder", "received_on"]
    db.session.refresh(laptop)
    assert (laptop.location_id, laptop.version) == (None, 1)
    assert "LBX-000007" not in db.session.scalars(select(AuditRecord.object_label)).all()[-1]
    assert not [kept for kept in db.session.scalars(select(RowChange)) if kept.row_key.get("id") == laptop.id]


def test_what_a_wrong_cell_decides_of_is_not_judged_without_it(bring, laptop, cast, laptops):
    declare("Badge", category=laptops)
    text = "Étiquette;Type;Marque;Modèle;Commune;Lieu;Badge;Livré le\n"
    kept = bring(
        text
        + "L1;Portable;;;Atlantide;Bureau 12;;demain matin\n"
        + "L2;;;Introuvable;;Bureau 99;;\n"
        + "L3;Soucoupe;;;;Bureau 99;B-7;\n"
        + "#N/A;Portable;;;;Bureau 99;;\n"
    )
    told = [columns(kept, number) for number in range(2, 6)]
    assert told == [
        ["received_on", "entity"], ["location", "model"], ["location", "category"], ["tag"],
    ]  # fmt: skip


def test_what_a_refused_row_says_is_free_for_the_rows_after_it(bring, laptop, monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 1)
    kept = bring(HEADINGS + "LBX-1;SERIAL1;Portable;;;hier soir;\nLBX-2;SERIAL1;Portable;;;;\n")
    assert kept.counts == {"refused": 1, "created": 1}
    assert columns(kept) == ["received_on"]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("5" * 121, "longer than"),
        ("1,23E+11", "rounded"),
        ("\u202e\u200b", "nothing but"),
        ("#N/A", "formula"),
    ],
)
def test_a_key_that_cannot_be_read_says_why_that_the_row_was_not_matched_and_what_to_do(
    bring, laptop, key, why
):
    text = f"N° de série;Type;Prix\n{key};Portable;12,34,56\nSERIAL07;Portable;\n"
    told = line(bring(text.encode()), 2).remarks
    serial, price, unmatched = sorted(told, key=lambda one: (one["column"] != "serial", one["warning"]))
    assert (serial["column"], why in serial["message"], serial["warning"]) == ("serial", True, False)
    assert price["column"] == "price_cents"
    assert (unmatched["column"], unmatched["warning"]) == ("", True)
    assert "find the rows by another column" in unmatched["message"]


def test_signs_that_cannot_be_seen_are_left_out_of_a_key_and_said(bring, laptop):
    kept = bring("N° de série;Type\nSERIAL\u200b07;Portable\n".encode())
    assert [(one["column"], one["warning"]) for one in line(kept, 2).remarks] == [("serial", True)]
    assert kept.counts == {"unchanged": 1}


def test_people_say_all_that_is_wrong_with_them(bring, cast):
    kept = bring(
        "Courriel;Nom;Commune;Lieu;Date de départ\nana@example.fr;Ruiz;;Salle 99;un jour\n"
        "leo@example.fr;Roy;Atlantide;Salle 99;un jour\nmia@example.fr;Petit;;;\n",
        "person",
    )
    assert [columns(kept, number) for number in (2, 3)] == [
        ["leaves_on", "location"],
        ["leaves_on", "entity"],
    ]
    assert carry_out(kept).counts == {"refused": 2, "created": 1}
    assert db.session.scalars(select(Person.email).where(Person.email.like("%@example.fr"))).all() == [
        "mia@example.fr"
    ]


def test_places_say_all_that_is_wrong_with_them_and_one_that_is_refused_names_nothing(
    bring, cast, monkeypatch
):
    monkeypatch.setattr(services, "CHUNK", 1)
    hall = factories.create_location(cast.le_bouscat, name="Mairie")
    room = factories.create_location(cast.le_bouscat, hall, name="Bureau 1")
    kept = bring(
        "Numéro dans Parc;Nom;Dans;Type\n"
        f"{hall.public_id};Hôtel de ville;;soucoupe\n"
        f"{room.public_id};Bureau 1;Hôtel de ville;bureau\n"
        f"{room.public_id};{'x' * 121};;soucoupe\n"
        ";Salle 2;Mairie;\n",
        "location",
    )
    assert [columns(kept, number) for number in (2, 3, 4)] == [
        ["kind"], ["parent"], ["kind", "public_id", "name"],
    ]  # fmt: skip
    carry_out(kept)
    assert sorted(db.session.scalars(select(Location.name))) == ["Bureau 1", "Mairie", "Salle 2"]


def test_applications_say_all_that_is_wrong_with_them(bring, cast):
    portfolio.create_application(cast.le_bouscat, name="Ciril", code="CIR")
    kept = bring(
        "Code;Nom;Criticité;Responsable métier;Nombre d’utilisateurs\n"
        "CIR;Ciril;extrême;Personne;beaucoup\nNEW;;extrême;Personne;3\n",
        "application",
    )
    assert [sorted(columns(kept, number)) for number in (2, 3)] == [
        ["business_owner", "criticality", "users"], ["business_owner", "criticality", "name"],
    ]  # fmt: skip


def test_the_number_of_queries_does_not_grow_with_the_refused_rows(bring, laptop):
    def asked(rows: int) -> int:
        said: list[str] = []

        def note(*executed: object) -> None:
            said.append(str(executed[2]))

        text = "".join(f"L{n};SER{n};Portable;Bureau 99;Personne;jamais;\n" for n in range(rows))
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert bring(HEADINGS + text).counts == {"refused": rows}
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(said)

    asked(2)
    assert asked(20) - asked(2) < 5
