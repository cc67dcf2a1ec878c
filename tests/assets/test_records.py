"""Creating and editing assets: what is checked, what follows, what is kept of who said it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from inventory.assets import services
from inventory.assets.models import Asset
from inventory.assets.services import history
from inventory.assets.states import IdentifierKind, SourceKind, State
from inventory.audit import queries as audit
from inventory.core.errors import Invalid, Stale
from tests import factories
from tests.assets.conftest import ALICE, IMPORT, RUN, TODAY


def create(place, saving=None, actor=ALICE, **values):
    given = {"entity_id": place.entity.id, "category_id": place.laptop.id, **values}
    on = given.pop("on", None)
    return services.create_asset(given, actor=actor, on=on)


def test_a_new_asset_is_in_stock_and_received_today(place, saving):
    asset = create(place)
    assert (asset.state, asset.received_on) == (State.IN_STOCK, TODAY)
    assert [(s.from_on, s.state) for s in history.stretches_of(asset)] == [(TODAY, State.IN_STOCK)]


def test_a_model_brings_its_maker_and_category(place, saving):
    model = factories.create_model(place.maker, category_id=place.tablet.id)
    asset = services.create_asset({"entity_id": place.entity.id, "model_id": model.id}, actor=ALICE)
    assert (asset.manufacturer_id, asset.category_id) == (place.maker.id, place.tablet.id)


def test_an_asset_in_service_was_so_since_it_was_commissioned(place, saving):
    asset = create(place, state="in_service", commissioned_on=date(2021, 9, 1))
    assert history.stretches_of(asset)[0].from_on == date(2021, 9, 1)


def test_a_holder_given_at_creation_makes_a_custody(place, saving):
    asset = create(place, state="in_service", holder_id=place.marie.id)
    assert services.open_custody(asset).person_id == place.marie.id
    assert asset.holder is place.marie


@pytest.mark.parametrize("serial", ["To Be Filled By O.E.M.", "00000000", "Default string", "N/A"])
def test_a_placeholder_is_no_serial(place, saving, serial):
    with pytest.raises(Invalid) as refusal:
        create(place, serial=serial)
    assert refusal.value.field == "serial"


def test_a_serial_is_kept_in_its_canonical_form_and_becomes_an_identifier(place, saving):
    asset = create(place, serial="s/n: 5cg1234xyz ", manufacturer_id=place.maker.id)
    assert asset.serial == "5CG1234XYZ"
    (found,) = services.identifiers_of(asset)
    assert (found.kind, found.value, found.scope) == (IdentifierKind.SERIAL, "5CG1234XYZ", "Dell")


def test_a_known_serial_of_the_same_maker_is_said_on_the_spot(place, laptop, saving):
    with pytest.raises(Invalid) as refusal:
        create(place, serial="5cg1234xyz", manufacturer_id=place.maker.id)
    assert refusal.value.field == "serial"
    assert "LBX-000001" in str(refusal.value)


def test_a_duplicate_elsewhere_is_said_without_telling_what_it_is(place, laptop, saving):
    given = {"entity_id": place.cast.pessac.id, "category_id": place.laptop.id, "serial": "5CG1234XYZ"}
    with pytest.raises(Invalid) as refusal:
        services.create_asset(given, actor=ALICE)
    assert "LBX" not in str(refusal.value)


def test_another_maker_may_use_the_same_serial_and_a_duplicate_may_be_accepted(place, laptop, saving):
    other = factories.create_manufacturer(name="Lenovo", key="Lenovo")
    saving.flush()
    assert create(place, serial="5CG1234XYZ", manufacturer_id=other.id).id
    given = {"entity_id": place.entity.id, "category_id": place.laptop.id, "serial": "5CG1234XYZ"}
    assert services.create_asset(given, actor=ALICE, accept_duplicate=True).id


def test_a_tag_is_taken_once(place, laptop, saving):
    with pytest.raises(Invalid) as refusal:
        create(place, tag="LBX-000001")
    assert refusal.value.field == "tag"


@pytest.mark.parametrize("name", ["received_on", "commissioned_on", "first_used_on", "invoiced_on"])
def test_a_past_day_cannot_be_tomorrow(place, saving, name):
    with pytest.raises(Invalid) as refusal:
        create(place, **{name: TODAY + timedelta(days=1)})
    assert refusal.value.field == name


def test_a_warranty_cannot_end_before_it_begins(place, laptop, saving):
    services.update_asset(laptop, {"warranty_starts_on": date(2026, 1, 1)}, actor=ALICE)
    with pytest.raises(Invalid):
        services.update_asset(laptop, {"warranty_ends_on": date(2025, 1, 1)}, actor=ALICE)


@pytest.mark.parametrize("missing", ["entity_id", "category_id"])
def test_an_entity_and_a_category_are_needed(place, saving, missing):
    given = {"entity_id": place.entity.id, "category_id": place.laptop.id}
    del given[missing]
    with pytest.raises(Invalid):
        services.create_asset(given, actor=ALICE)


def test_an_edit_says_what_changed_in_words_and_records_it(place, laptop, saving):
    changes = services.update_asset(
        laptop,
        {"name": "PC-042", "category_id": place.tablet.id, "price_cents": 89900},
        actor=ALICE,
        version=laptop.version,
    )
    assert changes == {
        "name": [None, "PC-042"],
        "category": ["Laptops", "Tablets"],
        "price_cents": [None, "899.00 €"],
    }
    saving.flush()
    assert audit.history_of("asset", laptop.public_id)[0].changes == changes


def test_an_edit_that_changes_nothing_writes_nothing(place, laptop, saving):
    before = len(audit.history_of("asset", laptop.public_id))
    assert services.update_asset(laptop, {"tag": "LBX-000001"}, actor=ALICE, version=laptop.version) == {}
    assert len(audit.history_of("asset", laptop.public_id)) == before


def test_a_stale_edit_is_refused_with_both_versions(place, laptop, saving):
    seen = laptop.version
    services.update_asset(laptop, {"name": "first"}, actor=ALICE, version=seen)
    with pytest.raises(Stale) as conflict:
        services.update_asset(laptop, {"name": "second"}, actor=ALICE, version=seen)
    assert conflict.value.current == {"name": "first"}
    assert conflict.value.yours == {"name": "second"}


def test_a_corrected_category_was_wrong_before_too(place, laptop, saving):
    services.update_asset(laptop, {"category_id": place.tablet.id}, actor=ALICE)
    assert [s.category_id for s in history.stretches_of(laptop)] == [place.tablet.id]


def test_an_edit_names_what_the_session_does_not_hold(place, laptop, saving):
    model_id, asset_id = factories.create_model(place.maker).id, laptop.id
    saving.expunge_all()
    edited = saving.get_one(Asset, asset_id)
    assert services.update_asset(edited, {"model_id": model_id}, actor=ALICE).keys() == {"model"}
    assert edited.model_id == model_id


def test_a_first_use_told_later_makes_the_history_begin_then(place, saving):
    seen = create(place, actor=RUN, state="in_service")
    services.update_asset(seen, {"commissioned_on": date(2020, 1, 6)}, actor=ALICE)
    assert history.stretches_of(seen)[0].from_on == date(2020, 1, 6)


def test_a_corrected_serial_withdraws_the_wrong_identifier_of_the_person(place, saving):
    asset = create(place, serial="5CG0000001", manufacturer_id=place.maker.id)
    services.update_asset(asset, {"serial": "5CG0000002"}, actor=ALICE)
    assert [row.value for row in services.identifiers_of(asset)] == ["5CG0000002"]


@pytest.mark.parametrize(("actor", "source", "pinned"), [(ALICE, "person", True), (IMPORT, "import", False)])
def test_a_persons_word_pins_and_an_imports_does_not(place, saving, *, actor, source, pinned):
    asset = create(place, actor=actor, name="PC-042")
    (claim,) = services.claims_of(asset, ["name"])["name"]
    assert (claim.source, claim.pinned, claim.value) == (SourceKind(source), pinned, "PC-042")


def test_a_system_act_claims_nothing(place, saving):
    assert services.claims_of(create(place, actor=RUN, name="PC-042")) == {}


def test_the_next_tag_follows_the_highest_of_the_entity(place, saving):
    assert services.next_tag(place.entity) == "LBX-000001"
    for tag in ("LBX-000009", "LBX-000010", "LBX-OLD", "LBX-CCAS-000099", "PES-000500"):
        create(place, tag=tag)
    assert services.next_tag(place.entity) == "LBX-000011"
    assert services.next_tag(place.cast.ccas) == "LBX-CCAS-000100"


def test_nothing_is_saved_when_a_tag_is_refused(place, laptop, saving):
    with pytest.raises(Invalid):
        create(place, tag="LBX-000001", name="refused")
    assert saving.scalar(select(Asset).where(Asset.name == "refused")) is None
