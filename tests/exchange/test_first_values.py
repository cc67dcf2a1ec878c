"""A trial shows what each new row would be as Parc understood it; once it is imported, its own page tells."""

from __future__ import annotations

import pytest

from inventory.exchange import presentation, services
from inventory.fields.kinds import FieldKind
from tests import factories
from tests.exchange.conftest import carry_out, line
from tests.exchange.test_custom_fields import declare

pytestmark = pytest.mark.database
EQUIPMENT = (
    "Étiquette;N° de série;Marque;Modèle;Type;Lieu;Détenteur;Prix;Date de livraison;Fin de garantie;Badge\n"
    "LBX-1;5cg 1111aaa;hp;ProBook;portable;mairie > bureau 12;ferrand alice;1 234,56 € TTC;12/3/2024;46100;B-7\n"
)


def told(kept, number: int = 2) -> dict[str, str]:
    """The values of a line by their columns, as the page says them in English."""
    named = presentation.labels(presentation.columns(kept))
    return {label: words for label, words, _tone in presentation.changes(line(kept, number), named)}


def test_new_equipment_is_shown_with_what_its_cells_were_understood_to_be(bring, cast, laptops, reading):
    hall = factories.create_location(cast.le_bouscat, name="Mairie")
    factories.create_location(cast.le_bouscat, hall, name="Bureau 12")
    factories.create_person(
        cast.le_bouscat, given_name="Alice", family_name="Ferrand", display_name="Alice Ferrand"
    )
    declare("Badge", FieldKind.TEXT, laptops)
    kept = bring(EQUIPMENT)
    assert told(kept) == {
        "Serial number": "5CG1111AAA", "Maker": "HP", "Model": "ProBook", "Category": "Portable", "Place": "Bureau 12",
        "Holder": "Alice Ferrand", "State": "in stock", "Received": "12 Mar 2024", "Warranty until": "19 Mar 2026",
        "Price": "€1,234.56", "Tax": "tax included", "Badge": "B-7",
    }  # fmt: skip
    assert told(carry_out(kept)) == {}


def test_new_people_places_and_applications_are_shown_too(bring, cast, reading):
    factories.create_location(cast.le_bouscat, name="Salle 1")
    person = bring("Prénom;Nom;Lieu;Date de départ\nAna;Ruiz;salle 1;31/12/2030\n", "person")
    assert told(person) == {
        "Given name": "Ana", "Family name": "Ruiz", "Place": "Salle 1", "Leaves on": "31 Dec 2030",
    }  # fmt: skip
    place = bring("Nom;Dans;Adresse\nSalle 9;Mairie;1 rue du Port\n", "location")
    assert told(place) == {"Kind": "Room", "Address": "1 rue du Port"}
    application = bring("Code;Nom;Nombre d’utilisateurs\nCIR;Ciril;1 200\n", "application")
    assert told(application) == {"Code": "CIR", "Users": "1200"}


def test_of_a_long_text_no_more_is_kept_than_is_shown(bring, laptops):
    kept = bring(f"Étiquette;Type;Commentaires\nLBX-1;Portable;{'x' * 5000}\n")
    assert line(kept, 2).changes["notes"] == [None, "x" * services.LONGEST_TOLD]
