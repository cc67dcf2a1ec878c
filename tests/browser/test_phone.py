"""Parc in a hand: the bottom bar, its menu, and a list whose rows are cards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.conftest import Live

pytestmark = pytest.mark.xdist_group("journeys")
THUMB = 44
# Comes back once a page that scrolls by itself stands.
STANDS = """() => new Promise((stands) => {
  let before = -1;
  const look = () => {
    if (scrollY > 0 && scrollY === before) return stands();
    before = scrollY;
    requestAnimationFrame(() => requestAnimationFrame(look));
  };
  look();
})"""


@pytest.fixture
def phone(page_of: Callable[..., Page]) -> Page:
    """Alice's phone."""
    page = page_of("alice", language="fr", width=390, height=844, is_mobile=True, has_touch=True)
    page.goto("/")
    return page


def big_enough(target: Locator) -> None:
    box = target.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= THUMB, (target, box)


def test_the_menu_of_the_bottom_bar_leads_to_the_list_and_a_card_to_its_asset(phone: Page) -> None:
    bar = phone.get_by_role("navigation", name="Téléphone")
    menu = phone.locator("#navigation")
    for entry in bar.get_by_role("link").all() + bar.get_by_role("button").all():
        big_enough(entry)
    expect(menu).not_to_be_in_viewport()
    bar.get_by_role("button", name="Plus").tap()
    expect(menu).to_be_in_viewport()
    menu.get_by_role("link", name="Équipement").tap()
    expect(steps.heading(phone)).to_contain_text("équipements")
    expect(menu).not_to_be_in_viewport()

    cards = steps.rows(phone)
    for card in cards.all()[:3]:
        box = card.bounding_box()
        assert box is not None
        assert box["width"] <= 390
        assert 60 <= box["height"] <= 160, "a card has three lines"
    label = cards.first.locator("a.row-link").inner_text()
    cards.first.locator("a.row-link").tap()
    expect(steps.heading(phone)).to_have_text(label)
    act = phone.locator(".page-acts .btn-primary")
    expect(act).to_be_in_viewport()
    big_enough(act)


def test_the_list_is_narrowed_by_a_filter_in_the_hand(live: Live, phone: Page) -> None:
    phone.goto("/assets/")
    expect(steps.rows(phone)).not_to_have_count(1)
    phone.locator("[data-filters] [type=search]").fill(live.label)
    expect(steps.rows(phone)).to_have_count(1)
    expect(steps.rows(phone)).to_contain_text(live.label)


def test_the_menu_closes_with_a_tap_beside_it(phone: Page) -> None:
    opener = phone.get_by_role("navigation", name="Téléphone").get_by_role("button", name="Plus")
    opener.tap()
    expect(opener).to_have_attribute("aria-expanded", "true")
    phone.touchscreen.tap(370, 300)
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(phone.locator("#navigation")).not_to_be_in_viewport()


def test_what_was_done_is_said_above_what_the_page_opens_at_and_covers_no_heading(
    page_of: Callable[..., Page],
) -> None:
    # As small as a page scrolls to the heading itself.
    page = page_of("diane", language="fr", width=390, height=420, is_mobile=True, has_touch=True)
    page.goto("/entities/LBX/settings/depreciation_months")
    page.locator("main [name=value]").fill("48")
    page.locator("main .form-buttons .btn-primary").tap()
    page.wait_for_url("**/entities/LBX#settings")
    message, heading = page.locator("#messages .message"), page.locator("#settings h2")
    expect(message).to_be_in_viewport()
    expect(heading).to_be_in_viewport()
    page.evaluate(STANDS)
    said, opened = message.bounding_box(), heading.bounding_box()
    assert said is not None
    assert opened is not None
    assert opened["y"] >= said["y"] + said["height"]
