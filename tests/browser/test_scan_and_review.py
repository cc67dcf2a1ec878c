"""A journey from an empty instance to its inventory: a real network is scanned, a question answered, and all of it undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import steps
from tests.servers import Postgres, Snmpd
from tests.servers.parc import Parc
from tests.servers.snmpd import COMMUNITY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.snmpd,
    # After the second half of the pages, in the browser that is open there.
    pytest.mark.xdist_group("pages-1"),
    pytest.mark.skipif(Snmpd.available() is not None, reason=str(Snmpd.available())),
]
LOGGED_BY_HAND = "lab-sw-004"
"""The network name of agent 4, which people wrote into the inventory before the first scan."""

NOTICED = "27 seen, not identified"
"""Every address of loopback answers a ping: those of the range without an agent are noticed."""


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """Six real agents that share engine ids, a name and the host's MAC addresses, and have a serial number each."""
    with Snmpd(tmp_path_factory.mktemp("agents")) as running:
        yield running


@pytest.fixture
def parc(tmp_path: Path) -> Iterator[Parc]:
    """A new Parc that nobody has an account at, on PostgreSQL where it is installed: all other journeys are on SQLite."""
    if reason := Parc.available():
        pytest.skip(reason)
    if Postgres.available() is not None:
        with Parc(tmp_path) as running:
            yield running
        return
    with Postgres(tmp_path) as store, Parc(tmp_path, database_url=store.create_database("parc")) as running:
        yield running


def test_a_network_is_scanned_its_question_answered_and_the_run_undone(
    parc: Parc, agents: Snmpd, open_browser: Callable[..., BrowserContext]
) -> None:
    page = open_browser(base_url=parc.url, language="en").new_page()
    steps.create_first_administrator(page, parc)
    steps.add_commune(page, "Le Bouscat", "LBX")
    steps.log_equipment(page, category="Switch", name=LOGGED_BY_HAND, entity="Le Bouscat")
    prepare_the_network(page, agents)

    made = ["5 items of equipment created"]
    noticed_first = [NOTICED, "27 of them for the first time", "1 question for you"]
    first_run = scan(page, came=["6 seen for the first time", *made, *noticed_first])
    every_agent_is_one_switch(page, agents, but=LOGGED_BY_HAND)
    the_question_is_about(page, LOGGED_BY_HAND)
    page.get_by_role("button", name="It is LBX-000001").click()
    expect(steps.said(page)).to_have_text(f"Answered: {LOGGED_BY_HAND}.")
    every_agent_is_one_switch(page, agents)

    scan(page, came=["6 unchanged", NOTICED])
    every_agent_is_one_switch(page, agents)
    take_the_answer_back(page)
    the_question_is_about(page, LOGGED_BY_HAND)

    undo_what_the_run_changed(page, first_run)
    expect(steps.equipment(page)).to_have_count(1)
    expect(steps.rows(page)).to_contain_text("LBX-000001")
    scan(page, came=["6 unchanged", *made, NOTICED, "1 question for you"])
    every_agent_is_one_switch(page, agents, but=LOGGED_BY_HAND)


def prepare_the_network(page: Page, agents: Snmpd) -> None:
    """Name the site, keep its community and name the addresses to scan."""
    steps.add_site(page, name="Mairie du Bouscat", code="LBX", entity="Le Bouscat")
    steps.add_credential(page, "Add a community", name="Lab", entity="Le Bouscat", community=COMMUNITY)
    steps.add_source(
        page, "Add a range", name="Mairie", addresses="127.16.0.8-127.16.0.40", entity="Le Bouscat",
        credential_1="Lab (LBX)", port=str(agents.port), timeout_ms="500",
    )  # fmt: skip
    assert COMMUNITY not in page.content()


def scan(page: Page, came: list[str]) -> str:
    """Scan now and watch it to its end, see what came of it on the same page, and return the address of the run."""
    steps.start_run(page, "Mairie")
    steps.watch_run(page)
    expect(page.locator("[data-progress-sentence]")).to_have_text("33 addresses, 6 devices")
    expect(page.locator("#outcome li")).to_have_text(came)
    expect(page.locator("#findings li")).to_have_count(6)
    expect(steps.fact(page, "Ended")).to_have_text("just now")
    return page.url


def every_agent_is_one_switch(page: Page, agents: Snmpd, but: str | None = None) -> None:
    """The list holds each agent once, by its serial number; `but` one that is known by its name alone."""
    listed = steps.equipment(page)
    expect(listed).to_have_count(len(agents.agents))
    for agent in agents.agents:
        expect(listed.filter(has_text=agent.serial)).to_have_count(0 if agent.name == but else 1)


def the_question_is_about(page: Page, name: str) -> None:
    """One question waits; it shows what was seen beside what is in the inventory, and proposes that they are one."""
    page.goto("/reviews/")
    expect(page.get_by_role("heading", name="Is this device already in the inventory?")).to_be_visible()
    expect(page.locator(".evidence")).to_have_text(f"Same name {name}.")
    expect(page.locator(".compare tbody tr", has_text="Serial number")).to_contain_text("LAB00004")
    expect(page.locator(".answer.is-proposed")).to_contain_text("It is LBX-000001")


def take_the_answer_back(page: Page) -> None:
    page.goto("/reviews/")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    page.keyboard.press("u")
    expect(steps.said(page)).to_have_text("The answer is taken back.")


def undo_what_the_run_changed(page: Page, run: str) -> None:
    page.goto(run)
    page.locator("#outcome").get_by_role("link", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(steps.said(page)).to_have_text("10 changes are undone.")
    expect(page.locator("#outcome")).to_contain_text("All that it changed was undone")
