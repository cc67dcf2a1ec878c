"""Nights of sightings become assets, people and questions, and can be undone."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from inventory.assets import services as assets
from inventory.assets.models import Asset, AssetIdentifier, Provenance
from inventory.assets.states import SourceKind, State
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.audit.undo import undo
from inventory.catalog import merging
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import db, transaction
from inventory.discovery.models import Run, Sighting, SightingRevision
from inventory.organization import services as organization
from inventory.organization.models import Person
from inventory.reconciliation.models import Link, Review, ReviewKind, ReviewState
from scanners.observation import Observation
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import (
    FIRST_NIGHT,
    device,
    every_asset,
    lab_agent,
    night,
    only,
    open_reviews,
    person,
    printer,
)

ALICE = Actor("user", "alice", "Alice Martin")


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.SWITCH, Kind.LAPTOP, Kind.COMPUTER, Kind.OTHER, Kind.ROUTER):
        factories.create_category(kind)


def change_set_of(run: Run) -> ChangeSet:
    return db.session.get_one(ChangeSet, run.change_set_id)


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_printer_becomes_an_asset_of_its_ranges_entity(cast: Cast) -> None:
    run = night(cast.le_bouscat, [printer(1, firmware="1.2")])
    asset = only(Asset)
    assert (asset.serial, asset.name, asset.firmware) == ("VNB3K00001", "imp-1", "1.2")
    assert (asset.entity_id, asset.state) == (cast.le_bouscat.id, State.IN_SERVICE)
    assert asset.category.kind is Kind.PRINTER
    assert (asset.manufacturer.name, asset.model.name) == ("HP", "LaserJet M404")
    assert (asset.last_seen.last_seen_by, asset.last_seen_at) == (SourceKind.SNMP, run.started_at)
    assert run.outcome["assets_created"] == 1


def test_each_field_says_who_said_it(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1, firmware="1.2")])
    rows = {row.field: row for row in db.session.scalars(select(Provenance))}
    assert rows["serial"].source is SourceKind.SNMP
    assert {"name", "serial", "manufacturer_id", "model_id", "firmware", "category_id"} <= set(rows)
    assert not any(row.pinned for row in rows.values())


@pytest.mark.parametrize("batch", [1, 2, 200])
@pytest.mark.parametrize("unread", [None, 1, 3, 4])
def test_six_agents_are_six_assets_and_stay_six(cast: Cast, batch: int, unread: int | None) -> None:
    agents = [lab_agent(n) for n in range(1, 7)]
    random.Random(unread).shuffle(agents)
    night(cast.le_bouscat, agents, batch=batch)
    assert count(Asset) == 6
    night(cast.le_bouscat, [lab_agent(n, serial=n != unread) for n in range(1, 7)], number=2, batch=batch)
    night(cast.le_bouscat, agents, number=3, batch=batch, whole=True)
    assert count(Asset) == 6
    assert open_reviews() == []


@pytest.mark.parametrize("unread", [1, 2, 3, 4, 5])
def test_six_agents_are_six_even_when_a_serial_is_not_read_the_first_night(cast: Cast, unread: int) -> None:
    night(cast.le_bouscat, [lab_agent(n, serial=n != unread) for n in range(1, 7)], batch=2)
    night(cast.le_bouscat, [lab_agent(n) for n in range(1, 7)], number=2, batch=3)
    assert sorted(asset.serial for asset in every_asset()) == [f"LAB{n:05d}" for n in range(1, 7)]
    assert open_reviews() == []


def test_an_unchanged_night_writes_nothing_but_dates(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(n) for n in range(1, 4)])
    before = count(AuditRecord)
    run = night(cast.le_bouscat, [printer(n) for n in range(1, 4)], number=2)
    assert count(AuditRecord) == before
    assert {asset.last_seen_at for asset in every_asset()} == {run.started_at}
    assert "assets_updated" not in run.outcome


def test_a_changed_night_updates_the_asset(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1, firmware="1.2")])
    run = night(cast.le_bouscat, [printer(1, firmware="1.3")], number=2)
    assert only(Asset).firmware == "1.3"
    assert run.outcome["assets_updated"] == 1


def test_two_addresses_of_a_new_router_are_one_asset(cast: Cast) -> None:
    def side(n: int) -> Any:
        return device(f"address:10.0.{n}.1", "engine_id:8000abcd03", "base_mac:3c:52:82:00:00:01",
                      f"ip:10.0.{n}.1@LBX", kind="router", name="core")  # fmt: skip

    night(cast.le_bouscat, [side(1), side(2)])
    assert count(Asset) == 1
    assert count(Link) == 2


def test_a_switch_without_a_serial_does_not_double_at_night(cast: Cast) -> None:
    switch = device("address:10.0.0.9", "engine_id:8000abcd03", "name:sw@LBX", kind="switch", name="sw")
    night(cast.le_bouscat, [switch])
    renamed = device("address:10.0.0.9", "engine_id:8000abcd03", "name:sw2@LBX", kind="switch", name="sw2")
    night(cast.le_bouscat, [renamed], number=2)
    assert only(Asset).name == "sw2"


def test_a_pinned_field_keeps_the_persons_value_and_the_machines_beside_it(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1)])
    asset = only(Asset)
    with transaction():
        assets.update_asset(asset, {"name": "Accueil"}, actor=ALICE)
    night(cast.le_bouscat, [printer(1, name="imp-new")], number=2)
    assert asset.name == "Accueil"
    said = {row.source: row.display for row in assets.claims_of(asset, ["name"])["name"]}
    assert said == {SourceKind.PERSON: "Accueil", SourceKind.SNMP: "imp-new"}
    assert open_reviews() == []


def test_a_pinned_serial_that_the_device_denies_is_asked_about_and_the_link_stays(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1)])
    asset = only(Asset)
    with transaction():
        assets.update_asset(asset, {"serial": "VNB3K99999"}, actor=ALICE)
    night(cast.le_bouscat, [printer(1, firmware="2")], number=2)
    assert only(Asset).serial == "VNB3K99999"
    (review,) = open_reviews()
    assert review.kind is ReviewKind.CONFLICT
    assert review.details == {"field": "serial", "kept": "VNB3K99999", "seen": "VNB3K00001"}


def test_a_machine_never_says_a_state(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1)])
    asset = only(Asset)
    with transaction():
        assets.change_state(asset, State.RETIRED, actor=ALICE)
    night(cast.le_bouscat, [printer(1, firmware="2")], number=2)
    assert only(Asset).state is State.RETIRED


def test_a_vague_kind_does_not_overwrite_a_category(cast: Cast) -> None:
    laptop = device("guid:1", "serial:A1B2C3D@Dell", kind="laptop", manufacturer="Dell")
    night(cast.le_bouscat, [laptop])
    vague = device("guid:1", "serial:A1B2C3D@Dell", kind="computer", manufacturer="Dell")
    night(cast.le_bouscat, [vague], number=2)
    assert only(Asset).category.kind is Kind.LAPTOP


def test_a_better_kind_refines_a_vague_category(cast: Cast) -> None:
    night(cast.le_bouscat, [device("k", "serial:A1B2C3D@Dell", kind="computer", manufacturer="Dell")])
    night(cast.le_bouscat, [device("k", "serial:A1B2C3D@Dell", kind="laptop", manufacturer="Dell")], number=2)
    assert only(Asset).category.kind is Kind.LAPTOP


def test_a_device_that_says_nothing_of_its_own_is_asked_about_once(cast: Cast) -> None:
    thing = device("address:10.0.0.7", "ip:10.0.0.7@LBX", kind="switch")
    night(cast.le_bouscat, [thing])
    night(cast.le_bouscat, [thing], number=2)
    assert count(Asset) == 0
    (review,) = open_reviews()
    assert review.kind is ReviewKind.UNKNOWN_DEVICE
    assert review.entity_id == cast.le_bouscat.id


def test_a_question_whose_cause_has_gone_is_no_longer_asked(cast: Cast) -> None:
    night(cast.le_bouscat, [device("address:10.0.0.7", "ip:10.0.0.7@LBX", kind="switch")])
    with_serial = device("address:10.0.0.7", "serial:FOC1234A5B6@Cisco", kind="switch", manufacturer="Cisco")
    night(cast.le_bouscat, [with_serial], number=2)
    assert count(Asset) == 1
    assert only(Review).state is ReviewState.OBSOLETE


def test_an_open_question_is_decided_again_when_the_asset_was_typed_meanwhile(cast: Cast) -> None:
    bare = device("address:10.0.0.7", "serial:FOC1234A5B6@Cisco", manufacturer="Cisco")
    night(cast.le_bouscat, [bare])
    assert [one.kind for one in open_reviews()] == [ReviewKind.UNKNOWN_DEVICE]
    maker = factories.create_manufacturer(name="Cisco Systems", key="Cisco")
    factories.create_asset(cast.le_bouscat, serial="FOC1234A5B6", manufacturer_id=maker.id)
    night(cast.le_bouscat, [bare], number=2)
    assert open_reviews() == []
    assert only(Link).asset_id == only(Asset).id


def test_a_serial_said_under_a_maker_that_was_merged_is_one_of_the_maker_that_was_kept(cast: Cast) -> None:
    kept = factories.create_manufacturer(name="Elo", key="Elo")
    gone = factories.create_manufacturer(name="Elo Touch Screens", key="Elo Touch Screens")
    versions = {row.public_id: row.version for row in (kept, gone)}
    with transaction():
        merging.merge_manufacturers(kept, [gone], actor=ALICE, versions=versions)
    factories.create_asset(cast.le_bouscat, serial="E15C012345", manufacturer_id=kept.id)
    said = "serial:E15C012345@Elo Touch Screens"
    night(
        cast.le_bouscat, [device("k", said, kind="computer", manufacturer="Elo Touch Screens", model="1509L")]
    )
    assert only(Link).asset_id == only(Asset).id
    assert only(Asset).manufacturer is kept
    assert open_reviews() == []


def test_a_name_alone_asks_and_makes_nothing(cast: Cast) -> None:
    category = db.session.scalar(select(Asset.category_id)) or factories.create_category(Kind.LAPTOP).id
    with transaction():
        typed = assets.create_asset(
            {
                "entity_id": cast.le_bouscat.id,
                "category_id": category,
                "name": "PC-12",
                "state": "in_service",
            },
            actor=ALICE,
        )
    computer = device(
        "guid:1", "directory_guid:g-1", "name:pc-12@LBX", source="ldap", kind="computer", name="pc-12"
    )
    night(cast.le_bouscat, [computer])
    (review,) = open_reviews()
    assert (review.kind, review.candidate_ids) == (ReviewKind.POSSIBLE_MATCH, [typed.id])
    assert count(Asset) == 1


def test_two_sources_of_one_file_do_not_double_a_computer(cast: Cast) -> None:
    night(
        cast.le_bouscat,
        [
            device(
                "guid:1", "directory_guid:g-1", "name:pc-12@LBX", source="ldap", kind="computer", name="pc-12"
            ),
            device("agent-1", "serial:A1B2C3D@Dell", "name:pc-12@LBX", source="glpi", kind="laptop"),
        ],
    )
    assert only(Asset).serial == "A1B2C3D"
    assert [one.kind for one in open_reviews()] == [ReviewKind.POSSIBLE_MATCH]


def test_seen_in_another_commune_is_asked_about_and_nothing_moves(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1)])
    night(cast.pessac, [printer(1, firmware="2")], number=2)
    assert only(Asset).entity_id == cast.le_bouscat.id
    (review,) = open_reviews()
    assert review.kind is ReviewKind.OTHER_ENTITY
    assert review.details["seen_entity_id"] == cast.pessac.id


def test_seen_in_the_commune_of_its_school_is_no_question(cast: Cast) -> None:
    night(cast.ccas, [printer(1)])
    night(cast.le_bouscat, [printer(1, firmware="2")], number=2)
    assert open_reviews() == []


def test_what_a_whole_reading_misses_is_asked_about_without_a_change_of_state(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1), printer(2)])
    night(cast.le_bouscat, [printer(1)], number=2, whole=True)
    (review,) = open_reviews()
    assert review.kind is ReviewKind.VANISHED
    assert review.asset.serial == "VNB3K00002"
    assert review.asset.state is State.IN_SERVICE


def test_a_partial_reading_concludes_nothing(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1), printer(2)])
    night(cast.le_bouscat, [printer(1)], number=2, whole=False)
    assert open_reviews() == []


def test_what_comes_back_is_no_longer_asked_about(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1), printer(2)])
    night(cast.le_bouscat, [printer(1)], number=2, whole=True)
    night(cast.le_bouscat, [printer(1), printer(2)], number=3, whole=True)
    assert open_reviews() == []


def test_an_address_taken_by_another_device_leaves_a_question_about_the_old_one(cast: Cast) -> None:
    night(
        cast.le_bouscat, [device("address:10.0.0.9", "base_mac:3c:52:82:00:00:01", kind="switch", name="old")]
    )
    night(
        cast.le_bouscat,
        [device("address:10.0.0.9", "base_mac:3c:52:82:00:00:02", kind="switch", name="new")],
        number=2,
    )
    old, new = every_asset()
    assert only(Link).asset_id == new.id
    assert [(one.kind, one.asset_id) for one in open_reviews()] == [(ReviewKind.VANISHED, old.id)]


def test_undoing_a_run_removes_what_it_made_and_the_next_night_makes_it_again(cast: Cast) -> None:
    run = night(cast.le_bouscat, [printer(1), device("address:10.0.0.7", "ip:10.0.0.7@LBX", kind="switch")])
    with transaction():
        undo(change_set_of(run), actor=ALICE)
    assert [count(model) for model in (Asset, Link, Review, AssetIdentifier, Provenance)] == [0, 0, 0, 0, 0]
    night(cast.le_bouscat, [printer(1)], number=2)
    assert count(Asset) == 1


def computer(signed_on: datetime) -> Observation:
    """A computer as a directory lists it."""
    return device("guid:pc-1", "directory_guid:pc-1", source="ldap", kind="desktop", name="pc-1",
                  last_logon_at=signed_on.isoformat())  # fmt: skip


def test_a_computer_that_does_nothing_but_sign_on_again_was_seen_then(cast: Cast) -> None:
    first, again = FIRST_NIGHT, FIRST_NIGHT + timedelta(days=20)
    night(cast.le_bouscat, [computer(first)], number=1)
    told = count(AuditRecord)
    run = night(cast.le_bouscat, [computer(again)], number=21)
    asset = only(Asset)
    db.session.expire_all()
    assert (asset.last_seen_at, asset.last_seen.last_seen_by) == (again, SourceKind.LDAP)
    assert (run.outcome, count(SightingRevision)) == ({"unchanged": 1}, 0), "which is no news"
    assert count(AuditRecord) == told
    night(cast.le_bouscat, [computer(again)], number=30)
    db.session.expire_all()
    assert asset.last_seen_at == again, "to be listed is not to be seen"


def test_a_sign_of_life_from_the_future_is_a_wrong_clock(cast: Cast) -> None:
    night(cast.le_bouscat, [computer(FIRST_NIGHT)], number=1)
    night(cast.le_bouscat, [computer(FIRST_NIGHT + timedelta(days=9000))], number=2)
    db.session.expire_all()
    assert only(Asset).last_seen_at == FIRST_NIGHT


def test_undoing_a_run_restores_what_it_changed(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1, firmware="1")])
    run = night(cast.le_bouscat, [printer(1, firmware="2", name="other")], number=2)
    with transaction():
        undo(change_set_of(run), actor=ALICE)
    asset = only(Asset)
    assert (asset.firmware, asset.name) == ("1", "imp-1")


def test_merging_two_assets_moves_their_links_and_questions(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(1), printer(2)])
    one, two = every_asset()
    with transaction():
        assets.merge(one, two, actor=ALICE)
    assert {link.asset_id for link in db.session.scalars(select(Link))} == {one.id}


def test_a_hundred_printers_cost_the_same_number_of_look_ups_as_ten(cast: Cast) -> None:
    from sqlalchemy import event

    night(cast.le_bouscat, [printer(n) for n in range(1, 101)])
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    counts = []
    for size, number in ((10, 2), (100, 3)):
        statements.clear()
        connection = db.session.connection()
        event.listen(connection.engine, "before_cursor_execute", note)
        try:
            night(cast.le_bouscat, [printer(n) for n in range(1, size + 1)], number=number)
        finally:
            event.remove(connection.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]


class TestPeople:
    def test_a_person_is_made_once_and_renamed(self, cast: Cast) -> None:
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy", email="a.roy@example.org")])
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy-Petit", login="aroy")], number=2)
        found = only(Person)
        assert (found.display_name, found.login, found.directory_guid) == ("Anne Roy-Petit", "aroy", "g-1")
        assert found.entity_id == cast.le_bouscat.id
        assert found.pinned_fields == []

    def test_a_name_in_common_makes_nobody_the_same(self, cast: Cast) -> None:
        night(
            cast.le_bouscat, [person("g-1", display_name="Anne Roy"), person("g-2", display_name="Anne Roy")]
        )
        assert count(Person) == 2

    def test_what_a_person_edited_stays(self, cast: Cast) -> None:
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy", phone="1")])
        with transaction():
            organization.update_person(only(Person), {"phone": "42"}, version=None, actor=ALICE)
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy", phone="2", title="DGS")], number=2)
        found = only(Person)
        assert (found.phone, found.title) == ("42", "DGS")

    def test_a_move_to_another_branch_moves_the_person(self, cast: Cast) -> None:
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy")])
        night(cast.pessac, [person("g-1", display_name="Anne Roy")], number=2)
        assert only(Person).entity_id == cast.pessac.id

    def test_somebody_typed_before_is_recognised_by_the_mail_address(self, cast: Cast) -> None:
        typed = factories.create_person(cast.ccas, display_name="A. Roy", email="A.Roy@example.org")
        night(cast.le_bouscat, [person("g-1", display_name="Anne Roy", email="a.roy@example.org")])
        assert only(Person).id == typed.id
        assert typed.directory_guid == "g-1"

    def test_who_is_no_longer_listed_is_absent_and_not_deleted(self, cast: Cast) -> None:
        both = [person("g-1", display_name="Anne"), person("g-2", display_name="Bob")]
        night(cast.le_bouscat, both)
        night(cast.le_bouscat, both[:1], number=2, whole=True)
        absent = {
            row.display_name: row.absent_since is not None for row in db.session.scalars(select(Person))
        }
        assert absent == {"Anne": False, "Bob": True}
        night(cast.le_bouscat, both, number=3, whole=True)
        assert all(row.absent_since is None for row in db.session.scalars(select(Person)))

    def test_a_nameless_account_has_its_login_for_a_name(self, cast: Cast) -> None:
        night(cast.le_bouscat, [person("g-1", login="svc-scan")])
        assert only(Person).display_name == "svc-scan"


def test_hostile_texts_are_cut_and_change_nothing_else(cast: Cast) -> None:
    night(
        cast.le_bouscat,
        [
            printer(
                1,
                name="<script>" * 100,
                description="=cmd()" * 100,
                firmware="x" * 255,
                model="m" * 255,
                manufacturer="HP",
            )
        ],
    )
    asset = only(Asset)
    assert len(asset.name) == 120
    assert asset.name.startswith("<script>")


def test_a_sighting_of_a_system_actor_can_be_reconciled_alone(cast: Cast) -> None:
    from inventory.reconciliation import services

    night(cast.le_bouscat, [printer(1)])
    with transaction():
        outcome = services.reconcile([only(Sighting).id], actor=SYSTEM)
    assert (outcome.assets_created, outcome.assets_updated, outcome.linked) == (0, 0, 1)
