"""What the tests of equipment share: an actor of each kind and a commune with a room and people."""

from datetime import date
from types import SimpleNamespace

import pytest

from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import transaction
from tests import factories
from tests.once import once

ALICE = Actor("user", "alice0000000", "Alice Martin")
RUN = Actor("run", "run000000000", "Network scan")
IMPORT = Actor("import", "imp000000000", "parc.csv")
TODAY = date(2026, 6, 15)


@pytest.fixture
def place(database, time_machine):
    """A commune, a room, two people, a laptop category and a maker, on 15 June 2026."""
    time_machine.move_to("2026-06-15 10:00:00+00:00")
    return once(_place)


def _place():
    cast = once(factories.create_cast)
    entity = cast.le_bouscat
    with transaction():
        return SimpleNamespace(
            cast=cast,
            entity=entity,
            room=factories.create_location(entity, name="Mairie, 101"),
            marie=factories.create_person(entity, display_name="Marie Durand"),
            paul=factories.create_person(entity, display_name="Paul Roy"),
            laptop=factories.create_category(Kind.LAPTOP, name="Laptops", in_renewal_base=True),
            tablet=factories.create_category(Kind.TABLET, name="Tablets"),
            maker=factories.create_manufacturer(name="Dell", key="Dell"),
        )


@pytest.fixture
def laptop(place):
    """A laptop in stock since 1 March 2026."""
    return factories.create_asset(
        place.entity, place.laptop, state="in_stock", tag="LBX-000001", serial="5CG1234XYZ",
        manufacturer_id=place.maker.id, on=date(2026, 3, 1),
    )  # fmt: skip


@pytest.fixture
def saving():
    """A transaction, so that services can be called in a test as a view calls them."""
    with transaction() as session:
        yield session
