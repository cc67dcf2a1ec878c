"""Saved views: kept, shared with an entity and those below, changed by their owner alone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from inventory.core.database import db
from inventory.core.permissions import Role
from inventory.search.models import SavedView
from tests import factories

pytestmark = pytest.mark.any_store

ENGLISH = {"Accept-Language": "en"}


def save(browser, title="Old laptops", query="state=in_service&age=5%2B&after=xyz&entity=LBX", **values):
    sent = {"listing": "equipment", "path": "/assets/", "query": query, "title": title, **values}
    answer = browser.post("/views/", data=sent)
    view = db.session.scalars(select(SavedView).order_by(SavedView.id.desc())).first()
    return answer, view


def test_a_view_keeps_what_the_list_is_asked_for_and_not_the_place_in_it(cast, sign_in):
    answer, view = save(sign_in(cast.chloe))
    assert answer.location == f"/assets/?age=5%2B&state=in_service&view={view.public_id}"
    assert view.query == "age=5%2B&state=in_service"


def test_a_tab_leads_to_the_view_and_is_marked(cast, sign_in):
    browser = sign_in(cast.chloe)
    answer, _view = save(browser)
    page = browser.get(answer.location, headers=ENGLISH).get_data(as_text=True)
    assert 'aria-current="page">Old laptops' in page
    assert "Name and sharing" in page
    assert "Save changes" not in page
    assert "Save changes" in browser.get(f"{answer.location}&holder=none", headers=ENGLISH).get_data(
        as_text=True
    )


def test_a_private_view_is_seen_by_its_owner_alone(cast, sign_in):
    save(sign_in(cast.alice))
    assert "Old laptops" not in sign_in(cast.bruno).get("/assets/").get_data(as_text=True)


def test_a_shared_view_is_seen_in_its_entity_and_below(cast, sign_in):
    save(sign_in(cast.alice), shared="1")
    below = factories.create_user(Role.READER, cast.ccas)
    for user, seen in ((cast.chloe, True), (below, True), (cast.oscar, False)):
        assert ("Old laptops" in sign_in(user).get("/assets/").get_data(as_text=True)) is seen


def test_a_reader_cannot_share(cast, sign_in):
    _answer, view = save(sign_in(cast.chloe), shared="1")
    assert view.shared_with_id is None


def test_a_view_takes_over_what_the_list_is_asked_for_now(cast, sign_in):
    browser = sign_in(cast.chloe)
    _answer, view = save(browser)
    browser.post(f"/views/{view.public_id}/keep", data={"query": f"state=retired&view={view.public_id}"})
    db.session.refresh(view)
    assert view.query == "state=retired"


def test_a_view_is_renamed_shared_and_deleted_by_its_owner(cast, sign_in):
    browser = sign_in(cast.alice)
    _answer, view = save(browser)
    browser.post(
        f"/views/{view.public_id}", data={"title": "Laptops to renew", "shared": "y", "version": view.version}
    )
    db.session.refresh(view)
    assert (view.title, view.shared_with_id) == ("Laptops to renew", cast.le_bouscat.id)
    kept = view.id
    page = browser.post(f"/views/{view.public_id}/delete", headers=ENGLISH, follow_redirects=True).text
    assert db.session.scalar(select(SavedView.id)) is None
    (undo,) = re.findall(r"/changes/own/\w+/undo", page)
    told = browser.post(undo, headers=ENGLISH, follow_redirects=True).text
    assert "“View deleted: Laptops to renew” is undone" in told
    assert db.session.get(SavedView, kept).title == "Laptops to renew"


def test_the_address_of_a_view_that_is_gone_says_so_and_shows_what_it_asks_for(cast, sign_in):
    answer, view = save(sign_in(cast.alice), shared="1")
    reader = sign_in(cast.chloe)
    assert "This saved view is no longer there" not in reader.get(answer.location, headers=ENGLISH).text
    sign_in(cast.alice).post(f"/views/{view.public_id}/delete")
    page = reader.get(answer.location, headers=ENGLISH)
    assert page.status_code == 200
    assert "This saved view is no longer there, or is not shared with you" in page.text
    assert "in service" in page.text


@pytest.mark.parametrize("act", ["", "/keep", "/delete"])
def test_nobody_else_changes_a_view(cast, sign_in, act):
    _answer, view = save(sign_in(cast.alice), shared="1")
    assert (
        sign_in(cast.bruno).post(f"/views/{view.public_id}{act}", data={"title": "Mine"}).status_code == 404
    )
    assert db.session.get(SavedView, view.id).title == "Old laptops"


def test_who_keeps_the_settings_of_an_entity_changes_what_it_shares(cast, sign_in):
    _answer, view = save(sign_in(cast.alice), shared="1")
    assert sign_in(cast.diane).post(f"/views/{view.public_id}/delete").status_code == 303


def test_a_name_is_asked_for(cast, sign_in):
    answer, view = save(sign_in(cast.chloe), title="  ")
    assert answer.status_code == 422
    assert view is None


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "https://evil.example/", "/nowhere", "/assets/?x=1", "javascript:alert(1)", ""],
)
def test_a_view_leads_to_a_page_of_ours_only(cast, sign_in, path):
    answer, view = save(sign_in(cast.chloe), path=path)
    assert answer.status_code == 409
    assert view is None
