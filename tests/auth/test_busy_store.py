"""Nobody is let in uncounted: while another process keeps SQLite's only writer, signing in waits and says so, and then goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from inventory.auth import passwords, services
from inventory.auth.claims import claim
from inventory.auth.models import RateCounter, User, UserSession
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import Base, db, transaction
from inventory.core.permissions import Role
from inventory.organization.services import found_instance

PASSWORD = "une phrase que personne ne devine"
# Keeps the writer until its input ends, and says when it has it.
KEEPER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("kept", flush=True)
sys.stdin.read()
store.execute("ROLLBACK")
"""


Keep = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def account(apart: Flask, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr("inventory.core.database.PATIENCE_AT_A_PAGE_MS", 100)
    Base.metadata.create_all(db.engine)
    with transaction():
        root = found_instance("Metropolis", "BM", actor=SYSTEM)
        user = services.create_user({"email": "anna@parc.example", "name": "Anna"}, actor=SYSTEM)
        services.grant(user, root, Role.READER, actor=SYSTEM)
        services.set_password(user, PASSWORD, actor=SYSTEM)
    apart.config["WTF_CSRF_ENABLED"] = False
    return user


@pytest.fixture
def sqlite(apart: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes several writers")


@pytest.fixture
def keep_writer(sqlite: None) -> Iterator[Keep]:
    """Returns what starts a process that keeps the writer until its input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", KEEPER, str(db.engine.url.database)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout
        assert started[-1].stdout.readline() == "kept\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def post(browser: FlaskClient, address: str = "/sign-in", **values: str):
    return browser.post(address, data=values, headers={"Accept-Language": "en"})


def note_looks(monkeypatch: pytest.MonkeyPatch, into: list[str] | None = None) -> list[str]:
    """Note in a list each time that a password is looked at."""
    noted, verify = [] if into is None else into, passwords.verify_password

    def look(stored: str | None, typed: str) -> bool:
        noted.append("look")
        return verify(stored, typed)

    monkeypatch.setattr(passwords, "verify_password", look)
    return noted


def kept() -> tuple[int, int, int]:
    """Attempts counted, wrong passwords of the account, and sessions."""
    db.session.rollback()
    attempts = db.session.scalar(select(func.coalesce(func.sum(RateCounter.count), 0)))
    wrong = db.session.scalar(select(User.failed_attempts).where(User.email == "anna@parc.example"))
    return attempts or 0, wrong or 0, db.session.scalar(select(func.count()).select_from(UserSession)) or 0


def test_who_cannot_be_counted_is_not_let_in_whatever_the_password_and_is_told_to_try_again(
    apart: Flask, account: User, keep_writer: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = note_looks(monkeypatch)
    browser, keeper = apart.test_client(), keep_writer()
    for password in ("wrong", PASSWORD):
        answer = post(browser, email="anna@parc.example", password=password)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "Nobody can be signed in just now" in answer.text
        assert 'value="anna@parc.example"' in answer.text
        assert PASSWORD not in answer.text
    assert looked_at == [], "nothing is said of a password that is not counted"
    assert browser.get("/", headers={"Accept-Language": "en"}).status_code == 303
    assert kept() == (0, 0, 0)
    keeper.communicate()
    assert post(browser, email="anna@parc.example", password="wrong").status_code == 422
    assert kept() == (1, 1, 0)
    assert post(browser, email="anna@parc.example", password=PASSWORD).status_code == 303
    assert kept() == (1, 0, 1)
    assert browser.get("/").status_code == 200


def test_who_is_signed_in_reads_on_and_a_code_is_asked_for_again(
    apart: Flask, account: User, keep_writer: Keep
) -> None:
    secret = passwords.new_totp_secret()
    with transaction():
        services.confirm_totp(account, secret, pyotp.TOTP(secret).now(), actor=SYSTEM)
        account.totp_last_step = None
    inside, outside = apart.test_client(), apart.test_client()
    with transaction():
        token = services.open_session(account, address="127.0.0.1", agent="tests", at=clock.now())
    with inside.session_transaction() as cookie:
        cookie["token"] = token
    assert post(outside, email="anna@parc.example", password=PASSWORD).status_code == 303
    code = pyotp.TOTP(secret).now()
    keeper = keep_writer()
    assert inside.get("/").status_code == 200
    answer = post(outside, "/sign-in/code", code=code)
    assert (answer.status_code, "Nobody can be signed in just now" in answer.text) == (503, True)
    keeper.communicate()
    assert post(outside, "/sign-in/code", code=code).status_code == 303, (
        "a code that was not looked at is not spent"
    )


@pytest.mark.usefixtures("sqlite")
def test_a_password_is_looked_at_before_the_writer_is_taken(
    apart: Flask, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: said.append(str(told[2])))
    event.listen(db.engine, "commit", lambda _connection: said.append("COMMIT"))
    note_looks(monkeypatch, said)
    assert post(apart.test_client(), email="anna@parc.example", password=PASSWORD).status_code == 303
    writer = [word for word in said if word.startswith("BEGIN IMMEDIATE") or word in ("COMMIT", "look")]
    assert writer == ["BEGIN IMMEDIATE", "COMMIT", "look", "BEGIN IMMEDIATE", "COMMIT"]


def test_what_was_looked_at_before_the_account_was_locked_or_its_password_changed_comes_too_late(
    apart: Flask, account: User
) -> None:
    at = clock.now()
    right = claim("anna@parc.example", PASSWORD)
    wrong = [claim("anna@parc.example", "wrong") for _time in range(services.FREE_ATTEMPTS)]
    with transaction():
        assert [services.sign_in(one, at=at) for one in wrong] == [None] * services.FREE_ATTEMPTS
    with transaction():
        assert services.sign_in(right, at=at) is None, "at once with five wrong ones, it is the sixth"
        services.set_password(account, f"{PASSWORD} non plus", actor=SYSTEM)
    with transaction():
        assert services.sign_in(right, at=at) is None
