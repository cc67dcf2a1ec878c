"""Imports of everything or nothing in a worker of their own: watched, stopped and killed in the middle, nothing of them is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.assets.models import Asset
from inventory.audit.models import ChangeSet
from inventory.auth import services as auth
from inventory.core import clock
from inventory.core.access import SYSTEM, Actor
from inventory.core.database import Base, db, transaction
from inventory.core.permissions import Role
from inventory.exchange import services
from inventory.exchange.models import Extent, Import, Stage
from inventory.jobs import services as jobs
from inventory.jobs.aside import progress_of
from inventory.jobs.models import Job, JobState
from inventory.organization.services import found_instance
from tests import factories
from tests.exchange.conftest import number_of

pytestmark = pytest.mark.slow

ROWS, CHUNK = 1_000, 50
# A worker that takes its time, so that it can be met in the middle of a file on any machine.
WORKER = f"""
import time
from inventory.exchange import services
write = services.write_lines
def slowly(*args, **how):
    time.sleep(0.5 if how["keep_ids"] else 0.1)
    write(*args, **how)
services.CHUNK, services.write_lines = {CHUNK}, slowly
from inventory.cli import main
main()
"""


@pytest.fixture
def manager(apart: Flask) -> FlaskClient:
    """The browser of an administrator of a new instance, whose store other processes can open."""
    Base.metadata.create_all(db.engine)
    with transaction():
        root = found_instance("Metropolis", "BM", actor=SYSTEM)
        user = auth.create_user({"email": "m@parc.example", "name": "Manager"}, actor=SYSTEM)
        auth.grant(user, root, Role.ADMINISTRATOR, actor=SYSTEM)
    factories.create_category(name="Portable")
    apart.config["WTF_CSRF_ENABLED"] = False
    with transaction():
        token = auth.open_session(user, address="127.0.0.1", agent="tests", at=clock.now())
    browser = apart.test_client()
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    lines = "".join(f"LBX-{n:06d};Portable\n" for n in range(ROWS))
    with transaction():
        services.keep(
            ("Étiquette;Type\n" + lines).encode(),
            "livraison.csv",
            noun="asset",
            entity_id=root.id,
            user=user,
            actor=Actor("user", user.public_id, user.name),
        )
    return browser


@pytest.fixture
def start_worker(apart: Flask) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "PARC_INSTANCE": apart.instance_path,
        "PARC_DATABASE_URL": apart.config["SQLALCHEMY_DATABASE_URI"],
    }

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", WORKER, "worker"], env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def kept() -> Import:
    db.session.rollback()
    return db.session.query(Import).populate_existing().one()


def job() -> Job:
    found = db.session.get(Job, kept().job_id, populate_existing=True)
    assert found is not None
    return found


def rows_done() -> int:
    return int(progress_of(job()).get("done", 0))


def wait_until(holds: Callable[[], bool], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def choose() -> None:
    with transaction():
        services.choose(kept(), {0: "tag", 1: "category"}, "tag", Extent.WHOLE)


def start_tried() -> None:
    choose()
    wait_until(lambda: kept().stage is Stage.TRIED)
    with transaction():
        services.start(kept())


def lose_lease() -> None:
    """As half a minute later, when the worker has not been heard of."""
    with transaction():
        jobs.locked(job().id).lease_until = clock.now() - timedelta(seconds=1)
        jobs.sweep()


def shown(browser: FlaskClient) -> str:
    return browser.get(f"/imports/{kept().public_id}", headers={"Accept-Language": "en"}).get_data(
        as_text=True
    )


def test_a_worker_killed_in_the_middle_leaves_nothing_and_another_imports_the_whole_file(
    manager: FlaskClient, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    start_tried()
    wait_until(lambda: kept().stage is Stage.RUNNING and rows_done() > CHUNK)
    worker.kill()
    worker.wait()
    wait_until(lambda: (number_of(Asset), number_of(ChangeSet), job().state) == (0, 0, JobState.RUNNING))
    lose_lease()
    assert "another one goes on from the last finished step" in shown(manager)
    start_worker()
    wait_until(lambda: kept().stage is Stage.DONE)
    assert (kept().counts, number_of(Asset), number_of(ChangeSet)) == ({"created": ROWS}, ROWS, 1)


def test_given_up_after_its_attempts_it_says_why_and_can_be_imported_again(
    manager: FlaskClient, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    start_tried()
    wait_until(lambda: kept().stage is Stage.RUNNING and rows_done() > CHUNK)
    worker.kill()
    worker.wait()
    with transaction():
        jobs.locked(job().id).attempts = jobs.MAX_ATTEMPTS
    lose_lease()
    assert (job().state, kept().stage, kept().counts) == (JobState.DEAD, Stage.TRIED, {"created": ROWS})
    text = shown(manager)
    assert "nothing is saved: The worker stopped without a word" in text
    assert f"/imports/{kept().public_id}/start" in text


def test_a_killed_trial_is_begun_anew(
    manager: FlaskClient,
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    worker = start_worker()
    choose()
    wait_until(lambda: rows_done() > CHUNK)
    worker.kill()
    worker.wait()
    lose_lease()
    start_worker()
    wait_until(lambda: kept().stage is Stage.TRIED)
    assert (kept().counts, number_of(Asset)) == ({"created": ROWS}, 0)


def test_while_nothing_is_committed_it_tells_how_far_it_is_and_stopping_keeps_nothing(
    manager: FlaskClient, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    start_worker()
    start_tried()
    wait_until(lambda: kept().stage is Stage.RUNNING and rows_done() > CHUNK)
    text = shown(manager)
    assert f"of {ROWS:,} rows, " in text
    assert "Nothing is saved before the last row" in text
    assert number_of(Asset) == 0
    assert manager.post(f"/imports/{kept().public_id}/cancel").status_code == 303
    wait_until(lambda: job().state is JobState.CANCELLED)
    assert (kept().stage, kept().counts) == (Stage.TRIED, {"created": ROWS})
    assert (number_of(Asset), number_of(ChangeSet)) == (0, 0)
    assert "It was cancelled. Nothing is saved." in shown(manager)
