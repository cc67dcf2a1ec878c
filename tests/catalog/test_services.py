"""The catalogue: built-in categories, spellings that meet, names taken once."""

import pytest
from sqlalchemy import select

from inventory.catalog import builtin, services
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.access import Actor
from inventory.core.database import transaction
from inventory.core.errors import Invalid, Stale
from tests import factories

DIANE = Actor("user", "diane0000000", "Diane Roux")


@pytest.fixture
def saving(database):
    with transaction() as session:
        yield session


def test_every_kind_has_a_built_in_category_installed_once(saving):
    assert services.install_builtin() == len(Kind)
    assert services.install_builtin() == 0
    assert {category.kind for category in saving.scalars(select(Category))} == set(Kind)


def test_installing_again_leaves_edited_categories_alone(saving):
    services.install_builtin()
    laptop = services.default_categories()[Kind.LAPTOP]
    services.update_category(laptop, {"name": "Portables", "service_life_months": 60}, actor=DIANE)
    services.install_builtin()
    assert (laptop.name, laptop.service_life_months) == ("Portables", 60)


def test_the_base_of_the_sixth_is_the_main_terminals():
    base = {category.kind for category in builtin.categories() if category.in_renewal_base}
    assert base == {Kind.DESKTOP, Kind.LAPTOP, Kind.TABLET, Kind.THIN_CLIENT, Kind.COMPUTER}
    workplace = {category.kind for category in builtin.categories() if category.in_workplace}
    assert base < workplace
    assert {Kind.MONITOR, Kind.SMARTPHONE, Kind.PRINTER} < workplace
    assert not workplace & {Kind.SWITCH, Kind.SERVER, Kind.CAMERA, Kind.UPS}


@pytest.mark.parametrize("spelling", ["Hewlett-Packard", "HP Inc.", "hp", "HEWLETT PACKARD"])
def test_spellings_of_a_maker_meet(saving, spelling):
    assert services.manufacturer_named("HP") is services.manufacturer_named(spelling)


def test_an_unknown_maker_is_made_once(saving):
    made = services.manufacturer_named("Établissements Dupont SARL")
    assert services.manufacturer_named("établissements dupont") is made
    assert services.manufacturer_named("  ") is None


@pytest.mark.parametrize(
    "name", ["EliteBook 840 G8", "HP EliteBook 840 G8", "elitebook 840  g8", "EliteBook-840-G8"]
)
def test_spellings_of_a_model_meet(saving, name):
    maker = services.manufacturer_named("HP")
    first = services.model_named(maker, "EliteBook 840 G8")
    assert services.model_named(maker, name) is first
    assert services.model_named(maker, "EliteBook 840 G9") is not first


def test_a_model_without_a_name_is_none(saving):
    maker = services.manufacturer_named("HP")
    assert services.model_named(maker, " . ") is None


def test_a_category_keeps_a_default_for_its_kind(saving):
    services.install_builtin()
    first = services.default_categories()[Kind.LAPTOP]
    with pytest.raises(Invalid):
        services.update_category(first, {"is_default": False}, actor=DIANE)
    own = services.create_category(
        {"name": "Portables durcis", "kind": Kind.LAPTOP, "is_default": True}, actor=DIANE
    )
    assert services.default_categories()[Kind.LAPTOP] is own
    assert not first.is_default
    assert own.code == "portables_durcis"


@pytest.mark.parametrize("months", [0, -1, 601])
def test_a_service_life_is_between_one_month_and_fifty_years(saving, months):
    with pytest.raises(Invalid) as refusal:
        services.create_category(
            {"name": "X", "kind": Kind.LAPTOP, "service_life_months": months}, actor=DIANE
        )
    assert refusal.value.field == "service_life_months"


def test_names_are_taken_once(saving):
    services.install_builtin()
    with pytest.raises(Invalid):
        services.create_category({"name": "Laptop", "kind": Kind.LAPTOP}, actor=DIANE)
    services.create_manufacturer({"name": "HP"}, actor=DIANE)
    with pytest.raises(Invalid):
        services.create_manufacturer({"name": "Hewlett-Packard"}, actor=DIANE)
    maker = saving.scalars(select(Manufacturer)).one()
    services.create_model({"name": "EliteBook 840", "manufacturer_id": maker.id}, actor=DIANE)
    with pytest.raises(Invalid):
        services.create_model({"name": "HP EliteBook 840", "manufacturer_id": maker.id}, actor=DIANE)
    assert len(saving.scalars(select(Model)).all()) == 1


def test_a_stale_edit_is_refused(database):
    category = factories.create_category()
    with transaction():
        services.update_category(category, {"name": "first"}, actor=DIANE, version=1)
        with pytest.raises(Stale):
            services.update_category(category, {"name": "second"}, actor=DIANE, version=1)
