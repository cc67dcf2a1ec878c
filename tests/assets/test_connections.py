"""Things that belong together: connected and let go with their days, moved together when asked, and free once they leave."""

import re
from datetime import date

import pytest

from inventory.assets import services
from inventory.assets.bookvalue import book_value
from inventory.assets.states import State
from inventory.audit import queries as trail
from inventory.audit import undo
from inventory.audit.models import ChangeSet
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from tests import factories
from tests.assets.conftest import ALICE

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def screen(place):
    return factories.create_asset(
        place.entity, place.tablet, state="in_stock", tag="LBX-000050", on=date(2026, 3, 1)
    )


@pytest.fixture
def alice(place, sign_in):
    return sign_in(place.cast.alice)


def connect(parent, child, on=None):
    with transaction():
        return services.connect(parent, child, actor=ALICE, on=on)


def below(asset):
    return [row.child.tag for row in services.open_connections(asset)[1]]


def test_a_screen_hangs_on_one_computer_at_a_time_and_both_histories_say_so(place, laptop, screen):
    other = factories.create_asset(place.entity, place.laptop, tag="LBX-000002", on=date(2026, 3, 1))
    connect(laptop, screen, date(2026, 5, 1))
    connect(other, screen, date(2026, 6, 1))
    assert (below(laptop), below(other)) == ([], ["LBX-000050"])
    assert trail.history_of("asset", screen.public_id)[0].changes == {"connected_to": [None, "LBX-000002"]}
    assert trail.history_of("asset", laptop.public_id)[0].changes == {"connected": ["LBX-000050", None]}


def test_nothing_hangs_on_itself_not_even_through_others(place, laptop, screen):
    connect(laptop, screen)
    for parent, child in ((laptop, laptop), (screen, laptop)):
        with pytest.raises(Invalid):
            connect(parent, child)


def test_what_leaves_the_fleet_lets_go_and_takes_nothing_on(place, laptop, screen):
    connect(laptop, screen)
    with transaction():
        services.change_state(laptop, State.RETIRED, actor=ALICE)
    assert services.open_connections(screen)[0] is None
    with pytest.raises(Refused):
        connect(laptop, screen)


def test_a_handover_takes_what_is_connected_along_when_asked(place, laptop, screen, alice):
    connect(laptop, screen)
    page = alice.get(f"/assets/{laptop.public_id}/hand-over", headers=ENGLISH).get_data(as_text=True)
    assert "LBX-000050" in page
    address = f"/assets/{laptop.public_id}/hand-over"
    alice.post(address, data={"person": place.marie.public_id, "together": "y"})
    assert laptop.holder_id == screen.holder_id == place.marie.id
    undo_last(alice, f"/assets/{laptop.public_id}")
    assert (laptop.holder_id, screen.holder_id) == (None, None)
    alice.post(address, data={"person": place.marie.public_id, "together": "y"})
    alice.post(f"/assets/{laptop.public_id}/take-back", data={"note": ""})
    assert (laptop.holder_id, screen.holder_id) == (None, place.marie.id)
    undo_last(alice, f"/assets/{laptop.public_id}")
    assert laptop.holder_id == place.marie.id


def undo_last(browser, address):
    """Press the button beside what was just said."""
    page = browser.get(address).get_data(as_text=True)
    last = re.findall(r'action="(/changes/own/[^"]+)"', page)[-1]
    assert browser.post(last).status_code == 303
    db.session.expire_all()


def test_a_move_takes_it_along_too_and_a_lone_thing_is_asked_nothing(place, laptop, screen, alice):
    assert "together" not in alice.get(f"/assets/{laptop.public_id}/move").get_data(as_text=True)
    connect(laptop, screen)
    moved = {"entity": place.entity.public_id, "location": place.room.public_id, "together": "y"}
    alice.post(f"/assets/{laptop.public_id}/move", data=moved)
    assert laptop.location_id == screen.location_id == place.room.id


def test_it_is_connected_and_let_go_on_the_page(place, laptop, screen, alice):
    alice.post(f"/assets/{laptop.public_id}/connect", data={"other": screen.public_id, "on": "01/06/2026"})
    page = alice.get(f"/assets/{screen.public_id}", headers=ENGLISH).get_data(as_text=True)
    assert "connected to" in page
    assert "1 Jun 2026" in page
    alice.post(f"/assets/{screen.public_id}/disconnect/{laptop.public_id}")
    assert below(laptop) == []
    assert alice.post(f"/assets/{screen.public_id}/disconnect/{laptop.public_id}").status_code == 404


def test_equipment_of_another_commune_is_not_connected(place, laptop, alice):
    stranger = factories.create_asset(place.cast.pessac, place.tablet)
    answer = alice.post(f"/assets/{laptop.public_id}/connect", data={"other": stranger.public_id})
    assert answer.status_code == 422


def test_a_merge_keeps_what_hung_on_the_absorbed_record_and_undo_gives_it_back(place, laptop, screen):
    twin = factories.create_asset(place.entity, place.laptop, tag=None, on=date(2026, 3, 1))
    connect(twin, screen)
    with transaction():
        services.merge(laptop, twin, actor=ALICE)
    assert below(laptop) == ["LBX-000050"]
    with transaction():
        undo.undo(db.session.query(ChangeSet).one(), actor=ALICE)
    db.session.expire_all()
    assert below(laptop) == []


@pytest.mark.parametrize(
    ("on", "cents"),
    [
        (date(2023, 12, 1), 109_500),
        (date(2024, 1, 1), 109_500),
        (date(2024, 12, 31), 73_000),
        (date(2026, 12, 31), 100),
        (date(2030, 1, 1), 0),
    ],
)
def test_a_price_is_written_off_evenly_by_days(on, cents):
    found = book_value(109_500, date(2024, 1, 1), 36, on)
    assert abs(found.cents - cents) <= 70
    assert found.until_on == date(2027, 1, 1)


def test_the_page_says_the_book_value_and_that_of_a_commune_with_its_own_duration(place, laptop, sign_in):
    with transaction():
        services.update_asset(
            laptop, {"price_cents": 120_000, "commissioned_on": date(2025, 6, 15)}, actor=ALICE
        )
    diane = sign_in(place.cast.diane)
    address = f"/assets/{laptop.public_id}"
    assert "€800" in diane.get(address, headers=ENGLISH).get_data(as_text=True)
    assert diane.post("/entities/LBX/settings/depreciation_months", data={"value": "24"}).status_code == 303
    assert "€600" in diane.get(address, headers=ENGLISH).get_data(as_text=True)
    page = diane.get("/entities/LBX", headers=ENGLISH).get_data(as_text=True)
    assert "set here" in page
    assert "inherited from" in diane.get("/entities/LBX-CCAS", headers=ENGLISH).get_data(as_text=True)
    above = diane.get("/entities/BM/settings/depreciation_months", headers=ENGLISH).get_data(as_text=True)
    assert ("Set otherwise below" in above, "/entities/LBX/settings/depreciation_months" in above) == (
        True,
        True,
    )
    own = diane.get("/entities/LBX/settings/depreciation_months", headers=ENGLISH).get_data(as_text=True)
    assert "Without it, the default would hold: 36." in own
    wrong = diane.post("/entities/LBX/settings/depreciation_months", data={"value": "999"}, headers=ENGLISH)
    assert wrong.status_code == 422
    diane.post("/entities/LBX/settings/depreciation_months", data={"value": ""})
    assert "default value" in diane.get("/entities/LBX", headers=ENGLISH).get_data(as_text=True)
    assert sign_in(place.cast.bruno).post("/entities/LBX/settings/depreciation_months").status_code == 403
