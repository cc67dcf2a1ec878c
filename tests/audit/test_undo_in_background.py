"""Undoing in the background: whose work it is, by whose right, and what a killed worker leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.audit import services as audit
from inventory.audit import views
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.catalog import services as catalog
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.jobs import services
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.leases import claim
from inventory.jobs.models import Job
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def _all_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 0)


@pytest.fixture
def edit(cast: factories.Cast) -> ChangeSet:
    laptop = factories.create_asset(cast.le_bouscat, tag="LBX-1")
    with (
        transaction(),
        audit.change_set(ChangeSetKind.BULK, "Edit", actor=SYSTEM, entity_id=cast.le_bouscat.id) as opened,
    ):
        assets.update_asset(laptop, {"notes": "x"}, actor=SYSTEM)
    return opened


def the_job() -> Job:
    return db.session.scalars(select(Job)).one()


def worked(job: Job) -> str:
    """Do a job; returns how it ended."""
    with transaction():
        lease = claim(None, "worker", job_id=job.id)
    assert lease is not None
    execute(open_context(lease))
    db.session.expire_all()
    return str(job.state)


def test_who_asks_for_what_another_has_asked_is_told_so_instead_of_sent_to_a_page_that_is_not_theirs(
    edit, cast, sign_in
):
    address = f"/changes/{edit.public_id}/undo"
    bruno = sign_in(cast.bruno)
    first, again = bruno.post(address), bruno.post(address)
    assert (first.location, first.location) == (again.location, f"/jobs/own/{the_job().public_id}")
    answer = sign_in(cast.diane).post(address, headers=ENGLISH)
    assert (answer.status_code, "under way in another job" in answer.get_data(as_text=True)) == (409, True)


def test_what_is_of_no_entity_is_not_undone_for_who_may_no_longer_sign_in(cast, sign_in):
    maker = factories.create_manufacturer(name="Elo", key="Elo")
    with transaction(), audit.change_set(ChangeSetKind.BULK, "Makers", actor=SYSTEM) as opened:
        catalog.update_manufacturer(maker, {"name": "Elo Touch"}, actor=SYSTEM)
    assert sign_in(cast.diane).post(f"/changes/{opened.public_id}/undo").status_code == 303
    with transaction():
        cast.diane.active = False
    assert worked(the_job()) == "failed"
    assert maker.name == "Elo Touch"


def test_a_worker_killed_right_after_the_commit_leaves_an_undo_that_is_done(edit, cast, sign_in, monkeypatch):
    sign_in(cast.bruno).post(f"/changes/{edit.public_id}/undo")
    job = the_job()

    def killed(*_told: Any, **_more: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            worked(job)
    with transaction():
        services.release(services.locked(job.id))
    assert (worked(job), edit.undone_at is not None) == ("done", True)


def test_what_stands_in_the_way_is_named(edit, cast, sign_in):
    bruno = sign_in(cast.bruno)
    laptop = db.session.scalars(select(Asset)).one()
    with transaction():
        assets.update_asset(laptop, {"notes": "y"}, actor=SYSTEM)
    page = bruno.post(f"/changes/{edit.public_id}/undo")
    assert worked(the_job()) == "failed"
    told = bruno.get(page.location, headers=ENGLISH).get_data(as_text=True)
    assert "Changed since, so nothing was undone: LBX-1. Undo the later changes first." in told
    assert (laptop.notes, edit.undone_at) == ("y", None)
