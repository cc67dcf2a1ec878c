"""Names are listed as people look them up and addresses as numbers, page after page, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select
from sqlalchemy.dialects import sqlite

from inventory.audit import loads
from inventory.auth.models import User
from inventory.core.database import bulk_load, bulk_update, db, mostly, transaction
from inventory.core.listing import lists, reading
from inventory.core.ordering import by_letters
from inventory.discovery.models import Sighting
from inventory.organization.models import Person
from inventory.procurement.models import Supplier
from tests import factories
from tests.discovery.making import AT

pytestmark = pytest.mark.usefixtures("database")
SignIn = Callable[[User], FlaskClient]
NAMES = ["Zoé", "édith", "Eric", "Élodie", "École", "Éric", "Œuvrard", "olivier", "Otto", "ANNE"]
IN_ORDER = ["ANNE", "École", "édith", "Élodie", "Eric", "Éric", "Œuvrard", "olivier", "Otto", "Zoé"]
PEOPLE, SIGHTINGS = (cast("Table", model.__table__) for model in (Person, Sighting))


def orders_of(model: Any) -> set[str]:
    return set(db.session.scalars(select(model.name_order)))


@pytest.fixture
def browser(cast: factories.Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for module in (reading, lists):
        monkeypatch.setattr(module, "PAGE_SIZE", 3)
    return sign_in(cast.bruno)


def walked(browser: FlaskClient, address: str | None, pattern: str) -> list[str]:
    """What the pages of a list name, to its end."""
    found = []
    while address:
        page = browser.get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)
        found += re.findall(pattern, page)
        further = re.search(r'id="pager-next" href="([^"]*)"', page)
        address = further[1].replace("&amp;", "&") if further else None
    return found


def test_people_are_listed_without_regard_to_accents_and_capitals(
    cast: factories.Cast, browser: FlaskClient
) -> None:
    for name in NAMES:
        factories.create_person(cast.le_bouscat, display_name=name)
    assert walked(browser, "/people/?sort=name", r'class="row-link"[^>]*>(\w+)<') == IN_ORDER
    assert walked(browser, "/people/?sort=-name", r'class="row-link"[^>]*>(\w+)<') == IN_ORDER[::-1]


def test_equipment_is_listed_by_its_holders_so(cast: factories.Cast, browser: FlaskClient) -> None:
    for name in NAMES:
        person = factories.create_person(cast.le_bouscat, display_name=name)
        factories.create_asset(cast.le_bouscat, tag=name, holder_id=person.id)
    factories.create_asset(cast.le_bouscat, tag="nobody")
    found = walked(browser, "/assets/?sort=holder", r'class="row-link"[^>]*>(\w+)<')
    assert found == [*IN_ORDER, "nobody"]


def test_sightings_are_listed_by_their_addresses_as_numbers(
    cast: factories.Cast, browser: FlaskClient
) -> None:
    given = ["10.0.0.10", "10.0.0.9", "fe80::1", "9.255.0.1", "imp-1.le-bouscat.fr", "10.0.0.100"]
    own = {
        "entity_id": cast.le_bouscat.id,
        "source": "snmp",
        "site_code": "LBX",
        "subject": "device",
        "digest": "x",
    }
    seen = {"observation": {"facts": {}, "identifiers": []}, "first_seen_at": AT, "last_seen_at": AT}
    with transaction():
        bulk_load(
            SIGHTINGS,
            [{**own, **seen, "source_key": target, "target": target} for target in given],
        )
    shown = "|".join(re.escape(target) for target in given)
    found = walked(browser, "/discovery/sightings/?sort=target", rf"({shown})\s*<")
    assert list(dict.fromkeys(found)) == [
        "9.255.0.1", "10.0.0.9", "10.0.0.10", "10.0.0.100", "fe80::1", "imp-1.le-bouscat.fr",
    ]  # fmt: skip


def test_an_order_follows_what_the_session_and_what_bulk_writes_say(cast: factories.Cast) -> None:
    person = factories.create_person(cast.le_bouscat, display_name="Émile")
    assert orders_of(Person) == {"emile"}
    with transaction():
        person.display_name = "Ève"
    assert orders_of(Person) == {"eve"}
    with transaction():
        bulk_update(PEOPLE, ["display_name"], [{"id": person.id, "display_name": "Zoé"}])
        loads.load(Supplier, [{"name": "Éditions du Bouscat"}])
    assert orders_of(Person) == {"zoe"}
    assert orders_of(Supplier) == {"editions du bouscat"}


def test_an_order_is_no_longer_than_its_column() -> None:
    assert by_letters("Œ" * 200) == "oe" * 127 + "o"


def test_what_most_rows_are_is_a_hint_to_sqlite_where_an_order_is_walked_and_none_where_rows_are_counted():
    present = select(Person.id).where(mostly(Person.disabled.is_(False)))
    walked, counted = present.order_by(Person.id), select(func.count()).select_from(present.subquery())
    said = [str(statement.compile(dialect=sqlite.dialect())) for statement in (walked, counted)]
    assert ["likely(" in words for words in said] == [True, False]
