"""The same private network at two sites, from the forms to what is found: the same address and name are two things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import scanners.presence
import scanners.snmp
from inventory.assets.models import Asset
from inventory.auth.models import User
from inventory.catalog import services as catalog
from inventory.core.database import db, transaction
from inventory.core.permissions import Role
from inventory.discovery.models import AddressRange, Presence, Run, Sighting, Site
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from scanners.coverage import Coverage
from scanners.observation import Identifier, Observation
from scanners.presence import Name
from scanners.presence import Presence as Noticed
from tests.discovery.making import create_credential
from tests.factories import Cast, create_user

pytestmark = pytest.mark.usefixtures("database")
NETWORK, PRINTER, CAMERA, NAME = "192.168.0.0/24", "192.168.0.20", "192.168.0.30", "imp-accueil"


def _observation(site: str, serial: str) -> Observation:
    identifiers = (
        Identifier("serial", serial, "Brother"),
        Identifier("name", NAME, site),
        Identifier("ip", PRINTER, site),
    )
    facts = {
        "kind": "printer",
        "manufacturer": "Brother",
        "model": "HL-L5100DN",
        "serial": serial,
        "name": NAME,
    }
    at = datetime.now(UTC)
    return Observation(
        "snmp", site, PRINTER, at, f"serial:Brother:{serial}", facts=facts, identifiers=identifiers
    )


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """At each site a printer with a serial of its own, and something silent: both at the same address and name."""

    def scan(targets: Sequence[str], options: Any, **_given: Any) -> Iterator[Any]:
        now = datetime.now(UTC)
        yield _observation(options.site, f"U64001{options.site[-1]}")
        yield Coverage("snmp", options.site, ", ".join(targets), 254, 1, 1, (), True, now, now)

    def look(_targets: Sequence[str], options: Any, **_given: Any) -> Iterator[Noticed]:
        yield Noticed(
            options.site, CAMERA, datetime.now(UTC), ("icmp",), None, names=(Name("cam-hall", "dns"),)
        )

    monkeypatch.setattr(scanners.snmp, "scan", scan)
    monkeypatch.setattr(scanners.presence, "look", look)


def open_site(browser: FlaskClient, entity: Any, code: str, credential: str) -> AddressRange:
    """Add a site and its range by their forms."""
    site = {"name": f"Réseau {code}", "code": code, "entity": entity.public_id, "time_zone": "Europe/Paris"}
    assert browser.post("/discovery/sites/new", data=site).status_code == 303
    made = db.session.scalars(select(Site).where(Site.code == code)).one()
    given = {
        "name": "Mairie", "site": made.public_id, "addresses": NETWORK, "entity": entity.public_id,
        "credential_1": credential, "frequency": "never", "at": "", "port": "161", "rate": "1000", "timeout_ms": "500",
        "retries": "1", "enabled": "y",
    }  # fmt: skip
    assert browser.post("/discovery/ranges/new", data=given).status_code == 303
    return db.session.scalars(select(AddressRange).where(AddressRange.site_id == made.id)).one()


def scan(browser: FlaskClient, range_: AddressRange) -> None:
    """Press “Scan now”, and let a worker of that site do it."""
    assert browser.post(f"/discovery/ranges/{range_.public_id}/scan").status_code == 303
    run = db.session.scalars(select(Run).where(Run.range_id == range_.id)).one()
    with transaction():
        lease = leases.claim([f"site.{range_.site.code}"], "worker", job_id=run.job_id)
    assert lease
    execute(open_context(lease))


def test_the_same_address_and_name_at_two_sites_are_two_things(
    cast: Cast, sign_in: Callable[[User], FlaskClient]
) -> None:
    with transaction():
        catalog.install_builtin()
    credential = create_credential(cast.root).public_id
    browser = sign_in(create_user(Role.ADMINISTRATOR, cast.root, language="en"))
    for entity, code in ((cast.le_bouscat, "SITE-A"), (cast.pessac, "SITE-B")):
        scan(browser, open_site(browser, entity, code, credential))
    sightings = db.session.execute(select(Sighting.site_code, Sighting.target).order_by(Sighting.id)).all()
    assert sightings == [("SITE-A", PRINTER), ("SITE-B", PRINTER)]
    found = db.session.scalars(select(Asset).order_by(Asset.id)).all()
    assert [(one.name, one.entity_id) for one in found] == [
        (NAME, cast.le_bouscat.id),
        (NAME, cast.pessac.id),
    ]
    silent = db.session.scalars(select(Presence).order_by(Presence.id)).all()
    assert [(one.address, one.name, one.entity_id) for one in silent] == [
        (CAMERA, "cam-hall", cast.le_bouscat.id),
        (CAMERA, "cam-hall", cast.pessac.id),
    ]
    page = browser.get("/discovery/presences/").text
    assert "2 things seen, not identified" in page
    assert ("Réseau SITE-A" in page, "Réseau SITE-B" in page) == (True, True)
