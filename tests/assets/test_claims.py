"""Who said what: pins, machines, and the value that counts."""

from datetime import timedelta

import pytest

from inventory.assets import services
from inventory.assets.services import Said, history
from inventory.assets.states import SourceKind
from inventory.audit import queries as audit
from inventory.core import clock
from inventory.core.errors import Refused
from inventory.organization.models import Location
from scanners.observation import Identifier
from tests import factories
from tests.assets.conftest import ALICE, RUN


def said(source=SourceKind.SNMP, days=0, **evidence):
    return Said(source, "Night scan", clock.now() + timedelta(days=days), evidence)


def test_a_source_sets_what_nobody_pinned_and_says_what_changed(place, laptop, saving):
    changes = services.set_from_source(laptop, {"firmware": "T70"}, said(firmware="ENTITY-MIB"), actor=RUN)
    assert changes == {"firmware": [None, "T70"]}
    assert laptop.firmware == "T70"
    saving.flush()
    record = audit.history_of("asset", laptop.public_id)[0]
    assert (record.actor_label, record.changes) == ("Network scan", changes)
    (claim,) = services.claims_of(laptop)["firmware"]
    assert (claim.source, claim.evidence, claim.pinned) == (SourceKind.SNMP, "ENTITY-MIB", False)


def test_a_pinned_value_stays_and_both_are_kept(place, laptop, saving):
    services.update_asset(laptop, {"name": "mine"}, actor=ALICE)
    assert services.set_from_source(laptop, {"name": "theirs"}, said(), actor=RUN) == {}
    assert laptop.name == "mine"
    assert {c.source: c.value for c in services.claims_of(laptop)["name"]} == {
        SourceKind.PERSON: "mine",
        SourceKind.SNMP: "theirs",
    }


def test_the_same_word_again_changes_nothing(place, laptop, saving):
    services.set_from_source(laptop, {"firmware": "T70"}, said(), actor=RUN)
    before = len(audit.history_of("asset", laptop.public_id))
    assert services.set_from_source(laptop, {"firmware": "T70"}, said(days=1), actor=RUN) == {}
    assert len(audit.history_of("asset", laptop.public_id)) == before


def test_two_machines_that_disagree_do_not_swap_the_value_every_night(place, laptop, saving):
    services.set_from_source(laptop, {"os_name": "Windows 11 Pro"}, said(SourceKind.AGENT), actor=RUN)
    assert services.set_from_source(laptop, {"os_name": "Windows"}, said(SourceKind.LDAP, 1), actor=RUN) == {}
    assert laptop.os_name == "Windows 11 Pro"


def test_unpinning_shows_at_once_what_the_best_machine_says(place, laptop, saving):
    services.update_asset(laptop, {"name": "mine"}, actor=ALICE)
    services.set_from_source(laptop, {"name": "theirs"}, said(), actor=RUN)
    assert services.unpin(laptop, "name", actor=ALICE) == {"name": ["mine", "theirs"]}
    assert laptop.name == "theirs"


def test_pinning_keeps_the_present_value(place, laptop, saving):
    services.set_from_source(laptop, {"name": "theirs"}, said(), actor=RUN)
    services.pin(laptop, "name", actor=ALICE)
    services.set_from_source(laptop, {"name": "new"}, said(days=1), actor=RUN)
    assert laptop.name == "theirs"


@pytest.mark.parametrize("field", ["notes", "state", "holder_id", "id", "public_id"])
def test_only_claimed_fields_can_be_pinned(place, laptop, saving, field):
    with pytest.raises(Refused):
        services.pin(laptop, field, actor=ALICE)


def test_an_empty_field_has_nothing_to_pin(place, laptop, saving):
    with pytest.raises(Refused):
        services.pin(laptop, "name", actor=ALICE)


def test_emptying_a_field_opens_it_to_machines(place, laptop, saving):
    services.update_asset(laptop, {"name": "mine"}, actor=ALICE)
    services.update_asset(laptop, {"name": None}, actor=ALICE)
    services.set_from_source(laptop, {"name": "theirs"}, said(), actor=RUN)
    assert laptop.name == "theirs"


def test_a_person_who_places_it_pins_the_place(place, laptop, saving):
    other = factories.create_location(place.entity, name="Annexe")
    saving.flush()
    services.place(laptop, actor=ALICE, location=place.room)
    services.set_from_source(laptop, {"location_id": other.id}, said(), actor=RUN)
    assert laptop.location is place.room


def test_a_machine_that_learns_the_category_corrects_its_past(place, laptop, saving):
    services.set_from_source(laptop, {"category_id": place.tablet.id}, said(), actor=RUN)
    assert [s.category_id for s in history.stretches_of(laptop)] == [place.tablet.id]
    assert laptop.category is place.tablet


def test_identifiers_are_kept_once_with_their_last_day(place, laptop, saving):
    mac = Identifier("mac", "a0:b1:c2:d3:e4:f5")
    first, later = clock.now(), clock.now() + timedelta(days=1)
    assert len(services.record_identifiers(laptop, [mac, mac], source=SourceKind.SNMP, at=first)) == 1
    assert services.record_identifiers(laptop, [mac], source=SourceKind.SNMP, at=later) == []
    (row,) = [row for row in services.identifiers_of(laptop) if row.kind == "mac"]
    assert (row.first_seen_at, row.last_seen_at) == (first, later)


def test_a_place_read_back_is_a_row_not_an_id(place, laptop, saving):
    services.place(laptop, actor=ALICE, location=place.room)
    assert isinstance(laptop.location, Location)
