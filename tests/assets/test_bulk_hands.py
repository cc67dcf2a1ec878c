"""Many are handed over or taken back at once: what becomes of each is shown, what cannot be stays with its reason, one click undoes all."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, func, select

from inventory.assets import jobs, services
from inventory.assets.models import Asset, Custody
from inventory.assets.services import Handover, bulk_hands
from inventory.assets.services.bulk_hands import Handing
from inventory.assets.states import Condition, State
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.auth import queries as auth
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.core.permissions import Role
from inventory.jobs import leases
from inventory.jobs.context import open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobState
from tests import factories

ENGLISH = {"Accept-Language": "en"}
DAY = date(2026, 3, 2)
ALICE = Actor("user", label="Alice")


@pytest.fixture
def paul(cast):
    return factories.create_person(cast.le_bouscat, display_name="Paul Roy")


@pytest.fixture
def fleet(cast):
    """Three laptops in stock at Le Bouscat and one at Pessac."""
    category = factories.create_category(Kind.LAPTOP)
    made = [
        factories.create_asset(cast.le_bouscat, category, tag=f"L{n}", state=State.IN_STOCK, on=DAY)
        for n in range(3)
    ]
    return [*made, factories.create_asset(cast.pessac, category, tag="P1", state=State.IN_STOCK, on=DAY)]


@pytest.fixture
def technician(cast, sign_in):
    return sign_in(cast.alice)


def send(browser: Any, address: str, fleet: list[Any], **values: Any) -> Any:
    sent = {"id": [asset.public_id for asset in fleet], **values}
    return browser.post(address, data=sent, headers=ENGLISH)


def seen(page: str) -> list[str]:
    return re.findall(r'name="version" value="([^"]+)"', page)


def done(browser: Any, address: str, fleet: list[Any], **values: Any) -> Any:
    page = send(browser, address, fleet, step="preview", **values).get_data(as_text=True)
    return send(browser, address, fleet, step="apply", version=seen(page), **values)


def fresh(fleet: list[Any]) -> list[Any]:
    db.session.expire_all()
    return fleet


def give(asset: Any, person: Any) -> None:
    with transaction():
        services.hand_over(asset, Handover(on=DAY), actor=ALICE, person=person)


def test_what_becomes_of_each_is_shown_and_nothing_is_done_yet(fleet, paul, technician):
    page = send(technician, "/assets/hand-over", fleet[:3], step="preview", person=paul.public_id)
    text = page.get_data(as_text=True)
    assert text.count("<ins>Paul Roy</ins>") == text.count("<ins>in service</ins>") == 3
    assert "Hand over 3 items" in text
    assert {asset.holder_id for asset in fresh(fleet)} == {None}


def test_many_are_handed_over_in_one_change_set_with_one_record_each(cast, fleet, paul, technician):
    room = factories.create_location(cast.le_bouscat, name="Room 3")
    answer = done(technician, "/assets/hand-over", fleet[:3], person=paul.public_id, location=room.public_id,
                  condition="good", on="2026-04-01", note="With its bag")  # fmt: skip
    assert answer.status_code == 303
    assert {(a.holder_id, a.location_id, a.state) for a in fresh(fleet)[:3]} == {
        (paul.id, room.id, State.IN_SERVICE)
    }
    rows = db.session.scalars(select(Custody)).all()
    assert {(r.from_on, r.condition_out, r.note) for r in rows} == {
        (date(2026, 4, 1), Condition.GOOD, "With its bag")
    }
    kept = db.session.scalars(select(ChangeSet)).one()
    assert (kept.title, kept.kind) == ("Handover of 3 items: Paul Roy · Room 3", "handover")
    told = select(func.count()).where(AuditRecord.change_set_id == kept.id, AuditRecord.action == "custody")
    assert db.session.scalar(told) == 3


def test_one_click_undoes_the_whole_handover(fleet, paul, technician):
    done(technician, "/assets/hand-over", fleet[:3], person=paul.public_id)
    kept = db.session.scalars(select(ChangeSet)).one()
    assert f"/changes/own/{kept.public_id}/undo" in technician.get("/assets/").get_data(as_text=True)
    technician.post(f"/changes/own/{kept.public_id}/undo")
    assert {(a.holder_id, a.state) for a in fresh(fleet)[:3]} == {(None, State.IN_STOCK)}
    assert db.session.scalar(select(func.count()).select_from(Custody)) == 0


def test_what_cannot_be_handed_over_stays_with_its_reason_and_the_rest_goes(fleet, paul, technician):
    give(fleet[0], paul)
    with transaction():
        services.change_state(fleet[1], State.RETIRED, actor=ALICE, on=DAY)
    page = send(technician, "/assets/hand-over", fleet[:3], step="preview", person=paul.public_id)
    text = page.get_data(as_text=True)
    assert "Paul Roy has L0 already." in text
    assert "L1 is retired, so it cannot be handed over." in text
    assert "Hand over 1 item<" in text
    answer = done(technician, "/assets/hand-over", fleet[:3], person=paul.public_id)
    assert answer.status_code == 303
    assert [asset.holder_id for asset in fresh(fleet)[:3]] == [paul.id, None, paul.id]


def test_nothing_is_done_to_what_somebody_has_changed_since_the_page_was_made(fleet, paul, technician):
    page = send(technician, "/assets/hand-over", fleet[:2], step="preview", person=paul.public_id)
    versions = seen(page.get_data(as_text=True))
    with transaction():
        services.change_state(fleet[1], State.IN_REPAIR, actor=ALICE)
    asked = {"person": paul.public_id, "version": versions, "step": "apply"}
    again = send(technician, "/assets/hand-over", fleet[:2], **asked).get_data(as_text=True)
    assert "1 item has changed since you looked" in again
    assert {asset.holder_id for asset in fresh(fleet)[:2]} == {None}
    asked["version"] = seen(again)
    assert send(technician, "/assets/hand-over", fleet[:2], **asked).status_code == 303
    assert {asset.holder_id for asset in fresh(fleet)[:2]} == {paul.id}


def test_equipment_of_another_commune_is_left_out(fleet, paul, technician):
    done(technician, "/assets/hand-over", fleet, person=paul.public_id)
    assert [asset.holder_id for asset in fresh(fleet)] == [paul.id] * 3 + [None]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose a person or a place."),
        ({"person": "000000000000"}, "Choose one from the list."),
    ],
)
def test_nothing_is_handed_over_to_nobody(fleet, technician, values, sentence):
    answer = done(technician, "/assets/hand-over", fleet[:1], **values)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


@pytest.mark.parametrize(("ticked", "goes_along"), [({"together": "y"}, True), ({}, False)])
def test_what_is_connected_goes_along_where_that_is_ticked(cast, fleet, paul, technician, ticked, goes_along):
    screen = factories.create_asset(cast.le_bouscat, tag="S1", state=State.IN_STOCK, on=DAY)
    with transaction():
        services.connect(fleet[0], screen, actor=ALICE, on=DAY)
    done(technician, "/assets/hand-over", fleet[:1], person=paul.public_id, **ticked)
    assert (fresh([screen])[0].holder_id == paul.id) is goes_along


def test_what_is_connected_counts_among_the_most_that_go_at_once(cast, fleet, paul, technician, monkeypatch):
    monkeypatch.setattr("inventory.assets.views.bulk_hands.MOST", 1)
    screen = factories.create_asset(cast.le_bouscat, tag="S1", state=State.IN_STOCK, on=DAY)
    with transaction():
        services.connect(fleet[0], screen, actor=ALICE, on=DAY)
    answer = send(
        technician, "/assets/hand-over", fleet[:1], step="preview", person=paul.public_id, together="y"
    )
    assert answer.status_code == 409
    assert "Choose at most 1 at once" in answer.get_data(as_text=True)
    alone = send(technician, "/assets/hand-over", fleet[:1], step="preview", person=paul.public_id)
    assert alone.status_code == 200


def test_of_what_is_connected_nothing_of_another_commune_is_told(cast, fleet, paul, technician):
    with transaction():
        services.connect(fleet[0], fleet[3], actor=ALICE, on=DAY)
    page = send(
        technician, "/assets/hand-over", fleet[:1], step="preview", person=paul.public_id, together="y"
    )
    assert "P1" not in page.get_data(as_text=True)


def test_all_that_a_person_holds_is_taken_back_with_condition_and_day(fleet, paul, technician):
    for asset in fleet[:2]:
        give(asset, paul)
    address = f"/people/{paul.public_id}/take-back"
    page = technician.get(address, headers=ENGLISH).get_data(as_text=True)
    assert "Take back 2 items" in page
    sent = {
        "step": "apply",
        "version": seen(page),
        "condition": "worn",
        "on": "2026-05-05",
        "next": "/leavers/",
    }
    answer = technician.post(address, data=sent, headers=ENGLISH)
    assert (answer.status_code, answer.location) == (303, "/leavers/")
    assert {(a.holder_id, a.state) for a in fresh(fleet)[:2]} == {(None, State.IN_STOCK)}
    rows = db.session.scalars(select(Custody)).all()
    assert {(row.until_on, row.condition_in) for row in rows} == {(date(2026, 5, 5), Condition.WORN)}
    # Who sends the same page later is told that nothing was done, and why.
    late = technician.post(address, data=sent, headers=ENGLISH, follow_redirects=True).get_data(as_text=True)
    assert "Paul Roy holds nothing more that you may take back. Somebody may have taken it back" in late


def test_what_is_connected_and_somebody_else_s_is_not_taken_back_with_all_that_a_person_holds(
    cast, fleet, paul, technician
):
    anna = factories.create_person(cast.le_bouscat, display_name="Anna Bel")
    give(fleet[0], paul)
    give(fleet[1], anna)
    with transaction():
        services.connect(fleet[0], fleet[1], actor=ALICE, on=DAY)
    address = f"/people/{paul.public_id}/take-back"
    page = technician.get(address, headers=ENGLISH).get_data(as_text=True)
    sent = {"step": "apply", "version": seen(page), "together": "y"}
    assert technician.post(address, data=sent).status_code == 303
    assert [asset.holder_id for asset in fresh(fleet)[:2]] == [None, anna.id]


def test_nothing_is_taken_back_before_it_was_handed_over_or_from_nobody(fleet, paul, technician):
    give(fleet[0], paul)
    page = send(technician, "/assets/take-back", fleet[:2], step="preview", on="2026-03-01")
    text = page.get_data(as_text=True)
    assert "It was handed over later, on 2 Mar 2026." in text
    assert "Nobody holds L1." in text


def test_who_may_only_read_hands_nothing_over(cast, fleet, paul, sign_in):
    reader = sign_in(cast.chloe)
    assert send(reader, "/assets/hand-over", fleet[:1], step="apply").status_code == 403
    assert reader.get(f"/people/{paul.public_id}/take-back").status_code == 403
    assert sign_in(cast.oscar).get(f"/people/{paul.public_id}/take-back").status_code == 404


def test_nothing_is_done_to_what_somebody_changes_while_the_store_is_waited_for(
    fleet, paul, technician, monkeypatch
):
    looked, foresee = [], bulk_hands.foresee

    def foresee_and_wait(*asked):
        yield from foresee(*asked)
        looked.append(True)
        if len(looked) == 2:
            with transaction():
                services.update_asset(fleet[0], {"notes": "Broken"}, actor=ALICE)

    monkeypatch.setattr(bulk_hands, "foresee", foresee_and_wait)
    answer = done(technician, "/assets/hand-over", fleet[:2], person=paul.public_id)
    assert (answer.status_code, "nothing was done" in answer.get_data(as_text=True)) == (409, True)
    assert {asset.holder_id for asset in fresh(fleet)} == {None}
    assert db.session.scalar(select(func.count()).select_from(ChangeSet)) == 0


def test_very_many_are_handed_over_in_the_background(cast, fleet, paul, technician, monkeypatch):
    from inventory.assets.views import bulk_hands as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    answer = done(technician, "/assets/hand-over", fleet[:3], person=paul.public_id, condition="good")
    job = db.session.scalars(select(Job).where(Job.kind == jobs.HANDING)).one()
    assert answer.location == f"/assets/handing/{job.public_id}"
    with transaction():
        lease = leases.claim(None, "worker", job_id=job.id)
    assert lease is not None
    execute(open_context(lease))
    assert [asset.holder_id for asset in fresh(fleet)] == [paul.id] * 3 + [None]
    assert job.state is JobState.DONE
    kept = db.session.scalars(select(ChangeSet)).one()
    assert f"/changes/own/{kept.public_id}/undo" in technician.get(answer.location).get_data(as_text=True)


def test_in_the_background_what_somebody_has_changed_since_it_was_shown_is_left_where_it_is(
    cast, fleet, paul, technician, monkeypatch
):
    from inventory.assets.views import bulk_hands as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    answer = done(technician, "/assets/hand-over", fleet[:3], person=paul.public_id)
    with transaction():
        services.update_asset(fleet[1], {"notes": "Broken screen: do not give"}, actor=ALICE)
    with transaction():
        lease = leases.claim(None, "worker")
    assert lease is not None
    execute(open_context(lease))
    assert [asset.holder_id for asset in fresh(fleet)[:3]] == [paul.id, None, paul.id]
    page = technician.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert "1 item stays as it is. Look at it" in page
    assert f'href="/assets/{fleet[1].public_id}">L1<' in page


def test_rights_are_looked_at_again_when_it_is_done(cast, fleet, paul):
    access = auth.access_of(factories.create_user(Role.READER, cast.le_bouscat))
    with transaction():
        outcome = bulk_hands.apply([fleet[0].id], Handing(Handover(), paul.id), access=access, actor=ALICE)
    assert (outcome.changed, outcome.refused) == (0, 1)
    assert db.session.get_one(Asset, fleet[0].id).holder_id is None


def test_nothing_is_handed_to_whom_is_gone_by_then(cast, fleet, paul):
    handing, access = Handing(Handover(), paul.id), auth.access_of(cast.alice)
    with transaction():
        db.session.delete(paul)
    with pytest.raises(Refused, match="is gone"), transaction():
        bulk_hands.apply([fleet[0].id], handing, access=access, actor=ALICE)
    assert db.session.scalar(select(func.count()).select_from(Custody)) == 0


def test_many_are_read_in_as_many_queries_as_few(cast, paul):
    made = [factories.create_asset(cast.le_bouscat, state=State.IN_STOCK, on=DAY).id for _number in range(25)]

    def reads(ids: list[int]) -> int:
        sent: list[str] = []
        note = lambda *told: sent.append(told[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        with transaction():
            handing = Handing(Handover(), paul.id)
            bulk_hands.apply(ids, handing, access=auth.access_of(cast.alice), actor=ALICE)
        event.remove(db.engine, "before_cursor_execute", note)
        return sum(statement.startswith("SELECT") for statement in sent)

    reads(made[:1])
    assert reads(made[1:9]) == reads(made[9:])
