"""Jobs that scan real Net-SNMP agents and read a real OpenLDAP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import scanners.presence
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import directories, launching, services
from inventory.discovery.models import (
    AddressRange,
    CredentialKind,
    Directory,
    Presence,
    Run,
    RunResult,
    Sighting,
    TlsMode,
)
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import JobState
from scanners.coverage import Cause, Failure
from scanners.ldap.reading import Summary
from scanners.snmp import ping
from tests.discovery.conftest import REAL_LOOK
from tests.discovery.making import create_credential, create_directory, create_range, create_site, everything
from tests.factories import Cast
from tests.servers import Slapd, Snmpd, entry
from tests.servers.snmpd import COMMUNITY, PASSPHRASE

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.slow]


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    if reason := Snmpd.available():
        pytest.skip(reason)
    with Snmpd(tmp_path_factory.mktemp("agents")) as running:
        yield running


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    if reason := Slapd.available():
        pytest.skip(reason)
    server = Slapd(tmp_path_factory.mktemp("slapd"))
    server.load(
        entry(
            f"cn=pc-{n},ou=devices,{server.base}",
            objectClass=["device", "ieee802Device"],
            cn=f"pc-{n}",
            serialNumber=f"S{n}",
        )
        for n in range(30)
    )
    server.load(
        entry(
            f"uid=u{n},ou=people,{server.base}",
            objectClass="inetOrgPerson",
            uid=f"u{n}",
            cn=f"Agent {n}",
            sn=f"Nom{n}",
        )
        for n in range(20)
    )
    with server:
        yield server


def run_job(run: Run) -> Run:
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    execute(open_context(lease))
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def scan(range_: AddressRange) -> Run:
    with transaction():
        run = launching.scan_range(range_, actor=SYSTEM)
    return run_job(run)


def read(directory: Directory) -> Run:
    with transaction():
        run = launching.read_directory(directory, actor=SYSTEM)
    return run_job(run)


@pytest.mark.snmpd
def test_six_agents_that_look_alike_are_six_sightings_also_the_second_night(
    cast: Cast, agents: Snmpd
) -> None:
    wrong = create_credential(cast.le_bouscat, community="not-this-one")
    right = create_credential(cast.le_bouscat, community=COMMUNITY)
    range_ = create_range(
        create_site(cast.le_bouscat), addresses="127.16.0.8-127.16.0.40", port=agents.port, timeout_ms=500,
        credential_ids=[wrong.id, right.id],
    )  # fmt: skip
    first = scan(range_)
    assert (first.state, first.asked, first.read, first.outcome) == (JobState.DONE, 33, 6, {"new": 6})
    second = scan(range_)
    assert (second.state, second.read, second.outcome) == (JobState.DONE, 6, {"unchanged": 6})
    rows = db.session.scalars(select(Sighting)).all()
    assert {row.observation["facts"]["serial"] for row in rows} == {agent.serial for agent in agents.agents}
    assert {row.credential_id for row in rows} == {right.id}
    assert COMMUNITY not in repr([row.observation for row in rows])


@pytest.mark.snmpd
@pytest.mark.skipif(not ping.permitted(), reason="this process may not send echo requests")
def test_who_answers_pings_alone_is_noticed_and_leaves_the_run_whole(
    cast: Cast, agents: Snmpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanners.presence, "look", REAL_LOOK)
    credential = create_credential(cast.le_bouscat, community=COMMUNITY)
    range_ = create_range(
        create_site(cast.le_bouscat, reverse_dns=False), addresses="127.16.0.8-127.16.0.40", port=agents.port,
        timeout_ms=500, credential_ids=[credential.id],
    )  # fmt: skip
    run = scan(range_)
    assert (run.state, run.failed) == (JobState.DONE, 0)
    assert run.outcome == {"new": 6, "noticed": 27, "noticed_new": 27}
    silent = set(db.session.scalars(select(Presence.address)))
    assert silent.isdisjoint(agent.address for agent in agents.agents)
    assert scan(range_).outcome == {"unchanged": 6, "noticed": 27}


@pytest.mark.snmpd
def test_a_wrong_passphrase_is_a_failure_with_its_cause(cast: Cast, agents: Snmpd) -> None:
    user = create_credential(
        cast.le_bouscat, CredentialKind.SNMP_USER, user="u-sha256-aes128", auth_protocol="SHA-256",
        auth_key="wrong-passphrase", priv_protocol="AES", priv_key=PASSPHRASE,
    )  # fmt: skip
    range_ = create_range(
        create_site(cast.le_bouscat), addresses=agents.agents[5].address, port=agents.port, timeout_ms=500,
        credential_ids=[user.id],
    )  # fmt: skip
    run = scan(range_)
    assert (run.state, run.read) == (JobState.PARTIAL, 0)
    assert db.session.scalars(select(RunResult.cause).where(RunResult.cause != "")).all() == [
        Cause.WRONG_DIGEST
    ]


@pytest.mark.slapd
def test_computers_and_people_of_a_real_directory_are_read_over_tls(cast: Cast, slapd: Slapd) -> None:
    account = create_credential(
        cast.le_bouscat, CredentialKind.LDAP_BIND, bind_dn=slapd.reader_dn, password=slapd.reader_password
    )
    directory = create_directory(
        create_site(cast.le_bouscat), url=slapd.tls_url, base=slapd.base, tls=TlsMode.LDAPS, ca_pem=slapd.ca_pem,
        credential_id=account.id,
    )  # fmt: skip
    with transaction():
        services.set_units(
            directory, [(f"ou=people,{slapd.base}", cast.ccas.id)], access=everything(), actor=SYSTEM
        )
    answer = directories.test(directory)
    assert isinstance(answer, Summary)
    run = read(directory)
    assert (run.state, run.complete, run.read) == (JobState.DONE, True, 50)
    people = db.session.scalars(select(Sighting).where(Sighting.subject == "person")).all()
    assert len(people) == 20
    assert {row.entity_id for row in people} == {cast.ccas.id}
    assert read(directory).outcome == {"unchanged": 50}


@pytest.mark.slapd
def test_an_authority_that_is_not_trusted_and_a_wrong_password_are_told_apart(
    cast: Cast, slapd: Slapd
) -> None:
    account = create_credential(
        cast.le_bouscat, CredentialKind.LDAP_BIND, bind_dn=slapd.reader_dn, password="not this one"
    )
    site = create_site(cast.le_bouscat)
    given = {"url": slapd.tls_url, "base": slapd.base, "credential_id": account.id}
    untrusted, refused = create_directory(site, **given), create_directory(site, **given, ca_pem=slapd.ca_pem)
    for directory, cause in ((untrusted, Cause.TLS_UNTRUSTED), (refused, Cause.INVALID_CREDENTIALS)):
        answer = directories.test(directory)
        assert isinstance(answer, Failure)
        assert answer.cause is cause
        assert read(directory).state is JobState.FAILED
