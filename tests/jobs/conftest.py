"""A private store for the job engine, which needs several connections and processes at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from inventory.core import registry
from inventory.core.database import db, transaction
from tests.jobs.engine import TABLES, make_app
from tests.servers import Postgres


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    reason = Postgres.available()
    if reason:
        pytest.skip(reason)
    server = Postgres(tmp_path_factory.mktemp("cluster"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(cluster: Postgres) -> str:
    return cluster.create_database("jobs")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application of a store of its own, empty, with an app context open and no feature but jobs."""
    # Another test's whole application may have hooked features whose tables this store lacks.
    monkeypatch.setattr(registry, "_hooks", defaultdict(dict))
    app = make_app(engine_url)
    with app.app_context():
        db.metadata.create_all(db.engine, tables=TABLES)
        with transaction():
            for table in reversed(TABLES):
                db.session.execute(table.delete())
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def job_kind() -> Iterator[dict[str, object]]:
    """Kinds added during a test are forgotten after it."""
    before = dict(registry._jobs)
    yield registry._jobs
    registry._jobs.clear()
    registry._jobs.update(before)
