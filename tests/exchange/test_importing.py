"""Files of equipment, people and places are tried without saving, imported as one change set, and undone as one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset, Provenance
from inventory.assets.states import SourceKind, State
from inventory.audit import undo
from inventory.audit.models import ChangeSet
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.core.permissions import Role
from inventory.exchange import jobs, services
from inventory.exchange.models import Extent, Outcome, Stage
from inventory.exchange.presentation import refused_rows
from inventory.jobs import leases
from inventory.jobs import services as work_services
from inventory.jobs.context import open_context
from inventory.organization.models import Location, Person
from tests import factories
from tests.exchange.conftest import carry_out, fresh, line, number_of, work
from tests.exchange.test_reading import workbook

pytestmark = pytest.mark.database

HEADINGS = "Étiquette;N° de série;Marque;Modèle;Type;Prix;Date de livraison;Détenteur;Lieu"


def test_a_trial_says_what_would_come_and_saves_nothing(bring):
    kept = bring(HEADINGS + "\nLBX-000101;5CG1111AAA;HP;ProBook 450;Portable;1 234,56 €;12/03/2024;;\n")
    assert (kept.stage, kept.counts) == (Stage.TRIED, {"created": 1})
    assert number_of(Asset) == 0
    assert number_of(ChangeSet) == 0


def test_what_was_tried_is_what_is_imported(bring):
    kept = carry_out(
        bring(HEADINGS + "\nLBX-000101;5CG1111AAA;HP;ProBook 450;Portable;1 234,56 €;12/03/2024;;\n")
    )
    asset = db.session.scalars(select(Asset)).one()
    assert (asset.tag, asset.serial, asset.price_cents) == ("LBX-000101", "5CG1111AAA", 123456)
    assert (asset.received_on, asset.model.name, asset.manufacturer.name) == (
        date(2024, 3, 12),
        "ProBook 450",
        "HP",
    )
    assert (asset.state, kept.stage, line(kept, 2).object_id) == (State.IN_STOCK, Stage.DONE, asset.public_id)
    claims = db.session.scalars(select(Provenance).where(Provenance.asset_id == asset.id)).all()
    assert {claim.source for claim in claims} == {SourceKind.IMPORT}
    assert not any(claim.pinned for claim in claims)


def test_an_import_is_undone_as_one(bring, cast):
    kept = carry_out(
        bring(HEADINGS + "".join(f"\nLBX-00020{n};SER{n}XYZW;HP;ProBook;Portable;;;;" for n in range(5)))
    )
    assert (number_of(Asset), kept.stands) == (5, Stage.DONE)
    with transaction():
        undo.undo(
            db.session.get_one(ChangeSet, kept.change_set_id),
            actor=Actor("user", cast.bruno.public_id, cast.bruno.name),
        )
    assert (number_of(Asset), kept.stands) == (0, Stage.UNDONE)


def test_bad_rows_are_named_by_line_column_and_reason_and_the_others_imported(bring):
    kept = bring(
        HEADINGS
        + "\nLBX-000101;5CG1111AAA;HP;ProBook;Portable;12;12/03/2024;;"
        + "\nLBX-000102;5CG1111AAB;HP;ProBook;Soucoupe;12;12/03/2024;;"
        + "\nLBX-000103;5CG1111AAC;HP;ProBook;Portable;douze;32/03/2024;;"
        + "\nLBX-000101;5CG1111AAD;HP;ProBook;Portable;12;12/03/2024;;"
        + "\nLBX-000105;5CG1111AAE;HP;ProBook;Portable;12;;Personne Inconnue;"
    )
    assert kept.counts == {"created": 1, "refused": 4}
    assert [remark["column"] for remark in line(kept, 3).remarks] == ["category"]
    assert {remark["column"] for remark in line(kept, 4).remarks} == {"price_cents", "received_on"}
    assert line(kept, 5).remarks[0]["params"] == {"line": "2"}
    assert line(kept, 6).remarks[0]["column"] == "holder"
    assert carry_out(kept).counts == {"created": 1, "refused": 4}
    assert number_of(Asset) == 1


def test_all_or_nothing_imports_nothing_while_a_row_is_refused(bring):
    kept = bring(
        HEADINGS + "\nLBX-1A;SERIAL01;HP;X;Portable;;;;\nLBX-2A;SERIAL02;HP;X;Soucoupe;;;;",
        extent=Extent.WHOLE,
    )
    with pytest.raises(Refused), transaction():
        services.start(kept)
    assert number_of(Asset) == 0


def test_all_or_nothing_takes_everything_back_when_a_row_is_refused_since_the_trial(bring, cast, laptops):
    kept = bring(
        HEADINGS + "\nLBX-1A;SERIAL01;HP;X;Portable;;;;\nLBX-2A;SERIAL02;HP;X;Portable;;;;",
        extent=Extent.WHOLE,
    )
    factories.create_asset(cast.pessac, laptops, tag="LBX-2A")
    kept = carry_out(kept)
    assert (kept.stage, kept.counts[Outcome.REFUSED.value]) == (Stage.TRIED, 1)
    assert number_of(Asset) == 1


def test_a_row_that_finds_its_asset_changes_it_and_says_what(bring, cast, laptops):
    asset = factories.create_asset(cast.le_bouscat, laptops, tag="LBX-000007", order_number="B1")
    kept = bring("Étiquette;Commande;Statut\nlbx-000007;B2;en réserve\n")
    assert line(kept, 2).remarks == []
    assert line(kept, 2).changes["order_number"] == ["B1", "B2"]
    carry_out(kept)
    db.session.refresh(asset)
    assert (asset.tag, asset.order_number, asset.state) == ("LBX-000007", "B2", State.IN_RESERVE)
    assert bring("Étiquette;Commande\nLBX-000007;B2\n").counts == {"unchanged": 1}


def test_of_several_of_one_name_the_one_that_is_there_already_is_meant(bring, cast, laptops):
    here, _other = (factories.create_person(cast.le_bouscat, display_name="Léa Roy") for _ in range(2))
    floors = [factories.create_location(cast.le_bouscat, name=f"Floor {n}") for n in range(2)]
    room, _twin = (factories.create_location(cast.le_bouscat, floor, name="Salle 1") for floor in floors)
    with transaction():
        cast.pessac.name = cast.le_bouscat.name
    factories.create_asset(cast.le_bouscat, laptops, tag="L1", holder_id=here.id, location_id=room.id)
    kept = bring(
        f"Étiquette;Commune;Détenteur;Lieu\nL1;{cast.le_bouscat.name};Léa Roy;Salle 1\n", user=cast.diane
    )
    assert (line(kept, 2).remarks, kept.counts) == ([], {"unchanged": 1})
    unknown = bring("Étiquette;Type;Détenteur\nL2;Portable;Léa Roy\n", user=cast.diane)
    assert unknown.counts == {"refused": 1}


def test_a_serial_known_already_is_refused_and_not_doubled(bring, cast, laptops):
    factories.create_asset(cast.le_bouscat, laptops, tag="LBX-000007", serial="SERIAL01")
    kept = bring("Étiquette;N° de série;Type\nLBX-000008;serial01;Portable\n")
    assert line(kept, 2).remarks[0]["column"] == "serial"


def test_nobody_imports_where_they_have_no_right(bring, cast, laptops):
    factories.create_asset(cast.pessac, laptops, tag="PES-000001", order_number="A")
    kept = bring(f"Étiquette;Type;Commune\nLBX-9;Portable;{cast.pessac.code}\nPES-000001;Portable;\n")
    assert kept.counts == {"refused": 2}
    kept = bring("Étiquette;Type\nLBX-9;Portable\n", user=factories.create_user(Role.READER, cast.le_bouscat))
    assert number_of(Asset) == 1


def test_the_columns_chosen_are_remembered_for_the_next_file_like_it(bring, cast, laptops):
    kept = bring("Machin;Type\nLBX-000009;Portable\n")
    assert kept.columns == {"1": "category"}
    with transaction():
        services.choose_again(kept)
        services.choose(kept, {0: "tag", 1: "category"}, "tag", Extent.VALID)
    work()
    assert bring("Type;Machin\nPortable;LBX-000010\n").columns == {"0": "category", "1": "tag"}


def test_refused_rows_come_back_mended_with_their_columns_and_their_numbers_as_they_were(app, bring, cast):
    kept = bring(
        workbook(["Bidule", "Nom", "Matricule"], ["x", "Léger", 812], ["paul@a.example", "Durand", 9]),
        "person",
    )
    with transaction():
        services.choose_again(kept)
        services.choose(kept, {0: "email", 1: "family_name", 2: "employee_number"}, "email", Extent.VALID)
    work()
    assert (kept.counts, line(kept, 2).label) == ({"refused": 1, "created": 1}, "Léger")
    with app.test_request_context():
        (row,) = refused_rows(fresh(kept))
    assert row[:4] == ["x", "Léger", 812, 2]
    # As a French browser was given it.
    text = "Bidule;Nom;Matricule;Ligne;Pourquoi elle est refusée\nlea@a.example;Léger;812;2;…\n"
    again = bring(text, "person")
    assert services.is_remembered(again)
    assert (again.columns["0"], again.match_key, again.counts) == ("email", "email", {"created": 1})


def test_categories_are_found_by_the_words_that_offices_use_for_their_kind(bring, laptops):
    screens = factories.create_category(Kind.MONITOR, name="Monitor")
    own = factories.create_category(Kind.SERVER, name="Onduleur")
    factories.create_category(Kind.UPS, name="UPS")
    carry_out(bring("Étiquette;Type\nA;Écran\nB;PC portable\nC;Onduleur\n"))
    found = db.session.execute(select(Asset.category_id).order_by(Asset.tag)).scalars().all()
    assert found == [screens.id, laptops.id, own.id]


def test_remembered_columns_can_be_forgotten(bring, cast, laptops):
    kept = bring("Machin;Type\nLBX-000009;Portable\n")
    with transaction():
        services.choose_again(kept)
        services.choose(kept, {0: "tag", 1: "category"}, "tag", Extent.VALID)
    work()
    again = bring("Machin;Type\nLBX-000010;Portable\n")
    assert (again.columns, services.is_remembered(again)) == ({"0": "tag", "1": "category"}, True)
    with transaction():
        services.choose_again(again)
        services.forget_columns(again)
    assert (again.columns, again.match_key) == ({"1": "category"}, None)
    assert not services.is_remembered(again)
    with pytest.raises(Refused), transaction():
        services.forget_columns(carry_out(bring("Étiquette;Type\nLBX-000011;Portable\n")))


def test_an_import_begun_before_its_trials_job_has_ended_is_a_job_of_its_own(bring):
    kept = bring("Étiquette;Type\nLBX-000009;Portable\n")
    with transaction():
        services.choose(kept, {0: "tag", 1: "category"}, "tag", Extent.VALID)
        lease = leases.claim(None, "tests", job_id=kept.job_id)
    trial = jobs.try_out(open_context(lease))
    with transaction():
        services.start(fresh(kept))
    work_services.settle(lease, trial)
    assert fresh(kept).job_id != lease.job_id
    work()
    assert (fresh(kept).stage, number_of(Asset)) == (Stage.DONE, 1)


def test_two_columns_cannot_fill_one_field_and_an_import_is_not_begun_twice(bring):
    kept = bring("Étiquette;Machin;Type\nLBX-000009;x;Portable\n")
    with pytest.raises(Invalid), transaction():
        services.choose(kept, {0: "tag", 1: "tag"}, "tag", Extent.VALID)
    kept = carry_out(fresh(kept))
    with pytest.raises(Refused), transaction():
        services.start(kept)


def test_hostile_cells_are_kept_as_text(bring):
    kept = carry_out(bring("Étiquette;Nom;Type\n'=1+1;<script>alert(1)</script>;Portable\n"))
    asset = db.session.scalars(select(Asset)).one()
    assert (asset.tag, asset.name) == ("=1+1", "<script>alert(1)</script>")
    assert kept.counts == {"created": 1}


def test_people_are_found_by_their_address_and_changed(bring, cast):
    person = factories.create_person(cast.le_bouscat, email="marie.dupont@lebouscat.example", department="RH")
    kept = bring(
        "Nom;Prénom;Courriel;Service\nDUPONT;Marie;Marie.Dupont@lebouscat.example;Finances\n"
        "DURAND;Paul;paul@lebouscat.example;Sports\nX;Y;pas-une-adresse;Sports\n",
        noun="person",
    )
    assert kept.counts == {"updated": 1, "created": 1, "refused": 1}
    carry_out(kept)
    db.session.refresh(person)
    assert person.department == "Finances"
    assert (
        db.session.scalars(select(Person.display_name).where(Person.email == "paul@lebouscat.example")).one()
        == "Paul DURAND"
    )


def test_who_and_what_is_there_is_found_however_it_is_written(bring, cast, laptops):
    factories.create_person(cast.le_bouscat, display_name="Alice Ferrand", login="a.ferrand")
    kept = bring("Nom affiché;Identifiant\nAlice Ferrand;A.FERRAND\n", "person")
    assert (kept.match_key, kept.counts) == ("login", {"unchanged": 1})
    factories.create_asset(cast.le_bouscat, laptops, name="Écran accueil")
    kept = bring("Nom;Commande\nÉcran Accueil;BC-1\nécran ACCUEIL;BC-2\n")
    assert (kept.match_key, kept.counts) == ("name", {"updated": 1, "refused": 1})
    assert set(line(kept, 2).changes) == {"order_number"}


def test_what_was_found_by_its_name_and_has_another_number_is_imported_with_a_warning(bring, cast, laptops):
    """A computer took over the name of the one before it, and two people are of one name."""
    factories.create_asset(cast.le_bouscat, laptops, tag="LBX-1", name="PC-ACCUEIL", serial="OLD123")
    factories.create_person(cast.le_bouscat, display_name="Jean Martin", email="jean@lebouscat.example")
    kept = bring("Nom;Numéro de série\nPC-ACCUEIL;NEW456\nPC-1;\nPC-2;\n")
    assert kept.match_key == "name"
    assert [said["params"] for said in line(kept, 2).remarks] == [{"text": "OLD123"}]
    assert [said["params"] for said in line(carry_out(kept), 2).remarks] == [{"text": "OLD123"}]
    people = bring(
        "Nom affiché;Courriel\nJean Martin;j.martin2@lebouscat.example\nA B;\nC D;\n", noun="person"
    )
    assert people.match_key == "display_name"
    assert [said["params"] for said in line(people, 2).remarks] == [{"text": "jean@lebouscat.example"}]


def test_places_are_made_with_what_they_stand_in(bring):
    kept = bring(
        "Lieu;Type\nMairie > 1er étage > Bureau 12;\nMairie > 1er étage > Bureau 13;\nMairie;\n",
        noun="location",
    )
    assert kept.counts == {"created": 2, "unchanged": 1}
    kept = carry_out(kept)
    assert kept.counts == {"created": 2, "unchanged": 1}
    names = db.session.scalars(select(Location.name).order_by(Location.id)).all()
    assert names == ["Mairie", "1er étage", "Bureau 12", "Bureau 13"]
