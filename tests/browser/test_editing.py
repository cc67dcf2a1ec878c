"""Editing: bad input keeps what was typed and says why beside the field; a stale save shows both versions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser import steps
from tests.browser.conftest import Live, Watched

pytestmark = pytest.mark.xdist_group("journeys")
PageOf = Callable[..., Page]


def press_save(page: Page) -> Response:
    """Press Save and return the server's answer to it."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Save", exact=True).click()
    return answered.value


def test_bad_input_keeps_what_was_typed_and_says_why_beside_the_field(
    live: Live, page_of: PageOf, watched: Watched
) -> None:
    watched.expect("422")
    page = page_of("alice", language="en")
    page.goto(live.pages["assets.edit"])
    steps.fill_in(page, notes="Bureau d’accueil", received_on="not a day", price_cents="12,34,56")
    assert press_save(page).status == 422
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Nothing is saved yet. What you typed is kept.")
    expect(summary).to_be_focused()
    for name, typed in (("received_on", "not a day"), ("price_cents", "12,34,56")):
        field = page.locator(f"[name={name}]")
        expect(field).to_have_value(typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(page.locator(f"#{name}-error").inner_text().strip())
    expect(page.locator("[name=notes]")).to_have_value("Bureau d’accueil")
    summary.get_by_role("link").first.click()
    expect(page.locator("[name=received_on]")).to_be_focused()
    steps.fill_in(page, received_on="02/03/2026", price_cents="1 234,56")
    assert press_save(page).status == 303
    expect(steps.said(page)).to_have_text(f"{live.label} is saved.")
    expect(steps.fact(page, "Received")).to_contain_text("2 Mar 2026")


def test_files_that_are_refused_are_told_in_their_panel_until_others_are_sent(
    live: Live, page_of: PageOf, watched: Watched
) -> None:
    watched.expect("422")
    page = page_of("alice", language="en")
    page.goto(live.pages["assets.detail"])
    panel = page.locator("#attachments")
    largest = int(panel.locator("[data-drop]").get_attribute("data-most") or 0)

    def choose(*files: tuple[str, bytes]) -> None:
        panel.locator("input[multiple]").set_input_files(
            [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files]
        )

    choose(("large.txt", b"a" * (largest + 1)), ("photo.png", b"MZ"), ("note.txt", b"Bonjour"))
    expect(panel.locator(".attached-file")).to_contain_text(["note.txt"])
    expect(panel.locator(".note-bad")).to_contain_text(
        ["“large.txt” is larger than", "“photo.png” is not what its name says"]
    )
    choose(("other.txt", b"Bonsoir"))
    expect(panel.locator(".attached-file")).to_contain_text(["other.txt", "note.txt"])
    expect(panel.locator(".note-bad")).to_have_count(0)


def test_what_follows_from_a_field_that_is_edited_in_place_is_shown_anew_beside_it(
    live: Live, page_of: PageOf
) -> None:
    page = page_of("alice", language="en")
    page.goto(live.pages["assets.detail"])
    place = page.locator("#fact-first_used_on")
    place.get_by_role("link").press("Enter")
    place.get_by_role("textbox").fill("03/03/2024")
    place.get_by_role("textbox").press("Enter")
    expect(page.locator("#fact-age")).to_contain_text("3 Mar 2024")
    expect(place.get_by_role("link")).to_be_focused()


def test_words_that_were_not_chosen_from_a_picker_are_not_sent_as_if_they_were(
    live: Live, page_of: PageOf
) -> None:
    page = page_of("alice", language="en")
    page.goto(live.pages["assets.edit"])
    supplier = page.get_by_role("combobox", name="Supplier")
    supplier.press_sequentially("Nobody Ltd")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(supplier).to_be_focused()
    expect(supplier).to_have_value("Nobody Ltd")
    expect(supplier).to_have_accessible_description(re.compile("“Nobody Ltd” is none of the list"))
    supplier.press("Escape")
    assert press_save(page).status == 303


def test_a_custom_field_that_was_emptied_stays_so_whatever_category_is_chosen_next(
    live: Live, page_of: PageOf
) -> None:
    page = page_of("alice", language="en")
    page.goto(live.pages["assets.edit"])
    own = page.locator("#own-fields input[value]:not([value=''])").first
    name, category = own.get_attribute("name"), page.get_by_role("combobox", name="Category")
    kept = category.input_value()
    own.fill("")
    for chosen in ({"label": "Tablet"}, {"value": kept}):
        with page.expect_response(lambda answer: "/fields?" in answer.url):
            category.select_option(**chosen)
        expect(page.locator(f"[name={name}]")).to_have_value("")


def test_a_stale_save_asks_what_both_changed_and_keeps_what_only_one_did(
    live: Live, page_of: PageOf, watched: Watched
) -> None:
    watched.expect("409")
    alice, diane = page_of("alice", language="en"), page_of("diane", language="en")
    for page in (alice, diane):
        page.goto(live.pages["assets.edit"])
    steps.fill_in(diane, name="pc-accueil", description="Saved by Diane")
    assert press_save(diane).status == 303
    steps.fill_in(alice, name="pc-etat-civil", order_number="BC-2026-7")
    assert press_save(alice).status == 409

    expect(steps.heading(alice)).to_have_text("Saved by somebody else in between")
    asked = alice.locator(".compare tr.differs")
    expect(asked).to_have_count(1)
    expect(asked.locator("td")).to_contain_text(["pc-accueil", "pc-etat-civil"])
    expect(asked.locator("td").first.locator("small")).to_have_text("Diane Roux")
    alice.get_by_role("button", name="Save this").click()
    expect(steps.heading(alice)).to_have_text("Saved by somebody else in between")
    alice.get_by_role("radio", name="pc-etat-civil").check()
    alice.get_by_role("button", name="Save this").click()
    expect(steps.said(alice)).to_have_text(f"{live.label} is saved.")
    for field, value in {
        "Name": "pc-etat-civil",
        "Description": "Saved by Diane",
        "Order number": "BC-2026-7",
    }.items():
        expect(steps.fact(alice, field)).to_contain_text(value)
