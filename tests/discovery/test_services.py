"""Sites, ranges, directories, branches and their schedules."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inventory.audit.models import AuditRecord
from inventory.core.access import SYSTEM, Access
from inventory.core.database import db, transaction
from inventory.core.errors import Forbidden, Invalid, NotFound, Refused, Stale
from inventory.core.permissions import Role
from inventory.discovery import launching, services
from inventory.discovery.models import CredentialKind, Run
from inventory.discovery.timing import Frequency, choice_of, cron_of
from inventory.jobs.models import Job, Schedule
from tests.discovery.making import (
    create_credential,
    create_directory,
    create_range,
    create_site,
    directory_values,
    everything,
    range_values,
)
from tests.factories import Cast, create_location

pytestmark = pytest.mark.usefixtures("database")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----"


def refused_field(act: Any, *arguments: Any, **values: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        act(*arguments, **values)
    return refusal.value.field


def test_a_site_s_code_is_its_own(cast: Cast) -> None:
    create_site(cast.le_bouscat, code="mairie")
    assert refused_field(create_site, cast.pessac, code="MAIRIE") == "code"


@pytest.mark.parametrize("code", ["", "salle 3", "É", "x" * 21, "<b>"])
def test_a_site_s_code_is_plain(cast: Cast, code: str) -> None:
    assert refused_field(create_site, cast.le_bouscat, code=code) == "code"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"addresses": "salle 3"}, "addresses"),
        ({"addresses": "10.0.0.0/8"}, "addresses"),
        ({"exclude": "10.1.0.0/16"}, "exclude"),
        ({"exclude": "x"}, "exclude"),
        ({"port": 0}, "port"),
        ({"rate": 0}, "rate"),
        ({"rate": None}, "rate"),
        ({"timeout_ms": 10}, "timeout_ms"),
        ({"retries": 6}, "retries"),
        ({"frequency": Frequency.DAILY, "at": "25:00"}, "at"),
        ({"frequency": Frequency.CUSTOM, "cron": ""}, "cron"),
        ({"frequency": Frequency.CUSTOM, "cron": "* * *"}, "cron"),
        ({"site_id": 0}, "site"),
    ],
)
def test_a_range_that_cannot_be_scanned_is_refused_beside_its_field(
    cast: Cast, values: dict[str, Any], field: str
) -> None:
    assert refused_field(create_range, create_site(cast.le_bouscat), **values) == field


def test_a_range_s_place_is_one_of_its_entity(cast: Cast) -> None:
    room = create_location(cast.pessac)
    assert refused_field(create_range, create_site(cast.le_bouscat), location_id=room.id) == "location"


def test_two_ranges_of_a_site_have_two_names(cast: Cast) -> None:
    site = create_site(cast.le_bouscat)
    create_range(site, name="Mairie")
    create_range(create_site(cast.pessac), name="Mairie")
    assert refused_field(create_range, site, name="Mairie") == "name"


def test_overlapping_ranges_of_one_site_are_shown_and_those_of_another_are_not(cast: Cast) -> None:
    site = create_site(cast.le_bouscat)
    first = create_range(site, addresses="10.1.0.0/24")
    second = create_range(site, addresses="10.1.0.200-10.1.1.9")
    create_range(site, addresses="10.9.0.0/24")
    create_range(create_site(cast.pessac), addresses="10.1.0.0/24")
    assert services.overlapping(first) == [(second, 55)]


def test_a_range_read_every_night_has_a_schedule_in_its_site_s_time_zone(cast: Cast) -> None:
    site = create_site(cast.le_bouscat, time_zone="Indian/Reunion")
    range_ = create_range(site, name="Mairie", frequency=Frequency.DAILY, at="3h30")
    schedule = db.session.get_one(Schedule, range_.schedule_id)
    assert (schedule.cron, schedule.time_zone, schedule.enabled) == ("30 3 * * *", "Indian/Reunion", True)
    assert (schedule.payload, schedule.queue) == ({"range_id": range_.id}, f"site.{site.code}")
    assert schedule.dedupe_key == f"discovery.scan:{range_.id}"


@pytest.mark.parametrize("change", [{"frequency": Frequency.NEVER}, {"enabled": False}])
def test_a_range_that_is_no_longer_read_by_itself_keeps_its_schedule_switched_off(
    cast: Cast, change: dict[str, Any]
) -> None:
    site = create_site(cast.le_bouscat)
    given = {"name": "Mairie", "frequency": Frequency.DAILY, "at": "03:00"}
    range_ = create_range(site, **given)
    with transaction():
        services.save_range(
            range_,
            range_values(site, **{**given, **change}),
            access=everything(),
            actor=SYSTEM,
            version=range_.version,
        )
    assert db.session.get_one(Schedule, range_.schedule_id).enabled is False


@pytest.mark.parametrize(
    ("frequency", "at", "cron"),
    [
        (Frequency.DAILY, "03:00", "0 3 * * *"),
        (Frequency.WORKING_DAYS, "22:15", "15 22 * * 1-5"),
        (Frequency.WEEKLY, "6h", "0 6 * * 1"),
    ],
)
def test_a_frequency_is_the_cron_text_that_shows_it_again(frequency: Frequency, at: str, cron: str) -> None:
    assert cron_of(frequency, at, None) == cron
    assert choice_of(cron)[0] is frequency


def test_any_other_cron_text_is_shown_as_it_is() -> None:
    assert choice_of("*/15 8-18 * * *") == (Frequency.CUSTOM, "03:00", "*/15 8-18 * * *")
    assert choice_of(None)[0] is Frequency.NEVER


def test_a_stale_save_of_a_range_is_refused(cast: Cast) -> None:
    site = create_site(cast.le_bouscat)
    range_ = create_range(site, name="Mairie")
    with pytest.raises(Stale), transaction():
        services.save_range(
            range_,
            range_values(site, name="Annexe"),
            access=everything(),
            actor=SYSTEM,
            version=range_.version - 1,
        )


def test_a_change_is_recorded_in_words(cast: Cast) -> None:
    site = create_site(cast.le_bouscat)
    credential = create_credential(cast.le_bouscat, name="public")
    range_ = create_range(site, name="Mairie")
    values = range_values(site, name="Mairie", entity_id=cast.ccas.id, credential_ids=[credential.id])
    with transaction():
        services.save_range(range_, values, access=everything(), actor=SYSTEM, version=range_.version)
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record
    assert record.changes == {
        "entity": ["Le Bouscat", "CCAS du Bouscat"],
        "credentials": ["", "public"],
    }


def test_a_credential_of_an_entity_that_one_does_not_administer_cannot_be_aimed_elsewhere(cast: Cast) -> None:
    """Who aims the metropolis's password at a server of his own would read it off the wire."""
    secret = create_credential(cast.root, CredentialKind.LDAP_BIND)
    site = create_site(cast.le_bouscat)
    access = Access(9, {cast.le_bouscat.id: Role.ADMINISTRATOR})
    mine = directory_values(site, credential_id=secret.id, url="ldaps://attacker.example.org")
    with pytest.raises(Invalid, match="do not administer"), transaction():
        services.save_directory(None, mine, access=access, actor=SYSTEM)
    theirs = create_directory(site, name="Métropole", credential_id=secret.id)
    for stolen in ({"credential_id": secret.id}, {"credential_id": None}):
        values = directory_values(site, name="Métropole", url="ldaps://attacker.example.org", **stolen)
        with pytest.raises(Invalid, match="do not administer"), transaction():
            services.save_directory(theirs, values, access=access, actor=SYSTEM, version=theirs.version)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "dc.example.org"}, "url"),
        ({"url": "ldap://dc.example.org"}, "tls"),
        ({"url": None}, "url"),
        ({"base": "example.fr"}, "base"),
        ({"ca_pem": CERTIFICATE}, "ca_pem"),
        ({"read_computers": False, "read_people": False}, "read_computers"),
    ],
)
def test_a_directory_that_cannot_be_read_is_refused_beside_its_field(
    cast: Cast, values: dict[str, Any], field: str
) -> None:
    assert refused_field(create_directory, create_site(cast.le_bouscat), **values) == field


def test_an_snmp_community_does_not_open_a_directory(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    assert (
        refused_field(create_directory, create_site(cast.le_bouscat), credential_id=credential.id)
        == "credential"
    )


def test_branches_are_replaced_as_a_whole(cast: Cast) -> None:
    directory = create_directory(create_site(cast.le_bouscat))
    for rows in ([("ou=a,dc=x", cast.ccas.id)], [("ou=b,dc=x", cast.pessac.id), ("ou=c,dc=x", cast.ccas.id)]):
        with transaction():
            services.set_units(directory, rows, access=everything(), actor=SYSTEM)
        assert [(unit.dn, unit.entity_id) for unit in directory.units] == rows


@pytest.mark.parametrize("rows", [["not a dn"], ["ou=a,dc=x", "OU=A, DC=X"], ["ou=" + "x" * 300]])
def test_branches_that_mean_nothing_or_twice_the_same_are_refused(cast: Cast, rows: list[str]) -> None:
    directory = create_directory(create_site(cast.le_bouscat))
    with pytest.raises(Invalid) as refusal, transaction():
        services.set_units(directory, [(dn, cast.ccas.id) for dn in rows], access=everything(), actor=SYSTEM)
    assert refusal.value.field == "units"


@pytest.mark.parametrize(
    ("role", "refusal"), [(Role.MANAGER, Forbidden), (Role.TECHNICIAN, Forbidden), (None, NotFound)]
)
def test_only_an_administrator_changes_what_is_read(
    cast: Cast, role: Role | None, refusal: type[Exception]
) -> None:
    site = create_site(cast.le_bouscat)
    range_ = create_range(site)
    access = Access(9, {cast.le_bouscat.id: role} if role else {})
    with pytest.raises(refusal), transaction():
        services.save_range(None, range_values(site), access=access, actor=SYSTEM)
    with pytest.raises(refusal), transaction():
        services.save_directory(None, directory_values(site), access=access, actor=SYSTEM)
    with pytest.raises(refusal), transaction():
        services.delete_range(range_, access=access, actor=SYSTEM)


def test_a_range_is_scanned_once_at_a_time(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    range_ = create_range(create_site(cast.le_bouscat), credential_ids=[credential.id])
    with transaction():
        first = launching.scan_range(range_, actor=SYSTEM)
    with transaction():
        again = launching.scan_range(range_, actor=SYSTEM)
    assert first.id == again.id
    assert db.session.query(Job).count() == db.session.query(Run).count() == 1


def test_a_range_without_a_credential_is_not_scanned(cast: Cast) -> None:
    range_ = create_range(create_site(cast.le_bouscat))
    with pytest.raises(Refused, match="no credential"), transaction():
        launching.scan_range(range_, actor=SYSTEM)


def test_addresses_are_tried_with_the_credentials_of_the_site_s_entity_and_those_above(cast: Cast) -> None:
    near, far = create_credential(cast.le_bouscat), create_credential(cast.root)
    create_credential(cast.pessac)
    create_credential(cast.le_bouscat, CredentialKind.LDAP_BIND)
    with transaction():
        run = launching.scan_addresses("10.1.0.0/24", site=create_site(cast.le_bouscat), actor=SYSTEM)
    assert run.job
    assert run.job.payload["order"]["credential_ids"] == [near.id, far.id]


def test_a_range_with_a_past_is_not_deleted(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    range_ = create_range(
        create_site(cast.le_bouscat), credential_ids=[credential.id], frequency=Frequency.DAILY, at="03:00"
    )
    with transaction():
        launching.scan_range(range_, actor=SYSTEM)
    with pytest.raises(Refused), transaction():
        services.delete_range(range_, access=everything(), actor=SYSTEM)


def test_a_range_without_a_past_is_deleted_with_its_schedule(cast: Cast) -> None:
    range_ = create_range(create_site(cast.le_bouscat), frequency=Frequency.DAILY, at="03:00")
    with transaction():
        services.delete_range(range_, access=everything(), actor=SYSTEM)
    assert db.session.query(Schedule).count() == 0
