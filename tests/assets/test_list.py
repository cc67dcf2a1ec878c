"""The list of equipment opens with what is in the fleet, the newest first; everything else is a click away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from inventory.catalog.kinds import Kind
from inventory.core import clock
from tests import factories

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def fleet(cast: factories.Cast) -> None:
    """Two laptops in the fleet, the older one logged first, and one that left before the newest came."""
    laptops = factories.create_category(Kind.LAPTOP, name="Laptops", code="laptop")
    today = clock.today()
    for days, tag, state in ((9, "B1", "in_service"), (5, "A2", "retired"), (1, "A1", "in_stock")):
        received = today - timedelta(days=days)
        factories.create_asset(cast.le_bouscat, laptops, tag=tag, state=state, received_on=received)


@pytest.fixture
def browser(cast: factories.Cast, sign_in: Any) -> FlaskClient:
    return sign_in(cast.bruno)  # type: ignore[no-any-return]


def opened(browser: FlaskClient, address: str) -> str:
    return browser.get(address, headers=ENGLISH).get_data(as_text=True)


def tags(page: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([A-Z][0-9])<', page)


def tabs(page: str) -> list[tuple[str, bool]]:
    """The tabs above the list, and which is the open one."""
    views = page.partition('<ul class="views">')[2].partition("</ul>")[0]
    return [
        (label, bool(current))
        for current, label in re.findall(r'<a href="[^"]*"( aria-current="page")?>([^<]*)<', views)
    ]


def chip_removes(page: str, label: str) -> str | None:
    found = re.search(rf'<a class="chip[^"]*" href="([^"]*)"[^>]*>(?:(?!</a>).)*{label}', page, re.DOTALL)
    return found[1].replace("&amp;", "&") if found else None


def test_what_has_no_age_comes_last_in_either_order(
    fleet: None, cast: factories.Cast, browser: FlaskClient
) -> None:
    factories.create_asset(cast.le_bouscat, tag="C3")
    assert tags(opened(browser, "/assets/")) == ["A1", "B1", "C3"]
    assert tags(opened(browser, "/assets/?sort=age")) == ["B1", "A1", "C3"]


def test_it_opens_with_what_is_in_the_fleet_the_newest_first(fleet: None, browser: FlaskClient) -> None:
    page = opened(browser, "/assets/")
    assert tags(page) == ["A1", "B1"]
    assert "2 items of equipment" in page
    assert "State: in the fleet" in page


def test_the_chip_of_what_it_opens_with_is_taken_away_like_any_other(
    fleet: None, browser: FlaskClient
) -> None:
    address = chip_removes(opened(browser, "/assets/"), "State: in the fleet")
    assert address == "/assets/?state=any"
    page = opened(browser, address)
    assert tags(page) == ["A1", "A2", "B1"]
    assert chip_removes(page, "State: any, what has left too") == "/assets/"


def test_everything_is_one_click_away(fleet: None, browser: FlaskClient) -> None:
    assert tabs(opened(browser, "/assets/")) == [("In the fleet", True), ("All", False)]
    assert tabs(opened(browser, "/assets/?state=any")) == [("In the fleet", False), ("All", True)]


def test_who_asks_for_something_is_answered_from_everything(fleet: None, browser: FlaskClient) -> None:
    assert tags(opened(browser, "/assets/?category=laptop")) == ["A1", "A2", "B1"]
    assert tags(opened(browser, "/assets/?q=A2")) == ["A2"]


def test_another_order_or_other_columns_ask_for_nothing(fleet: None, browser: FlaskClient) -> None:
    assert tags(opened(browser, "/assets/?sort=tag")) == ["A1", "B1"]
    assert tags(opened(browser, "/assets/?cols=tag,serial")) == ["A1", "B1"]


def test_words_are_looked_for_in_what_is_shown(fleet: None, browser: FlaskClient) -> None:
    form = opened(browser, "/assets/").partition('id="listing-filters"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="state" value="in_fleet"' in form
    assert tags(opened(browser, "/assets/?state=in_fleet&q=A2")) == []


def test_another_chip_taken_away_leaves_the_state(fleet: None, browser: FlaskClient) -> None:
    page = opened(browser, "/assets/?state=in_fleet&category=laptop")
    assert chip_removes(page, "Category: Laptops") == "/assets/?state=in_fleet"
    assert chip_removes(page, "State: in the fleet") == "/assets/?category=laptop"


def test_a_file_of_all_rows_holds_what_the_list_shows(fleet: None, browser: FlaskClient) -> None:
    lines = opened(browser, "/assets/?format=csv").splitlines()
    assert [line[:2] for line in lines[1:]] == ["A1", "B1"]


def test_all_that_matches_is_what_the_list_shows(fleet: None, cast: factories.Cast, sign_in: Any) -> None:
    page = sign_in(cast.diane).post("/assets/bulk", data={"all": "1"}, headers=ENGLISH).get_data(as_text=True)
    assert "2 items" in page


def test_a_state_chosen_beside_what_is_usual_takes_its_place(fleet: None, browser: FlaskClient) -> None:
    answer = browser.get("/assets/?state=in_fleet&state=in_stock")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/assets/?state=in_stock")
    answer = browser.get("/assets/?state=in_stock&state=in_repair")
    assert answer.headers["Location"] == "/assets/?state=in_stock,in_repair"
