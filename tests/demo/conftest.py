"""A small made-up fleet in a store of its own, loaded once, and browsers signed in to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from inventory import create_app
from inventory.auth import services
from inventory.auth.models import User
from inventory.core import clock, migrations, registry
from inventory.core.database import db, transaction
from inventory.demo import loading
from inventory.demo.loading import Loaded
from inventory.demo.world import Order

ASSETS = 1_600
TODAY = date(2026, 9, 24)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/demo" in str(item.path):
            # One worker loads the fleet once.
            item.add_marker(pytest.mark.xdist_group("demo"))


def application(instance: Path) -> Flask:
    """Return the application on an instance, in SQLite whatever the other tests use."""
    store = f"sqlite:///{instance / 'parc.sqlite'}"
    return create_app(INSTANCE=str(instance), DATABASE_URL=store, TESTING=True, SIGN_IN_ATTEMPTS=1000)


@dataclass(frozen=True)
class Filled:
    """An instance with a made-up fleet, and what its load returned."""

    path: Path
    loaded: Loaded


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The instance that the modules' own are copies of."""
    path = tmp_path_factory.mktemp("filled")
    made = application(path)
    with made.app_context():
        migrations.upgrade()
        registry.run_hooks("instance.started", app=made)
        db.session.remove()
        loaded = loading.load(Order(ASSETS, "tests", TODAY))
        db.session.remove()
        db.engine.dispose()
    return Filled(path, loaded)


@pytest.fixture(scope="module")
def fleet(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a fleet of the module's own, which its tests may change."""
    made = application(Path(shutil.copytree(filled.path, tmp_path_factory.mktemp("fleet") / "instance")))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def loaded(filled: Filled) -> Loaded:
    """What the load returned."""
    return filled.loaded


@pytest.fixture
def in_fleet(fleet: Flask) -> Iterator[Flask]:
    """Inside the application with the made-up fleet."""
    with fleet.app_context():
        yield fleet
        db.session.remove()


@pytest.fixture
def browser(fleet: Flask) -> Callable[[str], FlaskClient]:
    """Returns a browser signed in as the demonstration's account whose address begins so."""

    def signed_in(login: str) -> FlaskClient:
        fleet.config["WTF_CSRF_ENABLED"] = False
        with fleet.app_context():
            user = db.session.scalars(select(User).where(User.email.startswith(login))).one()
            with transaction():
                token = services.open_session(user, address="127.0.0.1", agent="tests", at=clock.now())
            db.session.remove()
        client = fleet.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        return client

    return signed_in
