"""Finding without a mouse: the search box, a scanned label, filters, a saved view, and a bulk edit taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps

pytestmark = pytest.mark.xdist_group("journeys")

# Some milliseconds lie between the keys of a barcode reader; the browser's driver cannot promise as few.
READ = """code => [...code, "Enter"].forEach(
    key => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""

# How many of twelve repetitions of a key reach the shortcuts.
HELD = """key => {
    let heard = 0;
    document.addEventListener("keydown", () => heard++);
    for (let n = 0; n < 12; n++) document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key, repeat: n > 0, bubbles: true, cancelable: true }));
    return heard; }"""


def type_search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#global-search")).to_be_focused()
    page.keyboard.type(words)


def test_search_shows_results_as_one_types_and_arrows_walk_them(page_of):
    page = page_of("diane", language="en")
    page.goto("/")
    type_search(page, "pes-old-0")
    found = page.locator("#search-found a")
    expect(found.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search-found")).to_be_hidden()
    expect(page.locator("#global-search")).to_be_focused()


def test_a_scanned_label_opens_its_equipment(page_of):
    page = page_of("diane", language="en")
    page.goto("/")
    type_search(page, "PES-NEW-01\n")
    expect(steps.heading(page)).to_contain_text("PES-NEW-01")
    expect(page).to_have_url(re.compile(r"/assets/\w{12}"))


def test_a_label_read_by_a_barcode_reader_opens_its_equipment_and_answers_no_question(page_of):
    page = page_of("diane", language="en")
    page.goto("/reviews/")
    waiting = page.locator(".views [aria-current]").inner_text()
    page.evaluate(READ, "1PES-NEW-01")
    expect(steps.heading(page)).to_contain_text("1PES-NEW-01")
    page.goto("/reviews/")
    expect(page.locator(".views [aria-current]")).to_have_text(waiting)
    page.evaluate(READ, "PES-NEW-01")
    expect(page).to_have_url(re.compile(r"/assets/\w{12}"))
    expect(steps.heading(page)).to_contain_text("PES-NEW-01")


def test_a_key_that_is_held_down_goes_on_and_is_no_barcode(page_of):
    page = page_of("diane", language="en")
    page.goto("/assets/?state=any")
    expect(steps.rows(page).first).to_be_visible()
    assert page.evaluate(HELD, "j") == 12


def test_filters_narrow_the_list_and_become_a_saved_view(page_of):
    page = page_of("diane", language="en")
    page.goto("/assets/")
    page.locator("#listing-filters > details > summary").press("Enter")
    page.locator("[data-filter-search]").fill("state")
    page.get_by_label("in service", exact=True).check()
    expect(page.locator(".chips")).to_contain_text("State: in service")
    expect(page).to_have_url(re.compile(r"\?state=in_service$"))
    page.get_by_label("All but these").first.check()
    expect(page.locator(".chips")).to_contain_text("State is not in service")
    page.keyboard.press("Escape")
    page.locator(".view-acts summary").press("Enter")
    page.locator("#view-title").fill("Not serving")
    page.keyboard.press("Enter")
    expect(steps.said(page)).to_contain_text("Not serving")
    expect(page.locator(".views [aria-current]")).to_have_text("Not serving")


def test_columns_are_chosen_and_moved_by_the_keyboard(page_of):
    page = page_of("diane", language="en")
    page.goto("/assets/")
    page.locator("#listing-tools summary").first.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".columns-head .btn-primary")).to_be_focused()
    page.get_by_role("checkbox", name="Warranty until").check()
    page.get_by_role("button", name="Move Category up").press("Enter")
    page.get_by_role("checkbox", name="Warranty until").press("Enter")
    heads = page.locator("thead th")
    expect(heads.filter(has_text="Warranty until")).to_be_visible()
    assert heads.all_inner_texts()[1:5] == ["Tag", "State", "Category", "Model"]


def test_all_that_matches_is_edited_and_taken_back_in_one_click(page_of):
    page = page_of("diane", language="en")
    page.goto("/assets/?q=pes-old")
    total = steps.rows(page).count()
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text(f"{total} selected")
    page.get_by_role("button", name="Edit", exact=True).click()
    steps.fill_in(page, order_number="BC-2026-77")
    page.get_by_role("button", name="See the changes").click()
    expect(steps.heading(page)).to_contain_text("would change")
    expect(page.locator(".bulk-changes tbody tr")).to_have_count(total)
    page.get_by_role("button", name=re.compile("^Change ")).click()
    expect(steps.said(page)).to_contain_text("changed")
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(steps.said(page)).to_contain_text("undone")
