"""How fast everyday pages answer at 100,000 assets with their history, how fast all rows leave as a file, and a bulk edit."""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Result, Skipped, skipped

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

NAME = "Pages of an instance of 100,000 assets: server time of an administrator who sees everything"
GOAL = (
    "median 50 ms and p95 120 ms; CSV of all rows in 5 s, its first byte in 0.5 s; 1,000 items edited in 2 s"
)

WANTED = 100_000
TIMES = 20
MEDIAN_MS, P95_MS = 50, 120
CSV_S, FIRST_BYTE_S, BULK_S, MEMORY_MB = 5, 0.5, 2, 250
HOW = "PARC_INSTANCE=/tmp/fleet parc demo --assets 100000, then {name}=/tmp/fleet make bench"
HOW_POSTGRES = (
    "PARC_INSTANCE=/tmp/fleet PARC_DATABASE_URL=postgresql+psycopg://… parc demo --assets 100000,"
    " then PARC_BENCH_POSTGRESQL=postgresql+psycopg://… make bench"
)
PAGES = {
    "home": "/",
    "list": "/assets/",
    "list by state": "/assets/?state=in_service",
    "list by category and age": "/assets/?category=laptop&age=5%2B&state=in_use",
    "list by maker, oldest first": "/assets/?source=snmp&sort=age",
    "list by words": "/assets/?q=martin",
    "search": "/search/?q=martin&stay=1",
    "search as one types": "/search/suggest?q=lat",
    "search, mistyped": "/search/suggest?q=latitdue",
    "search, half the fleet": "/search/suggest?q=dell",
    "people": "/people/",
}

_stores: dict[str, Flask | str] = {}


@contextlib.contextmanager
def setting() -> Iterator[None]:
    """The instances that the environment names; a store without one is skipped, saying how to make it."""
    folder = os.environ.get("PARC_BENCH_SQLITE")
    url = os.environ.get("PARC_BENCH_POSTGRESQL")
    with tempfile.TemporaryDirectory() as keys:
        _stores["SQLite"] = _opened(Path(folder), None) if folder else HOW.format(name="PARC_BENCH_SQLITE")
        _stores["PostgreSQL"] = _opened(Path(keys), url) if url else HOW_POSTGRES
        if all(isinstance(store, str) for store in _stores.values()):
            raise Skipped("; ".join(f"{name}: {why}" for name, why in _stores.items()))
        yield
        _stores.clear()


def _opened(instance: Path, url: str | None) -> Flask | str:
    from sqlalchemy import func, select

    from inventory import create_app
    from inventory.assets.models import Asset
    from inventory.core.database import db
    from inventory.search.models import SearchDocument

    app = create_app(INSTANCE=str(instance), **({"SQLALCHEMY_DATABASE_URI": url} if url else {}))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        there = db.session.scalar(select(func.count()).select_from(Asset)) or 0
        found = db.session.scalar(select(func.count()).select_from(SearchDocument)) or 0
    if there < WANTED:
        return f"{there:,} assets are there, not {WANTED:,}"
    return app if found >= there else "its search index is not built: parc search rebuild"


def run() -> list[Result]:
    """Every page some twenty times on each store, then the files and the bulk edit once."""
    results = []
    for name, app in _stores.items():
        if isinstance(app, str):
            results.append(skipped(name, app, "ms"))
            continue
        browser = _signed_in(app)
        for label, path in {**PAGES, "an asset": _an_asset(app)}.items():
            results += _page(f"{name}, {label}", browser, path)
        results += _files(name, browser)
        results += _bulk_edit(name, app)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.append(Result("memory of the process at its most", peak, "MB", MEMORY_MB, less_is_better=True))
    return results


def _administrator() -> Any:
    from sqlalchemy import select

    from inventory.auth.models import Grant, User
    from inventory.core.database import db
    from inventory.core.permissions import Role
    from inventory.organization import queries as organization

    root = organization.root()
    statement = select(User).join(Grant, Grant.user_id == User.id)
    statement = statement.where(Grant.role == Role.ADMINISTRATOR, Grant.entity_id == (root.id if root else 0))
    return db.session.scalars(statement.limit(1)).one()


def _signed_in(app: Flask) -> FlaskClient:
    from inventory.auth import services as auth
    from inventory.core import clock
    from inventory.core.database import transaction

    with app.app_context():
        with transaction():
            user = _administrator()
            token = auth.open_session(user, address="127.0.0.1", agent="benchmark", at=clock.now())
        browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    return browser


def _an_asset(app: Flask) -> str:
    from sqlalchemy import select

    from inventory.assets.models import Asset
    from inventory.assets.states import State
    from inventory.core.database import db

    with app.app_context():
        wanted = select(Asset.public_id).where(Asset.state == State.IN_SERVICE, Asset.holder_id.is_not(None))
        return f"/assets/{db.session.scalars(wanted.limit(1)).one()}"


def _page(label: str, browser: FlaskClient, path: str) -> list[Result]:
    def ask() -> int:
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return len(answer.get_data())

    size = ask()
    took = sorted(1000 * _seconds(ask) for _time in range(TIMES))
    return [
        Result(label, median(took), "ms", MEDIAN_MS, less_is_better=True, note=f"{size / 1024:.0f} kB"),
        Result(f"{label}, p95", quantiles(took, n=20)[-1], "ms", P95_MS, less_is_better=True),
    ]


def _seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _files(name: str, browser: FlaskClient) -> list[Result]:
    begun = time.perf_counter()
    answer = browser.get("/assets/?format=csv", buffered=False)
    pieces = iter(answer.iter_encoded())
    next(pieces)
    first = time.perf_counter() - begun
    lines = sum(piece.count(b"\n") for piece in pieces)
    took = time.perf_counter() - begun
    answer.close()
    assert lines > WANTED - 1000, f"only {lines} lines were written"
    workbook = _seconds(
        lambda: [len(piece) for piece in browser.get("/assets/?format=xlsx", buffered=False).iter_encoded()]
    )
    return [
        Result(f"{name}, CSV of all rows", took, "s", CSV_S, less_is_better=True),
        Result(f"{name}, its first byte", first, "s", FIRST_BYTE_S, less_is_better=True),
        Result(f"{name}, workbook of all rows", workbook, "s"),
    ]


class _TakenBack(Exception):
    """The bulk edit is measured and then forgotten."""


def _bulk_edit(name: str, app: Flask) -> list[Result]:
    """Edit 1,000 assets, indexed and journalled, up to the commit; then take it back."""
    from sqlalchemy import select

    from inventory.assets.models import Asset
    from inventory.assets.services import bulk
    from inventory.assets.states import State, Usage
    from inventory.audit import services as audit
    from inventory.audit.models import ChangeSetKind
    from inventory.auth import queries as auth
    from inventory.core.access import Actor
    from inventory.core.database import db, transaction

    edits = {
        "1,000 edited, two fields": bulk.BulkEdit({"usage": Usage.PUBLIC, "accounting_number": "BENCH"}),
        "1,000 change state": bulk.BulkEdit({}, state=State.IN_REPAIR),
    }
    results = []
    with app.app_context():
        user = _administrator()
        access, actor = auth.access_of(user), Actor("user", user.public_id, user.name)
        ids = list(db.session.scalars(select(Asset.id).where(Asset.state == State.IN_SERVICE).limit(1000)))
        for label, edit in edits.items():
            begun = time.perf_counter()
            with contextlib.suppress(_TakenBack), transaction() as session:
                with audit.change_set(ChangeSetKind.BULK, "Benchmark", actor=actor):
                    done = bulk.apply_edit(ids, edit, access=access, actor=actor)
                session.dispatch.before_commit(session)
                took = time.perf_counter() - begun
                assert done.changed == len(ids), done
                raise _TakenBack
            results.append(Result(f"{name}, {label}", took, "s", BULK_S, less_is_better=True))
    return results
