"""The pages of what is seen and not identified: the list, one presence, and what people decide about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.assets.states import SourceKind
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.discovery import addresses, settling
from inventory.discovery.models import AddressRange, Presence, Run, Site
from inventory.jobs.models import Job
from scanners.observation import Identifier
from tests.discovery.making import AT, create_credential, create_range, create_site
from tests.factories import Cast, create_asset, create_category, create_user, number

pytestmark = [pytest.mark.any_store, pytest.mark.usefixtures("database")]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat, name="Hôtel de ville")


@pytest.fixture
def range_(site: Site) -> AddressRange:
    return create_range(site, name="Bureaux", credential_ids=[create_credential(site.entity).id])


def create_presence(range_: AddressRange, **values: Any) -> Presence:
    n = number()
    mac = f"00:1b:a9:01:{n // 256 % 256:02x}:{n % 256:02x}"
    given = {
        "site_id": range_.site_id, "range_id": range_.id, "entity_id": range_.entity_id, "key": f"mac:{mac}", "mac": mac,
        "maker": "Brother", "address": f"10.1.0.{n % 250 + 1}", "addresses": [], "name": f"chose-{n}", "names": [], "hints": [],
        "means": ["icmp"], "first_seen_at": AT, "last_seen_at": clock.now(), **values,
    }  # fmt: skip
    with transaction():
        row = Presence(**given)
        db.session.add(row)
    return row


def names_in(page: str) -> set[str]:
    return set(re.findall(r"chose-\d+", page))


def test_the_list_shows_what_is_open_and_nothing_else(
    cast: Cast, range_: AddressRange, sign_in: SignIn
) -> None:
    shown, hidden, known = (create_presence(range_) for _ in range(3))
    asset = create_asset(cast.le_bouscat, create_category())
    with transaction():
        settling.hide([hidden], "Essai", actor=SYSTEM)
        known.asset_id = asset.id
    browser = sign_in(cast.chloe)
    assert names_in(browser.get("/discovery/presences/").text) == {shown.name}
    assert names_in(browser.get("/discovery/presences/?standing=hidden").text) == {hidden.name}
    assert names_in(browser.get("/discovery/presences/?standing=known,hidden").text) == {
        known.name,
        hidden.name,
    }


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ("maker=Synology", {"maker": "Synology"}),
        ("guess=windows", {"guess": "windows"}),
        ("port=9100", {"hints": [{"code": "port", "text": "9100"}]}),
        ("unseen=10", {"last_seen_at": clock.now() - timedelta(days=11)}),
        ("standing=old", {"last_seen_at": clock.now() - timedelta(days=20)}),
        ("q=10.1.0.251", {"address": "10.1.0.251"}),
        ("q=00:80:f4", {"mac": "00:80:f4:00:00:01"}),
        ("q=80f400", {"mac": "00:80:f4:00:00:01"}),
    ],
)
def test_the_list_is_narrowed(
    cast: Cast, range_: AddressRange, sign_in: SignIn, asked: str, values: dict[str, Any]
) -> None:
    create_presence(range_, hints=[{"code": "port", "text": "91"}])
    meant = create_presence(range_, **values)
    assert names_in(sign_in(cast.chloe).get(f"/discovery/presences/?{asked}").text) == {meant.name}


def test_the_list_is_narrowed_by_site_and_range(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    other = create_range(create_site(cast.le_bouscat))
    create_presence(other)
    meant = create_presence(range_)
    browser = sign_in(cast.chloe)
    for asked in (f"site={range_.site.public_id}", f"range={range_.public_id}"):
        assert names_in(browser.get(f"/discovery/presences/?{asked}").text) == {meant.name}


@pytest.mark.parametrize(
    "asked", ["standing=nonsense", "port=%25", "unseen=x", "site=x", "range=x", "unseen=99999999"]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(
    cast: Cast, range_: AddressRange, sign_in: SignIn, asked: str
) -> None:
    assert sign_in(cast.chloe).get(f"/discovery/presences/?{asked}").status_code == 200


def test_all_rows_go_into_a_file_and_no_cell_is_a_formula(
    cast: Cast, range_: AddressRange, sign_in: SignIn
) -> None:
    create_presence(range_, name="=HYPERLINK(1)")
    found = sign_in(cast.chloe).get("/discovery/presences/?format=csv").text
    assert "'=HYPERLINK(1)" in found
    assert ";=HYP" not in found


def test_an_empty_list_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(create_user(Role.READER, cast.le_bouscat, language="en")).get("/discovery/presences/").text
    assert "nothing was scanned yet" in page
    assert "/discovery/runs/" in page


def test_what_has_no_name_shows_its_address_once(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    create_presence(range_, name="", address="10.1.0.77")
    page = sign_in(create_user(Role.READER, cast.le_bouscat, language="en")).get("/discovery/presences/").text
    assert ">Without a name</a>" in page
    assert page.count(">10.1.0.77<") == 1


def test_who_may_decide_nothing_is_offered_nothing(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    row = create_presence(range_)
    browser = sign_in(create_user(Role.READER, cast.le_bouscat, language="en"))
    assert 'class="td-select"' not in browser.get("/discovery/presences/").text
    assert "/discovery/presences/hide" not in browser.get(f"/discovery/presences/{row.public_id}").text
    assert 'class="td-select"' in sign_in(cast.alice).get("/discovery/presences/").text


def test_one_presence_shows_every_sign_it_gave(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    row = create_presence(
        range_, means=["icmp", "neighbour_table"], told_by="sw-coeur", guess="raw_printing",
        names=[{"value": "imp-1", "source": "mdns"}], hints=[{"code": "port", "text": "9100"}, {"code": "new", "text": "<b>"}],
    )  # fmt: skip
    page = (
        sign_in(create_user(Role.READER, cast.le_bouscat, language="en"))
        .get(f"/discovery/presences/{row.public_id}")
        .text
    )
    for said in (
        "neighbour table of sw-coeur",
        "Name (mDNS)",
        "imp-1",
        "Open TCP port",
        "port 9100 is open",
        "&lt;b&gt;",
    ):
        assert said in page


def test_hiding_asks_why_and_then_hides(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    rows = [create_presence(range_) for _ in range(2)]
    browser, ids = sign_in(cast.alice), [row.public_id for row in rows]
    assert "reason" in browser.post("/discovery/presences/hide", data={"id": ids}).text
    assert browser.post("/discovery/presences/hide", data={"id": ids, "reason": " "}).status_code == 422
    done = browser.post("/discovery/presences/hide", data={"id": ids, "reason": "Téléviseur"})
    assert done.status_code == 303
    assert {row.hidden_reason for row in rows} == {"Téléviseur"}


def test_all_that_match_can_be_hidden_at_once(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    meant, other = create_presence(range_, maker="Onkyo"), create_presence(range_)
    sign_in(cast.alice).post(
        "/discovery/presences/hide?maker=Onkyo", data={"all": "1", "reason": "Téléviseur"}
    )
    db.session.expire_all()
    assert (meant.hidden_reason, other.hidden_reason) == ("Téléviseur", "")


def test_what_was_hidden_is_shown_again(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    row = create_presence(range_)
    with transaction():
        settling.hide([row], "Essai", actor=SYSTEM)
    sign_in(cast.alice).post(f"/discovery/presences/{row.public_id}/show")
    db.session.refresh(row)
    assert row.hidden_at is None


@pytest.mark.parametrize("act", ["hide", "scan", "equipment"])
def test_nobody_decides_about_what_belongs_to_others(
    cast: Cast, range_: AddressRange, sign_in: SignIn, act: str
) -> None:
    row = create_presence(range_)
    data = {
        "id": row.public_id,
        "reason": "Essai",
        "step": "apply",
        f"category_{row.public_id}": create_category().public_id,
    }
    assert sign_in(cast.oscar).post(f"/discovery/presences/{act}", data=data).status_code == 303
    db.session.refresh(row)
    assert (row.hidden_at, row.asset_id) == (None, None)
    assert db.session.scalar(select(Job.id)) is None


def test_equipment_is_made_of_what_is_completed_and_can_be_undone(
    cast: Cast, range_: AddressRange, sign_in: SignIn
) -> None:
    category = create_category(Kind.PRINTER)
    row = create_presence(range_, guess="prints_by_ipp", guessed_kind="printer")
    browser, data = sign_in(cast.alice), {"id": row.public_id}
    form = browser.post("/discovery/presences/equipment", data=data).text
    assert f'value="{row.name}"' in form
    assert re.search(rf'<option selected value="{category.public_id}"', form)
    assert (
        browser.post(
            "/discovery/presences/equipment", data={**data, "step": "apply", f"category_{row.public_id}": ""}
        ).status_code
        == 422
    )
    given = {
        **data,
        "step": "apply",
        f"name_{row.public_id}": "imp-accueil",
        f"category_{row.public_id}": category.public_id,
        f"serial_{row.public_id}": "U64001",
    }
    assert browser.post("/discovery/presences/equipment", data=given).status_code == 303
    asset = db.session.scalars(select(Asset)).one()
    assert (asset.name, asset.serial, asset.category_id) == ("imp-accueil", "U64001", category.id)
    db.session.refresh(row)
    assert row.asset_id == asset.id
    undo = re.search(r'action="([^"]*/changes/own/[^"]+)"', browser.get("/discovery/presences/").text)
    assert undo
    browser.post(undo.group(1))
    db.session.expire_all()
    assert (db.session.scalar(select(Asset.id)), row.asset_id) == (None, None)


def test_what_was_typed_stays_with_its_presence_when_another_is_identified_meanwhile(
    cast: Cast, range_: AddressRange, sign_in: SignIn
) -> None:
    category, rows = create_category(), [create_presence(range_) for _ in range(2)]
    known = create_asset(cast.le_bouscat, category)
    with transaction():
        db.session.get_one(Presence, rows[0].id).asset_id = known.id
    given: dict[str, Any] = {"id": [row.public_id for row in rows], "step": "apply"}
    for row in rows:
        given |= {
            f"name_{row.public_id}": f"pc-{row.public_id}",
            f"category_{row.public_id}": category.public_id,
        }
    assert sign_in(cast.alice).post("/discovery/presences/equipment", data=given).status_code == 303
    (made,) = db.session.scalars(select(Asset).where(Asset.id != known.id))
    assert made.name == f"pc-{rows[1].public_id}"


def test_a_known_serial_is_refused_with_all_that_was_typed(
    cast: Cast, range_: AddressRange, sign_in: SignIn
) -> None:
    category = create_category()
    create_asset(cast.le_bouscat, category, tag="LBX-1")
    row = create_presence(range_)
    given = {
        "id": row.public_id,
        "step": "apply",
        f"name_{row.public_id}": "imp",
        f"category_{row.public_id}": category.public_id,
        f"tag_{row.public_id}": "LBX-1",
    }
    answer = sign_in(cast.alice).post("/discovery/presences/equipment", data=given)
    assert answer.status_code == 422
    assert 'value="imp"' in answer.text
    db.session.refresh(row)
    assert row.asset_id is None


def test_scanning_again_leads_to_the_run(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    rows = [create_presence(range_) for _ in range(3)]
    answer = sign_in(cast.alice).post(
        "/discovery/presences/scan", data={"id": [row.public_id for row in rows]}
    )
    run = db.session.scalars(select(Run)).one()
    assert answer.location.endswith(f"/discovery/runs/{run.public_id}")
    asked = addresses.parse(run.scope)
    assert all(addresses.contains(asked, row.address) for row in rows)


def test_equipment_shows_where_it_was_noticed(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    asset = create_asset(cast.le_bouscat, create_category())
    with transaction():
        assets.record_identifiers(
            asset, [Identifier("mac", "00:1b:a9:00:00:01")], source=SourceKind.SNMP, at=AT
        )
    create_presence(
        range_, asset_id=asset.id, matched_by="ip", addresses=["10.1.0.9", "2001:db8::9"], address="10.1.0.9"
    )
    page = (
        sign_in(create_user(Role.READER, cast.le_bouscat, language="en"))
        .get(f"/assets/{asset.public_id}")
        .text
    )
    for said in ("Seen on the network", "10.1.0.9", "2001:db8::9", "same address only"):
        assert said in page


def test_equipment_of_another_entity_is_not_named(cast: Cast, range_: AddressRange, sign_in: SignIn) -> None:
    asset = create_asset(cast.pessac, create_category(), tag="PES-000009")
    row = create_presence(range_, asset_id=asset.id, matched_by="mac")
    assert "PES-000009" not in sign_in(cast.chloe).get(f"/discovery/presences/{row.public_id}").text


def test_a_site_says_what_may_be_sent_to_it(cast: Cast, site: Site, sign_in: SignIn) -> None:
    administrator = sign_in(create_user(Role.ADMINISTRATOR, cast.le_bouscat))
    form = {
        "name": site.name, "code": site.code, "entity": site.entity.public_id, "time_zone": "Europe/Paris", "multicast": "y",
        "dns_server": "ns1.mairie.example",
    }  # fmt: skip
    assert administrator.post(f"/discovery/sites/{site.public_id}", data=form).status_code == 422
    assert (
        administrator.post(
            f"/discovery/sites/{site.public_id}", data={**form, "dns_server": "10.1.0.53"}
        ).status_code
        == 303
    )
    db.session.refresh(site)
    assert (site.multicast, site.reverse_dns, site.dns_server) == (True, False, "10.1.0.53")
