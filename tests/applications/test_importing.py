"""Applications come from files: found by code or by name in their entity, tried as they are imported, undone as one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from inventory.applications import services
from inventory.applications.models import Application, ApplicationUse
from inventory.applications.services.uses import UseTerms
from inventory.applications.states import ApplicationState, Area, Criticality, Hosting
from inventory.audit import undo
from inventory.audit.models import Action, ChangeSet
from inventory.audit.queries import history_of
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.exchange.presentation import refused_rows
from tests import factories
from tests.exchange.conftest import bring as _bring
from tests.exchange.conftest import carry_out, laptops, line, number_of
from tests.renewal.conftest import counted_queries

pytestmark = pytest.mark.database
# What the tests of imports share.
__all__ = ["_bring", "laptops"]
bring = _bring


def made(entity, name="Civil Net", **given):
    with transaction():
        return services.create_application(
            {"entity_id": entity.id, "name": name, **given}, actor=SYSTEM, first_use=services.FirstUse(12)
        )


def test_a_french_spreadsheet_makes_sheets_with_their_people_editor_and_users(bring, cast):
    owner = factories.create_person(cast.le_bouscat, display_name="Marie Durand")
    kept = bring(
        "Trigramme;Logiciel;Éditeur;Criticité;Hébergement;Responsable métier;Nb utilisateurs;DMIA;Coût annuel;Fin de contrat;Domaine\n"
        "CIV;Civil Net;Ciril;critique;Hébergée par un prestataire;Marie Durand;25;4;12 345,60 €;31/12/2027;Finances et achats\n",
        noun="application",
    )
    assert (kept.match_key, [remark["message"] for remark in line(kept, 2).remarks]) == ("code", [])
    assert number_of(Application) == 0
    assert carry_out(kept).counts == {"created": 1}
    row = db.session.scalars(select(Application)).one()
    assert (row.code, row.name, row.editor.name, row.business_owner_id) == (
        "CIV",
        "Civil Net",
        "Ciril",
        owner.id,
    )
    assert (row.criticality, row.hosting, row.area) == (Criticality.CRITICAL, Hosting.HOSTED, Area.FINANCE)
    assert (row.recovery_time_hours, row.contract_yearly_cents, row.contract_ends_on) == (
        4,
        1234560,
        date(2027, 12, 31),
    )
    assert db.session.scalars(select(ApplicationUse.users)).all() == [25]


def test_the_import_is_undone_as_one(bring, cast):
    application = made(cast.le_bouscat, release="1")
    kept = carry_out(bring("Nom;Version\ncivil net;2\nAutre;3\n", noun="application"))
    assert kept.counts == {"updated": 1, "created": 1}
    assert line(kept, 2).changes == {"release": ["1", "2"]}
    with transaction():
        undo.undo(db.session.get_one(ChangeSet, kept.change_set_id), actor=SYSTEM)
    assert [row.release for row in db.session.scalars(select(Application))] == ["1"]
    assert db.session.get_one(Application, application.id).release == "1"


def test_an_export_comes_back_unchanged_though_few_have_codes_and_two_people_one_name(bring, cast):
    owners = [factories.create_person(cast.le_bouscat, display_name="Fatima Lesage") for _ in range(2)]
    made(cast.le_bouscat, business_owner_id=owners[1].id)
    made(cast.le_bouscat, "Registre", code="REG")
    made(cast.le_bouscat, "Paie")
    kept = bring(
        "Nom;Tenue pour;Responsable métier;Code\nCivil Net;LBX;Fatima Lesage;\nRegistre;LBX;;REG\nPaie;LBX;;\n",
        noun="application",
    )
    assert (kept.match_key, kept.counts) == ("name", {"unchanged": 3})


def portfolio(first, last):
    lines = [f"A{n:03d};Application {n};Editor {n % 3};{n};Dupont {n % 2}" for n in range(first, last)]
    return "\n".join(["Trigramme;Logiciel;Éditeur;Nb utilisateurs;Responsable métier", *lines]) + "\n"


def test_new_applications_are_written_in_the_queries_of_few(bring, cast):
    for n in range(2):
        factories.create_person(cast.le_bouscat, display_name=f"Dupont {n}")
    # The editors are there after the first file.
    carry_out(bring(portfolio(0, 5), noun="application"))

    def queries_of(text):
        kept = bring(text, noun="application")
        with counted_queries() as seen:
            assert carry_out(kept).counts == {"created": len(text.splitlines()) - 1}
        return len(seen)

    assert queries_of(portfolio(5, 10)) == queries_of(portfolio(10, 70))
    assert number_of(Application) == number_of(ApplicationUse) == 70
    last = db.session.scalars(select(Application).where(Application.code == "A069")).one()
    assert (last.editor.name, last.business_owner.display_name) == ("Editor 0", "Dupont 1")
    assert last.completeness == services.score_of(last).percent > 0
    first, second = history_of("application", last.public_id)[::-1]
    assert (first.action, first.changes["name"]) == (Action.CREATED, [None, "Application 69"])
    assert (second.changes["users"], second.entity_id) == ([None, 69], last.entity_id)


def test_a_name_that_is_taken_is_refused_alone_among_new_ones(bring, cast):
    made(cast.le_bouscat)
    text = "Trigramme;Logiciel\nA;civil net\nB;Sedit\nC;SEDIT\nD;Zimbra\n"
    kept = carry_out(bring(text, noun="application"))
    assert [line(kept, n).outcome.value for n in (2, 3, 4, 5)] == ["refused", "created", "refused", "created"]
    assert [line(kept, n).remarks[0]["column"] for n in (2, 4)] == ["name", "name"]
    assert set(db.session.scalars(select(Application.name))) == {"Civil Net", "Sedit", "Zimbra"}


def test_one_name_in_two_entities_is_two_applications(bring, cast):
    made(cast.le_bouscat, release="1")
    made(cast.ccas, release="1")
    kept = bring(
        f"Nom;Commune;Version\nCivil Net;LBX;2\nCivil Net;{cast.ccas.code};3\nCivil Net;;4\n",
        noun="application",
    )
    assert kept.counts == {"updated": 2, "refused": 1}
    assert "Several entities keep" in line(kept, 4).remarks[0]["message"]
    carry_out(kept)
    assert sorted(db.session.scalars(select(Application.release)).all()) == ["2", "3"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("A;jamais;;;", "support_ends_on"), ("A;;vitale;;", "criticality"), ("A;;;Personne;", "business_owner"),
        ("A;;;;beaucoup", "users"), (";;critique;;", "name"), ("A;;;;-3", "users"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_named_by_line_column_and_reason(bring, cells, column):
    kept = bring(
        f"Nom;Fin de support;Criticité;Responsable métier;Utilisateurs\n{cells} \nB;;;;3\n",
        noun="application",
    )
    assert kept.counts == {"refused": 1, "created": 1}
    assert [remark["column"] for remark in line(kept, 2).remarks] == [column]
    assert carry_out(kept).counts == {"refused": 1, "created": 1}


def test_refused_rows_are_handed_back_with_their_reason(app, bring):
    kept = bring("Nom;Criticité\nA;vitale\nB;critique\n", noun="application")
    with app.test_request_context():
        ((name, _criticality, number, why),) = refused_rows(kept)
    assert (name, number, "vitale" in why) == ("A", 2, True)


def test_states_change_by_their_own_acts_and_a_retirement_wants_its_page(bring, cast):
    application = made(cast.le_bouscat)
    kept = bring("Nom;État\nCivil Net;en cours de retrait\nVieux;retirée\n", noun="application")
    assert kept.counts == {"updated": 1, "refused": 1}
    carry_out(kept)
    assert db.session.get_one(Application, application.id).state is ApplicationState.RETIRING
    assert bring("Nom;État\nCivil Net;retirée\n", noun="application").counts == {"refused": 1}


def test_users_are_set_where_one_entity_uses_it_and_asked_on_the_page_where_several_do(bring, cast):
    application = made(cast.le_bouscat)
    kept = carry_out(bring("Nom;Utilisateurs\nCivil Net;40\n", noun="application"))
    assert line(kept, 2).changes == {"users": [12, 40]}
    with transaction():
        services.add_use(application, cast.ccas, UseTerms(users=2), actor=SYSTEM)
    assert bring("Nom;Utilisateurs\nCivil Net;42\n", noun="application").counts == {"unchanged": 1}
    assert bring("Nom;Utilisateurs\nCivil Net;41\n", noun="application").counts == {"refused": 1}


def test_nobody_imports_into_an_entity_without_the_right(bring, cast):
    made(cast.pessac, release="1")
    kept = bring(f"Nom;Commune;Version\nCivil Net;{cast.pessac.code};2\n", noun="application")
    assert kept.counts == {"refused": 1}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_file_of_the_list_is_read_back_unchanged(bring, sign_in, cast, language):
    owner = factories.create_person(cast.le_bouscat, display_name="Marie Durand")
    with transaction():
        editor_id = services.editor_named("Ciril", actor=SYSTEM).id
    made(
        cast.le_bouscat, code="CIV", criticality=Criticality.CRITICAL, hosting=Hosting.SAAS, area=Area.CITIZENS,
        release="12.1", support_ends_on=date(2027, 6, 30), contract_ends_on=date(2028, 1, 1),
        business_owner_id=owner.id, editor_id=editor_id,
    )  # fmt: skip
    made(cast.le_bouscat, name="=Formule", code="-1")
    every = "name,state,criticality,editor,owner,users,hosting,entity,area,release,support_ends_on,contract_ends_on,code"
    address = f"/applications/?format=csv&columns={every}"
    text = sign_in(cast.bruno).get(address, headers={"Accept-Language": language}).get_data(as_text=True)
    kept = bring(text.removeprefix("\ufeff"), noun="application")
    assert set(kept.columns.values()) >= {
        "name",
        "state",
        "business_owner",
        "users",
        "entity",
        "code",
        "hosting",
    }
    assert kept.counts == {"unchanged": 2}


def test_the_list_leads_to_its_import_for_those_who_may(sign_in, cast):
    assert b"/imports/new?noun=application" in sign_in(cast.bruno).get("/applications/").data
    assert b"/imports/new" not in sign_in(cast.alice).get("/applications/").data
