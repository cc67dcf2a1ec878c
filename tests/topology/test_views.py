"""What pages show of where things hang: on an asset, on a switch, on an access point, of a site."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.database import db
from inventory.discovery.models import Sighting, Site
from scanners.observation import Neighbour, Observation, WirelessClient
from tests import factories
from tests.discovery.making import create_site
from tests.factories import Cast
from tests.reconciliation.nights import night
from tests.test_query_counts import statements
from tests.topology.networks import CORE, LAPTOP, PRINTER, mac, network, seen, switch

SignIn = Callable[[User], FlaskClient]
HTML = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.LAPTOP, Kind.ACCESS_POINT, Kind.ROUTER, Kind.OTHER):
        factories.create_category(kind)


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat, code="LBX", name="Mairie du Bouscat")


def text_of(client: FlaskClient, address: str, status: int = 200, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == status
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def page_of(client: FlaskClient, address: str) -> str:
    return client.get(address, headers=HTML).get_data(as_text=True)


def address_of(name: str) -> str:
    return f"/assets/{public_id(name)}"


def public_id(name: str) -> str:
    return db.session.scalars(select(Asset.public_id).where(Asset.name == name)).one()


def test_an_asset_says_on_which_port_of_which_switch_it_hangs_and_why(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"))
    assert "Where it is connected switch sw-ecole port Gi1/0/5 VLAN 10" in text
    assert "Learnt on port Gi1/0/5 of sw-ecole, the only device there." in text
    assert address_of("sw-ecole") in page_of(sign_in(cast.chloe), address_of("imp-accueil"))


def test_it_says_so_in_french_too(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"), language="fr")
    assert "Où il est raccordé" in text
    assert "Appris sur le port Gi1/0/5 de sw-ecole, seul appareil à cet endroit." in text


def test_a_move_stands_in_the_history_and_where_it_hung_before_stays_readable(
    cast: Cast, sign_in: SignIn
) -> None:
    night(cast.le_bouscat, network())
    night(cast.le_bouscat, network(laptop=(CORE, 3)), number=2)
    text = text_of(sign_in(cast.chloe), address_of("pc-compta"))
    assert "Switch port sw-ecole Gi1/0/7" in text
    assert "Where it was connected before sw-ecole Gi1/0/7" in text


def test_a_switch_lists_its_ports_with_what_hangs_there(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    text = text_of(sign_in(cast.chloe), address_of("sw-ecole"))
    assert re.search(r"Gi1/0/1 link sw-mairie Gi1/0/24 up 1 Gbit/s 10 1", text)
    assert re.search(r"Gi1/0/7 pc-compta up 1 Gbit/s 10 1", text)
    assert "Gi1/0/9 nothing down – unknown 0" in text
    assert "Something is known on 3 ports." in text


def test_addresses_that_no_equipment_has_are_counted_on_their_port(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, [switch(CORE, "sw-mairie", {4: [200, 201]})])
    assert "2 addresses that no equipment is known by up 1 Gbit/s 10 2" in text_of(
        sign_in(cast.chloe), address_of("sw-mairie")
    )


def test_an_access_point_lists_its_clients(cast: Cast, sign_in: SignIn) -> None:
    clients = (WirelessClient(mac(LAPTOP), None, "agents"),)
    night(
        cast.le_bouscat,
        [seen(31, "access_point", "ap-1", clients=clients), seen(LAPTOP, "laptop", "pc-compta")],
    )
    text = text_of(sign_in(cast.chloe), address_of("ap-1"))
    assert re.search(r"Wireless clients 1 .*agents", text)
    assert "ap-1 lists it among its wireless clients." in text_of(
        sign_in(cast.chloe), address_of("pc-compta")
    )


def test_the_name_of_another_entity_s_switch_is_not_told(cast: Cast, sign_in: SignIn) -> None:
    night(cast.pessac, [one for one in network() if one.facts["kind"] == "switch"])
    night(cast.le_bouscat, [one for one in network() if one.facts["kind"] != "switch"], number=2)
    night(cast.pessac, [one for one in network() if one.facts["kind"] == "switch"], number=3)
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"))
    assert "switch equipment of another entity port Gi1/0/5" in text
    assert "sw-ecole" not in text.split("Where it is connected")[1].split("History")[0]


def test_a_site_is_drawn_with_its_message_and_the_table_beside(
    cast: Cast, site: Site, sign_in: SignIn
) -> None:
    heard = [Neighbour(20, "lldp", "00:11:22:33:44:55", "sw-gymnase", capabilities=("bridge",))]
    core = switch(CORE, "sw-mairie", {24: [2, PRINTER, LAPTOP]}, heard)
    night(cast.le_bouscat, [core, *network()[1:]])
    page = page_of(sign_in(cast.chloe), f"/discovery/topology/{site.public_id}")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert (
        "2 network devices. 2 others are connected to them. sw-mairie is the core, with 1 layer below it."
        in text
    )
    assert "1 neighbour is a switch that no scan reads." in text
    assert len(re.findall(r'class="node[ "]', page)) == 3
    assert "wire-stranger" in page
    assert re.search(r"sw-ecole sw-mairie Gi1/0/24 .*Gi1/0/1 2", text)
    assert address_of("sw-ecole") in page


def nameless(n: int, name: str) -> Observation:
    """A switch that says neither serial nor chassis, so that no equipment is made of it."""
    found = switch(n, name, {1: [PRINTER]})
    names = tuple(one for one in found.identifiers if one.kind == "name")
    facts = {key: value for key, value in found.facts.items() if key != "serial"}
    return replace(found, source_key=f"address:{found.target}", identifiers=names, facts=facts, interfaces=())


def test_a_switch_that_no_equipment_stands_for_is_listed_as_seen_and_leads_to_what_was_seen(
    cast: Cast, site: Site, sign_in: SignIn
) -> None:
    heard = [Neighbour(20, "lldp", "00:11:22:33:44:55", "sw-gymnase", capabilities=("bridge",))]
    core = switch(CORE, "sw-mairie", {24: [2, PRINTER, LAPTOP]}, heard)
    night(cast.le_bouscat, [core, *network()[1:], nameless(77, "sw-gymnase")])
    seen_at = db.session.scalars(select(Sighting.public_id).where(Sighting.target == "10.0.0.77")).one()
    address = f"/discovery/topology/{site.public_id}"
    page = page_of(sign_in(cast.chloe), address)
    drawn, listed = page.split("Seen here, not in the inventory", 1)
    assert f"/discovery/sightings/{seen_at}" in drawn, (
        "the neighbour that announces itself is the one that was seen"
    )
    assert f"/discovery/sightings/{seen_at}" in listed
    assert "10.0.0.77" in listed
    assert (
        'href="/reviews/'
        in page_of(sign_in(cast.chloe), f"/discovery/sightings/{seen_at}").split("Recognised as")[1]
    )


def test_what_another_entity_s_scan_saw_and_nobody_identified_is_not_told(
    cast: Cast, site: Site, sign_in: SignIn
) -> None:
    night(cast.le_bouscat, network())
    night(cast.pessac, [nameless(77, "sw-secret")], number=2)
    assert "sw-secret" not in page_of(sign_in(cast.chloe), f"/discovery/topology/{site.public_id}")


def test_the_devices_of_a_switch_open_and_close_by_a_link(cast: Cast, site: Site, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    browser, address = sign_in(cast.chloe), f"/discovery/topology/{site.public_id}"
    assert "pc-compta" not in page_of(browser, address)
    opened = f"{address}?open={public_id('sw-ecole')}"
    assert f"open={public_id('sw-ecole')}" in page_of(browser, address)
    page = page_of(browser, opened)
    assert page.count('class="leaf"') == 2
    assert 'aria-expanded="true"' in page


def test_words_find_a_device_by_name_or_address_and_mark_its_switch(
    cast: Cast, site: Site, sign_in: SignIn
) -> None:
    night(cast.le_bouscat, network())
    browser, address = sign_in(cast.chloe), f"/discovery/topology/{site.public_id}"
    for words in ("pc-compta", mac(LAPTOP), "SER00012"):
        page = page_of(browser, f"{address}?q={words}")
        assert page.count("node-found") == 1
        assert "Devices found" in page
    assert "No device that is connected here matches." in page_of(browser, f"{address}?q=%25_nothing")


def test_strange_words_in_the_address_are_harmless(cast: Cast, site: Site, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    browser, address = sign_in(cast.chloe), f"/discovery/topology/{site.public_id}"
    page = page_of(browser, f"{address}?q=<script>&open=nothing&open=" + "&open=".join(map(str, range(99))))
    assert "&lt;script&gt;" in page
    assert "<script>&" not in page


def test_a_site_without_switches_says_what_to_do(cast: Cast, site: Site, sign_in: SignIn) -> None:
    text = text_of(sign_in(cast.chloe), f"/discovery/topology/{site.public_id}")
    assert "No switch of this site has told anything yet. Scan the range that holds its switches" in text
    assert "no switch has told anything yet" in text_of(sign_in(cast.chloe), "/discovery/topology/")


def test_another_entity_s_site_is_not_there(cast: Cast, site: Site, sign_in: SignIn) -> None:
    browser = sign_in(cast.oscar)
    assert browser.get(f"/discovery/topology/{site.public_id}").status_code == 404
    assert site.name not in page_of(browser, "/discovery/topology/")


def test_the_pages_cost_the_same_with_many_devices_and_switches(
    cast: Cast, site: Site, sign_in: SignIn
) -> None:
    night(cast.le_bouscat, network())
    browser = sign_in(cast.chloe)
    paths = [
        address_of("sw-ecole"),
        f"/discovery/topology/{site.public_id}",
        f"/discovery/topology/{site.public_id}?open={public_id('sw-ecole')}",
        f"/discovery/topology/{site.public_id}?q=i",
    ]
    few = [_cost(browser, path) for path in paths]
    numbers = range(100, 140)
    more = [seen(n, "printer", f"imp-{n}") for n in numbers]
    edges = [switch(50 + n, f"sw-{n}", {1: [CORE], 2: [100 + n]}) for n in range(10)]
    learnt = {1: [CORE], 5: [PRINTER], 7: [LAPTOP], **{8 + n: [110 + n] for n in range(12)}}
    core = switch(CORE, "sw-mairie", {24: [2], **{10 + n: [50 + n] for n in range(10)}})
    night(cast.le_bouscat, [core, switch(2, "sw-ecole", learnt), *network()[2:], *more, *edges], number=2)
    assert [_cost(browser, path) for path in paths] == few


def _cost(browser: FlaskClient, path: str) -> int:
    db.session.remove()
    with statements() as sent:
        assert browser.get(path, headers=HTML).status_code == 200
    return len(sent)
