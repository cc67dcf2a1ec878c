"""The pages of applications: what each shows to whom, refuses and keeps."""

import io
import re
import zipfile
from datetime import date

import pytest
from sqlalchemy import select

from inventory.applications import annexes, services
from inventory.applications.models import Application, ApplicationComponent, ApplicationUse
from inventory.applications.services import Leaving
from inventory.applications.states import ApplicationState, Criticality, Exit, Hosting, PersonalData
from inventory.assets.models import Asset
from inventory.catalog.models import Manufacturer
from inventory.core.database import db, transaction
from inventory.procurement.models import Supplier
from tests import factories
from tests.applications import making
from tests.applications.conftest import BRUNO

pytestmark = pytest.mark.any_store


def text_of(answer):
    return answer.get_data(as_text=True)


def panel(text, key):
    """Return what stands in one panel of a page."""
    return text[text.index(f'<section class="panel" id="{key}"') :].split("</section>", 1)[0]


@pytest.fixture
def sedit(place):
    """A critical application of Le Bouscat with an owner, an editor and a server."""
    made = making.create_application(
        place.town, name="Sedit Finances", code="FIN", editor_id=place.editor.id, business_owner_id=place.marie.id,
        criticality=Criticality.CRITICAL, hosting=Hosting.ON_PREMISES, contract_yearly_cents=1_840_000,
        contract_ends_on=date(2026, 9, 1), support_ends_on=date(2026, 1, 31), release="2024.3",
    )  # fmt: skip
    making.attach(made, place.server)
    return made


@pytest.fixture
def zimbra(place):
    """An application that the metropolis keeps and that Le Bouscat and Pessac use, with a secret server and price."""
    made = making.create_application(
        place.root,
        name="Zimbra",
        business_owner_id=place.paul.id,
        contract_yearly_cents=7_700_000,
        used=False,
    )
    making.create_use(made, place.town, users=210)
    making.create_use(made, place.pessac, users=300)
    hidden = factories.create_asset(place.root, tag="BM-SECRET")
    making.attach(made, hidden)
    return made


def test_the_list_shows_what_the_scope_keeps_or_uses_and_no_other(place, sedit, zimbra, reader):
    making.create_application(place.pessac, name="Pessac only")
    page = text_of(reader.get("/applications/"))
    assert "2 applications" in page
    assert ("Sedit Finances" in page, "Zimbra" in page, "Pessac only" in page) == (True, True, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=sedit", True),
        ("q=fin", True),
        ("q=berger", True),
        ("q=durand", True),
        ("q=S%C3%89D%C3%8FT", True),
        ("q=nothing", False),
        ("q=%25", False),
        ("state=in_service,retiring", True),
        ("state=retired", False),
        ("criticality=critical,important", True),
        ("criticality=low", False),
        ("hosting=on_premises", True),
        ("area=finance", False),
        ("support=ended", True),
        ("support=running", False),
        ("support=unknown", False),
        ("contract=90", True),
        ("contract=30", False),
        ("contract=none", False),
        ("contract=nonsense", True),
        ("accreditation=unknown", True),
        ("accreditation=missing", False),
        ("accreditation=lapsed", False),
        ("complete=80", True),
        ("complete=100", False),
        ("owner=nobody", False),
        ("owner=left", False),
        ("kept=LBX", True),
        ("shared=0", True),
        ("shared=1", False),
        ("personal_data=sensitive", False),
    ],
)
def test_a_list_address_narrows_the_list(place, sedit, manager, query, found):
    assert ("Sedit Finances" in text_of(manager.get(f"/applications/?{query}"))) is found


def test_a_person_an_editor_and_a_server_lead_to_their_applications(place, sedit, manager):
    for query in (
        f"owner={place.marie.public_id}",
        f"editor={place.editor.public_id}",
        f"server={place.server.public_id}",
    ):
        page = text_of(manager.get(f"/applications/?{query}"))
        assert "1 application" in page
    assert "Runs on: LBX-000001" in page
    for strange in ("owner=0000000000aa", "kept=BM", "state=nonsense"):
        assert "is not on the list." in text_of(manager.get(f"/applications/?{strange}"))


def test_an_owner_who_left_is_found_and_said(place, sedit, manager):
    with transaction():
        place.marie.disabled = True
    assert "Sedit Finances" in text_of(manager.get("/applications/?owner=left"))
    assert "Marie Durand no longer works here" in text_of(manager.get(f"/applications/{sedit.public_id}"))


def test_every_sort_works_and_pages_follow_on(place, manager):
    for _n in range(55):
        making.create_application(place.town)
    keys = ("name", "state", "criticality", "editor", "owner", "users", "completeness", "support_ends_on",
            "contract_ends_on", "code")  # fmt: skip
    for number, key in enumerate(keys):
        listing = text_of(manager.get(f"/applications/?sort={'-' * (number % 2)}{key}"))
        following = re.search(r'href="([^"]*after=[^"]*)"', listing).group(1).replace("&amp;", "&")
        assert "51–55 of 55" in text_of(manager.get(following)), key


def test_an_export_holds_every_row_and_runs_nothing(place, manager):
    for n in range(60):
        making.create_application(place.town, name=f"=HYPERLINK({n})")
    lines = text_of(manager.get("/applications/?format=csv")).strip().splitlines()
    assert len(lines) == 61
    assert lines[1].startswith("'=HYPERLINK")
    with zipfile.ZipFile(io.BytesIO(manager.get("/applications/?format=xlsx").data)) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 61


def test_a_page_says_what_is_missing_and_what_to_mind(place, sedit, manager):
    page = text_of(manager.get(f"/applications/{sedit.public_id}"))
    gaps = panel(page, "completeness")
    assert f"{sedit.completeness}%" in gaps
    assert "Technical owner" in gaps
    assert "Its editor stopped supporting this version on 31 Jan 2026." in page
    assert "Its maintenance contract ends on 1 Sep 2026." in page
    assert "€18,400.00 before tax" in page


def test_who_only_uses_it_reads_neither_its_price_nor_others_servers_uses_and_history(place, zimbra, reader):
    page = text_of(reader.get(f"/applications/{zimbra.public_id}"))
    assert "It is kept for Métropole" in page
    assert "Paul Roy" in page
    assert f"/people/{place.paul.public_id}" not in page
    for secret in ("77,000", "BM-SECRET", "Pessac"):
        assert secret not in page
    assert "And 1 entity that you do not see." in page
    assert "And 1 item of an entity that you do not see." in page


def test_who_only_uses_it_may_not_change_it(place, zimbra, manager):
    for address in ("edit", "retire", "uses/new", "equipment", "begin-to-retire"):
        assert manager.get(f"/applications/{zimbra.public_id}/{address}").status_code == 403


def test_a_foreign_application_is_not_there(place, manager):
    foreign = making.create_application(place.pessac)
    for address in ("", "/edit", "/retire", "/uses/new", "/equipment"):
        assert manager.get(f"/applications/{foreign.public_id}{address}").status_code == 404
    use = making.use_of(foreign)
    assert manager.get(f"/applications/uses/{use.public_id}/end").status_code == 404


def test_the_search_of_pickers_answers_with_what_the_user_sees(place, sedit, zimbra, manager):
    making.create_application(place.pessac, name="Sedit Pessac")
    found = manager.get("/applications/search?q=").json["items"]
    assert [item["text"] for item in found] == ["Sedit Finances", "Zimbra"]


def added(place, **values):
    return {"entity": place.town.public_id, "name": "Concerto", "state": "in_service", "contract_tax": "excluded",
            "origin": "transferred", **values}  # fmt: skip


def test_an_application_is_added_by_form_with_its_first_use(place, manager):
    data = added(
        place, used="y", users="61", in_service_on="04/01/2019", editor=place.editor.public_id,
        business_owner=place.marie.public_id, contract_yearly_cents="1 234,56", criticality="important",
        personal_data="ordinary", recovery_time_hours="4",
    )  # fmt: skip
    assert manager.post("/applications/new", data=data).status_code == 303
    made = db.session.scalar(select(Application).where(Application.name == "Concerto"))
    use = making.use_of(made)
    assert (made.contract_yearly_cents, made.personal_data) == (123456, PersonalData.ORDINARY)
    assert (use.users, use.since_on, use.origin) == (61, date(2019, 1, 4), "transferred")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "sedit finances"),
        ("code", "FIN"),
        ("entity", "nowhere"),
        ("state", "retired"),
        ("in_service_on", "32/13/2026"),
        ("in_service_on", "2027-01-01"),
        ("contract_yearly_cents", "much"),
        ("recovery_time_hours", "99999"),
        ("business_owner", "nobody"),
        ("editor", "nothing"),
        ("criticality", "huge"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    place, sedit, manager, field, value
):
    data = added(place, data_location="kept <b>") | {field: value}
    answer = manager.post("/applications/new", data=data)
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'id="{field}-error"' in page
    assert 'value="kept &lt;b&gt;"' in page


def test_an_entity_of_others_cannot_be_chosen(place, manager):
    answer = manager.post("/applications/new", data=added(place, entity=place.pessac.public_id))
    assert answer.status_code == 422


def edited(application, **values):
    return {
        "version": str(application.version), "name": application.name, "code": application.code or "",
        "contract_tax": "excluded", **values,
    }  # fmt: skip


def test_the_edit_form_shows_and_saves_what_is_typed(place, sedit, manager):
    address = f"/applications/{sedit.public_id}/edit"
    page = text_of(manager.get(address))
    assert 'data-text="Berger-Levrault"' in page
    assert 'value="18400.00"' in page
    assert manager.post(address, data=edited(sedit, release="2025.1")).status_code == 303
    db.session.expire_all()
    assert (sedit.release, sedit.editor_id) == ("2025.1", None)


def test_a_stale_edit_shows_both_versions_and_can_be_sent_over(place, sedit, manager):
    address = f"/applications/{sedit.public_id}/edit"
    stale = edited(sedit, release="mine", business_owner=place.paul.public_id, contract_yearly_cents="5")
    manager.post(address, data=edited(sedit, release="theirs", contract_yearly_cents="9"))
    with transaction():
        place.paul.entity_id = place.town.id
    answer = manager.post(address, data=stale)
    page = text_of(answer)
    assert answer.status_code == 409
    for words in ("mine", "theirs", "Paul Roy", "€5.00", "€9.00"):
        assert words in page
    version = re.search(r'name="version" value="([0-9]+)"', page).group(1)
    assert manager.post(address, data=stale | {"version": version}).status_code == 303


def test_an_owner_of_another_entity_is_kept_by_an_edit_that_leaves_them_and_cannot_be_chosen(place, manager):
    made = making.create_application(place.town, business_owner_id=place.paul.id)
    address = f"/applications/{made.public_id}/edit"
    data = edited(made, business_owner=place.paul.public_id, release="2")
    assert manager.post(address, data=data).status_code == 303
    db.session.expire_all()
    assert made.business_owner_id == place.paul.id
    data = edited(made, business_owner=place.paul.public_id, deputy=place.paul.public_id)
    assert manager.post(address, data=data).status_code == 422


def test_a_picker_adds_the_editor_and_the_supplier_that_it_did_not_find(place, manager, reader):
    answer = manager.post("/applications/editors", data={"text": "Arpège"})
    editor = db.session.scalar(select(Manufacturer).where(Manufacturer.name == "Arpège"))
    assert answer.json == {"value": editor.public_id, "text": "Arpège"}
    assert manager.post("/applications/suppliers", data={"text": "Ciril Group"}).status_code == 200
    assert db.session.scalar(select(Supplier).where(Supplier.name == "Ciril Group"))
    refused = manager.post("/applications/suppliers", data={"text": "Ciril Group"})
    assert (refused.status_code, "exists already" in refused.json["error"]) == (422, True)
    assert manager.post("/applications/editors", data={"text": " "}).status_code == 422
    assert reader.post("/applications/editors", data={"text": "Arpège"}).status_code == 403


def test_an_application_is_wound_down_and_retired_with_its_reason(place, sedit, zimbra, manager):
    address = f"/applications/{sedit.public_id}"
    assert manager.post(f"{address}/begin-to-retire", data={}).status_code == 303
    db.session.expire_all()
    data = {"version": str(sedit.version), "exit": "replaced", "replaced_by": zimbra.public_id, "on": "hier",
            "reason": "Its editor <b>closed</b>."}  # fmt: skip
    assert "1 entity the same day" in text_of(manager.get(f"{address}/retire"))
    assert manager.post(f"{address}/retire", data=data).status_code == 303
    db.session.expire_all()
    assert (sedit.state, sedit.retired_on) == (ApplicationState.RETIRED, date(2026, 6, 14))
    page = text_of(manager.get(address))
    assert "Its editor &lt;b&gt;closed&lt;/b&gt;." in page
    assert "Bring back in service" in page


def test_a_retirement_is_undone_from_its_page_by_a_manager(place, sedit, manager, reader):
    with transaction():
        services.retire(sedit, Leaving(Exit.RETIRED, "By mistake"), actor=BRUNO)
    address = f"/applications/{sedit.public_id}"
    assert "Undo the retirement" not in text_of(reader.get(address))
    undo = re.search(r'href="([^"]+)">Undo the retirement', text_of(manager.get(address))).group(1)
    assert manager.post(undo).status_code == 303
    page = text_of(manager.get(address))
    assert ("By mistake" in panel(page, "uses"), "Undo the retirement" in page) == (False, False)
    assert "12 users" in panel(page, "uses")


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("reason", {"exit": "retired"}),
        ("replaced_by", {"exit": "replaced", "reason": "Newer"}),
        ("replaced_by", {"exit": "replaced", "reason": "Newer", "replaced_by": "0000000000aa"}),
        ("on", {"exit": "retired", "reason": "Gone", "on": "2026-06-20"}),
    ],
)
def test_an_exit_without_what_it_owes_is_refused_beside_the_field(place, sedit, manager, field, data):
    use = making.use_of(sedit)
    for address in (f"/applications/{sedit.public_id}/retire", f"/applications/uses/{use.public_id}/end"):
        answer = manager.post(address, data=data)
        assert (answer.status_code, f'id="{field}-error"' in text_of(answer)) == (422, True)


def test_what_the_user_does_not_see_cannot_replace(place, sedit, manager):
    foreign = making.create_application(place.pessac)
    data = {"exit": "replaced", "reason": "Newer", "replaced_by": foreign.public_id}
    answer = manager.post(f"/applications/{sedit.public_id}/retire", data=data)
    assert (answer.status_code, 'id="replaced_by-error"' in text_of(answer)) == (422, True)


def test_an_entity_is_added_corrected_and_ended(place, sedit, manager):
    address = f"/applications/{sedit.public_id}/uses/new"
    data = {"entity": place.ccas.public_id, "since_on": "01/02/2021", "users": "6", "origin": "added"}
    assert manager.post(address, data=data).status_code == 303
    assert manager.post(address, data=data).status_code == 422
    use = db.session.scalar(select(ApplicationUse).where(ApplicationUse.entity_id == place.ccas.id))
    edit = {"version": "1", "since_on": "01/02/2021", "users": "9", "origin": "added"}
    assert manager.post(f"/applications/uses/{use.public_id}/edit", data=edit).status_code == 303
    assert (
        manager.post(f"/applications/uses/{use.public_id}/edit", data=edit | {"users": "8"}).status_code
        == 409
    )
    end = {"version": "2", "exit": "retired", "reason": "Back to paper"}
    assert manager.post(f"/applications/uses/{use.public_id}/end", data=end).status_code == 303
    db.session.expire_all()
    assert (use.users, use.exit, use.exit_reason) == (9, Exit.RETIRED, "Back to paper")
    assert "Back to paper" in text_of(manager.get(f"/applications/{sedit.public_id}"))


def test_the_manager_of_a_commune_ends_its_own_use_of_what_another_keeps(place, zimbra, manager):
    uses = {use.entity_id: use for use in db.session.scalars(select(ApplicationUse))}
    own, other = uses[place.town.id], uses[place.pessac.id]
    end = {"version": "1", "exit": "retired", "reason": "Moved away"}
    assert manager.post(f"/applications/uses/{own.public_id}/end", data=end).status_code == 303
    assert manager.post(f"/applications/uses/{other.public_id}/end", data=end).status_code == 404


def test_a_technician_says_what_it_runs_on_and_edits_nothing_else(place, sedit, technician):
    address = f"/applications/{sedit.public_id}/equipment"
    data = {"asset": place.server.public_id, "role": "web", "label": "intranet"}
    assert technician.post(address, data=data).status_code == 303
    answer = technician.post(address, data=data)
    assert (answer.status_code, 'id="asset-error"' in text_of(answer)) == (422, True)
    foreign = factories.create_asset(place.pessac)
    assert technician.post(address, data=data | {"asset": foreign.public_id}).status_code == 422
    row = db.session.scalar(select(ApplicationComponent).where(ApplicationComponent.label == "intranet"))
    assert technician.post(f"/applications/equipment/{row.public_id}/remove").status_code == 303
    assert technician.get(f"/applications/{sedit.public_id}/edit").status_code == 403


def test_the_pages_of_a_server_a_person_and_a_commune_show_their_applications(place, sedit, zimbra, manager):
    server = panel(text_of(manager.get(f"/assets/{place.server.public_id}")), "applications-here")
    assert "Sedit Finances" in server
    person = panel(text_of(manager.get(f"/people/{place.marie.public_id}")), "applications-owned")
    assert ("Sedit Finances" in person, "Business owner" in person) == (True, True)
    commune = panel(text_of(manager.get("/entities/LBX")), "applications")
    assert ("2 applications in service" in commune, "1 critical application" in commune) == (True, True)


def test_a_server_says_nothing_of_applications_that_the_user_does_not_see(place, manager):
    made = making.create_application(place.pessac, name="Pessac only")
    making.attach(made, place.server)
    assert "Pessac only" not in text_of(manager.get(f"/assets/{place.server.public_id}"))
    assert db.session.scalar(select(Asset.id).where(Asset.id == place.server.id))


def test_an_annex_is_shown_frozen_and_shown_as_it_was(place, sedit, manager, reader):
    page = text_of(manager.get("/applications/annexes/LBX?year=2025"))
    assert "1 application, none came and none left." in page
    assert "its annex is not frozen" in page
    assert 'data-dialog="freeze"' not in text_of(reader.get("/applications/annexes/LBX?year=2025"))
    answer = manager.post("/applications/annexes/LBX/freeze", data={"year": "2025", "note": "Comité"})
    assert answer.status_code == 303
    with transaction():
        services.retire(sedit, Leaving(Exit.RETIRED, "Paper again", date(2026, 2, 1)), actor=BRUNO)
    frozen = text_of(manager.get(answer.location))
    assert ("Sedit Finances" in panel(frozen, "lines"), "Comité" in frozen) == (True, True)
    since = text_of(manager.get("/applications/annexes/LBX"))
    assert "0 applications: 1 withdrawn." in since
    assert "Paper again" in panel(since, "changes")


def test_an_annex_that_is_frozen_already_says_so_on_its_own_page_and_by_whom(place, sedit, manager):
    row = making.freeze(place.town, 2025)
    answer = manager.post("/applications/annexes/LBX/freeze", data={"year": "2025"})
    page = text_of(answer)
    assert (answer.status_code, len(annexes.frozen(place.town))) == (409, 1)
    assert f"It is frozen already, by {row.frozen_by} on " in page
    assert f'href="/applications/annexes/frozen/{row.public_id}"' in page.split('id="changes"')[0]
    again = text_of(manager.get("/applications/annexes/LBX?year=2025"))
    assert ("Nothing has changed since." in again, 'data-dialog="freeze"' in again) == (True, False)


@pytest.mark.parametrize("year", ["2026", "2031", "nonsense", ""])
def test_a_year_that_runs_is_not_frozen_whatever_is_asked(place, sedit, manager, year):
    answer = manager.post("/applications/annexes/LBX/freeze", data={"year": year})
    assert (answer.status_code, "is not over" in text_of(answer)) == (409, True)


def test_a_reader_freezes_nothing_and_a_neighbours_annex_is_not_there(place, sedit, reader):
    assert reader.post("/applications/annexes/LBX/freeze", data={"year": "2025"}).status_code == 403
    assert reader.get("/applications/annexes/PES").status_code == 404
    foreign = making.create_application(place.pessac)
    assert foreign
    row = making.freeze(place.pessac, 2025)
    for address in (row.public_id, f"{row.public_id}.xlsx"):
        assert reader.get(f"/applications/annexes/frozen/{address}").status_code == 404


def test_the_workbook_has_a_sheet_of_lines_and_one_of_changes_that_run_nothing(place, sedit, manager):
    gone = making.create_application(place.town, name="=1+1")
    with transaction():
        services.retire(gone, Leaving(Exit.RETIRED, "=cmd()", date(2025, 5, 1)), actor=BRUNO)
    row = making.freeze(place.town, 2025)
    for address in ("LBX.xlsx?year=2025", f"frozen/{row.public_id}.xlsx"):
        answer = manager.get(f"/applications/annexes/{address}")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            sheets = [book.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2)]
            words = book.read("xl/sharedStrings.xml").decode()
        assert [sheet.count(b"<row ") for sheet in sheets] == [2, 2]
        assert not any(b"<f>" in sheet for sheet in sheets)
        assert ("Marie Durand" in words, "'=cmd()" in words) == (True, True)


def test_every_commune_says_which_annex_is_missing(place, sedit, sign_in):
    making.freeze(place.town, 2024)
    page = text_of(sign_in(place.cast.diane).get("/applications/annexes/?entity=all"))
    assert "2024; 2025 is missing" in page
    assert "never" in page
