"""What the tests of applications share: the cast on 15 June 2026, people who answer, a server, two readers' browsers."""

from datetime import date
from types import SimpleNamespace

import pytest

from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import transaction
from tests import factories
from tests.once import once

BRUNO = Actor("user", "bruno0000000", "Bruno Petit")
TODAY = date(2026, 6, 15)


@pytest.fixture
def place(database, time_machine):
    """A metropolis with two communes and a social centre, two people, a server, on 15 June 2026."""
    time_machine.move_to("2026-06-15 10:00:00+00:00")
    return once(_place)


def _place():
    cast = once(factories.create_cast)
    with transaction():
        for user in (cast.alice, cast.bruno, cast.chloe, cast.diane):
            user.language = "en"
        return SimpleNamespace(
            cast=cast,
            root=cast.root,
            town=cast.le_bouscat,
            ccas=cast.ccas,
            pessac=cast.pessac,
            marie=factories.create_person(cast.le_bouscat, display_name="Marie Durand"),
            paul=factories.create_person(cast.root, display_name="Paul Roy"),
            editor=factories.create_manufacturer(name="Berger-Levrault", key="Berger Levrault"),
            server=factories.create_asset(
                cast.le_bouscat, factories.create_category(Kind.SERVER, name="Servers"), tag="LBX-000001"
            ),
        )


@pytest.fixture
def manager(place, sign_in):
    """Bruno, manager of Le Bouscat."""
    return sign_in(place.cast.bruno)


@pytest.fixture
def technician(place, sign_in):
    """Alice, technician of Le Bouscat."""
    return sign_in(place.cast.alice)


@pytest.fixture
def reader(place, sign_in):
    """Chloé, reader of Le Bouscat."""
    return sign_in(place.cast.chloe)


@pytest.fixture
def saving():
    """A transaction, so that services can be called in a test as a view calls them."""
    with transaction() as session:
        yield session
