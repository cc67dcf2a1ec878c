"""What a batch of observations becomes in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from inventory.core.database import db, transaction
from inventory.discovery import presentation, runs, sightings
from inventory.discovery.models import Run, RunKind, Sighting, SightingRevision, Site
from inventory.discovery.sightings import Origin, Placement, Stored
from scanners.observation import Counter, Identifier, Observation
from tests.discovery.making import AT, create_credential, create_site, observe
from tests.factories import Cast, create_location

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat)


def new_run(site: Site) -> Run:
    with transaction():
        return runs.open_run(
            runs.Subject(RunKind.SNMP, "Mairie", "10.1.0.0/24", site.entity_id, site_id=site.id)
        )


def store(
    site: Site, observations: list[Observation], *, night: int = 0, run: Run | None = None, **values: Any
) -> Stored:
    run = run or new_run(site)
    place = values.pop("place", Placement(site.entity_id))
    origin = Origin(
        run_id=run.id, site_code=site.code, at=AT + timedelta(days=night), place=lambda _one: place, **values
    )
    with transaction():
        return sightings.store(observations, origin)


def only() -> Sighting:
    return db.session.scalars(select(Sighting).execution_options(populate_existing=True)).one()


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_what_is_seen_for_the_first_time_becomes_a_sighting(site: Site) -> None:
    stored = store(site, [observe(1), observe(2)])
    assert stored.counts == {"new": 2, "seen": 2}
    assert len(stored.to_reconcile) == 2
    row = db.session.scalars(select(Sighting).order_by(Sighting.id)).first()
    assert row
    assert (row.site_code, row.target, row.first_seen_at, row.last_seen_at) == (site.code, "10.1.0.2", AT, AT)
    assert row.observation["facts"]["serial"] == "SN000001"


def test_an_unchanged_observation_only_moves_the_last_date(site: Site) -> None:
    store(site, [observe(1)])
    stored = store(site, [observe(1)], night=1)
    assert stored.counts["unchanged"] == 1
    assert stored.to_reconcile == []
    assert (only().first_seen_at, only().last_seen_at) == (AT, AT + timedelta(days=1))
    assert count(SightingRevision) == 0


def test_a_changed_observation_keeps_the_earlier_one_as_a_revision(site: Site) -> None:
    first = new_run(site)
    store(site, [observe(1)], run=first)
    stored = store(site, [observe(1, facts={"name": "imp-accueil"})], night=1)
    assert stored.counts["changed"] == 1
    assert stored.to_reconcile == [only().id]
    assert only().observation["facts"]["name"] == "imp-accueil"
    revision = db.session.scalars(select(SightingRevision)).one()
    assert revision.observation["facts"]["name"] == "imp-1"
    assert (revision.observed_at, revision.run_id) == (AT, first.id)


def test_meters_move_without_a_revision(site: Site) -> None:
    store(site, [observe(1)])
    stored = store(site, [observe(1, counters=(Counter("pages", "pages", 1234),))], night=1)
    assert stored.counts["unchanged"] == 1
    assert only().observation["counters"][0]["value"] == 1234
    assert count(SightingRevision) == 0


def test_the_same_batch_again_in_the_same_run_counts_and_writes_nothing_twice(site: Site) -> None:
    run = new_run(site)
    store(site, [observe(1), observe(2)], run=run)
    stored = store(site, [observe(1), observe(2), observe(3)], run=run)
    assert stored.counts == {"new": 1, "seen": 1}
    assert len(stored.again) == 2


def test_a_device_with_two_addresses_is_one_sighting_and_does_not_change_every_night(site: Site) -> None:
    twice = [observe(1, target="10.1.0.5"), observe(1, target="10.1.0.6")]
    store(site, twice)
    stored = store(site, twice, night=1)
    assert stored.counts["unchanged"] == 1
    assert count(Sighting) == 1
    assert count(SightingRevision) == 0


def twins() -> list[Observation]:
    """Two printers that state one serial number, each with a MAC address of its own."""
    serial = Identifier("serial", "SN000001", "lexmark")
    return [
        observe(1, target=f"10.1.0.{n}", facts={"name": f"imp-{n}"},
                identifiers=(serial, Identifier("base_mac", f"00:1b:2c:00:00:0{n}")))
        for n in (5, 6)
    ]  # fmt: skip


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_two_devices_that_state_one_serial_number_are_two_sightings(
    site: Site, *, in_one_batch: bool
) -> None:
    run, both = new_run(site), twins()
    for batch in [both] if in_one_batch else [[one] for one in both]:
        stored = store(site, batch, run=run)
        assert stored.same == []
    rows = db.session.scalars(select(Sighting).order_by(Sighting.id)).all()
    assert [(row.source_key, row.target) for row in rows] == [
        ("serial:lexmark:SN000001", "10.1.0.5"),
        ("serial:lexmark:SN000001 beside 00:1b:2c:00:00:06", "10.1.0.6"),
    ]
    assert rows[1].observation["facts"]["serial"] == "SN000001"


def test_they_stay_apart_whoever_answers_first_the_next_night(site: Site) -> None:
    store(site, twins())
    stored = store(site, twins()[::-1], night=1)
    assert stored.counts == {"unchanged": 2, "seen": 2}
    assert store(site, twins()[1:], night=2).counts == {"unchanged": 1, "seen": 1}
    assert count(Sighting) == 2
    assert count(SightingRevision) == 0


def test_a_second_address_of_the_second_is_a_further_address_of_it(site: Site) -> None:
    first, second = twins()
    again = replace(second, target="10.1.0.7")
    stored = store(site, [first, second, again])
    (same,) = stored.same
    assert (same.target, same.moved_from) == ("10.1.0.7", "10.1.0.6")


def test_a_stranger_with_a_known_serial_number_elsewhere_is_kept_apart_from_the_first_night(
    site: Site,
) -> None:
    first, second = twins()
    store(site, [first])
    assert store(site, [second], night=1).counts == {"new": 1, "seen": 1}


def test_a_device_whose_network_card_was_replaced_is_the_same_where_it_stood(site: Site) -> None:
    first, second = twins()
    store(site, [first])
    assert store(site, [replace(second, target=first.target)], night=1).counts == {"changed": 1, "seen": 1}
    assert count(Sighting) == 1


def test_a_device_that_moves_and_is_renamed_is_the_same_by_its_mac(site: Site) -> None:
    first, second = twins()
    store(site, [first])
    moved = replace(second, identifiers=first.identifiers)
    assert store(site, [moved], night=1).counts == {"moved": 1, "seen": 1}


def test_the_same_addresses_at_two_sites_are_two_things(cast: Cast, site: Site) -> None:
    other = create_site(cast.pessac)
    same = observe(1, source_key="address:192.168.0.1", target="192.168.0.1")
    store(site, [same])
    assert store(other, [same]).counts["new"] == 1
    assert count(Sighting) == 2


def test_the_site_is_the_run_s_own_whatever_the_observation_claims(cast: Cast, site: Site) -> None:
    store(site, [observe(1, site="PESSAC")])
    assert only().site_code == only().observation["site"] == site.code


def test_what_was_absent_and_is_seen_again_is_reconciled_again(site: Site) -> None:
    store(site, [observe(1)])
    with transaction():
        sightings.mark_absent([only().id], AT)
    stored = store(site, [observe(1)], night=1)
    assert stored.counts["returned"] == 1
    assert stored.to_reconcile == [only().id]
    assert only().absent_since is None


def test_a_range_given_to_another_entity_moves_what_it_holds(cast: Cast, site: Site) -> None:
    store(site, [observe(1)])
    room = create_location(cast.pessac)
    stored = store(site, [observe(1)], night=1, place=Placement(cast.pessac.id, room.id))
    assert stored.moved == stored.to_reconcile == [only().id]
    assert (only().entity_id, only().location_id) == (cast.pessac.id, room.id)


def test_the_credential_that_opened_a_device_is_remembered_and_is_no_change_of_it(
    cast: Cast, site: Site
) -> None:
    credential = create_credential(cast.le_bouscat)
    ids = {"public v2": credential.id}
    store(site, [observe(1)])
    stored = store(site, [observe(1, evidence={"credential": "public v2"})], night=1, credential_ids=ids)
    assert stored.counts["unchanged"] == 1
    assert only().credential_id == credential.id
    assert "public v2" not in str(only().observation)


def test_whoever_empties_the_digest_has_the_sighting_reconciled_again(site: Site) -> None:
    store(site, [observe(1)])
    with transaction():
        db.session.get_one(Sighting, only().id).digest = ""
    assert store(site, [observe(1)], night=1).to_reconcile == [only().id]
    assert count(SightingRevision) == 0


def test_thousands_at_once_are_stored_in_one_call(site: Site) -> None:
    many = [observe(n) for n in range(1200)]
    assert store(site, many).counts["new"] == 1200
    assert store(site, many, night=1).counts["unchanged"] == 1200


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE sighting; --",
        "x" * 4000,
        "\u202eimp\u0000\ud83dé",
    ],
)
def test_hostile_text_changes_nothing_but_itself(site: Site, text: str) -> None:
    stored = store(site, [observe(1, facts={"name": text}, source_key=text, target=text)])
    assert stored.counts["new"] == 1
    expected = "impé" if "\0" in text else text
    assert only().observation["facts"]["name"] == expected
    assert len(only().target) <= 255
    assert len(only().source_key) <= 200


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("serial:Dell:5CG1234", "serial number 5CG1234"),
        ("serial:Dell:5CG1234 beside 00:1b:a9:00:00:01", "serial number 5CG1234, and 00:1b:a9:00:00:01"),
        ("address:10.1.0.7", "address 10.1.0.7"),
        ("guid:9a37", "directory GUID 9a37"),
        ("of:another", "of:another"),
    ],
)
def test_what_a_thing_is_known_by_is_said_in_words(app: Flask, key: str, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert presentation.known_by(key) == said


def test_hardware_leaves_out_what_the_record_says_already(app: Flask) -> None:
    seen = Sighting(observation={"facts": {"os_name": "Windows 11", "os_version": "10.0", "firmware": "1.0"}})
    system = {"os_name": "Windows 11 10.0", "os_version": "Windows 11 10.0"}
    with app.test_request_context():
        other = presentation.hardware_panel(seen, {**system, "firmware": "11.0"})
        assert other is not None
        assert [value for _label, value in other["rows"]] == ["1.0"]
        assert presentation.hardware_panel(seen, {**system, "firmware": "1.0"}) is None
