"""A directory is named, tried and read through the interface: its people are the commune's people afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.servers import Slapd
from tests.servers.entries import people

pytestmark = [
    pytest.mark.slapd,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(Slapd.available() is not None, reason=str(Slapd.available())),
]
COUNT = 7


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    """A real OpenLDAP server with a few people, whose certificate an authority of its own has signed."""
    server = Slapd(tmp_path)
    server.load(people(COUNT))
    with server:
        yield server


def test_the_people_of_a_directory_become_the_people_of_a_commune(
    page_of: Callable[..., Page], slapd: Slapd
) -> None:
    page = page_of("diane", language="en")
    steps.add_credential(
        page, "Add a directory account", name="Reader of the directory", entity="Pessac", bind_dn=slapd.reader_dn,
        password=slapd.reader_password,
    )  # fmt: skip
    steps.add_source(
        page, "Add a directory", name="Annuaire", url=slapd.tls_url, base=slapd.base, entity="Pessac",
        credential="Reader of the directory (PES)",
    )  # fmt: skip
    try_the_connection(page, refused="certificate")
    steps.fill_in(page, ca_pem=slapd.ca_pem)
    steps.save(page)
    try_the_connection(page)

    steps.start_run(page, "Annuaire", "Read now")
    steps.watch_run(page)
    expect(page.locator("#outcome li")).to_have_text(
        [f"{COUNT} seen for the first time", f"{COUNT} people created"]
    )
    page.goto("/people/")
    steps.choose_entity(page, "Pessac")
    expect(steps.rows(page)).to_have_count(COUNT)
    steps.rows(page).filter(has_text="NOM3 Zoé").get_by_role("link").first.click()
    expect(steps.heading(page)).to_have_text("NOM3 Zoé")
    expect(page.locator("main")).to_contain_text("p00003@metropole.example")

    steps.start_run(page, "Annuaire", "Read now")
    steps.watch_run(page)
    expect(page.locator("#outcome li")).to_have_text([f"{COUNT} unchanged"])


def try_the_connection(page: Page, refused: str | None = None) -> None:
    """Test the directory's connection, read the answer and go back; `refused` is a word of the reason."""
    page.get_by_role("button", name="Test the connection").click()
    answer = page.locator("#answer")
    if refused:
        expect(answer).to_contain_text(refused)
        expect(answer).to_contain_text("Nothing was read and nothing was changed.")
    else:
        expect(answer).to_contain_text("The directory can be read.")
        expect(steps.fact(page, "People")).to_have_text(str(COUNT))
    page.get_by_role("link", name="Back to the directory").click()
