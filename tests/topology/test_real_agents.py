"""Real agents with coherent tables, scanned from the page that starts a scan: what hangs where, and what moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.discovery.models import AddressRange, Run
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import JobState
from tests import factories
from tests.discovery.making import create_credential, create_range, create_site
from tests.factories import Cast
from tests.servers import Snmpd
from tests.servers.snmpd import COMMUNITY

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.slow, pytest.mark.snmpd]

CORE, EDGE, PRINTER = 1, 2, 3
HTML = {"Accept-Language": "en"}


def bridge_mac(number: int) -> str:
    """dot1dBaseBridgeAddress of an agent, as the numbers of an index."""
    return f"2.119.0.171.0.{number}"


def tables(learnt: Mapping[int, Sequence[int]], neighbours: Mapping[int, int]) -> str:
    """The snmpd.conf lines of a switch of 24 ports: agents learnt on its ports, and one announced by LLDP on some."""
    lines = []
    for port in range(1, 25):
        index = 100 + port
        lines += [
            f'override 1.3.6.1.2.1.2.2.1.2.{index} octet_str "GigabitEthernet1/0/{port}"',
            f"override 1.3.6.1.2.1.2.2.1.3.{index} integer 6",
            f"override 1.3.6.1.2.1.2.2.1.7.{index} integer 1",
            f"override 1.3.6.1.2.1.2.2.1.8.{index} integer {1 if port in learnt else 2}",
            f"override 1.3.6.1.2.1.17.1.4.1.2.{port} integer {index}",
        ]
    for port, numbers in learnt.items():
        lines += [f"override 1.3.6.1.2.1.17.7.1.2.2.1.2.10.{bridge_mac(n)} integer {port}" for n in numbers]
    for port, number in neighbours.items():
        row = f"0.{port}.1"
        lines += [
            f"override 1.0.8802.1.1.2.1.4.1.1.4.{row} integer 4",
            f"override 1.0.8802.1.1.2.1.4.1.1.5.{row} octet_str 0x027700ab00{number:02x}",
            f"override 1.0.8802.1.1.2.1.4.1.1.6.{row} integer 5",
            f'override 1.0.8802.1.1.2.1.4.1.1.7.{row} octet_str "GigabitEthernet1/0/24"',
            f'override 1.0.8802.1.1.2.1.4.1.1.9.{row} octet_str "agent {number}"',
            f"override 1.0.8802.1.1.2.1.4.1.1.11.{row} octet_str 0x20",
            f"override 1.0.8802.1.1.2.1.4.1.1.12.{row} octet_str 0x20",
        ]
    return "\n".join(lines)


CORE_TABLES = tables({24: [EDGE, PRINTER]}, {24: EDGE})
BEFORE = tables({24: [CORE], 5: [PRINTER]}, {24: CORE})
AFTER = tables({24: [CORE], 7: [PRINTER]}, {24: CORE})


@pytest.fixture
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    if reason := Snmpd.available():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("switches")
    with Snmpd(folder, agents=3, extra={CORE: CORE_TABLES, EDGE: BEFORE}) as running:
        yield running


@pytest.fixture
def range_(cast: Cast, agents: Snmpd) -> AddressRange:
    for kind in (Kind.SWITCH, Kind.OTHER):
        factories.create_category(kind)
    credential = create_credential(cast.le_bouscat, community=COMMUNITY)
    return create_range(
        create_site(cast.le_bouscat, code="LAB", name="Laboratoire"), addresses="127.16.0.11-127.16.0.13",
        port=agents.port, timeout_ms=500, credential_ids=[credential.id],
    )  # fmt: skip


def scan(browser: FlaskClient, range_: AddressRange) -> Run:
    """Press “Scan now”, and let a worker do the job."""
    assert browser.post(f"/discovery/ranges/{range_.public_id}/scan").status_code == 303
    run = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
    assert run is not None
    with transaction():
        lease = leases.claim(None, f"worker {clock.now()}", job_id=run.job_id)
    assert lease
    execute(open_context(lease))
    db.session.rollback()
    return db.session.get_one(Run, run.id, populate_existing=True)


def asset_of(agents: Snmpd, number: int) -> Asset:
    return db.session.scalars(select(Asset).where(Asset.serial == agents.agents[number - 1].serial)).one()


def text_of(browser: FlaskClient, address: str) -> str:
    page = browser.get(address, headers=HTML).get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_scan_tells_where_a_device_hangs_and_the_next_one_that_it_moved(
    cast: Cast, agents: Snmpd, range_: AddressRange, sign_in: Callable[[User], FlaskClient]
) -> None:
    browser = sign_in(cast.alice)
    first = scan(browser, range_)
    assert (first.state, first.read, first.outcome["located"]) == (JobState.DONE, 3, 1)
    printer = f"/assets/{asset_of(agents, PRINTER).public_id}"
    assert "port Gi1/0/5 VLAN 10" in text_of(browser, printer)
    ports = text_of(browser, f"/assets/{asset_of(agents, EDGE).public_id}")
    assert re.search(r"Gi1/0/24 link .* Gi1/0/24 up 10 1", ports)
    assert re.search(r"Gi1/0/5 \S+ up 10 1 Gi1/0/6 nothing down", ports)
    site = text_of(browser, f"/discovery/topology/{range_.site.public_id}")
    assert "3 network devices." in site
    assert re.search(r"Gi1/0/5", site)
    _rewire(agents)
    second = scan(browser, range_)
    assert second.outcome == {"unchanged": 3, "port_moves": 1}
    page = text_of(browser, printer)
    assert "port Gi1/0/7 VLAN 10" in page
    assert re.search(r"Switch port \S+ GigabitEthernet1/0/5 \S*\s*\S+ GigabitEthernet1/0/7", page)


def _rewire(agents: Snmpd) -> None:
    """Let the edge switch learn the printer on another port."""
    edge: Any = agents.agents[EDGE - 1]
    edge.stop()
    agents._extra[EDGE] = AFTER
    agents.start_agent(edge)
