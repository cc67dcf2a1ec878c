"""Bulk edit: every change seen before, made as one change set, undone as one; a selection or all that matches."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from inventory.assets import jobs, services
from inventory.assets.models import Asset, Custody, Period, Provenance
from inventory.assets.services import bulk
from inventory.assets.states import Ownership, State
from inventory.audit import undo
from inventory.audit.models import AuditRecord, ChangeSet
from inventory.auth import queries as auth
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import Base, db, transaction
from inventory.core.permissions import Role
from inventory.core.wording import N_, Sentence
from inventory.jobs import leases
from inventory.jobs.context import InterruptedJobError, JobContext, open_context
from inventory.jobs.execution import execute
from inventory.jobs.models import Job, JobState
from inventory.search import queries as search
from tests import factories

ENGLISH = {"Accept-Language": "en"}
DAY = date(2026, 3, 2)


@pytest.fixture
def fleet(cast: factories.Cast) -> list[Any]:
    """Three laptops of Le Bouscat and one of Pessac."""
    category = factories.create_category(Kind.LAPTOP)
    made = [factories.create_asset(cast.le_bouscat, category, tag=f"L{n}", on=DAY) for n in range(3)]
    return [*made, factories.create_asset(cast.pessac, category, tag="P1", on=DAY)]


@pytest.fixture
def manager(cast: factories.Cast, sign_in: Any) -> FlaskClient:
    return sign_in(cast.bruno)  # type: ignore[no-any-return]


def send(
    browser: FlaskClient, fleet: list[Any], step: str | None = None, address: str = "", **values: Any
) -> Any:
    sent: dict[str, Any] = {"id": [asset.public_id for asset in fleet], **values}
    if step:
        sent["step"] = step
    return browser.post(f"/assets/bulk{address}", data=sent, headers=ENGLISH)


def shown(answer: Any) -> dict[str, str]:
    """What a preview sends with the wish to apply it: which rows it showed, and which versions of them."""
    page = answer.get_data(as_text=True)
    return {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("digest", "versions")
    }


def applied(browser: FlaskClient, fleet: list[Any], address: str = "", **values: Any) -> Any:
    looked_at = shown(send(browser, fleet, "preview", address, **values))
    return send(browser, fleet, "apply", address, **looked_at, **values)


def edit_as_somebody_else(asset: Any) -> None:
    with transaction():
        services.update_asset(asset, {"notes": "Mine"}, actor=Actor("user", label="Alice"))


def work_on(job: Job) -> Job:
    with transaction():
        lease = leases.claim(None, "worker", job_id=job.id)
    assert lease is not None
    execute(open_context(lease))
    db.session.expire_all()
    return job


def access_of(user: Any) -> Any:
    return auth.access_of(user)


def test_every_change_is_shown_and_nothing_is_made_yet(fleet, manager):
    page = send(manager, fleet[:3], "preview", ownership="leased", order_number="BC-77").get_data(
        as_text=True
    )
    assert "3 items would change" in page
    assert page.count("BC-77") >= 3
    assert "leased" in page.lower()
    assert all(asset.ownership is Ownership.OWNED for asset in fleet)
    assert db.session.scalar(select(func.count()).select_from(ChangeSet)) == 0


def test_what_is_refused_on_the_day_is_seen_before_and_keeps_every_field(fleet, manager, cast):
    marie = factories.create_person(cast.le_bouscat, display_name="Marie Durand")
    with transaction():
        services.hand_over(
            fleet[0],
            services.Handover(on=date(2026, 3, 20)),
            actor=Actor("user", label="Alice"),
            person=marie,
        )
    asked = {"order_number": "BC-77", "state": "in_stock", "on": "10/03/2026"}
    page = send(manager, fleet[:2], "preview", **asked).get_data(as_text=True)
    assert "1 item would change" in page
    assert "It was handed over later, on 20 Mar 2026." in page
    applied(manager, fleet[:2], **asked)
    db.session.expire_all()
    assert [(asset.order_number, asset.state) for asset in fleet[:2]] == [
        (None, State.IN_SERVICE),
        ("BC-77", State.IN_STOCK),
    ]


def test_a_place_that_stays_behind_is_shown_with_the_change_of_entity(fleet, manager, cast):
    asset = factories.create_asset(cast.ccas, fleet[0].category, tag="C1")
    with transaction():
        room = factories.create_location(cast.ccas, name="Salle 12")
        services.place(asset, actor=Actor("user", label="Alice"), location=room)
    asked = {"entity": cast.le_bouscat.public_id}
    assert "Salle 12" in send(manager, [asset], "preview", **asked).get_data(as_text=True)
    applied(manager, [asset], **asked)
    db.session.expire_all()
    assert (asset.entity_id, asset.location_id) == (cast.le_bouscat.id, None)


def test_what_leaves_many_hands_and_connections_takes_no_query_for_each(fleet, cast):
    marie = factories.create_person(cast.le_bouscat, display_name="Marie Durand")
    alice, category = Actor("user", cast.alice.public_id, "Alice"), fleet[0].category
    made = [factories.create_asset(cast.le_bouscat, category, tag=f"Q{n}", on=DAY) for n in range(28)]
    with transaction():
        for one, other in zip(made[:14], made[14:], strict=True):
            services.hand_over(one, services.Handover(on=DAY), actor=alice, person=marie)
            services.connect(one, other, actor=alice)
    asked: list[int] = []
    note = lambda *_told: asked.append(1)  # noqa: E731

    def retired(assets: list[Any]) -> int:
        asked.clear()
        edit = bulk.BulkEdit({}, State.RETIRED, note="Old")
        with transaction():
            done = bulk.apply_edit(
                [asset.id for asset in assets], edit, access=access_of(cast.bruno), actor=alice
            )
        assert done.changed == len(assets)
        return len(asked)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        few, many = retired(made[:2]), retired(made[2:14])
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert many - few < 10
    assert not db.session.scalar(select(Custody.id).where(Custody.until_on.is_(None)))


def test_what_was_shown_is_made_as_one_change_set(fleet, manager):
    answer = applied(
        manager, fleet[:3], ownership="leased", order_number="BC-77", warranty_ends_on="31/12/2027"
    )
    assert answer.status_code == 303
    for asset in fleet[:3]:
        db.session.refresh(asset)
        assert (asset.ownership, asset.order_number, asset.warranty_ends_on) == (
            "leased",
            "BC-77",
            date(2027, 12, 31),
        )
    kept = db.session.scalars(select(ChangeSet)).one()
    assert (kept.title, kept.actor_label) == ("Edit of 3 items", "Bruno Petit")
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.change_set_id == kept.id)).all()
    assert len(records) == 3
    pinned = select(Provenance.pinned).where(Provenance.field == "order_number")
    assert list(db.session.scalars(pinned)) == [True, True, True]


def test_one_click_undoes_all_of_it(fleet, manager):
    applied(manager, fleet[:3], ownership="leased", state="in_repair")
    kept = db.session.scalars(select(ChangeSet)).one()
    page = manager.get("/assets/?cols=tag,ownership", headers=ENGLISH).get_data(as_text=True)
    assert f"/changes/own/{kept.public_id}/undo" in page
    assert manager.post(f"/changes/own/{kept.public_id}/undo", data={"next": "/assets/"}).status_code == 303
    for asset in fleet[:3]:
        db.session.refresh(asset)
        assert (asset.ownership, asset.state) == (Ownership.OWNED, State.IN_SERVICE)
    assert (
        db.session.scalar(select(func.count()).select_from(Period).where(Period.state == State.IN_REPAIR))
        == 0
    )


def test_state_and_place_change_from_a_day_on(cast, fleet, manager):
    holder = factories.create_person(cast.le_bouscat)
    stock = factories.create_location(cast.le_bouscat, name="Stock")
    from inventory.assets.services import Handover

    with transaction():
        services.hand_over(fleet[0], Handover(on=DAY), actor=Actor("user", label="A"), person=holder)
    applied(manager, fleet[:2], state="in_stock", location=stock.public_id, on="2026-04-01")
    for asset in fleet[:2]:
        db.session.refresh(asset)
        assert (asset.state, asset.location_id, asset.holder_id) == (State.IN_STOCK, stock.id, None)
    assert db.session.scalars(select(Custody.until_on)).all() == [date(2026, 4, 1)]
    assert search.find("stock", factories_scope(cast), noun="asset").total == 2


def factories_scope(cast: factories.Cast) -> Any:
    from inventory.core.access import Scope

    return Scope(frozenset({cast.le_bouscat.id}))


def test_what_cannot_change_is_refused_with_its_reason_and_the_rest_is_made(fleet, manager):
    with transaction():
        fleet[0].state = State.RETIRED
    page = send(manager, fleet[:2], "preview", state="in_repair").get_data(as_text=True)
    assert "cannot become" in page
    assert "1 item would change" in page
    applied(manager, fleet[:2], state="in_repair")
    db.session.expire_all()
    assert [asset.state for asset in fleet[:2]] == [State.RETIRED, State.IN_REPAIR]


def test_equipment_of_another_entity_is_left_out(fleet, manager):
    applied(manager, fleet, order_number="BC-77")
    db.session.expire_all()
    assert [asset.order_number for asset in fleet] == ["BC-77"] * 3 + [None]


def test_all_that_matches_is_edited_not_only_the_page(cast, fleet, manager):
    for number in range(60):
        factories.create_asset(cast.le_bouscat, fleet[0].category, name=f"bulk{number}", state="in_stock")
    applied(manager, [], "?state=in_stock", all="1", usage="public")
    changed = select(func.count()).select_from(Asset).where(Asset.usage == "public")
    assert db.session.scalar(changed) == 60


def test_a_selection_that_changed_since_the_preview_is_shown_again(cast, fleet, manager):
    looked_at = shown(send(manager, [], "preview", "?state=in_service", all="1", usage="public"))
    factories.create_asset(cast.le_bouscat, fleet[0].category)
    again = send(manager, [], "apply", "?state=in_service", all="1", usage="public", **looked_at)
    assert "nothing was changed" in again.get_data(as_text=True)
    assert fleet[0].usage != "public"


def test_what_somebody_has_changed_since_is_shown_again_before_anything_is_done(fleet, manager):
    looked_at = shown(send(manager, fleet[:3], "preview", usage="public"))
    edit_as_somebody_else(fleet[2])
    again = send(manager, fleet[:3], "apply", usage="public", **looked_at)
    page = again.get_data(as_text=True)
    assert "1 item has changed since you looked, so nothing was done." in page
    assert page.index(">L2</a>") < page.index("changed since you looked<") < page.index(">L0</a>")
    db.session.expire_all()
    assert "public" not in {asset.usage for asset in fleet}
    assert send(manager, fleet[:3], "apply", usage="public", **shown(again)).status_code == 303
    db.session.expire_all()
    assert {asset.usage for asset in fleet[:3]} == {"public"}


@pytest.mark.parametrize("told", ["", "nonsense", "eJwzBAAAMgAy", "////"])
def test_nothing_is_done_to_what_nobody_says_to_have_seen(fleet, manager, told):
    looked_at = shown(send(manager, fleet[:3], "preview", usage="public"))
    again = send(manager, fleet[:3], "apply", usage="public", **{**looked_at, "versions": told})
    assert "nothing was changed" in again.get_data(as_text=True)
    assert fleet[0].usage != "public"


def test_in_the_background_what_somebody_has_changed_since_it_was_shown_is_left_out_by_name(
    fleet, manager, monkeypatch
):
    from inventory.assets.views import bulk as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "CHUNK", 1)
    looked_at = shown(send(manager, fleet[:3], "preview", usage="public"))
    edit_as_somebody_else(fleet[0])
    answer = send(manager, fleet[:3], "apply", usage="public", **looked_at)
    edit_as_somebody_else(fleet[2])
    job = work_on(db.session.scalars(select(Job).where(Job.kind == jobs.BULK_EDIT)).one())
    assert [asset.usage == "public" for asset in fleet[:3]] == [False, True, False]
    assert {asset.notes for asset in (fleet[0], fleet[2])} == {"Mine"}
    assert (job.state, job.progress["changed"], job.progress["left"]) == (JobState.PARTIAL, 1, 2)
    page = manager.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert "2 items stay as they are. Look at them" in page
    for asset in (fleet[0], fleet[2]):
        assert f'href="/assets/{asset.public_id}">{asset.tag}<' in page
    assert f"{fleet[1].public_id}" not in page


def test_fields_are_emptied_only_where_it_is_asked_for(fleet, manager):
    with transaction():
        fleet[0].order_number, fleet[0].accounting_number = "BC-1", "2026-1"
    applied(manager, fleet[:1], emptied=["order_number"])
    db.session.refresh(fleet[0])
    assert (fleet[0].order_number, fleet[0].accounting_number) == (None, "2026-1")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Fill in at least one field"),
        ({"order_number": "BC-1", "emptied": ["order_number"]}, "Either give a value or empty the field"),
        ({"ownership": "nonsense"}, "Choose one from the list"),
        ({"warranty_ends_on": "soon"}, ""),
        ({"location": "000000000000"}, "Choose one from the list"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_field(fleet, manager, values, sentence):
    answer = send(manager, fleet[:1], "preview", **values)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_every_change_can_be_taken_as_a_file(fleet, manager):
    text = send(manager, fleet[:3], "file", order_number="=1+1").get_data(as_text=True)
    assert text.count("Order number") == 3
    assert ",'=1+1," in text


@pytest.mark.parametrize("name", ["chloe", "alice"])
def test_only_managers_edit_in_bulk(cast, fleet, sign_in, name):
    assert send(sign_in(getattr(cast, name)), fleet[:1], "preview", usage="public").status_code == 403


@pytest.mark.parametrize(
    "address", ["?endpoint=x", "?_scheme=evil", "?_external=1&after=%00", "?state=%00&q=%00"]
)
def test_any_address_of_a_selection_is_answered(fleet, manager, address):
    assert send(manager, fleet[:1], "preview", address, usage="public").status_code == 200
    assert send(manager, [], None, address).status_code == 303


def test_without_a_selection_there_is_nothing_to_edit(fleet, manager):
    assert send(manager, [], None).status_code == 303


def test_many_are_edited_in_the_background_and_can_be_undone(cast, fleet, manager, monkeypatch):
    from inventory.assets.views import bulk as views

    monkeypatch.setattr(views, "AT_ONCE", 2)
    answer = applied(manager, fleet[:3], usage="public")
    job = db.session.scalars(select(Job).where(Job.kind == jobs.BULK_EDIT)).one()
    assert answer.location == f"/assets/bulk/{job.public_id}"
    assert manager.get(answer.location).status_code == 200
    assert job.payload["ids"] == [asset.id for asset in fleet[:3]]
    edit = bulk.from_json(job.payload["edit"])
    assert edit.values == {"usage": "public"}


def test_the_background_edit_is_one_change_set_chunk_by_chunk(cast, fleet, manager, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    with transaction():
        job = jobs.enqueue_bulk_edit(
            [asset.id for asset in fleet], bulk.BulkEdit({"usage": "public"}, state=State.IN_REPAIR), title=Sentence(N_("Retirement of %(name)s"), name="x"),
            actor=Actor("user", cast.bruno.public_id, cast.bruno.name), user_id=cast.bruno.id, entity_id=cast.le_bouscat.id,
        )  # fmt: skip
    work_on(job)
    assert [asset.state for asset in fleet] == [State.IN_REPAIR] * 3 + [State.IN_SERVICE]
    assert job.progress == {"done": 4, "total": 4, "changed": 3, "unchanged": 0, "refused": 1}
    assert job.state is JobState.PARTIAL
    kept = db.session.scalars(select(ChangeSet)).one()
    assert (kept.actor_label, kept.sentence) == ("Bruno Petit", job.sentence)
    page = manager.get(f"/assets/bulk/{job.public_id}", headers=ENGLISH).get_data(as_text=True)
    assert f"/changes/own/{kept.public_id}/undo" in page
    assert "3 changed, 0 were so already, 1 were refused." in page


def test_who_asked_for_an_edit_and_nobody_else_stops_it_on_its_page_and_may_undo_what_was_done(
    cast, fleet, manager, sign_in, monkeypatch
):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    with transaction():
        job = jobs.enqueue_bulk_edit(
            [asset.id for asset in fleet], bulk.BulkEdit({"usage": "public"}), title="Edit",
            actor=Actor("user", cast.bruno.public_id, cast.bruno.name), user_id=cast.bruno.id, entity_id=cast.le_bouscat.id,
        )  # fmt: skip
    address, cancel = f"/assets/bulk/{job.public_id}", f"/jobs/own/{job.public_id}/cancel"
    assert f'action="{cancel}?next={address}"' in manager.get(address).get_data(as_text=True)
    assert sign_in(cast.diane).post(cancel).status_code == 404
    answers = []

    def leave_once_it_has_changed_something(context: JobContext) -> None:
        if "change_set" in context.saved:
            answers.append(manager.post(cancel, query_string={"next": address}, headers=ENGLISH))
            raise InterruptedJobError

    monkeypatch.setattr(JobContext, "leave_if_asked", leave_once_it_has_changed_something)
    work_on(job)
    assert [answer.location for answer in answers] == [address]
    assert (job.state, [asset.usage for asset in fleet].count("public")) == (JobState.CANCELLED, 2)
    page = manager.get(address, headers=ENGLISH).get_data(as_text=True)
    assert "Bruno Petit cancelled it." in page
    assert "/changes/own/" in page
    assert cancel not in page
    assert manager.post(cancel).status_code == 409


def test_who_undoes_an_edit_that_is_still_under_way_stops_it(cast, fleet, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    actor = Actor("user", cast.bruno.public_id, cast.bruno.name)
    with transaction():
        job = jobs.enqueue_bulk_edit(
            [asset.id for asset in fleet], bulk.BulkEdit({"usage": "public"}), title="Edit",
            actor=actor, user_id=cast.bruno.id, entity_id=cast.le_bouscat.id,
        )  # fmt: skip

    def undone_between_two_chunks(context: JobContext) -> None:
        if "change_set" in context.saved:
            with transaction():
                undo.undo(db.session.get_one(ChangeSet, context.saved["change_set"]), actor=actor)

    monkeypatch.setattr(JobContext, "leave_if_asked", undone_between_two_chunks)
    work_on(job)
    assert job.state is JobState.CANCELLED
    assert job.error.startswith("“Edit” was undone while it was under way, so it goes no further.")
    assert "public" not in {asset.usage for asset in fleet}


@pytest.mark.database
def test_nobody_changes_what_was_found_as_it_was_shown_before_it_is_edited(apart):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite takes no other writer meanwhile")
    Base.metadata.create_all(db.engine)
    asset = factories.create_asset(factories.create_entity())
    with transaction(), db.engine.connect() as other:
        assert bulk.changed_since({asset.id: asset.version}) == []
        other.execute(text("SET LOCAL lock_timeout = 50"))
        with pytest.raises(OperationalError, match="lock timeout"):
            other.execute(text("UPDATE asset SET notes = 'late'"))


def test_a_background_edit_is_seen_by_who_asked_for_it_alone(cast, fleet, manager, sign_in):
    with transaction():
        job = jobs.enqueue_bulk_edit(
            [fleet[0].id], bulk.BulkEdit({"usage": "public"}), title="x", actor=Actor("user"), user_id=cast.bruno.id,
            entity_id=cast.le_bouscat.id,
        )  # fmt: skip
    assert manager.get(f"/assets/bulk/{job.public_id}").status_code == 200
    assert sign_in(cast.diane).get(f"/assets/bulk/{job.public_id}").status_code == 404


def test_rights_are_looked_at_again_when_the_edit_is_made(cast, fleet):
    reader = factories.create_user(Role.READER, cast.le_bouscat)
    with transaction():
        done = bulk.apply_edit(
            [fleet[0].id], bulk.BulkEdit({"usage": "public"}), access=access_of(reader), actor=Actor("user")
        )
    assert (done.changed, done.refused) == (0, 1)
