"""What people do at the pages of Parc, one step each, for journeys that read as sentences."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD
from tests.servers.parc import Parc

RUN_ENDS = 60_000
"""Milliseconds that a run may take on a busy machine."""


def fill_in(page: Page, **values: str) -> None:
    """Fill the page's form by the names of its fields: text is typed, a choice is made by its words."""
    for name, text in values.items():
        field = page.locator(f"form [name={name}]:is(input:not([type=hidden]), select, textarea)")
        field.wait_for(state="attached")
        if not field.is_visible():
            page.locator(f"details.fold:has([name={name}]) > summary").click()
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=text)
        else:
            field.fill(text)


def save(page: Page, words: str = "Save") -> None:
    """Press the form's button, and wait until the page says that it is done."""
    page.get_by_role("button", name=words, exact=True).click()
    expect(said(page)).to_be_visible()


def said(page: Page) -> Locator:
    """What the page says of what has just happened."""
    return page.locator("#messages .message p")


def heading(page: Page) -> Locator:
    """The page's own title."""
    return page.get_by_role("heading", level=1)


def rows(page: Page) -> Locator:
    """The rows of the list on the page."""
    return page.locator("[data-grid] [data-row]")


def fact(page: Page, label: str) -> Locator:
    """The value that a panel or a head shows under a label."""
    pair = page.locator("main dl > div", has=page.locator("dt").get_by_text(label, exact=True))
    return pair.first.locator("dd")


def act(page: Page, words: str) -> None:
    """Follow the act of these words, whether it is a button at the page's top or stands in its menu."""
    found = page.locator(".page-acts").get_by_role("link", name=words)
    if not found.is_visible():
        page.locator(".page-acts details.menu > summary").click()
    found.click()


def choose_entity(page: Page, name: str) -> None:
    """Narrow the page to one entity with the switch of the top bar."""
    page.locator(".scope > summary").click()
    page.locator(".scope").get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".scope-label")).to_have_text(name)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in through the form."""
    page.goto("/sign-in")
    fill_in(page, email=email, password=password)
    page.locator(".auth-card button.btn-primary").click()
    page.wait_for_url(lambda address: not address.split("?")[0].endswith("/sign-in"))


def create_first_administrator(page: Page, parc: Parc) -> None:
    """Follow the link that the start printed, name the organisation and become its administrator."""
    page.goto(parc.first_link)
    fill_in(
        page, organization="Bordeaux Métropole", code="BM", name="Diane Roux", email="diane@example.org",
        password=PASSWORD,
    )  # fmt: skip
    page.get_by_role("button", name="Create the administrator").click()
    expect(heading(page)).to_have_text("Home")


def add_commune(page: Page, name: str, code: str) -> None:
    """Add a commune below the organisation."""
    page.goto("/entities/new")
    fill_in(page, name=name, code=code, kind="Commune")
    save(page)


def add_site(page: Page, **values: str) -> None:
    """Say where a network is, from the empty page of Discovery on."""
    page.goto("/discovery/")
    page.get_by_role("link", name="Add a site").first.click()
    fill_in(page, **values)
    save(page)


def add_credential(page: Page, words: str, **values: str) -> None:
    """Keep a secret; `words` are those of the button or menu that begins it."""
    page.goto("/discovery/credentials/")
    act(page, words)
    fill_in(page, **values)
    save(page)


def add_source(page: Page, words: str, **values: str) -> None:
    """Add a range or a directory; `words` are those of the button or menu that begins it."""
    page.goto("/discovery/")
    act(page, words)
    fill_in(page, **values)
    save(page)


def start_run(page: Page, source: str, verb: str = "Scan now") -> None:
    """Start reading the range or directory of this name; leaves the page of the run open."""
    page.goto("/discovery/")
    page.get_by_role("row", name=source).get_by_role("button", name=verb).click()
    expect(page.locator("#progress")).to_be_visible()


def watch_run(page: Page, state: str = "done") -> None:
    """Stay on the page of a run, without a reload, until it says that it has ended in this state."""
    expect(page.locator("#progress .run-head .mark")).to_have_text(state, timeout=RUN_ENDS)
    expect(page.locator("#progress .run-percent")).to_have_text("100%")


def log_equipment(page: Page, **values: str) -> None:
    """Log something by hand, in service."""
    page.goto("/assets/new")
    fill_in(page, state="in service", **values)
    save(page)


def equipment(page: Page) -> Locator:
    """The rows of the whole list of equipment."""
    page.goto("/assets/")
    return rows(page)
