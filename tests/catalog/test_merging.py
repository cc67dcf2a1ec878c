"""Several makers or models become one: what follows, what is refused, and how it is undone."""

import pytest
from sqlalchemy import select

from inventory.applications import services as applications
from inventory.assets import services as assets
from inventory.assets.models import Asset, Provenance
from inventory.assets.states import SourceKind
from inventory.audit import undo
from inventory.catalog import merging, queries, services
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Manufacturer, Model, ModelAlias
from inventory.core import clock
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import transaction
from inventory.core.errors import Invalid, Refused, Stale
from tests import factories

pytestmark = pytest.mark.database
DIANE = Actor("user", "diane0000000", "Diane Roux")


@pytest.fixture
def place(cast):
    return cast.le_bouscat


@pytest.fixture
def laptop(cast):
    return factories.create_category(Kind.LAPTOP)


def maker(name):
    with transaction():
        return services.create_manufacturer({"name": name}, actor=SYSTEM)


def model(of, name, **values):
    with transaction():
        return services.create_model({"manufacturer_id": of.id, "name": name, **values}, actor=SYSTEM)


def versions(*rows):
    return {row.public_id: row.version for row in rows}


def merge(kept, *absorbed):
    does = merging.merge_models if isinstance(kept, Model) else merging.merge_manufacturers
    with transaction():
        return does(kept, absorbed, actor=DIANE, versions=versions(kept, *absorbed))


@pytest.fixture
def elo(database):
    return maker("Elo")


def test_equipment_follows_and_empty_fields_are_filled(place, laptop, elo, database):
    kept = model(elo, "1509L", price_cents=50_000, category_id=laptop.id)
    other = model(elo, "1509L Touch", price_cents=1, part_number="E123", is_standard=True)
    asset = factories.create_asset(place, laptop, manufacturer_id=elo.id, model_id=other.id)
    merge(kept, other)
    database.expire_all()
    assert (asset.model_id, asset.model.name) == (kept.id, "1509L")
    assert (kept.price_cents, kept.part_number, kept.is_standard) == (50_000, "E123", True)
    assert database.scalar(select(Model).where(Model.name == "1509L Touch")) is None


def test_the_old_name_means_the_kept_one_to_scans_and_imports(elo):
    kept, other = model(elo, "1509L"), model(elo, "1509L Touch")
    address = other.public_id
    merge(kept, other)
    with transaction():
        assert services.model_named(elo, "elo 1509l-touch") is kept
    with pytest.raises(Invalid), transaction():
        services.create_model({"manufacturer_id": elo.id, "name": "1509L TOUCH"}, actor=DIANE)
    assert queries.kept_instead(Model, address) == kept.public_id
    assert queries.aliases(Model, [kept]) == {kept.id: ["1509L Touch"]}


def test_a_merge_of_the_kept_one_carries_its_old_names_along(elo):
    first, second, third = (model(elo, name) for name in ("A1", "A1 bis", "A1 ter"))
    merge(second, third)
    merge(first, second)
    with transaction():
        assert services.model_named(elo, "A1 ter") is first
        assert services.model_named(elo, "A1 bis") is first


def test_what_each_source_said_of_a_model_is_said_of_the_kept_one(place, laptop, elo, database):
    kept, other = model(elo, "1509L"), model(elo, "1509L Touch")
    asset = factories.create_asset(place, laptop, manufacturer_id=elo.id)
    with transaction():
        said = assets.Said(SourceKind.SNMP, "10.0.0.1", clock.now())
        assets.set_from_source(asset, {"model_id": other.id}, said, actor=SYSTEM)
    merge(kept, other)
    claim = database.scalar(select(Provenance).where(Provenance.field == "model_id"))
    assert (claim.value, claim.display) == (kept.id, "1509L")
    with transaction():
        named = services.model_named(elo, "1509L Touch")
        assert assets.set_from_source(asset, {"model_id": named.id}, said, actor=SYSTEM) == {}


def test_a_merge_is_undone_as_one(place, laptop, elo, database):
    kept, other = model(elo, "1509L"), model(elo, "1509L Touch", part_number="E123")
    asset = factories.create_asset(place, laptop, manufacturer_id=elo.id, model_id=other.id)
    address, id_ = other.public_id, other.id
    opened = merge(kept, other)
    with transaction():
        undo.undo(opened, actor=DIANE)
    database.expire_all()
    back = database.scalar(select(Model).where(Model.public_id == address))
    assert (back.id, asset.model_id, kept.part_number) == (id_, id_, None)
    assert database.scalars(select(ModelAlias)).all() == []
    with transaction():
        assert services.model_named(elo, "1509L Touch") is back


def test_models_of_other_makers_or_kinds_and_one_alone_are_refused(elo, laptop):
    kept = model(elo, "1509L", category_id=laptop.id)
    printer = model(elo, "1509P", category_id=factories.create_category(Kind.PRINTER).id)
    foreign = model(maker("Iiyama"), "1509L")
    for wrong in ((foreign,), (printer,), (kept,), ()):
        with pytest.raises(Refused):
            merge(kept, *wrong)


def test_too_many_at_once_are_refused(elo):
    kept, *others = (model(elo, f"M{n}") for n in range(merging.MOST + 1))
    with pytest.raises(Refused):
        merge(kept, *others)


def test_what_was_changed_since_it_was_shown_is_not_merged(elo):
    kept, other = model(elo, "1509L"), model(elo, "1509L Touch")
    shown = versions(kept, other)
    with transaction():
        services.update_model(other, {"name": "1509L Touch II"}, actor=DIANE, version=other.version)
    with pytest.raises(Stale), transaction():
        merging.merge_models(kept, [other], actor=DIANE, versions=shown)


@pytest.fixture
def touch(elo):
    return maker("Elo Touch Screens")


def test_a_maker_brings_its_models_and_those_of_one_name_become_one(place, laptop, elo, touch, database):
    own, same, new = model(elo, "1509L"), model(touch, "1509 L"), model(touch, "2201L")
    asset = factories.create_asset(place, laptop, manufacturer_id=touch.id, model_id=same.id)
    merge(elo, touch)
    database.expire_all()
    assert (asset.manufacturer_id, asset.model_id) == (elo.id, own.id)
    assert new.manufacturer_id == elo.id
    with transaction():
        assert services.manufacturer_named("ELO TOUCH SCREENS Inc.") is elo
        assert services.model_named(elo, "2201L") is new
    with pytest.raises(Invalid, match="Elo"), transaction():
        services.create_manufacturer({"name": "Elo touch screens"}, actor=DIANE)


def test_old_names_of_a_maker_s_models_go_with_it(elo, touch):
    kept, other = model(touch, "2201L"), model(touch, "2201L Touch")
    merge(kept, other)
    merge(elo, touch)
    with transaction():
        assert services.model_named(elo, "2201L Touch") is kept


def test_applications_of_a_merged_editor_follow(place, elo, touch, database):
    with transaction():
        values = {"name": "Guichet", "entity_id": place.id, "editor_id": touch.id}
        application = applications.create_application(values, actor=SYSTEM)
        assert applications.editor_named("Elo touch screens", actor=SYSTEM) is touch
    merge(elo, touch)
    database.expire_all()
    assert application.editor_id == elo.id
    with transaction():
        assert applications.editor_named("Elo touch screens", actor=SYSTEM) is elo


def test_makers_whose_models_of_one_name_are_of_different_kinds_are_refused(elo, touch, laptop, database):
    model(elo, "1509L", category_id=laptop.id)
    model(touch, "1509L", category_id=factories.create_category(Kind.PRINTER).id)
    with pytest.raises(Refused):
        merge(elo, touch)
    assert database.scalar(select(Manufacturer).where(Manufacturer.name == touch.name)) is touch


def test_a_merge_of_makers_is_undone_as_one(place, laptop, elo, touch, database):
    own, same, new = model(elo, "1509L"), model(touch, "1509L"), model(touch, "2201L")
    asset = factories.create_asset(place, laptop, manufacturer_id=touch.id, model_id=same.id)
    before = (asset.manufacturer_id, asset.model_id, new.manufacturer_id)
    opened = merge(elo, touch)
    with transaction():
        undo.undo(opened, actor=DIANE)
    database.expire_all()
    asset = database.scalar(select(Asset).where(Asset.id == asset.id))
    assert (asset.manufacturer_id, asset.model_id, new.manufacturer_id) == before
    assert own.manufacturer_id == elo.id


def test_names_that_are_probably_one_are_proposed_and_others_are_not(elo, touch, laptop):
    alone = maker("Texas Instruments")
    kept = model(elo, "1509L", category_id=laptop.id)
    twin = model(elo, "1509-L Notebook PC", category_id=laptop.id)
    model(elo, "1509M", category_id=laptop.id)
    model(touch, "1509L", category_id=laptop.id)
    maker("ELO Group SA")
    names = [{row.name for row in group} for group in queries.alike_makers()]
    assert {"Elo", "ELO Group SA"} in names
    assert not any(alone.name in group for group in names)
    assert [set(group) for group in queries.alike_models()] == [{kept, twin}]
