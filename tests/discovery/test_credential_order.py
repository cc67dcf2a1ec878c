"""The credential that a device answers to is tried first, and relearnt when it changes: counted by real agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.auth.models import User
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.discovery import launching
from inventory.discovery.models import AddressRange, Credential, CredentialKind, Run, RunResult, Sighting
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from scanners.snmp import Community
from scanners.snmp.ber import GET, asking
from scanners.snmp.community import CommunityLink, CommunityPort
from tests.discovery.making import create_credential, create_range, create_site
from tests.factories import Cast
from tests.servers import Snmpd
from tests.servers.snmpd import COMMUNITY, PASSPHRASE, Agent

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.slow, pytest.mark.snmpd]
SignIn = Callable[[User], FlaskClient]
# SNMPv2-MIB snmpInBadCommunityNames; SNMP-USER-BASED-SM-MIB usmStatsUnknownUserNames and usmStatsWrongDigests.
BAD_COMMUNITIES = (1, 3, 6, 1, 2, 1, 11, 4, 0)
UNKNOWN_USERS = (1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0)
WRONG_DIGESTS = (1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0)
SECOND = "second-community"


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """Two agents: the first answers to two communities, the second to one and to SNMPv3 users."""
    if reason := Snmpd.available():
        pytest.skip(reason)
    workdir: Path = tmp_path_factory.mktemp("agents")
    with Snmpd(workdir, 2, extra={1: f"rocommunity {SECOND} default"}) as running:
        yield running


def wrong_tries(agent: Agent) -> int:
    """How many wrong communities, unknown users and wrong digests an agent has counted; asking it counts as none."""
    import asyncio

    async def ask() -> int:
        port = CommunityPort()
        await port.open(agent.port)
        try:
            link = CommunityLink(port, agent.address, Community(COMMUNITY))
            reply = await link.ask(asking(GET, [BAD_COMMUNITIES, UNKNOWN_USERS, WRONG_DIGESTS]))
            return sum(one.value for one in reply.varbinds if isinstance(one.value, int))
        finally:
            port.close()

    return asyncio.run(ask())


def user(cast: Cast, name: str, passphrase: str = PASSPHRASE) -> Credential:
    return create_credential(
        cast.le_bouscat, CredentialKind.SNMP_USER, user=name, auth_protocol="SHA-256", auth_key=passphrase,
        priv_protocol="AES", priv_key=PASSPHRASE,
    )  # fmt: skip


def range_of(cast: Cast, agents: Snmpd, *credentials: Credential) -> AddressRange:
    return create_range(
        create_site(cast.le_bouscat), addresses=",".join(one.address for one in agents.agents), port=agents.port,
        timeout_ms=300, retries=0, credential_ids=[one.id for one in credentials],
    )  # fmt: skip


def scan(range_: AddressRange) -> Run:
    with transaction():
        run = launching.scan_range(range_, actor=SYSTEM)
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    execute(open_context(lease))
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def known(agent: Agent) -> int | None:
    statement = select(Sighting.credential_id).where(Sighting.target == agent.address)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def test_the_second_scan_tries_no_wrong_community(cast: Cast, agents: Snmpd) -> None:
    wrong = create_credential(cast.le_bouscat, community="not-this-one")
    right = create_credential(cast.le_bouscat, community=COMMUNITY)
    range_ = range_of(cast, agents, wrong, right)
    before = [wrong_tries(one) for one in agents.agents]
    assert scan(range_).read == 2
    after = [wrong_tries(one) for one in agents.agents]
    assert all(now > then for then, now in zip(before, after, strict=True)), "the first time it must try"
    assert [known(one) for one in agents.agents] == [right.id, right.id]
    assert scan(range_).read == 2
    assert [wrong_tries(one) for one in agents.agents] == after


def test_the_second_scan_tries_no_wrong_user_nor_passphrase(cast: Cast, agents: Snmpd) -> None:
    stranger, mistyped = user(cast, "nobody"), user(cast, "u-sha256-aes128", "mistyped-passphrase")
    right = user(cast, "u-sha256-aes128")
    range_ = range_of(cast, agents, stranger, mistyped, right)
    before = [wrong_tries(one) for one in agents.agents]
    assert scan(range_).read == 2
    after = [wrong_tries(one) for one in agents.agents]
    assert all(now >= then + 2 for then, now in zip(before, after, strict=True))
    assert scan(range_).read == 2
    assert [wrong_tries(one) for one in agents.agents] == after
    assert {known(one) for one in agents.agents} == {right.id}


def test_a_credential_that_a_device_no_longer_accepts_is_learnt_again(cast: Cast, agents: Snmpd) -> None:
    second = create_credential(cast.le_bouscat, community=SECOND)
    first = create_credential(cast.le_bouscat, community=COMMUNITY)
    range_ = range_of(cast, agents, second, first)
    scan(range_)
    assert [known(one) for one in agents.agents] == [second.id, first.id], "each device its own"
    with transaction():
        # Somebody changed the community of the first device: what was right is wrong now.
        db.session.get_one(Credential, second.id).secret = create_credential(
            cast.le_bouscat, community="changed-since"
        ).secret
    assert scan(range_).read == 2
    assert [known(one) for one in agents.agents] == [first.id, first.id]
    counted = [wrong_tries(one) for one in agents.agents]
    assert scan(range_).read == 2
    assert [wrong_tries(one) for one in agents.agents] == counted


def test_the_page_of_a_sighting_says_which_credential_is_tried_first_to_those_who_may_scan(
    cast: Cast, agents: Snmpd, sign_in: SignIn
) -> None:
    right = create_credential(cast.le_bouscat, community=COMMUNITY, name="Communauté du labo")
    scan(range_of(cast, agents, right))
    sighting = db.session.scalars(select(Sighting)).first()
    assert sighting
    url = f"/discovery/sightings/{sighting.public_id}"
    shown = sign_in(cast.alice).get(url, headers={"Accept-Language": "en"}).text
    assert "Communauté du labo" in shown
    assert "tried first" in shown
    assert "Communauté du labo" not in sign_in(cast.chloe).get(url).text


@pytest.mark.parametrize("mistyped_first", [True, False])
def test_of_two_refusals_the_one_that_tells_most_is_said(
    cast: Cast, agents: Snmpd, *, mistyped_first: bool
) -> None:
    both = user(cast, "u-sha256-aes128", "mistyped-passphrase"), user(cast, "nobody")
    run = scan(range_of(cast, agents, *(both if mistyped_first else reversed(both))))
    causes = db.session.scalars(select(RunResult.cause).where(RunResult.run_id == run.id))
    assert set(causes) == {"wrong_digest"}
