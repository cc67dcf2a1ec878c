"""A browser, a running Parc with the cast in it, and what every page must hold: no errors, no other host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import steps
from tests.servers import CHROMIUM_FLAGS, chromium_missing, chromium_path
from tests.servers.parc import Parc

FLAGS = (
    *CHROMIUM_FLAGS, "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
PATIENCE = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


# The package's scope, not the session's: while Playwright lives, no other test of this process can run an event loop.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The headless browser."""
    if reason := chromium_missing() or Parc.available():
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Live:
    """A running Parc: its addresses by endpoint, the label of the asset that they are about, who has signed in.

    `html`: those of each half of the addresses that answer with a page, once somebody has asked.
    """

    parc: Parc
    pages: dict[str, str]
    label: str
    cookies: dict[str, Any] = field(default_factory=dict)
    html: dict[int, list[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.parc.url


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Parc with the cast and a few rows of each noun."""
    if reason := chromium_missing() or Parc.available():
        pytest.skip(reason)
    parc = Parc(tmp_path_factory.mktemp("live"))
    parc.configure(sign_in_attempts=1000)
    seeded = parc.seed("tests.browser.seeding")
    with parc:
        yield Live(parc, seeded["pages"], seeded["label"])


@dataclass
class Watched:
    """What went wrong behind the pages that were opened."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, part: str) -> None:
        """Say that a fault with these words in it is part of the test."""
        self.expected.append(part)

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(part in fault for part in self.expected)]


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Fails the test for an error in the console, a script that broke, or a request to another host."""
    found = Watched()
    yield found
    assert not found.unexpected(), "\n".join(found.unexpected())


@pytest.fixture
def open_browser(chromium: Browser, watched: Watched) -> Iterator[Callable[..., BrowserContext]]:
    """Returns a new private window: open_browser(width=390, language="en", …)."""
    contexts = []

    def opened(width: int = 1440, height: int = 900, language: str = "fr", **options: Any) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            timezone_id="Europe/Paris",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", lambda page: watch(page, watched))
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


def watch(page: Page, watched: Watched) -> None:
    def local(url: str) -> bool:
        return urlsplit(url).hostname == "127.0.0.1" or urlsplit(url).scheme in ("data", "blob", "about")

    page.on(
        "console",
        lambda line: line.type == "error" and watched.faults.append(f"console: {line.text} ({page.url})"),
    )
    page.on("pageerror", lambda error: watched.faults.append(f"script: {error} ({page.url})"))
    page.on("request", lambda sent: None if local(sent.url) else watched.faults.append(f"asked {sent.url}"))
    page.on("response", lambda got: got.status >= 500 and watched.faults.append(f"{got.status}: {got.url}"))


@pytest.fixture
def page_of(live: Live, open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Returns a page of a member of the cast, signed in: page_of("alice", width=390)."""

    def opened(name: str = "diane", **options: Any) -> Page:
        context = open_browser(base_url=live.url, storage_state=live.cookies.get(name), **options)
        page = context.new_page()
        if name not in live.cookies:
            steps.sign_in(page, f"{name}@example.org")
            live.cookies[name] = context.storage_state()
        return page

    return opened
