"""What every test stands on: one application, one store a session, and each test rolled back."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, request_started
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from inventory import create_app
from inventory.auth import passwords, services
from inventory.auth.models import User
from inventory.core import clock, vault
from inventory.core.database import Base, db, transaction
from inventory.files.storage import storage
from tests import factories
from tests.once import once

# Known by the text of each template, so that what an earlier run left may stay.
COMPILED = Path(__file__).resolve().parent.parent / ".pytest_cache" / "templates"

# Characters, or octets, by which a test is told from others.
LONGEST_NAMED = 100
# How long an example takes says how busy the machine is, and nothing of what it proves.
settings.register_profile("parc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("parc")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store", choices=("sqlite", "postgresql"), default="sqlite", help="the store that tests use"
    )


def pytest_configure() -> None:
    # To look for cycles after every seven hundred objects, of which a test makes some ten thousand, costs one second in twenty.
    gc.set_threshold(10_000)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name whole files and long texts by their argument: all workers have to call a test the same, and some are made anew by each."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_NAMED else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "database" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("any_store"):
            item.add_marker(pytest.mark.database)


def pytest_collection_finish() -> None:
    # All that was imported lives until the end: no search for garbage needs to walk over it again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _light_hashing() -> None:
    passwords.use_hasher(factories.light_hasher())


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> None:
    # Every application of every worker would compile the same two hundred.
    COMPILED.mkdir(parents=True, exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(COMPILED))}


@pytest.fixture(scope="session")
def store_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty store, on the engine that --store names."""
    if request.config.getoption("--store") == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('store') / 'parc.sqlite'}"
        return
    from tests.servers.postgres import Postgres

    if reason := Postgres.available():
        pytest.skip(reason)
    with Postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server.create_database("parc")


@pytest.fixture(scope="session")
def app(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on an empty store with every table."""
    made = create_app(
        INSTANCE=str(tmp_path_factory.mktemp("instance")),
        SQLALCHEMY_DATABASE_URI=store_url,
        TESTING=True,
        FIGURES_KEPT_S=0.0,
        PROPAGATE_EXCEPTIONS=False,
        SIGN_IN_ATTEMPTS=1000,
    )
    request_started.connect(_forget, made)
    with made.app_context():
        Base.metadata.create_all(db.engine)
        _send_savepoints_plainly(db.engine)
        yield made
        db.session.remove()
        db.engine.dispose()


def _send_savepoints_plainly(engine: Engine) -> None:
    # Each request of a test makes several, and each has a name of its own, so that SQLAlchemy would compile every one of them.
    for verb, method in {
        "SAVEPOINT": "do_savepoint",
        "ROLLBACK TO SAVEPOINT": "do_rollback_to_savepoint",
        "RELEASE SAVEPOINT": "do_release_savepoint",
    }.items():
        setattr(engine.dialect, method, partial(_send, verb))


def _send(verb: str, connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"{verb} {name}")


def _forget(*_sender: Any, **_values: Any) -> None:
    # All tests share one application context, so that what one request kept in `g` (the language) would reach the next.
    for name in list(g):
        g.pop(name)


@pytest.fixture(autouse=True)
def _own_application(request: pytest.FixtureRequest) -> None:
    """Each test begins as nobody's reader, and with its application's keys and files, whichever was made since."""
    if "app" in request.fixturenames:
        instance = Path(request.getfixturevalue("app").instance_path)
        vault.vault.open(instance)
        storage.open(instance)
        _forget()


@pytest.fixture
def apart(app: Flask, store_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a store of its own without any table, on the engine that the run tests, with its context open.

    It is for what one connection inside a test's own transaction cannot show: migrations, several writers at once.
    """
    if store_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'apart.sqlite'}"
    else:
        name = f"apart_{factories.number()}"
        server = create_engine(store_url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        server.dispose()
        url = make_url(store_url).set(database=name).render_as_string(hide_password=False)
    made = create_app(INSTANCE=str(tmp_path / "instance"), SQLALCHEMY_DATABASE_URI=url, TESTING=True)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def reading(app: Flask) -> Iterator[Callable[..., None]]:
    """Returns what puts the test inside a request of a reader of `language`: reading("en", "/", method="POST")."""
    with ExitStack() as requests:

        def begin(language: str = "fr", path: str = "/", **arguments: Any) -> None:
            requests.close()
            _forget()
            headers = {"Accept-Language": language}
            requests.enter_context(app.test_request_context(path, headers=headers, **arguments))

        yield begin
    _forget()


@pytest.fixture
def database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The session of a test: everything it does, commits included, is rolled back after it."""
    db.session.remove()
    connection = db.engine.connect()
    outer = connection.begin()
    session_class = db.session.session_factory.class_

    class JoinedSession(session_class):  # type: ignore[misc,valid-type]
        def get_bind(self, *_args: Any, **_kwargs: Any) -> Any:
            return connection

    options = {
        **db.session.session_factory.kw,
        "join_transaction_mode": "create_savepoint",
        "class_": JoinedSession,
    }
    session = db._make_scoped_session(
        {k: v for k, v in options.items() if k not in ("bind", "db", "query_cls")}
    )
    monkeypatch.setattr(db, "session", session)
    yield session
    session.remove()
    outer.rollback()
    connection.close()


@pytest.fixture
def cast(request: pytest.FixtureRequest, database: Any) -> factories.Cast:
    """The fixed people of permission tests: see `factories.Cast`; beside `made`, those that its rows were made for."""
    if "made" in request.fixturenames:
        return request.getfixturevalue("world")[0]  # type: ignore[no-any-return]
    return once(factories.create_cast)


@pytest.fixture
def world(database: Any) -> tuple[factories.Cast, Any]:
    """The cast, and a row of every noun of Le Bouscat."""
    from tests import rows

    return once(rows.of_le_bouscat)


@pytest.fixture
def made(world: tuple[factories.Cast, Any]) -> Any:
    """A row of every noun of Le Bouscat: `rows.Rows`."""
    return world[1]


@pytest.fixture
def client(app: Flask, database: Any) -> FlaskClient:
    """A browser that nobody is signed in to."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, database: Any) -> Callable[[User], FlaskClient]:
    """Returns a browser signed in as a user."""

    def signed_in(user: User) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        with transaction():
            token = services.open_session(user, address="127.0.0.1", agent="tests", at=clock.now())
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["token"] = token
        return browser

    return signed_in
