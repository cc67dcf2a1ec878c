"""Sign-in with a second factor: set up with an authenticator, asked for from then on, refused when it is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import steps
from tests.browser.conftest import Live, Watched

pytestmark = pytest.mark.xdist_group("journeys")
OSCAR = "oscar@example.org"


def test_a_second_factor_is_set_up_and_asked_for_from_then_on(
    live: Live, open_browser: Callable[..., BrowserContext], watched: Watched
) -> None:
    watched.expect("422")
    page = open_browser(base_url=live.url, language="en").new_page()
    steps.sign_in(page, OSCAR)
    totp, recovery_codes = set_up_an_authenticator(page)

    elsewhere = open_browser(base_url=live.url, language="en").new_page()
    steps.sign_in(elsewhere, OSCAR)
    expect(steps.heading(elsewhere)).to_have_text("Second factor")
    type_code(elsewhere, "000000")
    expect(elsewhere.locator("#code-error")).to_contain_text("This code is wrong")
    # The code that set it up is spent: the one of the next half minute is good already, as clocks differ.
    type_code(elsewhere, totp.at(time.time() + totp.interval))
    expect(steps.heading(elsewhere)).to_have_text("Home")

    third = open_browser(base_url=live.url, language="en").new_page()
    steps.sign_in(third, OSCAR)
    type_code(third, recovery_codes[0])
    expect(steps.heading(third)).to_have_text("Home")


def set_up_an_authenticator(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Switch the second factor on; returns what the authenticator knows, and the recovery codes shown once."""
    page.goto("/account/")
    page.get_by_role("link", name="Set up an authenticator").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    totp = pyotp.TOTP(page.locator(".steps code").inner_text().replace(" ", ""))
    steps.fill_in(page, code=totp.now())
    page.get_by_role("button", name="Switch it on").click()
    expect(steps.heading(page)).to_have_text("Keep these recovery codes")
    return totp, page.locator(".codes code").all_inner_texts()


def type_code(page: Page, code: str) -> None:
    steps.fill_in(page, code=code)
    page.get_by_role("button", name="Continue").click()


def test_a_wrong_password_keeps_the_address_and_says_one_sentence(
    live: Live, open_browser: Callable[..., BrowserContext], watched: Watched
) -> None:
    watched.expect("422")
    page = open_browser(base_url=live.url, language="fr").new_page()
    page.goto("/people/")
    steps.fill_in(page, email="alice@example.org", password="pas celle-là du tout")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("Vous n’êtes pas connecté")
    expect(page.locator("[name=email]")).to_have_value("alice@example.org")
    expect(page.locator("[name=password]")).to_have_value("")
    steps.fill_in(page, password=steps.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(f"{live.url}/people/")
