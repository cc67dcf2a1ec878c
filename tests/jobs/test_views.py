"""The pages of background work: what is under way, what failed and why, and what may be done about it."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.wording import N_
from inventory.exchange.models import Import
from inventory.jobs import aside, leases, schedules, services
from inventory.jobs.models import Job, JobState
from tests import rows


@pytest.fixture
def diane(cast, sign_in):
    browser = sign_in(cast.diane)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def page_of(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def add(title, kind="discovery.scan", **values):
    with transaction():
        return services.enqueue(kind, {}, title=title, **values)


def fail(job):
    with transaction():
        lease = leases.claim(None, "w", job_id=job.id)
    services.settle(lease, JobState.FAILED, message=N_("Nothing answered."))


def test_the_tabs_count_what_is_under_way_and_what_failed(diane):
    waiting, failed = add("Waiting one"), add("Failed one")
    fail(failed)
    under_way, wrong = page_of(diane, "/jobs/?open=1"), page_of(diane, "/jobs/?failed=1")
    assert (waiting.title in under_way, failed.title in under_way) == (True, False)
    assert (waiting.title in wrong, failed.title in wrong) == (False, True)
    assert ("Nothing answered." in wrong, "Nothing answered." in under_way) == (True, False)


def test_jobs_are_found_by_their_words_and_their_kind(diane):
    add("Scan of the library")
    add("Import of laptops", kind="exchange.import", requested_by="Alice Martin")
    assert "Scan of the library" not in page_of(diane, "/jobs/?q=alice")
    assert "Import of laptops" in page_of(diane, "/jobs/?q=alice")
    assert "Import of laptops" not in page_of(diane, "/jobs/?kind=discovery.scan")


def test_an_empty_list_says_whether_it_was_narrowed(diane):
    assert "No work was asked for yet." in diane.get("/jobs/", headers={"Accept-Language": "en"}).text
    assert "Nothing here is like this." in diane.get("/jobs/?q=zz", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("queue", "words"), [("site.LBX", "Site LBX"), (services.QUICK, "quick work"), ("default", "general")]
)
def test_a_queue_is_called_by_its_name_and_not_by_its_code(diane, queue, words):
    job = add("Le Bouscat", queue=queue)
    for address in ("/jobs/", f"/jobs/{job.public_id}"):
        page = page_of(diane, address)
        assert words in page
        assert f">{queue}<" not in page


def test_a_job_that_failed_says_why_and_is_tried_again_from_its_page(diane):
    job = add("Failed one")
    fail(job)
    page = page_of(diane, f"/jobs/{job.public_id}")
    assert "Nothing answered." in page
    assert diane.post(f"/jobs/{job.public_id}/retry").status_code == 303
    assert db.session.get_one(Job, job.id, populate_existing=True).state is JobState.QUEUED
    assert "Diane Roux asked to try again." in page_of(diane, f"/jobs/{job.public_id}")


def test_a_job_that_waits_is_cancelled_from_its_page_once(diane):
    job = add("Waiting one")
    assert diane.post(f"/jobs/{job.public_id}/cancel").status_code == 303
    assert db.session.get_one(Job, job.id, populate_existing=True).state is JobState.CANCELLED
    assert diane.post(f"/jobs/{job.public_id}/cancel").status_code == 409


def test_a_job_says_what_it_waits_for_while_another_keeps_the_store(diane, app, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    keeping, waiting = add("parc.csv", "exchange.import"), add("Night scan")
    aside.Aside(keeping.public_id).tell({})
    said = "it waits until “parc.csv”, which is everything or nothing, is written"
    assert said in page_of(diane, f"/jobs/{waiting.public_id}")
    assert said not in page_of(diane, f"/jobs/{keeping.public_id}")
    # A worker that was killed says nothing more, and keeps nobody waiting.
    (marker,) = (tmp_path / aside.FOLDER).iterdir()
    os.utime(marker, (0, 0))
    assert said not in page_of(diane, f"/jobs/{waiting.public_id}")


def test_a_job_leads_to_what_it_works_on(diane, cast):
    made = rows.make(cast.le_bouscat)
    with transaction():
        kept = db.session.get_one(Import, made["import"].id)
        kept.job_id = add("Import of laptops", kind="exchange.import").id
    job = db.session.get_one(Job, kept.job_id)
    assert f"/imports/{kept.public_id}" in page_of(diane, f"/jobs/{job.public_id}")
    run_job = db.session.get_one(Job, made["run"].job_id)
    assert f"/discovery/runs/{made['run'].public_id}" in page_of(diane, f"/jobs/{run_job.public_id}")


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("30 22 * * *", "every day at 22:30"),
        ("0 3 * * 1-5", "Monday to Friday at 03:00"),
        ("5 7 * * 1", "every Monday at 07:05"),
        ("*/5 * * * *", "<code>*/5 * * * *</code>"),
    ],
)
def test_a_schedule_says_in_words_when_it_is_due(diane, cron, words):
    plan = {
        "title": "Plan",
        "kind": "discovery.scan",
        "cron": cron,
        "time_zone": "Europe/Paris",
        "enabled": True,
    }
    with transaction():
        schedules.save(None, plan, actor=SYSTEM, entity_id=None)
    assert words in page_of(diane, "/jobs/")


def test_a_job_that_waits_says_how_many_come_before_it_and_one_that_is_all_done_that_it_is_written(
    diane, time_machine
):
    first, second = add("First"), add("Second")
    with transaction():
        lease = leases.claim(None, "w", job_id=first.id)
        leases.renew(lease, progress={"done": 40, "total": 40})
    db.session.expire_all()
    assert "after 1 other job" not in page_of(diane, f"/jobs/{second.public_id}")
    time_machine.move_to(clock.now() + timedelta(seconds=5))
    assert "after 1 other job" in page_of(diane, f"/jobs/{second.public_id}")
    written = page_of(diane, f"/jobs/{first.public_id}")
    assert "40 of 40, being written" in written
    assert 'data-percent="99.0"' in written
