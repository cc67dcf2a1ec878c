"""A day's work without a mouse: every stop of the keyboard is seen, and each page is reached and left by keys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import steps
from tests.browser.conftest import Live, Watched

pytestmark = pytest.mark.xdist_group("journeys")
MOST_STOPS = 60

# Whether the element that has the focus shows it: an outline, a shadow or a border of its own, inside of the window.
FOCUS_IS_SEEN = """() => {
  const stop = document.activeElement, box = stop.getBoundingClientRect();
  const drawn = [stop, stop.parentElement].some((e) => {
    const style = getComputedStyle(e);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
  });
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return stop === document.body || (drawn && inside);
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way is seen."""
    for _ in range(MOST_STOPS):
        if target.evaluate("wanted => wanted === document.activeElement"):
            return
        page.keyboard.press("Tab")
        page.wait_for_function(FOCUS_IS_SEEN)
    pytest.fail(f"{MOST_STOPS} presses of Tab do not reach {target}")


def test_an_asset_is_found_and_edited_without_a_mouse(
    live: Live, open_browser: Callable[..., BrowserContext]
) -> None:
    page = open_browser(base_url=live.url, language="en").new_page()
    page.goto("/sign-in")
    tab_to(page, page.locator("[name=email]"))
    page.keyboard.type("alice@example.org")
    tab_to(page, page.locator("[name=password]"))
    page.keyboard.type(steps.PASSWORD)
    page.keyboard.press("Enter")
    expect(steps.heading(page)).to_have_text("Home")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(steps.heading(page)).to_contain_text("items of equipment")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = steps.rows(page).first.locator("a.row-link")
    expect(first).to_be_focused()
    page.wait_for_function(FOCUS_IS_SEEN)
    label = first.inner_text()
    page.keyboard.press("Enter")
    expect(steps.heading(page)).to_have_text(label)
    page.wait_for_load_state()

    page.keyboard.press("e")
    expect(steps.heading(page)).to_have_text(f"Edit {label}")
    tab_to(page, page.locator("input[name=description]"))
    page.keyboard.type("Edited without a mouse")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(steps.said(page)).to_have_text(f"{label} is saved.")
    expect(steps.fact(page, "Description")).to_contain_text("Edited without a mouse")


def test_menus_open_walk_and_close_by_keys_and_give_the_focus_back(page_of: Callable[..., Page]) -> None:
    page = page_of("alice", language="en")
    page.goto("/people/")
    opener = page.locator(".user-menu > summary")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    entries = page.locator(".user-menu .menu-item")
    page.keyboard.press("ArrowDown")
    expect(entries.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(entries.last).to_be_focused()
    page.keyboard.press("Escape")
    expect(entries.first).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_first_stop_of_a_page_skips_to_its_content(page_of: Callable[..., Page]) -> None:
    page = page_of("alice", language="en")
    page.goto("/assets/")
    link = page.get_by_role("link", name="Skip to the page")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('#content').contains(document.activeElement)")


def test_a_slash_goes_to_the_search_and_typing_there_is_no_shortcut(page_of: Callable[..., Page]) -> None:
    page = page_of("alice", language="en")
    page.goto("/assets/")
    page.keyboard.press("/")
    search = page.locator("#global-search")
    expect(search).to_be_focused()
    page.keyboard.type("ge?")
    expect(search).to_have_value("ge?")
    assert page.url.endswith("/assets/")


def test_going_back_from_a_row_stands_on_it_again(page_of: Callable[..., Page]) -> None:
    page = page_of("diane", language="en")
    page.goto("/assets/?state=any")
    expect(steps.rows(page).first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    stood = page.locator("[data-row]:focus-within a.row-link").inner_text()
    page.keyboard.press("Enter")
    expect(steps.heading(page)).to_contain_text(stood)
    page.go_back()
    expect(page.locator("[data-row]:focus-within a.row-link")).to_have_text(stood)


def test_a_user_is_invited_without_a_mouse_and_the_page_says_so_aloud(
    page_of: Callable[..., Page], watched: Watched
) -> None:
    watched.expect("422")
    page = page_of("diane", language="en")
    page.goto("/users/new")
    page.keyboard.press("Shift+Tab")
    skip_to_content(page)
    assert page.url.endswith("/users/new")
    page.keyboard.press("Control+Home")
    tab_to(page, page.locator("[name=email]"))
    page.keyboard.type("keys@example.org")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=name]")).to_be_focused()
    assert page.url.endswith("/users/new")
    page.keyboard.type("Kim Keys")
    tab_to(page, page.locator("[name=entity]"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    copy = page.get_by_role("button", name="Copy the link")
    tab_to(page, copy)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Open the user"))
    page.keyboard.press("Enter")
    expect(steps.heading(page)).to_have_text("Kim Keys")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("#voice")).to_have_text(steps.said(page).inner_text())


def skip_to_content(page: Page) -> None:
    """Follow the link that skips to the page's content, as its first stop."""
    link = page.get_by_role("link", name="Skip to the page")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_in_a_list_the_focus_stays_where_one_works_and_what_is_found_is_told(
    page_of: Callable[..., Page],
) -> None:
    page = page_of("diane", language="en")
    page.goto("/assets/")
    skip_to_content(page)
    filters = page.locator("#listing-filters summary").first
    tab_to(page, filters)
    page.keyboard.press("Enter")
    expect(page.locator("[data-filter-search]")).to_be_focused()
    page.keyboard.type("those below")
    picker = page.get_by_role("combobox", name="Entity and those below")
    tab_to(page, picker)
    page.keyboard.type("bouscat")
    expect(page.locator(".combo-option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(picker).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#voice")).to_have_text(re.compile(r"^[\d,]+ rows?$"))
    page.keyboard.press("Escape")
    expect(filters).to_be_focused()
    tab_to(page, page.locator(".chips a.chip").first)
    page.keyboard.press("Enter")
    expect(page.locator("#listing-query, #listing-filters summary").first).to_be_focused()


def test_the_menus_of_a_list_say_what_moves_give_the_focus_back_and_close_behind_it(
    page_of: Callable[..., Page],
) -> None:
    page = page_of("diane", language="en")
    page.goto("/assets/")
    skip_to_content(page)
    columns, export = page.locator("#listing-columns"), page.locator("#listing-export")
    tab_to(page, columns)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Move State down"))
    page.keyboard.press("Enter")
    expect(page.locator("#voice")).to_have_text(re.compile(r"^State 3/\d+$"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    expect(columns).to_be_focused()
    tab_to(page, export)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    with page.expect_download() as fetched:
        page.keyboard.press("Enter")
    assert fetched.value.suggested_filename.endswith(".csv")
    expect(export).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("details.menu[open]")).to_have_count(0)


def test_links_beside_charts_show_the_focus(page_of: Callable[..., Page]) -> None:
    page = page_of("diane", language="en")
    page.goto("/renewal/")
    skip_to_content(page)
    tab_to(page, page.locator(".bullets a").first)
