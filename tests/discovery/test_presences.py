"""What is seen and not identified: kept apart, matched but never merged, hidden, made equipment, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from inventory.assets import services as assets
from inventory.assets.models import Asset, AssetIdentifier
from inventory.assets.states import SourceKind, State
from inventory.audit.models import AuditRecord
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.errors import Invalid, Refused
from inventory.discovery import launching, noticing, presences, queries, runs, settling
from inventory.discovery.jobs import PURGE
from inventory.discovery.models import Presence, Run, RunKind, Sighting, Site
from inventory.discovery.presences import Noticing
from inventory.discovery.sightings import Origin, Placement
from inventory.jobs import leases, services
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobState
from inventory.organization import settings
from scanners.observation import Identifier, Interface, Observation, Resolved
from scanners.presence import Hint, Name
from scanners.presence import Presence as Noticed
from tests.discovery.making import AT, create_credential, create_range, create_site, observe
from tests.factories import Cast, create_asset, create_category

pytestmark = pytest.mark.usefixtures("database")
BROTHER, OTHER = "00:1b:a9:00:00:01", "00:1b:a9:00:00:02"


def notice(address: str = "10.1.0.7", mac: str | None = BROTHER, **values: Any) -> Noticed:
    return Noticed("", address, AT, values.pop("means", ("icmp",)), mac, **values)


@pytest.fixture
def site(cast: Cast) -> Site:
    return create_site(cast.le_bouscat, name="Hôtel de ville")


def open_run(site: Site) -> Run:
    with transaction():
        subject = runs.Subject(RunKind.SNMP, "Bureaux", "10.1.0.0/24", site.entity_id, site_id=site.id)
        return runs.open_run(subject)


def keep(site: Site, *found: Noticed, run: Run | None = None) -> Run:
    run = run or open_run(site)
    with transaction():
        place = (site.entity_id, None)
        origin = Noticing(run.id, site.id, site.code, clock.now(), lambda _one: place)
        presences.keep(found, origin)
    return run


def take_in(site: Site, *observations: Observation) -> Run:
    run = open_run(site)
    with transaction():
        run = db.session.get_one(Run, run.id)
        origin = Origin(run.id, site.code, clock.now(), lambda _one: Placement(site.entity_id))
        runs.take_in(run, observations, origin)
        runs.close(run, complete=True)
    return run


def kept() -> list[Presence]:
    return list(db.session.scalars(select(Presence).order_by(Presence.id)))


def owner_of(cast: Cast, *identifiers: Identifier) -> Asset:
    asset = create_asset(cast.le_bouscat, create_category())
    with transaction():
        assets.record_identifiers(asset, identifiers, source=SourceKind.SNMP, at=AT)
    return asset


def test_what_is_noticed_is_no_equipment(site: Site) -> None:
    keep(site, notice(names=(Name("imp-accueil.mairie.example", "dns"),), maker="Brother"))
    (row,) = kept()
    assert (row.key, row.name, row.maker) == (f"mac:{BROTHER}", "imp-accueil.mairie.example", "Brother")
    assert row.asset_id is None
    assert db.session.scalar(select(func.count()).select_from(Asset)) == 0


def test_the_same_again_moves_the_last_date_alone(site: Site) -> None:
    keep(site, notice())
    first = kept()[0].first_seen_at
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        keep(site, notice(), notice(address="10.1.0.9"))
        (row,) = kept()
        assert (row.first_seen_at, row.last_seen_at) == (first, clock.now())
        assert (row.address, row.addresses) == ("10.1.0.9", ["10.1.0.9", "10.1.0.7"])


def test_the_same_network_at_two_sites_holds_two_things(cast: Cast, site: Site) -> None:
    elsewhere = create_site(cast.pessac, name="Mairie de Pessac")
    for one in (site, elsewhere):
        keep(one, notice("192.168.0.10", None, names=(Name("nas", "dns"),)))
    assert [(row.site_id, row.address, row.name) for row in kept()] == [
        (site.id, "192.168.0.10", "nas"),
        (elsewhere.id, "192.168.0.10", "nas"),
    ]


def test_an_address_that_turns_out_to_have_a_mac_stays_one_row(site: Site) -> None:
    keep(site, notice(mac=None))
    keep(site, notice())
    (row,) = kept()
    assert (row.key, row.mac) == (f"mac:{BROTHER}", BROTHER)


def test_an_address_alone_stands_for_who_was_met_there_last(site: Site) -> None:
    keep(site, notice())
    keep(site, notice(mac=None, means=("icmp",), hints=(Hint("port", "9100"),)))
    (row,) = kept()
    assert row.hints == [{"code": "port", "text": "9100"}]
    assert row.guess == "raw_printing"


def test_a_row_for_an_address_gives_way_to_the_row_of_its_mac_and_stays_hidden(site: Site) -> None:
    keep(site, notice("10.1.0.8", None), notice("10.1.0.7", BROTHER))
    with transaction():
        settling.hide([kept()[0]], "Téléphone du gardien", actor=SYSTEM)
    keep(site, notice("10.1.0.8", BROTHER))
    (row,) = kept()
    assert (row.key, row.hidden_reason) == (f"mac:{BROTHER}", "Téléphone du gardien")


def test_what_is_not_asked_again_is_not_forgotten(site: Site) -> None:
    keep(site, notice(hints=(Hint("ssh", "SSH-2.0-dropbear"),), names=(Name("cam", "wsd"),)))
    keep(site, notice(names=(Name("cam.example", "dns"),)))
    (row,) = kept()
    assert row.hints == [{"code": "ssh", "text": "SSH-2.0-dropbear"}]
    assert row.name == "cam"


def test_a_mac_of_equipment_confirms_it_and_moves_its_last_date(cast: Cast, site: Site) -> None:
    asset = owner_of(cast, Identifier("mac", BROTHER))
    run = keep(site, notice())
    (row,) = kept()
    assert (row.asset_id, row.matched_by) == (asset.id, "mac")
    db.session.refresh(asset)
    assert asset.last_seen is not None
    assert (asset.last_seen_at, asset.last_seen.last_seen_by) == (row.last_seen_at, SourceKind.SNMP)
    assert queries.noticed_in(run) == {"noticed": 0, "noticed_new": 0, "confirmed": 1}


def test_confirming_changes_nothing_else_of_the_equipment(cast: Cast, site: Site) -> None:
    asset = owner_of(cast, Identifier("mac", BROTHER))
    before = (asset.name, asset.version, asset.state, db.session.scalar(select(func.count(AuditRecord.id))))
    keep(site, notice("10.1.0.200", names=(Name("autre-nom", "dns"),)))
    db.session.refresh(asset)
    after = (asset.name, asset.version, asset.state)
    assert after == before[:3]
    assert db.session.scalar(
        select(func.count(AuditRecord.id)).where(AuditRecord.object_type == "asset")
    ) == (
        db.session.scalar(
            select(func.count(AuditRecord.id)).where(
                AuditRecord.object_type == "asset", AuditRecord.object_id == asset.public_id
            )
        )
    )
    values = db.session.scalars(select(AssetIdentifier.value).where(AssetIdentifier.asset_id == asset.id))
    assert list(values) == [BROTHER]


def test_a_mac_that_two_things_share_confirms_neither(cast: Cast, site: Site) -> None:
    for _ in range(2):
        owner_of(cast, Identifier("mac", BROTHER))
    keep(site, notice())
    assert kept()[0].asset_id is None


def test_an_address_of_equipment_confirms_weakly_and_moves_no_date(cast: Cast, site: Site) -> None:
    asset = owner_of(cast, Identifier("ip", "10.1.0.7", site.code))
    keep(site, notice(mac=None))
    (row,) = kept()
    assert (row.asset_id, row.matched_by) == (asset.id, "ip")
    db.session.refresh(asset)
    assert asset.last_seen_at is None


def test_an_address_of_equipment_at_another_site_says_nothing(cast: Cast, site: Site) -> None:
    owner_of(cast, Identifier("ip", "10.1.0.7", "ELSEWHERE"))
    keep(site, notice(mac=None))
    assert kept()[0].asset_id is None


def test_an_address_that_has_changed_hands_is_not_the_equipment_it_was(cast: Cast, site: Site) -> None:
    owner_of(cast, Identifier("ip", "10.1.0.7", site.code), Identifier("mac", OTHER))
    keep(site, notice(mac=BROTHER))
    assert kept()[0].asset_id is None


def router(*neighbours: Resolved, **values: Any) -> Observation:
    return observe(1, target="10.1.0.1", resolved=neighbours, **values)


def test_a_router_tells_of_its_neighbours_and_of_their_ipv6_addresses(site: Site) -> None:
    create_range(site, addresses="10.1.0.0/24")
    take_in(
        site,
        router(
            Resolved("10.1.0.7", BROTHER), Resolved("2001:db8::7", BROTHER), Resolved("2001:db8::8", OTHER)
        ),
    )
    first, second = kept()
    assert (first.address, first.addresses) == ("10.1.0.7", ["10.1.0.7", "2001:db8::7"])
    assert (second.address, second.mac) == ("2001:db8::8", OTHER)
    assert (first.means, first.told_by) == (["neighbour_table"], "imp-1")


def test_known_equipment_gets_its_ipv6_addresses_by_its_mac(cast: Cast, site: Site) -> None:
    asset = owner_of(cast, Identifier("mac", BROTHER))
    take_in(site, router(Resolved("2001:db8::7", BROTHER)))
    (row,) = queries.presences_of_asset(asset.id)
    assert row.addresses == ["2001:db8::7"]


def test_neighbours_outside_the_ranges_or_excluded_from_them_are_nobodys(site: Site) -> None:
    create_range(site, addresses="10.1.0.0/24", exclude="10.1.0.66")
    take_in(site, router(Resolved("10.9.9.9", BROTHER), Resolved("10.1.0.66", OTHER)))
    assert kept() == []


def test_neighbours_are_no_part_of_what_the_router_is(site: Site) -> None:
    create_range(site, addresses="10.1.0.0/24")
    plain, crowded = router(), router(Resolved("10.1.0.7", BROTHER))
    assert plain.digest() == crowded.digest()
    take_in(site, crowded)
    assert "resolved" not in db.session.scalars(select(Sighting)).one().observation


def test_a_router_is_not_its_own_neighbour(site: Site) -> None:
    create_range(site, addresses="10.1.0.0/24")
    own = Interface(index=1, mac=BROTHER)
    take_in(site, router(Resolved("10.1.0.7", BROTHER), interfaces=(own,)))
    assert kept() == []


def test_what_answers_by_snmp_later_is_identified_and_leaves_the_list(cast: Cast, site: Site) -> None:
    keep(site, notice("10.1.0.2", None))
    take_in(site, observe(1, target="10.1.0.2"))
    (row,) = kept()
    assert row.sighting_id == db.session.scalars(select(Sighting.id)).one()
    assert queries.noticed_in(open_run(site)) == {"noticed": 0, "noticed_new": 0, "confirmed": 0}


def test_a_presence_with_another_mac_is_not_what_now_answers_at_its_address(site: Site) -> None:
    keep(site, notice("10.1.0.2", BROTHER))
    take_in(site, observe(1, target="10.1.0.2"))
    assert kept()[0].sighting_id is None


def test_a_run_says_how_many_it_noticed_and_how_many_for_the_first_time(site: Site) -> None:
    with time_machine.travel(clock.now() - timedelta(days=1), tick=False):
        keep(site, notice())
    run = keep(site, notice(), notice("10.1.0.8", OTHER))
    with transaction():
        runs.close(db.session.get_one(Run, run.id), complete=True)
    assert db.session.get_one(Run, run.id).outcome == {"noticed": 2, "noticed_new": 1}


def test_hiding_needs_a_reason_and_is_recorded(site: Site) -> None:
    keep(site, notice())
    with pytest.raises(Invalid), transaction():
        settling.hide(kept(), "  ", actor=SYSTEM)
    with transaction():
        assert settling.hide(kept(), "Télévision de la cantine", actor=SYSTEM) == 1
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.object_type == "presence")).one()
    assert record.changes == {"hidden": [None, "Télévision de la cantine"]}
    keep(site, notice())
    assert kept()[0].hidden_reason == "Télévision de la cantine"


def test_what_is_hidden_can_be_shown_again(site: Site) -> None:
    keep(site, notice())
    with transaction():
        settling.hide(kept(), "Essai", actor=SYSTEM)
        assert settling.show_again(kept(), actor=SYSTEM) == 1
    assert (kept()[0].hidden_at, kept()[0].hidden_reason) == (None, "")


def test_equipment_made_of_a_presence_keeps_its_mac_and_is_met_by_it(site: Site) -> None:
    keep(site, notice())
    given = {"name": "imp-1", "category_id": create_category().id}
    with transaction():
        (asset,) = settling.make_equipment([(kept()[0], given)], actor=SYSTEM)
    assert (asset.name, asset.state, asset.entity_id) == ("imp-1", State.IN_SERVICE, site.entity_id)
    assert kept()[0].asset_id == asset.id
    keep(site, notice("10.1.0.99"))
    assert (kept()[0].asset_id, kept()[0].matched_by) == (asset.id, "mac")


def test_equipment_is_made_of_all_or_of_none(site: Site) -> None:
    keep(site, notice(), notice("10.1.0.8", OTHER))
    good = {"category_id": create_category().id}
    with pytest.raises(Invalid), transaction():
        settling.make_equipment([(kept()[0], good), (kept()[1], {"category_id": None})], actor=SYSTEM)
    assert [row.asset_id for row in kept()] == [None, None]


def test_equipment_is_not_made_twice_of_one_presence(site: Site) -> None:
    keep(site, notice())
    given = {"category_id": create_category().id}
    with transaction():
        settling.make_equipment([(kept()[0], given)], actor=SYSTEM)
    with pytest.raises(Invalid), transaction():
        settling.make_equipment([(kept()[0], given)], actor=SYSTEM)


def test_what_is_not_seen_for_long_is_forgotten_unless_it_was_hidden(site: Site) -> None:
    keep(site, notice(), notice("10.1.0.8", OTHER))
    with transaction():
        settling.hide([kept()[1]], "Essai", actor=SYSTEM)
    days = settling.KEPT_DAYS.default
    with time_machine.travel(clock.now() + timedelta(days=days - 1), tick=False), transaction():
        assert settling.purge() == 0
    with time_machine.travel(clock.now() + timedelta(days=days + 1), tick=False), transaction():
        assert settling.purge() == 1
    assert [row.mac for row in kept()] == [OTHER]


def test_an_entity_says_for_how_long_it_keeps_presences(cast: Cast, site: Site) -> None:
    keep(site, notice())
    with transaction():
        settings.change(cast.root, settling.KEPT_DAYS.name, 20, actor=SYSTEM)
    with time_machine.travel(clock.now() + timedelta(days=21), tick=False), transaction():
        assert settling.purge() == 1


def test_a_job_forgets_them_at_night(site: Site) -> None:
    keep(site, notice())
    with time_machine.travel(clock.now() + timedelta(days=settling.KEPT_DAYS.default + 1), tick=False):
        with transaction():
            job = services.enqueue(PURGE, {}, title="Upkeep")
            lease = leases.claim(None, "worker", job_id=job.id)
        assert lease
        execute(open_context(lease))
    db.session.rollback()
    assert (kept(), db.session.get_one(Job, job.id).state) == ([], JobState.DONE)


def test_an_address_of_a_device_that_answers_at_another_is_identified(site: Site) -> None:
    keep(site, notice("10.1.0.3", None))
    ports = (Interface(index=1, addresses=("10.1.0.2", "10.1.0.3")),)
    take_in(site, observe(1, target="10.1.0.2", interfaces=ports))
    assert kept()[0].sighting_id is not None


def test_scanning_again_asks_range_by_range_with_the_credentials_of_each(cast: Cast, site: Site) -> None:
    credential = create_credential(cast.le_bouscat)
    range_ = create_range(site, credential_ids=[credential.id])
    keep(site, *(notice(f"10.1.0.{n}", f"00:1b:a9:00:00:{n:02x}") for n in range(2, 100, 2)))
    with transaction():
        for row in kept():
            row.range_id = range_.id
    with transaction():
        started = launching.scan_presences(kept(), actor=SYSTEM)
    assert len(started) == 3
    assert sum(run.scope.count(".") // 3 for run in started) == 49
    assert all(len(run.scope) <= 255 for run in started)


def test_what_has_an_ipv6_address_alone_cannot_be_scanned_again(site: Site) -> None:
    keep(site, notice("2001:db8::7"))
    with pytest.raises(Refused), transaction():
        launching.scan_presences(kept(), actor=SYSTEM)


def test_a_look_asks_only_who_was_not_heard(site: Site, noticed: dict[str, Noticed]) -> None:
    from inventory.discovery import addresses

    for n in (1, 2, 3):
        noticed[f"10.1.0.{n}"] = notice(f"10.1.0.{n}", None)
    spans = addresses.parse("10.1.0.0/29")
    options = noticing.options_of(site, rate=0, timeout_ms=500, tcp_hints=False)
    looked = noticing.look(spans, ["10.1.0.2"], options, lambda: False)
    assert [one.address for one in looked if isinstance(one, Noticed)] == ["10.1.0.1", "10.1.0.3"]


def test_what_may_be_sent_is_what_the_site_and_the_range_allow(site: Site) -> None:
    usual = noticing.options_of(site, rate=100, timeout_ms=5000, tcp_hints=False)
    assert (usual.reverse_dns, usual.multicast, usual.tcp_hints, usual.timeout) == (True, False, False, 1.0)


def test_a_computer_known_by_its_name_alone_is_confirmed_weakly(cast: Cast, site: Site) -> None:
    asset = owner_of(cast, Identifier("name", "pc-0042"))
    keep(site, notice(names=(Name("PC-0042.mairie.example", "dns"),)))
    (row,) = kept()
    assert (row.asset_id, row.matched_by) == (asset.id, "name")
    db.session.refresh(asset)
    assert asset.last_seen_at is None


def test_a_name_says_nothing_of_something_else_with_another_mac(cast: Cast, site: Site) -> None:
    owner_of(cast, Identifier("name", "pc-0042"), Identifier("mac", OTHER))
    keep(site, notice(names=(Name("pc-0042", "dns"),)))
    assert kept()[0].asset_id is None


def test_what_a_thing_calls_itself_in_an_announcement_is_no_host_name(cast: Cast, site: Site) -> None:
    owner_of(cast, Identifier("name", "accueil"))
    keep(site, notice(names=(Name("accueil", "wsd"), Name("accueil", "certificate"))))
    assert kept()[0].asset_id is None
