"""A place that was moved goes back with all that stands in it, or it is said what stands in the way."""

from __future__ import annotations

import re
from typing import Any

import pytest

from inventory.audit import undo
from inventory.auth import services as auth
from inventory.core.access import SYSTEM, Actor, Scope
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.core.permissions import Role
from inventory.organization import moving, queries, services
from inventory.organization.models import Location, LocationKind
from inventory.search import queries as search
from tests import factories

BRUNO = Actor("user", "u1", "Bruno Petit")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def tree(cast: factories.Cast) -> dict[str, Any]:
    """Campus › Town hall › First floor › Office 12 › Rack A, an Annex beside, and a laptop in the rack."""
    found: dict[str, Any] = {}
    above = None
    for name in ("Campus", "Town hall", "First floor", "Office 12", "Rack A"):
        above = found[name] = factories.create_location(cast.le_bouscat, above, name=name)
    found["Annex"] = factories.create_location(cast.le_bouscat, name="Annex", kind=LocationKind.BUILDING)
    factories.create_asset(cast.le_bouscat, tag="LBX-1", location_id=found["Rack A"].id)
    return found


def moved(location: Location, parent: Location | None, **values: Any) -> Any:
    given = {"name": location.name, "kind": location.kind, **values}
    with transaction():
        return services.update_location(location, given, parent=parent, version=location.version, actor=BRUNO)


def undone(change_set: Any) -> None:
    with transaction():
        undo.undo(change_set, actor=SYSTEM)


def stand(tree: dict[str, Any]) -> dict[str, tuple[str, int | None]]:
    db.session.expire_all()
    return {name: (row.path, row.parent_id) for name, row in tree.items()}


def obstacles(change_set: Any) -> list[tuple[int, list[str]]]:
    return [(key["id"], columns) for _table, key, columns in undo.preview(change_set).conflicts]


def test_all_that_stands_in_it_goes_back_with_it_and_is_found_there(cast, tree):
    before = stand(tree)
    change_set = moved(tree["First floor"], tree["Annex"])
    assert queries.location_name(tree["Rack A"]) == "Annex › First floor › Office 12 › Rack A"
    undone(change_set)
    assert stand(tree) == before
    scope = Scope(frozenset({cast.le_bouscat.id}))
    (rack,) = [d for group in search.find("rack", scope, noun="location").groups for d in group.documents]
    assert rack.subtitle.startswith("Campus › Town hall › First floor › Office 12 ·")


def test_an_undo_of_the_undo_moves_it_again(tree):
    change_set = moved(tree["First floor"], None)
    there = stand(tree)
    undone(change_set)
    undone(change_set.undone_by)
    assert stand(tree) == there


def test_what_came_inside_since_goes_along_and_what_left_stays_where_it_is(cast, tree):
    change_set = moved(tree["First floor"], tree["Annex"])
    cellar = factories.create_location(cast.le_bouscat, tree["Office 12"], name="Cupboard")
    moved(tree["Rack A"], tree["Annex"])
    undone(change_set)
    db.session.expire_all()
    assert queries.location_name(cellar) == "Campus › Town hall › First floor › Office 12 › Cupboard"
    assert queries.location_name(tree["Rack A"]) == "Annex › Rack A"


def test_it_goes_back_to_where_its_old_place_stands_now(tree):
    change_set = moved(tree["First floor"], None)
    moved(tree["Town hall"], tree["Annex"])
    undone(change_set)
    db.session.expire_all()
    assert queries.location_name(tree["Office 12"]) == "Annex › Town hall › First floor › Office 12"


def test_one_that_was_moved_on_is_left_and_said(tree):
    change_set = moved(tree["First floor"], tree["Annex"])
    moved(tree["First floor"], None)
    assert obstacles(change_set) == [(tree["First floor"].id, ["parent_id"])]
    with pytest.raises(Refused, match="changed since"):
        undone(change_set)


def test_it_does_not_go_back_beside_another_of_its_name(cast, tree):
    for parent in (tree["Town hall"], None):
        other = tree["First floor"] if parent else tree["Campus"]
        change_set = moved(other, tree["Annex"])
        twin = factories.create_location(cast.le_bouscat, parent, name=other.name)
        assert obstacles(change_set) == [(twin.id, [moving.TAKEN])]
        with pytest.raises(Refused, match="changed since"):
            undone(change_set)


def test_it_does_not_go_back_into_what_stands_in_it_now(tree):
    change_set = moved(tree["First floor"], None)
    moved(tree["Town hall"], tree["Office 12"])
    assert obstacles(change_set) == [(tree["Town hall"].id, [moving.INSIDE])]
    with pytest.raises(Refused, match="changed since"):
        undone(change_set)
    assert queries.location_name(tree["Town hall"]) == "First floor › Office 12 › Town hall"


def send(browser: Any, place: Location, parent: Location, **values: str) -> str:
    """Save a place's form and return the page that comes next."""
    address = f"/places/{place.public_id}"
    form = {
        "name": place.name,
        "kind": place.kind.value,
        "parent": parent.public_id,
        "version": place.version,
    }
    # What it may stand in is of its own entity, and offered first.
    assert f'data-near="{place.entity.public_id}"' in browser.get(f"{address}/edit").get_data(as_text=True)
    assert browser.post(f"{address}/edit", data=form | values, headers=ENGLISH).status_code == 303
    return browser.get(address, headers=ENGLISH).get_data(as_text=True)


def click_of(page: str) -> str:
    (address,) = set(re.findall(r'action="(/changes/own/\w+/undo)"', page))
    return address


def test_a_manager_undoes_it_by_one_click_or_from_its_history(cast, tree, sign_in):
    bruno, floor = sign_in(cast.bruno), tree["First floor"]
    page = send(bruno, floor, tree["Annex"])
    assert "First floor is moved, with all that stands in it." in page
    assert re.search(r'<a href="/changes/\w+/undo">Undo</a>', page)
    address = f"/places/{floor.public_id}"
    assert bruno.post(click_of(page), data={"next": address}).status_code == 303
    assert stand(tree)["First floor"][1] == tree["Town hall"].id
    page = bruno.get(address, headers=ENGLISH).get_data(as_text=True)
    assert "Changed, undone" in page
    assert "/undo" not in page


def test_what_stands_in_the_way_is_said_with_its_page(cast, tree, sign_in):
    bruno, floor = sign_in(cast.bruno), tree["First floor"]
    page = send(bruno, floor, tree["Annex"])
    twin = factories.create_location(cast.le_bouscat, tree["Town hall"], name="First floor")
    refused = bruno.post(click_of(page), headers=ENGLISH)
    assert refused.status_code == 409
    assert f'<a href="/places/{twin.public_id}">First floor</a>' in refused.text
    assert "stands there under the same name" in refused.text.lower()


def test_a_save_that_moves_nothing_offers_no_undo(cast, tree, sign_in):
    page = send(sign_in(cast.bruno), tree["First floor"], tree["Town hall"], name="Upper floor")
    assert "Upper floor is saved." in page
    assert "/undo" not in page


def test_who_may_no_longer_edit_places_does_not_undo_a_move(cast, tree, sign_in):
    bruno = sign_in(cast.bruno)
    click = click_of(send(bruno, tree["First floor"], tree["Annex"]))
    with transaction():
        auth.grant(cast.bruno, cast.le_bouscat, Role.TECHNICIAN, actor=SYSTEM)
    assert bruno.post(click).status_code == 403
