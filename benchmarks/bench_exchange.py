"""How fast a file of 10,000 items is tried and imported, changes them again, 1,000 items are edited and 100,000 written out, on both stores."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Result, skipped

if TYPE_CHECKING:
    from flask import Flask

NAME = "Files of equipment and bulk edits, with the whole history: audit, provenance, custody, undo, search"
GOAL = "10,000 new rows, or 10,000 that change, imported in 10 s; 1,000 items edited in 2 s; 100,000 rows written in 5 s; CPU: this process"

ROWS, EDITED, WRITTEN = 10_000, 1_000, 100_000
IMPORT_S, EDIT_S, WRITE_S = 10, 2, 5
PLACES, PEOPLE = 40, 600
HEADINGS = (
    "Étiquette", "N° de série", "Nom", "Marque", "Modèle", "Catégorie", "Commune", "Lieu", "Détenteur", "État",
    "Prix", "Fournisseur", "Commande", "Date de livraison", "Mise en service", "Fin de garantie",
)  # fmt: skip

_stores: dict[str, Flask | str] = {}
_files = count(1)


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """A store of each sort with a municipality, its places, its people and an administrator."""
    from benchmarks.bench_ingest import founded
    from inventory.core import memory
    from tests.servers.postgres import Postgres

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _stores["SQLite"] = _peopled(founded(folder / "a", f"sqlite:///{folder / 'parc.sqlite'}"))
        if reason := Postgres.available():
            _stores["PostgreSQL"] = reason
        else:
            server = stack.enter_context(Postgres(folder / "cluster"))
            _stores["PostgreSQL"] = _peopled(founded(folder / "b", server.create_database("parc")))
        # As a worker does before its first job.
        memory.settle()
        yield
        _stores.clear()


def _peopled(app: Flask) -> Flask:
    from inventory.auth import services as auth
    from inventory.catalog import services as catalog
    from inventory.core.access import SYSTEM
    from inventory.core.database import transaction
    from inventory.core.permissions import Role
    from inventory.organization import queries, services
    from inventory.organization.models import LocationKind

    with app.app_context(), transaction():
        root = queries.root()
        assert root is not None
        user = auth.create_user({"email": "bench@parc.example", "name": "Bench"}, actor=SYSTEM)
        auth.grant(user, root, Role.ADMINISTRATOR, actor=SYSTEM)
        catalog.create_category({"name": "Portable", "kind": "laptop"}, actor=SYSTEM)
        for n in range(PLACES):
            room = {"name": f"Bureau {n}", "kind": LocationKind.ROOM}
            services.create_location(room, entity=root, parent=None, actor=SYSTEM)
        services.create_people([({"display_name": _person(n)}, root) for n in range(PEOPLE)], actor=SYSTEM)
    return app


def _person(n: int) -> str:
    return f"Camille Martin {n}"


def run() -> list[Result]:
    """A new file tried and imported, a bulk edit taken back, and everything written out, on each store."""
    results = []
    for name, app in _stores.items():
        if isinstance(app, str):
            results.append(skipped(name, app, "s"))
            continue
        with app.app_context():
            results += _import(name, app)
            results += _bulk_edit(name)
        results += _export(name, app)
    return results


def _timed(label: str, act: Callable[[], Any], goal: float | None) -> list[Result]:
    """The seconds on the wall, which the store's own process shares, and those of this process."""
    began, worked = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    return [
        Result(label, wall, "s", goal, less_is_better=True),
        Result(f"{label}, CPU", cpu, "s"),
    ]


def _import(name: str, app: Flask) -> list[Result]:
    """New rows, then the same equipment with another price, end of warranty and place, as after a stocktake."""
    number = next(_files)
    results = _brought(f"{name}, 10,000 rows", app, _file(number), {"created": ROWS})
    return results + _brought(f"{name}, 10,000 changes", app, _changes(number), {"updated": ROWS})


def _brought(label: str, app: Flask, content: bytes, expected: dict[str, int]) -> list[Result]:
    from inventory.core.database import db, transaction
    from inventory.exchange import services
    from inventory.exchange.models import Extent, Import
    from inventory.jobs.runner import run_here
    from inventory.organization import queries

    user, actor = _user()
    entity = queries.root()
    assert entity is not None
    with transaction():
        kept = services.keep(content, "parc.csv", noun="asset", entity_id=entity.id, user=user, actor=actor)
    with transaction():
        chosen = {int(place): key for place, key in kept.columns.items()}
        services.choose(kept, chosen, kept.match_key, Extent.VALID)
    results = _timed(f"{label} tried", lambda: run_here(app, kept.job_id or 0), None)
    with transaction():
        services.start(db.session.get_one(Import, kept.id, populate_existing=True))
    results += _timed(f"{label} imported", lambda: run_here(app, kept.job_id or 0), IMPORT_S)
    kept = db.session.get_one(Import, kept.id, populate_existing=True)
    assert kept.counts == expected, f"not every row was imported: {kept.counts}"
    db.session.remove()
    return results


def _user() -> tuple[Any, Any]:
    from inventory.auth.queries import user_named
    from inventory.core.access import Actor

    user = user_named("bench@parc.example")
    assert user is not None
    return user, Actor("user", user.public_id, user.name)


def _file(number: int) -> bytes:
    """A spreadsheet as French offices save it: semicolons, cp1252, days and amounts as they are written there."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    for n in range(ROWS):
        writer.writerow((
            f"B{number:02d}-{n:05d}", f"SN{number:02d}X{n:06d}", f"PC-{number:02d}-{n:05d}", f"Maker {n % 6}",
            f"Model {n % 60}", "Portable", "BM", f"Bureau {n % PLACES}", _person(n % PEOPLE), "En service",
            "1 234,56 €", f"Supplier {n % 5}", f"BC-{n % 300:04d}", f"{n % 28 + 1:02d}/03/2024",
            f"{n % 28 + 1:02d}/04/2024", f"{n % 28 + 1:02d}/03/2028",
        ))  # fmt: skip
    return text.getvalue().encode("cp1252")


def _changes(number: int) -> bytes:
    """What a file says of the equipment that `_file` of this number brought."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("Étiquette", "Prix", "Fin de garantie", "Lieu"))
    for n in range(ROWS):
        writer.writerow((
            f"B{number:02d}-{n:05d}", "999,90 €", f"{n % 28 + 1:02d}/05/2029", f"Bureau {(n + 1) % PLACES}",
        ))  # fmt: skip
    return text.getvalue().encode("cp1252")


class _TakenBack(Exception):
    """A bulk edit is measured and then forgotten."""


def _bulk_edit(name: str) -> list[Result]:
    from sqlalchemy import select

    from inventory.assets.models import Asset
    from inventory.assets.services import bulk
    from inventory.assets.states import State, Usage
    from inventory.auth import queries as auth
    from inventory.core.database import db

    user, actor = _user()
    access = auth.access_of(user)
    # The first ones were imported: copies that make the file long have no history.
    in_service = select(Asset.id).where(Asset.state == State.IN_SERVICE).order_by(Asset.id)
    ids = list(db.session.scalars(in_service.limit(EDITED)))
    db.session.remove()
    edits = {
        "two fields": bulk.BulkEdit({"usage": Usage.PUBLIC, "accounting_number": "BENCH"}),
        "the state": bulk.BulkEdit({}, state=State.IN_REPAIR),
    }
    results = []
    for what, edit in edits.items():
        label = f"{name}, 1,000 edited, {what}"
        results += _timed(label, lambda edit=edit: _edited(ids, edit, access, actor), EDIT_S)  # type: ignore[misc]
    return results


def _edited(ids: list[int], edit: Any, access: Any, actor: Any) -> None:
    """Edit the assets as one change set, indexed and journalled, up to the commit; then take it back."""
    from inventory.assets.services import bulk
    from inventory.audit import services as audit
    from inventory.audit.models import ChangeSetKind
    from inventory.core.database import transaction

    with contextlib.suppress(_TakenBack), transaction() as session:
        with audit.change_set(ChangeSetKind.BULK, "Benchmark", actor=actor):
            done = bulk.apply_edit(ids, edit, access=access, actor=actor)
        session.dispatch.before_commit(session)
        assert done.changed == EDITED, done
        raise _TakenBack


def _export(name: str, app: Flask) -> list[Result]:
    _fill(app)
    browser = _signed_in(app)

    def write() -> None:
        answer = browser.get("/assets/?format=csv", buffered=False)
        lines = sum(piece.count(b"\n") for piece in answer.iter_encoded())
        answer.close()
        assert lines > WRITTEN, f"only {lines} lines were written"

    return _timed(f"{name}, 100,000 rows written as CSV", write, WRITE_S)


def _fill(app: Flask) -> None:
    """Copy rows of equipment until there are enough to write out; they have no history, and none is written."""
    from sqlalchemy import Integer, String, cast, func, insert, literal, select

    from inventory.assets.models import Asset
    from inventory.core.database import db, transaction

    table: Any = Asset.__table__
    taken = {"id", "tag", "public_id"}
    plain = [column for column in table.c if column.name not in taken]
    with app.app_context(), transaction():
        while (there := db.session.scalar(select(func.count()).select_from(table)) or 0) < WRITTEN:
            number = (func.row_number().over(order_by=table.c.id) + literal(there)).cast(Integer)
            name = cast(number, String)
            rows = select(literal("C") + name, literal("c") + name, *plain).limit(WRITTEN - there)
            db.session.execute(
                insert(table).from_select(["tag", "public_id", *[c.name for c in plain]], rows)
            )


def _signed_in(app: Flask) -> Any:
    from inventory.auth import services as auth
    from inventory.core import clock
    from inventory.core.database import transaction

    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context(), transaction():
        token = auth.open_session(_user()[0], address="127.0.0.1", agent="benchmark", at=clock.now())
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    return browser
