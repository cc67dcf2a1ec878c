"""Nights of scanning for tests: what a run sees goes through discovery's own services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.core.database import db, transaction
from inventory.discovery import runs
from inventory.discovery.models import Run, RunKind, Sighting
from inventory.discovery.sightings import Origin, Placement
from inventory.organization.models import Entity
from inventory.reconciliation.models import Review, ReviewState
from scanners.observation import Identifier, Observation

FIRST_NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOST_MAC = "3c:52:82:aa:bb:cc"


def ids(*texts: str) -> tuple[Identifier, ...]:
    from tests.reconciliation.describing import ids as described

    return tuple(sorted(described(*texts)))


def device(
    key: str, *identifiers: str, source: str = "snmp", target: str = "10.0.0.5", **facts: Any
) -> Observation:
    """A device as a source sees it."""
    return Observation(
        source=source,
        site="LBX",
        target=target,
        observed_at=FIRST_NIGHT,
        source_key=key,
        facts=facts,
        identifiers=ids(*identifiers),
    )


def printer(n: int, **values: Any) -> Observation:
    """Printer number `n`."""
    serial = f"VNB3K{n:05d}"
    facts = {
        "kind": "printer",
        "manufacturer": "HP",
        "model": "LaserJet M404",
        "serial": serial,
        "name": f"imp-{n}",
    }
    return device(f"serial:HP:{serial}", f"serial:{serial}@HP", f"name:imp-{n}@LBX", **{**facts, **values})


def lab_agent(number: int, *, serial: bool = True) -> Observation:
    """One of six Net-SNMP agents that share engine ids, a name and the host's MAC addresses."""
    code, base = f"LAB{number:05d}", f"02:77:00:ab:00:{number:02x}"
    name = "sw-double" if number in (1, 2, 3) else f"lab-sw-{number:03d}"
    engine = "80001f8804c0ffee00112233" if number in (1, 2, 4) else f"80001f8804aa{number:02x}"
    texts = [f"engine_id:{engine}", f"name:{name}@LBX", f"base_mac:{base}", f"mac:{HOST_MAC}"]
    facts = {"kind": "switch", "name": name, "manufacturer": "Labswitch", "model": f"LS-{number % 5}"}
    if serial:
        texts.append(f"serial:{code}@Labswitch")
        facts["serial"] = code
    key = f"serial:Labswitch:{code}" if serial else f"base_mac:{base}"
    return device(key, *texts, f"ip:127.16.0.{10 + number}@LBX", target=f"127.16.0.{10 + number}", **facts)


def person(guid: str, **facts: Any) -> Observation:
    """A person as a directory lists them."""
    return Observation(
        source="ldap",
        site="LBX",
        target="ldaps://dc",
        observed_at=FIRST_NIGHT,
        source_key=f"guid:{guid}",
        subject="person",
        facts=facts,
        identifiers=ids(f"directory_guid:{guid}"),
    )


def night(
    entity: Entity,
    observations: Sequence[Observation],
    *,
    number: int = 1,
    whole: bool = False,
    batch: int = 200,
) -> Run:
    """Run a scan that sees these, in batches; a whole one concludes about what it did not meet."""
    at = FIRST_NIGHT + timedelta(days=number)
    with transaction():
        run = runs.open_run(runs.Subject(RunKind.LOAD, f"Night {number}", "all", entity.id))
        run.started_at = at
        origin = Origin(run.id, "LBX", at, place=lambda _seen: Placement(entity.id))
    for start in range(0, len(observations), batch):
        with transaction():
            runs.take_in(run, observations[start : start + batch], origin)
    with transaction():
        if whole:
            runs.conclude_absent(run, Sighting.entity_id == entity.id)
        runs.close(run, complete=whole)
    return run


def every_asset() -> list[Asset]:
    return list(db.session.scalars(select(Asset).order_by(Asset.id)))


def open_reviews() -> list[Review]:
    return list(
        db.session.scalars(select(Review).where(Review.state == ReviewState.OPEN).order_by(Review.id))
    )


def only(model: type[Any]) -> Any:
    return db.session.scalars(select(model)).one()
