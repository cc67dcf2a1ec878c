"""The rack of a switch on what hangs on it, and the equipment list and the search by switch and port."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets.models import Asset, LastSeen
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.database import db, transaction
from inventory.organization.models import LocationKind
from inventory.topology.ports import spellings
from scanners.observation import Observation
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import night
from tests.topology.networks import PRINTER, network, seen
from tests.topology.test_views import address_of, public_id, text_of

SignIn = Callable[[User], FlaskClient]


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.LAPTOP, Kind.ACCESS_POINT, Kind.ROUTER, Kind.OTHER):
        factories.create_category(kind)


def asset(name: str) -> Asset:
    return db.session.scalars(select(Asset).where(Asset.name == name)).one()


def with_alias(observation: Observation, port: int, words: str) -> Observation:
    """The switch with a description on one of its ports, as its administrator writes it."""
    ports = [replace(one, description=words) if one.index == port else one for one in observation.interfaces]
    return replace(observation, interfaces=tuple(ports))


def put(name: str, *places: tuple[LocationKind, str]) -> None:
    """Stand an asset at the last of these places, each inside the one before."""
    row = asset(name)
    inside = None
    with transaction():
        for kind, called in places:
            inside = factories.create_location(row.entity, inside, name=called, kind=kind)
        row.location = inside


def listed(browser: FlaskClient, **asked: str) -> list[dict[str, str]]:
    """The rows of the equipment list's file."""
    answer = browser.get(
        "/assets/", query_string={"format": "csv", **asked}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def test_an_asset_says_the_rack_of_its_switch_the_port_with_its_description_and_since_when(
    cast: Cast, sign_in: SignIn
) -> None:
    core, edge, *others = network()
    night(cast.le_bouscat, [core, with_alias(edge, 5, "Prise B12"), *others])
    put("sw-ecole", (LocationKind.ROOM, "Local technique"), (LocationKind.RACK, "A2"))
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"))
    assert (
        "Where it is connected Rack A2 switch sw-ecole port Gi1/0/5 “Prise B12” VLAN 10 Local technique"
        in text
    )
    assert "first seen there" in text.split("Where it is connected")[1]
    french = text_of(sign_in(cast.chloe), address_of("imp-accueil"), language="fr")
    assert "Baie A2 commutateur sw-ecole port Gi1/0/5 « Prise B12 » VLAN 10" in french.replace("\xa0", " ")


def test_without_a_rack_the_room_of_the_switch_is_said(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    put("sw-ecole", (LocationKind.BUILDING, "École"), (LocationKind.ROOM, "Local technique"))
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"))
    assert "Where it is connected switch sw-ecole port Gi1/0/5 VLAN 10 Local technique" in text


def test_a_long_name_that_the_agent_gives_as_a_description_is_not_repeated(
    cast: Cast, sign_in: SignIn
) -> None:
    core, edge, *others = network()
    night(cast.le_bouscat, [core, with_alias(edge, 5, "GigabitEthernet1/0/5"), *others])
    assert "port Gi1/0/5 VLAN 10" in text_of(sign_in(cast.chloe), address_of("imp-accueil"))


def test_what_else_hangs_on_the_port_is_named(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network(printer=7))
    text = text_of(sign_in(cast.chloe), address_of("imp-accueil"))
    assert "Also on this port: pc-compta" in text


def test_another_entity_s_equipment_on_the_port_is_counted_without_its_name(
    cast: Cast, sign_in: SignIn
) -> None:
    night(cast.pessac, [seen(PRINTER, "printer", "imp-accueil")])
    night(cast.le_bouscat, network(printer=7), number=2)
    text = text_of(sign_in(cast.chloe), address_of("pc-compta")).split("Where it is connected")[1]
    assert "Also on this port: equipment of another entity" in text
    assert "imp-accueil" not in text


def test_the_list_shows_switch_and_port_and_writes_them_to_its_file(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    rows = listed(sign_in(cast.chloe), cols="tag,switch,port,name")
    hung = {row["Name"]: (row["Switch"], row["Port"]) for row in rows}
    assert hung["imp-accueil"] == ("sw-ecole", "Gi1/0/5")
    assert hung["sw-mairie"] == ("", "")


def test_the_list_is_narrowed_by_switch_and_by_port_in_either_spelling(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    browser, edge = sign_in(cast.chloe), public_id("sw-ecole")

    def names(**asked: str) -> set[str]:
        return {row["Name"] for row in listed(browser, cols="name", **asked)}

    assert names(switch=edge) == {"imp-accueil", "pc-compta"}
    assert names(switch=edge, port="gi1/0/7") == {"pc-compta"}
    assert names(switch=public_id("sw-mairie")) == set()
    assert names(switch="none") == {"sw-ecole", "sw-mairie"}
    assert "“nothing-like-it” is not on the list." in text_of(browser, "/assets/?switch=nothing-like-it")
    assert "sw-ecole" in text_of(browser, f"/assets/?switch={edge}")


def test_on_a_past_day_the_list_says_where_it_hung_then(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    night(cast.le_bouscat, network(laptop=(1, 3)), number=2)
    browser = sign_in(cast.chloe)
    assert {row["Port"] for row in listed(browser, q="pc-compta", cols="port")} == {"Gi1/0/3"}
    moved_on = db.session.scalars(
        select(LastSeen.last_seen_at).join(Asset).where(Asset.name == "pc-compta")
    ).one()
    assert moved_on is not None
    before = moved_on.date().isoformat()
    edge = public_id("sw-ecole")
    assert listed(browser, switch=edge, port="Gi1/0/7", as_of=before) == []


def test_typing_a_switch_and_a_port_leads_to_what_hangs_there(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    browser = sign_in(cast.chloe)
    for words in ("sw-ecole Gi1/0/7", "SW-ECOLE gigabitethernet1/0/7"):
        answer = browser.get("/search", query_string={"q": words}, follow_redirects=True)
        assert answer.status_code == 200
        assert "pc-compta" in answer.get_data(as_text=True)
    assert [row["Name"] for row in listed(browser, q="sw-ecole Gi1/0/7", cols="name")] == ["pc-compta"]


def test_a_port_of_another_entity_s_equipment_leads_nowhere(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    answer = sign_in(cast.oscar).get("/search", query_string={"q": "sw-ecole Gi1/0/7"}, follow_redirects=True)
    assert "pc-compta" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Gi1/0/3", "gigabitethernet1/0/3"),
        ("GigabitEthernet1/0/3", "gi1/0/3"),
        ("Te1/1/1", "tengigabitethernet1/1/1"),
        ("7", "7"),
    ],
)
def test_a_port_is_known_by_its_short_and_its_long_name(typed: str, stored: str) -> None:
    assert stored in spellings(typed)
    assert "" not in spellings("  ")


def test_the_picker_of_the_filter_by_switch_offers_network_gear_alone(cast: Cast, sign_in: SignIn) -> None:
    night(cast.le_bouscat, network())
    offered = sign_in(cast.alice).get("/discovery/topology/switches?q=").json["items"]
    assert [one["text"] for one in offered] == ["sw-mairie", "sw-ecole"]
    assert offered[0]["value"] == asset("sw-mairie").public_id
    found = sign_in(cast.alice).get("/discovery/topology/switches?q=ecole").json["items"]
    assert [one["text"] for one in found] == ["sw-ecole"]
    assert sign_in(cast.oscar).get("/discovery/topology/switches?q=sw").json["items"] == []
