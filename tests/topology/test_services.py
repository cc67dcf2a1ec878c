"""Nights of scanning tell where things hang, since when, and what moved; a run's undoing takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.audit.undo import undo
from inventory.catalog.kinds import Kind
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery.models import Run
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.states import LinkReason, Reason
from scanners.observation import Neighbour, WirelessClient
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import FIRST_NIGHT, night
from tests.topology.networks import CORE, EDGE, LAPTOP, PRINTER, mac, network, seen, switch


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (
        Kind.PRINTER,
        Kind.SWITCH,
        Kind.LAPTOP,
        Kind.ACCESS_POINT,
        Kind.WIRELESS_CONTROLLER,
        Kind.OTHER,
    ):
        factories.create_category(kind)


def named(name: str) -> Asset:
    return db.session.scalars(select(Asset).where(Asset.name == name)).one()


def places(name: str, *, present: bool = True) -> list[PortAttachment]:
    statement = select(PortAttachment).where(PortAttachment.asset_id == named(name).id)
    statement = statement.where(
        PortAttachment.until.is_(None) if present else PortAttachment.until.is_not(None)
    )
    return list(db.session.scalars(statement.order_by(PortAttachment.id)))


def spots(name: str, *, present: bool = True) -> list[tuple[str, str]]:
    return [(row.switch.name, row.port_name) for row in places(name, present=present)]


def moves_of(name: str) -> list[list[str]]:
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.object_id == named(name).public_id))
    return [record.changes["switch_port"] for record in records if "switch_port" in record.changes]


def change_set_of(run: Run) -> ChangeSet:
    return db.session.get_one(ChangeSet, run.change_set_id)


def test_a_night_tells_the_port_of_each_device_and_the_links_between_switches(cast: Cast) -> None:
    run = night(cast.le_bouscat, network())
    assert spots("imp-accueil") == [("sw-ecole", "Gi1/0/5")]
    assert spots("pc-compta") == [("sw-ecole", "Gi1/0/7")]
    row = places("imp-accueil")[0]
    assert (row.mac, row.vlan, row.reason, row.since) == (mac(PRINTER), 10, Reason.ALONE, run.started_at)
    links = db.session.scalars(select(SwitchLink).order_by(SwitchLink.switch_id)).all()
    assert {(one.switch.name, one.port_name, one.peer.name) for one in links} == {
        ("sw-mairie", "Gi1/0/24", "sw-ecole"), ("sw-ecole", "Gi1/0/1", "sw-mairie"),
    }  # fmt: skip
    assert run.outcome["located"] == 2
    assert "port_moves" not in run.outcome


def test_a_night_where_only_the_tables_moved_changes_nothing_else(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    run = night(cast.le_bouscat, network(laptop=(CORE, 3)), number=2)
    assert "changed" not in run.outcome
    assert run.outcome["unchanged"] == 4
    assert run.outcome["port_moves"] == 1


def test_a_device_that_stays_keeps_its_date_and_is_confirmed(cast: Cast) -> None:
    first = night(cast.le_bouscat, network())
    second = night(cast.le_bouscat, network(), number=2)
    row = places("imp-accueil")[0]
    db.session.refresh(row)
    assert (row.since, row.last_seen_at) == (first.started_at, second.started_at)
    assert len(places("imp-accueil", present=False)) == 0


def test_a_move_is_an_event_of_the_device_and_of_the_run(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    run = night(cast.le_bouscat, network(laptop=(CORE, 3)), number=2)
    assert spots("pc-compta") == [("sw-mairie", "Gi1/0/3")]
    assert spots("pc-compta", present=False) == [("sw-ecole", "Gi1/0/7")]
    assert places("pc-compta", present=False)[0].until == run.started_at
    assert moves_of("pc-compta") == [["sw-ecole Gi1/0/7", "sw-mairie Gi1/0/3"]]
    assert moves_of("imp-accueil") == []


def test_undoing_the_run_puts_the_device_back_and_it_can_be_done_again(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    run = night(cast.le_bouscat, network(laptop=(CORE, 3)), number=2)
    with transaction():
        undo(change_set_of(run), actor=SYSTEM)
    assert spots("pc-compta") == [("sw-ecole", "Gi1/0/7")]
    assert spots("pc-compta", present=False) == []
    night(cast.le_bouscat, network(laptop=(CORE, 3)), number=3)
    assert spots("pc-compta") == [("sw-mairie", "Gi1/0/3")]


def test_undoing_the_first_night_leaves_no_row_behind(cast: Cast) -> None:
    run = night(cast.le_bouscat, network())
    with transaction():
        undo(change_set_of(run), actor=SYSTEM)
    assert not db.session.scalars(select(PortAttachment)).all()
    assert not db.session.scalars(select(SwitchLink)).all()


def test_a_laptop_seen_beyond_a_link_only_did_not_move(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    without_edge = [one for one in network() if one.facts["name"] != "sw-ecole"]
    run = night(cast.le_bouscat, without_edge, number=2)
    assert spots("pc-compta") == [("sw-ecole", "Gi1/0/7")]
    assert "port_moves" not in run.outcome


def test_a_link_whose_address_aged_out_is_remembered_and_draws_nothing_to_it(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    quiet = [
        switch(CORE, "sw-mairie", {24: [LAPTOP]}),
        switch(EDGE, "sw-ecole", {5: [PRINTER]}),
        *network()[2:],
    ]
    night(cast.le_bouscat, quiet, number=2)
    assert spots("pc-compta") == [("sw-ecole", "Gi1/0/7")]
    assert all(one.until is None for one in db.session.scalars(select(SwitchLink)))


def test_a_switch_found_in_between_is_no_move_of_what_hangs_on_it(cast: Cast) -> None:
    night(cast.le_bouscat, [switch(CORE, "sw-mairie", {24: [PRINTER, LAPTOP]}), *network()[2:]])
    assert spots("imp-accueil") == [("sw-mairie", "Gi1/0/24")]
    assert places("imp-accueil")[0].reason is Reason.SHARED
    run = night(cast.le_bouscat, network(), number=2)
    assert spots("imp-accueil") == [("sw-ecole", "Gi1/0/5")]
    assert moves_of("imp-accueil") == []
    assert "port_moves" not in run.outcome


def test_a_neighbour_is_recognised_by_its_address_and_a_stranger_kept_by_name(cast: Cast) -> None:
    heard = [
        Neighbour(
            24, "lldp", "sw-2", "sw-ecole", remote_port="1", addresses=("10.0.0.2",), capabilities=("bridge",)
        ),
        Neighbour(20, "lldp", "00:11:22:33:44:55", "sw-gymnase", capabilities=("bridge",)),
    ]
    night(cast.le_bouscat, [switch(CORE, "sw-mairie", {}, heard), *network()[1:]])
    links = db.session.scalars(select(SwitchLink).where(SwitchLink.switch_id == named("sw-mairie").id))
    assert {(one.port_name, one.peer_name, one.reason, one.peer_id) for one in links} == {
        ("Gi1/0/24", "sw-ecole", LinkReason.ANNOUNCED, named("sw-ecole").id),
        ("Gi1/0/20", "sw-gymnase", LinkReason.NOT_READ, None),
    }


def test_roaming_between_access_points_is_no_move(cast: Cast) -> None:
    def controller(access_point: int) -> list[Any]:
        clients = (WirelessClient(mac(LAPTOP), mac(access_point), "mairie"),)
        return [
            seen(30, "wireless_controller", "wlc", clients=clients),
            seen(31, "access_point", "ap-1"), seen(32, "access_point", "ap-2"), seen(LAPTOP, "laptop", "pc-compta"),
        ]  # fmt: skip

    night(cast.le_bouscat, controller(31))
    assert [(row.switch.name, row.detail) for row in places("pc-compta")] == [("ap-1", "mairie")]
    run = night(cast.le_bouscat, controller(32), number=2)
    assert [row.switch.name for row in places("pc-compta")] == ["ap-2"]
    assert moves_of("pc-compta") == []
    assert "port_moves" not in run.outcome


def test_an_address_that_two_assets_claim_places_neither(cast: Cast) -> None:
    twin = seen(40, "printer", "imp-jumelle")
    cloned = device_with(twin, mac(PRINTER))
    night(cast.le_bouscat, [*network(), cloned])
    assert places("imp-jumelle") == []
    assert places("imp-accueil") == []


def device_with(observation: Any, address: str) -> Any:
    from dataclasses import replace

    from scanners.observation import Identifier

    named_by = tuple(one for one in observation.identifiers if one.kind != "base_mac")
    return replace(observation, identifiers=(*named_by, Identifier("mac", address)))


def test_a_merged_asset_keeps_its_place(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    kept = factories.create_asset(cast.le_bouscat, named("imp-accueil").category, serial="OTHER1")
    with transaction():
        assets.merge(kept, named("imp-accueil"), actor=SYSTEM)
    rows = db.session.scalars(select(PortAttachment).where(PortAttachment.mac == mac(PRINTER))).all()
    assert [(row.asset_id, row.until) for row in rows] == [(kept.id, None)]


def test_a_run_that_reads_no_switch_decides_nothing(cast: Cast) -> None:
    night(cast.le_bouscat, network())
    before = places("imp-accueil")[0].last_seen_at
    run = night(cast.le_bouscat, [seen(PRINTER, "printer", "imp-accueil")], number=2)
    assert run.started_at > FIRST_NIGHT
    db.session.expire_all()
    assert places("imp-accueil")[0].last_seen_at == before
