"""How fast nights are taken in, the first and those on which nothing has changed, in the stores that users have."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Result, skipped
from scanners.observation import Counter, Identifier, Interface, Observation, Supply

if TYPE_CHECKING:
    from flask import Flask

NAME = "Nights of 2,000 sightings: computers of a directory, switches, printers, phones"
GOAL = (
    "at least 5,000 sightings a second on an unchanged night and 500 new devices on a first one, "
    "until the run is closed"
)

SUBJECTS = 2_000
BATCH = 500
WANTED, WANTED_NEW = 5_000, 500

_stores: dict[str, Flask | str] = {}
_empty: dict[str, Callable[[], Flask]] = {}
_nights = count(1)


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """Two stores that have seen everything once, and as many empty ones as runs ask for."""
    from tests.servers.postgres import Postgres

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        numbers = count(1)

        def sqlite() -> Flask:
            n = next(numbers)
            return founded(folder / f"instance{n}", f"sqlite:///{folder / f'parc{n}.sqlite'}")

        def postgresql() -> Flask:
            n = next(numbers)
            return founded(folder / f"instance{n}", server.create_database(f"parc{n}"))

        _empty["SQLite"] = sqlite
        if reason := Postgres.available():
            _stores["PostgreSQL"] = reason
        else:
            server = stack.enter_context(Postgres(folder / "cluster"))
            _empty["PostgreSQL"] = postgresql
        for name, make in _empty.items():
            _stores[name] = _seen_once(make())
        yield
        _stores.clear()
        _empty.clear()


def founded(instance: Path | str, url: str) -> Flask:
    """An application on an empty store, with one entity and one site, ready as `parc run` is."""
    from inventory import create_app
    from inventory.core import memory, registry
    from inventory.core.access import SYSTEM
    from inventory.core.database import Base, db, transaction
    from inventory.discovery.models import Site
    from inventory.organization.services import found_instance

    app = create_app(INSTANCE=str(instance), SQLALCHEMY_DATABASE_URI=url)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        registry.run_hooks("instance.started", app=app)
        db.session.rollback()
        with transaction():
            root = found_instance("Metropolis", "BM", actor=SYSTEM)
            db.session.add(Site(code="LAN", name="LAN", entity_id=root.id))
    memory.settle()
    return app


def _seen_once(app: Flask) -> Flask:
    from inventory.core.database import db

    with app.app_context():
        _night(fleet())
        if db.engine.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
    return app


def run() -> list[Result]:
    """A first night in a new store of each sort, and nights in those that know the fleet."""
    quiet, busy = fleet(), fleet(printed=next(_nights))
    results = []
    for name in ("SQLite", "PostgreSQL"):
        results.append(_first(name, quiet))
        results.append(_measured(name, busy, f"{name}, every printer has printed", None))
        _measured(name, quiet, name, None)  # the meters go back
        results.append(_measured(name, quiet, name, WANTED))
    return results


def _first(name: str, observations: list[Observation]) -> Result:
    from inventory.core.database import db

    label = f"{name}, first night"
    if name not in _empty:
        return skipped(label, str(_stores[name]), "sightings/s")
    with _empty[name]().app_context():
        begun = time.perf_counter()
        outcome = _night(observations)
        took = time.perf_counter() - begun
        db.session.remove()
        db.engine.dispose()
    assert outcome["assets_created"] == SUBJECTS, f"not every device became an asset: {outcome}"
    return Result(label, SUBJECTS / took, "sightings/s", WANTED_NEW)


def _measured(name: str, observations: list[Observation], label: str, wanted: float | None) -> Result:
    app = _stores[name]
    if isinstance(app, str):
        return skipped(label, app, "sightings/s")
    with app.app_context():
        begun = time.perf_counter()
        outcome = _night(observations)
        took = time.perf_counter() - begun
    assert outcome == {"unchanged": SUBJECTS}, f"the night was not unchanged: {outcome}"
    return Result(label, SUBJECTS / took, "sightings/s", wanted)


def _night(observations: list[Observation]) -> dict[str, int]:
    """Take in all observations as one run, in batches of a transaction each, and close it."""
    from sqlalchemy import select

    from inventory.core import clock
    from inventory.core.database import db, transaction
    from inventory.discovery import runs
    from inventory.discovery.models import Run, RunKind, Site
    from inventory.discovery.sightings import Origin, Placement

    with transaction():
        site = db.session.scalars(select(Site)).one()
        subject = runs.Subject(RunKind.SNMP, "Night", "LAN", site.entity_id, site_id=site.id)
        run_id, placement = runs.open_run(subject).id, Placement(site.entity_id)
    origin = Origin(run_id=run_id, site_code="LAN", at=clock.now(), place=lambda _one: placement)
    for start in range(0, len(observations), BATCH):
        with transaction():
            runs.take_in(db.session.get_one(Run, run_id), observations[start : start + BATCH], origin)
    with transaction():
        closed = db.session.get_one(Run, run_id)
        runs.close(closed, complete=True)
        return dict(closed.outcome)


def fleet(printed: int = 0) -> list[Observation]:
    """Of twenty subjects: twelve computers of a directory, four printers, two phones, a switch and an access point.

    Every printer has `printed` more pages than before.
    """
    return [_subject(n, printed) for n in range(SUBJECTS)]


def _subject(n: int, printed: int) -> Observation:
    place = n % 20
    if place < 12:
        return _computer(n)
    kind = (
        "printer"
        if place < 16
        else "desk_phone"
        if place < 18
        else "switch"
        if place == 18
        else "access_point"
    )
    return _device(n, kind, printed)


def _mac(n: int, port: int = 0) -> str:
    return f"00:1b:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}:{port:02x}"


def _computer(n: int) -> Observation:
    name = f"pc-{n:05d}.metropole.example"
    return Observation(
        source="ldap",
        site="LAN",
        target="ldaps://dc1.metropole.example",
        observed_at=datetime.now(UTC),
        source_key=f"guid:{n:032x}",
        facts={
            "kind": "computer",
            "name": name,
            "os_name": "Windows 11 Professionnel",
            "os_version": "10.0 (26100)",
            "dn": f"CN=PC-{n:05d},OU=Postes,DC=metropole,DC=example",
            "last_logon_at": datetime.now(UTC).isoformat(),
        },
        identifiers=(Identifier("directory_guid", f"{n:032x}"), Identifier("name", name, "LAN")),
        evidence={"kind": "operatingSystem", "name": "dNSHostName"},
    )


def _device(n: int, kind: str, printed: int) -> Observation:
    address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    serial = f"SN{n:08d}"
    return Observation(
        source="snmp",
        site="LAN",
        target=address,
        observed_at=datetime.now(UTC),
        source_key=f"serial:maker:{serial}",
        facts={
            "kind": kind,
            "manufacturer": "Maker",
            "model": f"Model {n % 40}",
            "serial": serial,
            "firmware": "4.2.1",
            "name": f"{kind}-{n}",
            "uptime_s": n * 7,
        },
        identifiers=(
            Identifier("serial", serial, "maker"),
            Identifier("base_mac", _mac(n)),
            Identifier("ip", address, "LAN"),
            Identifier("name", f"{kind}-{n}", "LAN"),
        ),
        interfaces=_ports(n, 28 if kind == "switch" else 2),
        supplies=_toners(n) if kind == "printer" else (),
        counters=(Counter("life", "impressions", n * 13 + printed),) if kind == "printer" else (),
        evidence={"serial": "ENTITY-MIB chassis", "kind": "Printer-MIB"},
    )


def _ports(n: int, ports: int) -> tuple[Interface, ...]:
    return tuple(
        Interface(index=port, name=f"eth{port}", mac=_mac(n, port), speed_bps=10**9, oper_up=port % 2 == 0)
        for port in range(1, ports + 1)
    )


def _toners(n: int) -> tuple[Supply, ...]:
    return tuple(
        Supply(name=f"Toner {color}", kind="toner", color=color, unit="percent", level=n % 100, capacity=100)
        for color in ("black", "cyan", "magenta", "yellow")
    )
