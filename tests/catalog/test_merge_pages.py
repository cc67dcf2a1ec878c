"""The pages that merge makers and models: what they show, who may, what they refuse."""

import re

import pytest
from sqlalchemy import select

from inventory.assets.models import Asset
from inventory.audit import views as audit_views
from inventory.audit.models import ChangeSet
from inventory.catalog import merge_views, services
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Manufacturer, Model
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def diane(cast, sign_in):
    return sign_in(cast.diane)


@pytest.fixture
def pair(cast):
    """Two models of one maker that are one; the second has the equipment."""
    laptop = factories.create_category(Kind.LAPTOP)
    maker = factories.create_manufacturer(name="Elo", key="Elo")
    with transaction():
        few = services.create_model({"manufacturer_id": maker.id, "name": "1509L"}, actor=SYSTEM)
        many = services.create_model(
            {"manufacturer_id": maker.id, "name": "1509L Notebook", "category_id": laptop.id}, actor=SYSTEM
        )
    factories.create_asset(cast.le_bouscat, laptop, manufacturer_id=maker.id, model_id=many.id, tag="LBX-1")
    return few, many


def sent(*rows, **more):
    return {
        "id": [row.public_id for row in rows],
        "version": [f"{row.public_id}:{row.version}" for row in rows],
        **more,
    }


def test_the_preview_says_what_stays_and_proposes_the_one_with_most_equipment(diane, pair):
    few, many = pair
    text = diane.post("/catalog/models/merge", data=sent(*pair), headers=ENGLISH).get_data(as_text=True)
    assert f"Merge into {many.name}" in text
    other = diane.post("/catalog/models/merge", data=sent(*pair, kept=few.public_id), headers=ENGLISH)
    assert f"Merge into {few.name}" in other.get_data(as_text=True)
    assert db.session.scalar(select(Model).where(Model.id == few.id)) is few


def test_a_merge_leads_to_the_one_that_stays_and_so_does_the_old_address_and_a_saved_filter(diane, pair):
    few, many = pair
    old, name = many.public_id, few.name
    answer = diane.post("/catalog/models/merge", data=sent(*pair, kept=few.public_id, step="merge"))
    assert (answer.status_code, answer.location) == (303, f"/catalog/models/{few.public_id}")
    assert diane.get(f"/catalog/models/{old}").location == f"/catalog/models/{few.public_id}"
    page = diane.get(f"/catalog/models/{few.public_id}", headers=ENGLISH).get_data(as_text=True)
    assert "Also known as: 1509L Notebook." in page
    listed = diane.get(f"/assets/?model={old}", headers=ENGLISH).get_data(as_text=True)
    assert "LBX-1" in listed
    assert name in listed
    assert old not in re.sub(r'(href|action|value|hx-get)="[^"]*"', "", listed)
    made = db.session.scalar(select(ChangeSet).order_by(ChangeSet.id.desc()))
    assert diane.post(f"/changes/own/{made.public_id}/undo").status_code == 303
    assert diane.get(f"/catalog/models/{old}").status_code == 200


def test_from_a_model_s_own_page_the_other_is_searched(diane, pair):
    few, many = pair
    assert f"/catalog/models/merge?id={few.public_id}" in diane.get(
        f"/catalog/models/{few.public_id}"
    ).get_data(as_text=True)
    asked = diane.get(f"/catalog/models/merge?id={few.public_id}").get_data(as_text=True)
    assert 'data-search-url="/catalog/search/models"' in asked
    shown = diane.get(f"/catalog/models/merge?id={few.public_id}&into={many.public_id}", headers=ENGLISH)
    assert f"Merge into {many.name}" in shown.get_data(as_text=True)


def test_what_was_saved_since_the_preview_is_a_conflict(diane, pair):
    shown = sent(*pair, step="merge")
    with transaction():
        services.update_model(pair[0], {"name": "1509L II"}, actor=SYSTEM, version=pair[0].version)
    assert diane.post("/catalog/models/merge", data=shown).status_code == 409
    assert db.session.scalar(select(Model).where(Model.name == "1509L II")) is not None


def test_a_refusal_is_said_on_the_preview_and_by_the_act(diane, pair):
    printer = factories.create_category(Kind.PRINTER)
    with transaction():
        services.update_model(pair[0], {"category_id": printer.id}, actor=SYSTEM)
    text = diane.post("/catalog/models/merge", data=sent(*pair), headers=ENGLISH).get_data(as_text=True)
    assert "are of different kinds" in text
    assert 'value="merge"' not in text
    assert diane.post("/catalog/models/merge", data=sent(*pair, step="merge")).status_code == 409
    assert diane.post("/catalog/models/merge", data=sent(pair[0], step="merge")).status_code == 409


@pytest.mark.parametrize("version", ["", "x", ":", "0:0", "9" * 5000])
def test_odd_versions_are_a_conflict_and_no_fault(diane, pair, version):
    odd = {**sent(*pair, step="merge"), "version": [f"{pair[0].public_id}:{version}"]}
    assert diane.post("/catalog/models/merge", data=odd).status_code == 409


def test_only_the_instance_s_administrator_merges_and_is_offered_it(cast, sign_in, pair):
    bruno = sign_in(cast.bruno)
    for address in ("/catalog/models/merge", "/catalog/manufacturers/merge"):
        assert bruno.post(address, data=sent(*pair, step="merge")).status_code == 403
    for address in ("/catalog/models/alike", "/catalog/manufacturers/alike"):
        assert bruno.get(address).status_code == 403
    page = bruno.get("/catalog/models", headers={"Accept-Language": "en"}).text
    assert "/merge" not in page
    assert "only an administrator of the whole instance adds to it, merges and deletes" in page


def test_likely_duplicates_lead_to_their_merge(diane, pair):
    with transaction():
        services.update_model(pair[0], {"category_id": pair[1].category_id}, actor=SYSTEM)
    factories.create_manufacturer(name="Elo <b>Group", key="Elo B Group")
    ids = ",".join(row.public_id for row in pair)
    text = diane.get("/catalog/models/alike").get_data(as_text=True)
    assert (
        f"/catalog/models/merge?id={ids.replace(',', '%2C')}" in text
        or f"/catalog/models/merge?id={ids}" in text
    )
    assert "<b>" not in diane.get("/catalog/manufacturers/alike").get_data(as_text=True)
    assert "/catalog/models/alike" in diane.get("/catalog/models").get_data(as_text=True)


def test_makers_are_merged_from_the_list_with_the_models_that_meet(diane, pair):
    other = factories.create_manufacturer(name="Elo Touch", key="Elo Touch")
    with transaction():
        services.create_model({"manufacturer_id": other.id, "name": "1509-L"}, actor=SYSTEM)
    maker = pair[0].manufacturer
    shown = diane.post("/catalog/manufacturers/merge", data=sent(maker, other), headers=ENGLISH).get_data(
        as_text=True
    )
    assert "1 model becomes part of one of the same name:" in shown
    done = diane.post(
        "/catalog/manufacturers/merge", data=sent(maker, other, kept=maker.public_id, step="merge")
    )
    assert done.location == f"/catalog/manufacturers/{maker.public_id}"
    assert db.session.scalar(select(Manufacturer).where(Manufacturer.name == "Elo Touch")) is None


def done_in_background(job):
    with transaction():
        lease = leases.claim(None, "worker", job_id=job.id)
    assert lease is not None
    execute(open_context(lease))
    db.session.expire_all()


def test_a_merge_that_much_equipment_follows_is_done_in_the_background_and_so_is_its_undo(
    diane, pair, monkeypatch
):
    few, many = pair
    monkeypatch.setattr(merge_views, "AT_ONCE", 0)
    monkeypatch.setattr(audit_views, "AT_ONCE", 2)
    answer = diane.post("/catalog/models/merge", data=sent(*pair, kept=few.public_id, step="merge"))
    job = db.session.scalars(select(Job)).one()
    assert answer.location == f"/jobs/own/{job.public_id}"
    assert db.session.get(Model, many.id) is many
    done_in_background(job)
    assert (job.state, job.progress) == ("done", {"done": 1, "total": 1})
    assert db.session.scalars(select(Asset.model_id)).one() == few.id
    page = diane.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    address = re.search(r"/changes/own/\w+/undo", page)[0]
    undoing = diane.post(address, data={"next": "/catalog/models"})
    assert undoing.location.startswith("/jobs/own/")
    again = db.session.scalars(select(Job).where(Job.id != job.id)).one()
    done_in_background(again)
    assert again.state == "done"
    assert db.session.scalars(select(Asset.model_id)).one() == many.id
    assert "/catalog/models" in diane.get(undoing.location).get_data(as_text=True)
    # The merge's own page, come back to, offers no second undo.
    page = diane.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert "It has been undone." in page
    assert address not in page


def test_a_merge_in_the_background_that_comes_too_late_says_so_and_changes_nothing(diane, pair, monkeypatch):
    few, many = pair
    monkeypatch.setattr(merge_views, "AT_ONCE", 0)
    answer = diane.post("/catalog/models/merge", data=sent(*pair, kept=few.public_id, step="merge"))
    with transaction():
        many.version += 1
    job = db.session.scalars(select(Job)).one()
    done_in_background(job)
    assert job.state == "failed"
    assert "Somebody else saved this" in diane.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert db.session.scalars(select(Asset.model_id)).one() == many.id


def test_a_merge_in_the_background_whose_kept_one_is_gone_merges_nothing_into_another(
    diane, pair, monkeypatch
):
    few, many = pair
    monkeypatch.setattr(merge_views, "AT_ONCE", 0)
    with transaction():
        third = services.create_model(
            {"manufacturer_id": few.manufacturer_id, "name": "1509L-B"}, actor=SYSTEM
        )
    answer = diane.post(
        "/catalog/models/merge", data=sent(few, many, third, kept=third.public_id, step="merge")
    )
    with transaction():
        db.session.delete(third)
    done_in_background(db.session.scalars(select(Job)).one())
    assert {row.id for row in db.session.scalars(select(Model))} == {few.id, many.id}
    assert "One of them is gone" in diane.get(answer.location, headers=ENGLISH).get_data(as_text=True)


def test_the_page_of_work_in_the_background_is_its_author_s_alone(cast, diane, pair, monkeypatch, sign_in):
    monkeypatch.setattr(merge_views, "AT_ONCE", 0)
    answer = diane.post("/catalog/models/merge", data=sent(*pair, kept=pair[0].public_id, step="merge"))
    assert sign_in(cast.bruno).get(answer.location).status_code == 404
