"""The pages of discovery: who sees and does what, and what their forms refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from inventory.auth.models import User
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.discovery import launching, runs
from inventory.discovery.models import (
    AddressRange,
    Credential,
    CredentialKind,
    Directory,
    OrganizationalUnit,
    Run,
    RunKind,
    Sighting,
    Site,
)
from inventory.discovery.sightings import Origin, Placement
from inventory.jobs.models import Job, JobState
from scanners.observation import Component, Identifier, Interface, Observation, Supply
from tests.discovery.making import (
    COMMUNITY,
    create_credential,
    create_directory,
    create_range,
    create_site,
    observe,
)
from tests.factories import Cast, create_user

pytestmark = [pytest.mark.any_store, pytest.mark.usefixtures("database")]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat, name="Hôtel de ville", code="LBX-HDV")


@pytest.fixture
def range_(site: Site) -> AddressRange:
    credential = create_credential(site.entity, name="public")
    return create_range(site, name="Bureaux", credential_ids=[credential.id])


def see(site: Site, *observations: Observation) -> Run:
    with transaction():
        run = runs.open_run(
            runs.Subject(RunKind.SNMP, "Bureaux", "10.1.0.0/24", site.entity_id, site_id=site.id)
        )
        origin = Origin(
            run_id=run.id, site_code=site.code, at=clock.now(), place=lambda _one: Placement(site.entity_id)
        )
        runs.take_in(run, list(observations), origin)
        runs.close(run, complete=True)
    return run


def range_form(of: Site, **values: Any) -> dict[str, Any]:
    return {
        "name": "Bureaux", "site": of.public_id, "addresses": "10.1.0.0/24", "entity": of.entity.public_id,
        "frequency": "daily", "at": "03:00", "port": "161", "rate": "1000", "timeout_ms": "1000", "retries": "2",
        "enabled": "y", **values,
    }  # fmt: skip


PLACES = ("/discovery/", "/discovery/runs/", "/discovery/sightings/")


@pytest.mark.parametrize("path", PLACES)
def test_everybody_of_an_entity_sees_its_discovery(
    cast: Cast, sign_in: SignIn, range_: AddressRange, path: str
) -> None:
    see(range_.site, observe(1))
    for user in (cast.alice, cast.bruno, cast.chloe, cast.diane):
        answer = sign_in(user).get(path)
        assert answer.status_code == 200
        assert "Bureaux" in answer.text or "imp-1" in answer.text


@pytest.mark.parametrize("path", PLACES)
def test_another_commune_sees_nothing_of_it(
    cast: Cast, sign_in: SignIn, range_: AddressRange, path: str
) -> None:
    see(range_.site, observe(1))
    answer = sign_in(cast.oscar).get(path)
    assert answer.status_code == 200
    assert "Bureaux" not in answer.text
    assert "imp-1" not in answer.text


def test_what_belongs_to_another_commune_is_not_found(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = see(range_.site, observe(1))
    sighting = db.session.scalars(select(Sighting)).one()
    oscar = sign_in(cast.oscar)
    assert oscar.get(f"/discovery/runs/{run.public_id}").status_code == 404
    assert oscar.get(f"/discovery/sightings/{sighting.public_id}").status_code == 404
    assert oscar.post(f"/discovery/ranges/{range_.public_id}/scan").status_code == 404
    assert oscar.post(f"/discovery/runs/{run.public_id}/cancel").status_code == 404


@pytest.mark.parametrize(
    "path", ["sites/new", "ranges/new", "directories/new", "credentials/", "credentials/new/snmp_user"]
)
def test_only_administrators_change_what_is_read(cast: Cast, sign_in: SignIn, path: str) -> None:
    for user in (cast.alice, cast.bruno, cast.chloe):
        assert sign_in(user).get(f"/discovery/{path}").status_code == 403
    assert sign_in(cast.diane).get(f"/discovery/{path}").status_code == 200


def test_a_commune_s_administrator_does_not_touch_another_s(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    stranger = sign_in(create_user(Role.ADMINISTRATOR, cast.pessac))
    assert stranger.get(f"/discovery/ranges/{range_.public_id}").status_code == 404
    credential = db.session.scalars(select(Credential)).one()
    assert stranger.get(f"/discovery/credentials/{credential.public_id}").status_code == 404
    assert stranger.post("/discovery/ranges/new", data=range_form(range_.site)).status_code == 422


def test_a_technician_scans_and_a_reader_does_not(cast: Cast, sign_in: SignIn, range_: AddressRange) -> None:
    url = f"/discovery/ranges/{range_.public_id}/scan"
    assert sign_in(cast.chloe).post(url).status_code == 403
    answer = sign_in(cast.alice).post(url)
    assert answer.status_code == 303
    run = db.session.scalars(select(Run)).one()
    assert run.public_id in answer.location
    assert (run.requested_by, run.job and run.job.queue) == ("Alice Martin", "site.LBX-HDV")


def test_a_range_without_a_credential_says_so_instead_of_running(
    cast: Cast, sign_in: SignIn, site: Site
) -> None:
    range_ = create_range(site, name="Sans clé")
    answer = sign_in(cast.alice).post(
        f"/discovery/ranges/{range_.public_id}/scan", headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 409
    assert "no credential" in answer.text


def test_a_range_is_added_from_its_form(cast: Cast, sign_in: SignIn, site: Site) -> None:
    credential = create_credential(cast.le_bouscat, name="public")
    diane = sign_in(cast.diane)
    answer = diane.post("/discovery/ranges/new", data=range_form(site, credential_1=credential.public_id))
    assert answer.status_code == 303
    range_ = db.session.scalars(select(AddressRange)).one()
    assert (range_.name, range_.credential_ids, range_.entity_id) == (
        "Bureaux",
        [credential.id],
        cast.le_bouscat.id,
    )
    assert range_.schedule_id is not None
    page = diane.get(f"/discovery/ranges/{range_.public_id}").text
    assert 'value="10.1.0.0/24"' in page
    assert f'<option selected value="{credential.public_id}">' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("addresses", "salle <b>3</b>"),
        ("addresses", ""),
        ("rate", "beaucoup"),
        ("at", "25h"),
        ("site", "nowhere"),
        ("port", "70000"),
    ],
)
def test_a_wrong_range_is_refused_beside_its_field_and_keeps_what_was_typed(
    *, cast: Cast, sign_in: SignIn, site: Site, field: str, value: str
) -> None:
    answer = sign_in(cast.diane).post("/discovery/ranges/new", data=range_form(site, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Bureaux" in answer.text
    assert "<b>3</b>" not in answer.text
    assert db.session.query(AddressRange).count() == 0


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (
            "/discovery/ranges/new",
            {
                "addresses": "10.1.0.9-10.1.0.5",
                "exclude": "nowhere",
                "blackout": "all day",
                "at": "25h",
                "port": "0",
            },
        ),
        ("/discovery/directories/new", {"url": "dc1", "base": "nonsense", "at": "25h"}),
    ],
)
def test_all_that_is_wrong_with_a_source_is_said_at_once(
    *, cast: Cast, sign_in: SignIn, site: Site, path: str, wrong: dict[str, str]
) -> None:
    given = {"tls": "ldaps", "read_people": "y", "credential": "", **range_form(site, **wrong)}
    answer = sign_in(cast.diane).post(path, data=given)
    assert [field for field in wrong if f'id="{field}-error"' not in answer.text] == []


def test_saving_a_range_that_shares_addresses_says_with_which(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    diane = sign_in(cast.diane)
    diane.post(
        "/discovery/ranges/new", data=range_form(range_.site, name="Annexe", addresses="10.1.0.200-10.1.1.9")
    )
    assert "Bureaux (55" in diane.get("/discovery/").text
    assert "55" in diane.get(f"/discovery/ranges/{range_.public_id}").text


def test_a_stale_save_answers_with_a_conflict(cast: Cast, sign_in: SignIn, range_: AddressRange) -> None:
    url = f"/discovery/ranges/{range_.public_id}"
    answer = sign_in(cast.diane).post(url, data=range_form(range_.site, version="99"))
    assert answer.status_code == 409


def test_sites_directories_and_their_branches_are_added_from_their_forms(cast: Cast, sign_in: SignIn) -> None:
    diane = sign_in(cast.diane)
    entity = cast.le_bouscat.public_id
    site = {"name": "Mairie", "code": "lbx", "entity": entity, "time_zone": "Europe/Paris"}
    assert diane.post("/discovery/sites/new", data=site).status_code == 303
    made = db.session.scalars(select(Site)).one()
    assert diane.get(f"/discovery/sites/{made.public_id}").status_code == 200
    directory = {
        "name": "AD", "site": made.public_id, "url": "ldaps://dc.example.org", "tls": "ldaps", "base": "dc=example",
        "entity": entity, "read_computers": "y", "frequency": "never", "enabled": "y",
    }  # fmt: skip
    assert diane.post("/discovery/directories/new", data=directory).status_code == 303
    row = db.session.scalars(select(Directory)).one()
    assert (row.read_computers, row.read_people, row.schedule_id) == (True, False, None)
    url = f"/discovery/directories/{row.public_id}/branches"
    lines = {"dn_0": "ou=CCAS,dc=example", "entity_0": cast.ccas.public_id}
    assert diane.post(url, data=lines).status_code == 303
    assert db.session.scalars(select(OrganizationalUnit)).one().entity_id == cast.ccas.id
    assert "ou=CCAS,dc=example" in diane.get(url).text
    assert diane.post(url, data={"dn_0": "CCAS", "entity_0": cast.ccas.public_id}).status_code == 422
    assert diane.post(url, data={"dn_0": "ou=x,dc=y", "entity_0": ""}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("snmp_community", {"version_of_snmp": "2c", "community": COMMUNITY}),
        (
            "snmp_user",
            {
                "user": "parc",
                "auth_protocol": "SHA-256",
                "auth_key": COMMUNITY,
                "priv_protocol": "AES",
                "priv_key": COMMUNITY,
            },
        ),
        ("ldap_bind", {"bind_dn": "cn=reader,dc=example", "password": COMMUNITY}),
    ],
)
def test_a_secret_goes_into_its_form_and_never_comes_out(
    cast: Cast, sign_in: SignIn, kind: str, values: dict[str, str]
) -> None:
    diane = sign_in(cast.diane)
    given = {"name": "nuit", "entity": cast.le_bouscat.public_id, **values}
    refused = diane.post(f"/discovery/credentials/new/{kind}", data={**given, "name": ""})
    assert refused.status_code == 422
    assert COMMUNITY not in refused.text
    assert diane.post(f"/discovery/credentials/new/{kind}", data=given).status_code == 303
    credential = db.session.scalars(select(Credential)).one()
    url = f"/discovery/credentials/{credential.public_id}"
    for path in ("/discovery/credentials/", url):
        assert COMMUNITY not in diane.get(path).text
    before = credential.secret
    kept = {
        **given,
        "name": "jour",
        **{name: "" for name in ("community", "auth_key", "priv_key", "password") if name in given},
    }
    assert diane.post(url, data={**kept, "version": credential.version}).status_code == 303
    assert (credential.name, credential.secret) == ("jour", before)
    assert diane.post(f"{url}/delete").status_code == 303
    assert db.session.query(Credential).count() == 0


def test_a_credential_of_an_unknown_kind_is_not_found(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.diane).get("/discovery/credentials/new/telnet").status_code == 404


def test_a_run_under_way_is_polled_and_can_be_stopped_by_who_may_scan(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    with transaction():
        run = launching.scan_range(range_, actor=SYSTEM)
    url = f"/discovery/runs/{run.public_id}"
    with transaction():
        job = db.session.get_one(Job, run.job_id)
        job.state, job.progress = JobState.RUNNING, {"done": 100, "total": 254, "answered": 3, "left_s": 130}
    alice = sign_in(cast.alice)
    shown = alice.get(url, headers={"Accept-Language": "en"}).text
    assert "100 of 254 addresses" in shown
    assert "about 2 minutes left" in shown
    assert f'hx-get="{url}"' in shown
    assert f"{url}/cancel" in shown
    assert f"{url}/cancel" not in sign_in(cast.chloe).get(url).text
    assert sign_in(cast.chloe).post(f"{url}/cancel").status_code == 403
    assert alice.post(f"{url}/pause").status_code == 303
    assert alice.post(f"{url}/resume").status_code == 303
    assert alice.post(f"{url}/cancel").status_code == 303
    assert db.session.get_one(Job, run.job_id).wish == "cancel"


def test_a_run_stays_readable_with_its_failures_in_sentences(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = see(range_.site, observe(1))
    with transaction():
        run = db.session.get_one(Run, run.id)
        runs.add_failures(
            run,
            [
                ("10.1.0.9", "wrong_digest", ""),
                ("10.1.0.10", "wrong_digest", "user parc"),
                ("x", "of_the_future", ""),
                (run.scope, "emptied", "8"),
            ],
        )
        run.complete = False
    shown = (
        sign_in(cast.chloe).get(f"/discovery/runs/{run.public_id}", headers={"Accept-Language": "en"}).text
    )
    assert "wrong digest" in shown
    assert "10.1.0.10" in shown
    assert "this version does not know" in shown
    assert "8 were known" in shown
    assert "nothing is concluded" in shown
    assert "every 1500ms" not in shown


def test_a_scan_that_no_device_answered_says_what_to_check(cast: Cast, sign_in: SignIn, site: Site) -> None:
    silent, heard = see(site), see(site, observe(1))
    silent.asked = heard.asked = 31
    db.session.commit()
    diane = sign_in(cast.diane)
    pages = [
        diane.get(f"/discovery/runs/{run.public_id}", headers={"Accept-Language": "en"}).text
        for run in (silent, heard)
    ]
    assert ["No device answered by SNMP." in page for page in pages] == [True, False]


def test_undoing_a_run_asks_for_the_right_to_and_for_something_to_undo(
    cast: Cast, sign_in: SignIn, range_: AddressRange
) -> None:
    run = see(range_.site, observe(1))
    assert sign_in(cast.alice).post(f"/discovery/runs/{run.public_id}/undo").status_code == 403
    assert sign_in(cast.bruno).post(f"/discovery/runs/{run.public_id}/undo").status_code == 409


def everything() -> Observation:
    return observe(
        7,
        facts={
            "name": "<script>alert(1)</script>",
            "description": "=cmd|' /C calc'!A0",
            "memory_bytes": 8 * 1024**3,
        },
        interfaces=(
            Interface(
                index=1,
                name="eth0",
                mac="02:00:00:00:00:07",
                speed_bps=10**9,
                oper_up=True,
                addresses=("10.1.0.8",),
            ),
        ),
        supplies=(
            Supply(name="Toner noir", kind="toner", level=5, capacity=100),
            Supply(kind="waste_toner", state="some_left"),
        ),
        components=(Component("chassis", name="Chassis", serial="SN7"),),
        identifiers=(Identifier("serial", "SN7", "lexmark"), Identifier("ip", "10.1.0.8", "LBX-HDV")),
        evidence={"serial": "ENTITY-MIB chassis"},
    )


def test_a_thing_seen_shows_its_facts_where_they_were_read_and_what_changed(
    cast: Cast, sign_in: SignIn, site: Site
) -> None:
    see(site, everything())
    see(site, observe(7, facts={"name": "imp-accueil"}))
    sighting = db.session.scalars(select(Sighting)).one()
    shown = (
        sign_in(cast.chloe)
        .get(f"/discovery/sightings/{sighting.public_id}", headers={"Accept-Language": "en"})
        .text
    )
    assert "imp-accueil" in shown
    assert "<script>alert(1)</script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "Lexmark" in shown


def test_hostile_names_are_shown_as_text_and_are_harmless_in_exports(
    cast: Cast, sign_in: SignIn, site: Site
) -> None:
    see(site, everything(), observe(8, facts={"name": "=1+1"}))
    chloe = sign_in(cast.chloe)
    shown = chloe.get("/discovery/sightings/").text
    assert "<script>alert" not in shown
    exported = chloe.get("/discovery/sightings/?format=csv").text
    assert "=1+1" in exported
    assert not any(
        cell.startswith("=1+1") for line in exported.splitlines() for cell in line.replace('"', "").split(";")
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=printer", 2), ("kind=laptop", 0), ("subject=person", 0), ("absent=1", 0), ("absent=0", 2), ("q=imp-8", 1),
        ("q=SN000007", 1), ("q=100%25", 0), ("site=LBX-HDV", 2), ("source=ldap", 0), ("sort=target", 2), ("kind=<x>", 2),
    ],
)  # fmt: skip
def test_what_was_seen_is_filtered(
    *, cast: Cast, sign_in: SignIn, site: Site, query: str, found: int
) -> None:
    see(site, observe(7), observe(8))
    answer = sign_in(cast.chloe).get(f"/discovery/sightings/?{query}")
    assert answer.status_code == 200
    assert answer.text.count("data-row") == found


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PLACES)
def test_a_page_costs_the_same_number_of_queries_whatever_it_lists(
    cast: Cast, sign_in: SignIn, range_: AddressRange, path: str
) -> None:
    chloe = sign_in(cast.chloe)
    create_directory(range_.site)
    see(range_.site, observe(1))
    chloe.get(path)
    with counted_queries() as few:
        chloe.get(path)
    for n in range(2, 7):
        create_range(range_.site)
        create_directory(range_.site)
        see(range_.site, observe(n))
    with counted_queries() as many:
        chloe.get(path)
    assert 0 < len(many) <= len(few)


def chosen_in(browser: FlaskClient, address: str) -> dict[str, str]:
    """The choices that the form of a page shows, by field."""
    page = browser.get(address).get_data(as_text=True)
    lists = re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    return {
        name: found[1]
        for name, inside in lists
        if (found := re.search(r'<option selected value="([^"]*)"', inside))
    }


def test_forms_show_what_is_saved_so_that_a_second_save_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    create_site(cast.le_bouscat, name="Another site", code="LBX-A")
    site = create_site(cast.ccas, name="Social centre", code="LBX-Z")
    credential = create_credential(cast.le_bouscat, CredentialKind.LDAP_BIND)
    directory = create_directory(site, entity_id=cast.ccas.id, credential_id=credential.id)
    range_ = create_range(site, entity_id=cast.ccas.id)
    browser = sign_in(cast.diane)
    own = {"site": site.public_id, "entity": cast.ccas.public_id}
    shown = chosen_in(browser, f"/discovery/directories/{directory.public_id}")
    assert own | {"credential": credential.public_id} == {name: shown[name] for name in (*own, "credential")}
    shown = chosen_in(browser, f"/discovery/ranges/{range_.public_id}")
    assert own == {name: shown[name] for name in own}
    assert chosen_in(browser, f"/discovery/sites/{site.public_id}")["entity"] == cast.ccas.public_id
