"""Every page of the made-up fleet opens for who may see it, and holds something."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from inventory.applications.models import Application, ApplicationAnnex
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.core import registry
from inventory.core.database import db, transaction
from inventory.demo import rehearsal
from inventory.discovery.models import Run, Sighting
from inventory.discovery.services import SCAN
from inventory.exchange.models import Import, Stage
from inventory.jobs import services as jobs
from inventory.jobs.models import Job, JobState
from inventory.jobs.runner import run_here
from inventory.organization.models import Entity, Location, Person
from inventory.reconciliation.models import Review
from inventory.renewal.models import Snapshot

LISTS = (
    *("/", "/assets/", "/assets/?entity=ROC", "/people/", "/places/", "/entities/", "/discovery/", "/jobs/"),
    *(
        "/discovery/runs/",
        "/discovery/sightings/",
        "/reviews/",
        "/renewal/",
        "/changes/",
        "/reports/",
        "/users/",
    ),
    *(
        "/catalog/models",
        "/catalog/categories",
        "/suppliers/",
        "/settings/",
        "/discovery/credentials/",
        "/applications/",
        "/applications/annexes/",
        "/imports/",
    ),
)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_opens_with_rows_for_the_administrator(browser, path):
    answer = browser("administration").get(path)
    assert answer.status_code == 200
    assert b'class="empty' not in answer.data


@pytest.mark.parametrize("login", ["gestion", "technique", "referente"])
def test_home_opens_for_every_role(browser, login):
    assert browser(login).get("/").status_code == 200


def test_an_import_that_the_history_names_opens_with_its_file_and_what_it_made(browser):
    client = browser("gestion")
    with client.application.app_context():
        born = select(AuditRecord).where(AuditRecord.actor_kind == "import", AuditRecord.action == "created")
        record = db.session.scalars(born.order_by(AuditRecord.id)).first()
        kept = db.session.scalars(select(Import).where(Import.public_id == record.actor_id)).one()
        made = db.session.scalar(
            select(func.count()).select_from(
                born.where(AuditRecord.change_set_id == kept.change_set_id).subquery()
            )
        )
        address, refused = f"/imports/{kept.public_id}", kept.counts["refused"]
        assert (kept.counts["created"], made + refused) == (made, kept.lines)
        assert record.actor_label == f"{kept.filename} ({kept.user_label})"
    assert f'/assets/{record.object_id}"' in client.get(f"{address}?outcome=created").text
    assert client.get(f"{address}/refused.csv").text.count("\r\n") == 1 + refused


def test_a_file_left_half_way_is_gone_on_with(browser):
    client = browser("gestion")
    with client.application.app_context():
        kept = db.session.scalars(select(Import).where(Import.stage == Stage.TRYING)).one()
        address, job_id = f"/imports/{kept.public_id}", kept.job_id
        db.session.remove()
    run_here(client.application, job_id)
    assert "Importer" in client.get(address).text
    assert client.post(f"{address}/start").status_code in (302, 303)


def test_the_referent_sees_one_commune_alone(browser):
    answer = browser("referente").get("/entities/")
    assert "Rocheval" in answer.text
    assert "Saint-Elvain" not in answer.text


def public_ids(fleet, statement):
    with fleet.app_context():
        found = db.session.scalars(statement).all()
        db.session.remove()
    return found


def test_an_asset_in_each_state_opens_with_its_history_and_as_it_was(fleet, browser):
    client = browser("administration")
    for state in State:
        statement = select(Asset.public_id).where(Asset.state == state).order_by(Asset.id).limit(2)
        for public_id in public_ids(fleet, statement):
            assert client.get(f"/assets/{public_id}").status_code == 200
            assert client.get(f"/assets/{public_id}?as_of=2022-01-01").status_code == 200


@pytest.mark.parametrize(
    ("model", "address"),
    [
        (Person, "/people/"), (Location, "/places/"), (Run, "/discovery/runs/"), (Sighting, "/discovery/sightings/"),
        (Review, "/reviews/"), (Snapshot, "/renewal/presented/"), (Application, "/applications/"),
        (ApplicationAnnex, "/applications/annexes/frozen/"), (ChangeSet, "/changes/"), (Job, "/jobs/"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_some_of_each_noun_open(fleet, browser, model, address):
    client = browser("administration")
    found = public_ids(fleet, select(model.public_id).order_by(model.id))
    assert found
    for public_id in found[:: max(1, len(found) // 6)]:
        assert client.get(address + public_id).status_code == 200, public_id


def test_each_question_of_each_kind_opens(fleet, browser):
    client = browser("administration")
    rows = {}
    with fleet.app_context():
        for kind, public_id in db.session.execute(select(Review.kind, Review.public_id)):
            rows.setdefault(kind, public_id)
        db.session.remove()
    assert all(client.get(f"/reviews/{public_id}").status_code == 200 for public_id in rows.values())


def test_the_sixth_of_every_commune_opens_with_its_assets(fleet, browser):
    client = browser("administration")
    codes = public_ids(fleet, select(Entity.code).where(Entity.kind == "commune"))
    for code in codes[::5]:
        assert client.get(f"/renewal/{code}").status_code == 200
        assert client.get(f"/renewal/{code}/replacements").status_code == 200
    assert client.get("/reports/sixth/ROC.pdf").data.startswith(b"%PDF")


def test_scanning_now_is_played_in_an_instance_of_synthetic_data(fleet):
    real = registry.job_function(SCAN)
    registry.job(SCAN, rehearsal.scan)
    try:
        with fleet.app_context():
            before = absent()
            with transaction():
                range_id = db.session.scalar(select(Run.range_id).where(Run.range_id.is_not(None)).limit(1))
                job = jobs.enqueue(SCAN, {"range_id": range_id}, title="played", queue="site.ROC")
            job_id = job.id
            assert run_here(fleet, job_id)
            db.session.expire_all()
            run = db.session.scalars(select(Run).where(Run.job_id == job_id)).one()
            assert run.state is JobState.DONE
            assert run.complete
            assert run.read > 0
            assert run.outcome == {"unchanged": run.read}
            assert absent() == before
            db.session.remove()
    finally:
        registry.job(SCAN, real)


def absent():
    return len(db.session.scalars(select(Sighting.id).where(Sighting.absent_since.is_not(None))).all())
