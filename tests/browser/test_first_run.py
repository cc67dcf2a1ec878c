"""The first run: a link of one use makes the first administrator, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import steps
from tests.browser.conftest import Watched
from tests.servers.parc import Parc

pytestmark = pytest.mark.xdist_group("journeys")


@pytest.fixture
def parc(tmp_path: Path) -> Iterator[Parc]:
    """A new Parc that nobody has an account at."""
    if reason := Parc.available():
        pytest.skip(reason)
    with Parc(tmp_path) as running:
        yield running


def test_the_printed_link_makes_the_first_administrator_once(
    parc: Parc, open_browser: Callable[..., BrowserContext], watched: Watched
) -> None:
    watched.expect("422")
    page = open_browser(base_url=parc.url, language="en").new_page()
    page.goto("/")
    expect(page.get_by_text("Open the link that the start of Parc printed.")).to_be_visible()
    a_weak_password_is_refused_and_the_rest_is_kept(page, parc)
    steps.create_first_administrator(page, parc)
    expect(page.get_by_text("Nothing is in the inventory yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()

    watched.expect("410")
    stranger = open_browser(base_url=parc.url, language="en").new_page()
    answer = stranger.goto(parc.first_link)
    assert answer is not None
    assert answer.status == 410
    expect(stranger.get_by_text("This link has been used already or is too old.")).to_be_visible()
    steps.sign_in(stranger, "diane@example.org")
    expect(steps.heading(stranger)).to_have_text("Home")


def a_weak_password_is_refused_and_the_rest_is_kept(page: Page, parc: Parc) -> None:
    page.goto(parc.first_link)
    steps.fill_in(
        page, organization="Bordeaux Métropole", code="BM", name="Diane", email="diane@example.org", password="short"
    )  # fmt: skip
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#password-error")).to_contain_text("12")
    expect(page.locator("[name=organization]")).to_have_value("Bordeaux Métropole")
    expect(page.locator("[name=password]")).to_have_value("")
