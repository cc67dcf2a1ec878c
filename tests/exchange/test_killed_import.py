"""Imports of everything or nothing in a worker of their own: watched, stopped and killed in the middle, nothing of them is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

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
from inventory.organization.queries import root as root_of_tree
from inventory.organization.services import found_instance
from tests import factories
from tests.exchange.conftest import number_of

pytestmark = pytest.mark.slow

ROWS, CHUNK = 120, 20
# A worker that waits before its third step for as long as a file says so, so that it is met in the middle of its work.
WORKER = f"""
import os, pathlib, time
from inventory.exchange import services
from inventory.jobs.context import JobContext
hold, steps, leave = pathlib.Path(os.environ["HOLD"]), [], JobContext.leave_if_asked
def held(job):
    leave(job)
    steps.append(job.kind)
    while steps.count(job.kind) > 2 and hold.exists() and hold.read_text() == job.kind:
        time.sleep(0.02)
        leave(job)
services.CHUNK, JobContext.leave_if_asked = {CHUNK}, held
from inventory.cli import main
main()
"""
# Until a worker has come up on a machine that has much else to do.
PATIENCE_S = 90


class Workers:
    """Processes that do the jobs of an instance, and are held in the middle of a trial or of an import."""

    def __init__(self, app: Flask, hold: Path) -> None:
        self.started: list[subprocess.Popen[bytes]] = []
        self._hold = hold
        self._environment = {
            **os.environ,
            "PARC_INSTANCE": app.instance_path,
            "PARC_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "HOLD": str(hold),
        }

    def start(self) -> None:
        self.started.append(subprocess.Popen([sys.executable, "-c", WORKER, "worker"], env=self._environment))

    def hold(self, kind: str) -> None:
        """Let jobs of a kind wait before their third step."""
        self._hold.write_text(kind)

    def go_on(self) -> None:
        self._hold.unlink()

    def kill(self) -> None:
        """Kill the worker in the middle of its step; those that come go through."""
        self.started[-1].kill()
        self.started.pop().wait()
        self.go_on()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not holds():
            assert all(process.poll() is None for process in self.started), "a worker ended by itself"
            assert time.monotonic() < until, "it did not happen in time"
            time.sleep(0.05)

    def wait_until_in_the_middle(self) -> None:
        self.wait_until(lambda: rows_done() == 2 * CHUNK)


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
def workers(apart: Flask, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(apart, tmp_path / "hold")
    yield workers
    for process in workers.started:
        process.kill()
        process.wait()


def kept() -> Import:
    """Read the import as others left it; not inside a transaction, which this would end."""
    db.session.rollback()
    return db.session.query(Import).populate_existing().one()


def job() -> Job:
    found = db.session.get(Job, kept().job_id, populate_existing=True)
    assert found is not None
    return found


def rows_done() -> int:
    return int(progress_of(job()).get("done", 0))


def choose() -> None:
    file = kept()
    with transaction():
        services.choose(file, {0: "tag", 1: "category"}, "tag", Extent.WHOLE)


def import_until_the_middle(workers: Workers) -> None:
    workers.hold(services.RUN)
    workers.start()
    choose()
    workers.wait_until(lambda: kept().stage is Stage.TRIED)
    file = kept()
    with transaction():
        services.start(file)
    workers.wait_until(lambda: kept().stage is Stage.RUNNING)
    workers.wait_until_in_the_middle()


def lose_lease() -> None:
    """As half a minute later, when the worker has not been heard of."""
    id_ = job().id
    with transaction():
        jobs.locked(id_).lease_until = clock.now() - timedelta(seconds=1)
        jobs.sweep()


def shown(browser: FlaskClient) -> str:
    return browser.get(f"/imports/{kept().public_id}", headers={"Accept-Language": "en"}).get_data(
        as_text=True
    )


def test_a_worker_killed_in_the_middle_leaves_nothing_and_another_imports_the_whole_file(
    manager: FlaskClient, workers: Workers
) -> None:
    import_until_the_middle(workers)
    workers.kill()
    workers.wait_until(
        lambda: (number_of(Asset), number_of(ChangeSet), job().state) == (0, 0, JobState.RUNNING)
    )
    lose_lease()
    assert "another one goes on from the last finished step" in shown(manager)
    workers.start()
    workers.wait_until(lambda: kept().stage is Stage.DONE)
    assert (kept().counts, number_of(Asset), number_of(ChangeSet)) == ({"created": ROWS}, ROWS, 1)


def test_given_up_after_its_attempts_it_says_why_and_can_be_imported_again(
    manager: FlaskClient, workers: Workers
) -> None:
    import_until_the_middle(workers)
    workers.kill()
    id_ = job().id
    with transaction():
        jobs.locked(id_).attempts = jobs.MAX_ATTEMPTS
    lose_lease()
    assert (job().state, kept().stage, kept().counts) == (JobState.DEAD, Stage.TRIED, {"created": ROWS})
    text = shown(manager)
    assert "nothing is saved: The worker stopped without a word" in text
    assert f"/imports/{kept().public_id}/start" in text


def test_a_killed_trial_is_begun_anew(manager: FlaskClient, workers: Workers) -> None:
    workers.hold(services.TRY)
    workers.start()
    choose()
    workers.wait_until_in_the_middle()
    workers.kill()
    lose_lease()
    workers.start()
    workers.wait_until(lambda: kept().stage is Stage.TRIED)
    assert (kept().counts, number_of(Asset)) == ({"created": ROWS}, 0)


def test_while_nothing_is_committed_it_tells_how_far_it_is_and_stopping_keeps_nothing(
    manager: FlaskClient, workers: Workers
) -> None:
    import_until_the_middle(workers)
    text = shown(manager)
    assert f"of {ROWS:,} rows, " in text
    assert "Nothing is saved before the last row" in text
    assert number_of(Asset) == 0
    assert manager.post(f"/imports/{kept().public_id}/cancel").status_code == 303
    workers.wait_until(lambda: job().state is JobState.CANCELLED)
    assert (kept().stage, kept().counts) == (Stage.TRIED, {"created": ROWS})
    assert (number_of(Asset), number_of(ChangeSet)) == (0, 0)
    assert "It was cancelled. Nothing is saved." in shown(manager)


def test_meanwhile_another_save_waits_a_little_and_is_told_what_it_waits_for_with_its_text_kept(
    manager: FlaskClient, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.core.database.PATIENCE_AT_A_PAGE_MS", 200)
    import_until_the_middle(workers)
    root = root_of_tree().public_id
    place = {"name": "Hôtel de ville", "kind": "building", "entity": root}
    english = {"Accept-Language": "en"}
    answer = manager.post("/places/new", data=place, headers=english)
    if db.engine.dialect.name != "sqlite":
        assert answer.status_code == 303
        return
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Something large is being written" in answer.text
    assert 'name="name" value="Hôtel de ville"' in answer.text
    assert "Send it again" in answer.text
    assert manager.get("/places/").status_code == 200
    spoken = manager.post(f"/imports/{kept().public_id}/again", headers={**english, "HX-Request": "true"})
    assert spoken.text.startswith('<p role="alert">Something large')
    workers.go_on()
    workers.wait_until(lambda: kept().stage is Stage.DONE)
    assert manager.post("/places/new", data=place, headers=english).status_code == 303
