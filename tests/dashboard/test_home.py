"""The home page: each figure opens exactly the rows it counts, within the reader's entities; an empty one says what to do."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.discovery.models import Run, RunKind
from inventory.jobs.models import Job, JobState
from inventory.organization.models import Entity
from inventory.printing.models import PrinterSupply
from tests import rows
from tests.factories import Cast, create_asset, create_category

SignIn = Callable[..., FlaskClient]
FIGURE = re.compile(r'<p class="figure-value"><a href="([^"]+)"[^>]*>([\d,]+)</a></p>')
TABLE_ROW = re.compile(
    r'<tr><td><a href="(/assets/[^"]+)">[^<]*</a></td><td class="numeric">([\d,]+)</td></tr>'
)
NEED = re.compile(r'<li class="row-line need-\w+"><a href="([^"]+)">.*?</svg>\s*(\d+) ', re.DOTALL)


@pytest.fixture
def english(sign_in: SignIn) -> SignIn:
    """Returns what signs somebody in whose browser asks for English."""

    def signed_in(user: object) -> FlaskClient:
        browser = sign_in(user)
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        return browser

    return signed_in


def fill(entity: Entity) -> None:
    """Give an entity equipment of each state, age and warranty, of categories in the base and out of it."""
    laptops, screens = _category(Kind.LAPTOP), _category(Kind.MONITOR)
    today = clock.today()
    for n, state in enumerate([*State, State.IN_SERVICE, State.IN_REPAIR, State.ON_LOAN, State.MISSING]):
        for category in (laptops, screens):
            born = today - timedelta(days=500 * n) if n % 4 else None
            ends = today + timedelta(days=40 * (n % 5) - 40) if n % 3 else None
            asset = create_asset(entity, category, first_used_on=born, warranty_ends_on=ends)
            with transaction():
                db.session.get_one(Asset, asset.id).state = state


def _category(kind: Kind) -> Category:
    found = db.session.scalar(db.select(Category).where(Category.kind == kind))
    return found or create_category(kind, in_renewal_base=kind is Kind.LAPTOP)


def fail(entity: Entity) -> None:
    """Give an entity runs that read everything, a part or nothing, now and long ago, and jobs to match."""
    for state in (JobState.DONE, JobState.PARTIAL, JobState.FAILED, JobState.DEAD):
        for days in (0, 30):
            at = clock.now() - timedelta(days=days)
            with transaction():
                job = Job(
                    kind="discovery.scan", title="Mairie", state=state, entity_id=entity.id, ended_at=at
                )
                db.session.add(job)
                db.session.flush()
                run = {"title": "Mairie", "entity_id": entity.id, "started_at": at, "ended_at": at}
                db.session.add(Run(kind=RunKind.SNMP, job_id=job.id, **run))
                db.session.add(Run(kind=RunKind.LOAD, complete=state is JobState.DONE, **run))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def behind(browser: FlaskClient, url: str) -> int:
    """Follow a link to a list and count its rows, all of them."""
    address = html.unescape(url)
    if address.startswith("/reviews/"):
        return len(re.findall(r'<li><a href="/reviews/\w{12}', browser.get(address).text))
    answer = browser.get(f"{address}{'&' if '?' in address else '?'}format=csv")
    assert answer.mimetype == "text/csv", address
    return len(list(csv.reader(io.StringIO(answer.get_data(as_text=True))))) - 1


def differences(browser: FlaskClient, found: list[tuple[str, str]]) -> list[str]:
    """Return the figures that do not count what is behind them."""
    shown = [(url, number(text), behind(browser, url)) for url, text in found]
    return [f"{url}: {count} shown, {rows_} behind it" for url, count, rows_ in shown if count != rows_]


@pytest.mark.parametrize("scope", ["", "?entity=LBX", "?entity=LBX-CCAS"])
def test_each_figure_opens_exactly_the_rows_that_it_counts(cast: Cast, english: SignIn, scope: str) -> None:
    with transaction():
        for entity in (cast.le_bouscat, cast.ccas, cast.pessac):
            fill(entity)
            fail(entity)
        rows.make(cast.le_bouscat)
    browser = english(cast.diane)
    text = browser.get(f"/{scope}").text
    # What needs somebody, the figures, and the tables beside the charts.
    for pattern in (NEED, FIGURE, TABLE_ROW):
        found = pattern.findall(text)
        assert len(found) >= 2
        assert any(number(shown) for _url, shown in found)
        wrong = differences(browser, found)
        assert not wrong, "\n" + "\n".join(wrong)


def test_what_waits_is_named_with_its_rows(cast: Cast, english: SignIn) -> None:
    fail(cast.le_bouscat)
    text = english(cast.diane).get("/").text
    needs = {html.unescape(url): int(count) for url, count in NEED.findall(text)}
    assert needs["/jobs/?failed=1"] == 4
    # Three scans and three files of today; those of last month are over.
    assert needs["/discovery/runs/?troubled=7"] == 6


def test_supplies_that_run_out_this_week_are_counted_as_their_list_does(cast: Cast, english: SignIn) -> None:
    for entity, days in ((cast.le_bouscat, 3), (cast.le_bouscat, 40), (cast.pessac, 3)):
        printer = create_asset(entity, _category(Kind.PRINTER))
        with transaction():
            db.session.add(
                PrinterSupply(
                    asset_id=printer.id,
                    key="toner",
                    name="Toner",
                    remaining=100,
                    runs_out_on=clock.today() + timedelta(days=days),
                    read_at=clock.now(),
                )
            )
    browser = english(cast.bruno)
    needs = {html.unescape(url): int(count) for url, count in NEED.findall(browser.get("/").text)}
    assert needs["/printing/supplies?due=7"] == 1
    assert behind(browser, "/printing/supplies?due=7") == 1


def test_a_reader_counts_the_own_entities_alone(cast: Cast, english: SignIn) -> None:
    fill(cast.pessac)
    assert {text for _url, text in FIGURE.findall(english(cast.chloe).get("/").text)} == {"0"}
    fill(cast.ccas)
    chloe, diane = english(cast.chloe), english(cast.diane)
    own, all_ = (FIGURE.findall(one.get("/").text)[0] for one in (chloe, diane))
    assert number(own[1]) * 2 == number(all_[1]) > 0
    assert differences(chloe, FIGURE.findall(chloe.get("/").text)) == []


def test_a_scope_that_is_not_the_reader_s_own_shows_nothing_of_it(cast: Cast, english: SignIn) -> None:
    fill(cast.pessac)
    text = english(cast.chloe).get("/?entity=PES").text
    assert "Pessac" not in text
    assert {number for _url, number in FIGURE.findall(text)} == {"0"}


def test_what_only_others_may_do_is_no_need_of_a_reader(cast: Cast, english: SignIn) -> None:
    fill(cast.le_bouscat)
    fail(cast.le_bouscat)
    rows.make(cast.le_bouscat)
    assert NEED.findall(english(cast.chloe).get("/").text) == []
    assert NEED.findall(english(cast.bruno).get("/").text) != []


def test_an_empty_instance_says_what_to_do(cast: Cast, english: SignIn) -> None:
    text = english(cast.diane).get("/").text
    assert "Nothing is in the inventory yet." in text
    assert 'href="/entities/"' in text
    assert "Nothing waits for you." in text
    assert "Nothing was read yet." in text


def test_an_instance_with_equipment_does_not(cast: Cast, english: SignIn) -> None:
    create_asset(cast.le_bouscat)
    assert "Nothing is in the inventory yet." not in english(cast.diane).get("/").text


def test_the_latest_runs_lead_to_their_pages(cast: Cast, english: SignIn) -> None:
    fail(cast.le_bouscat)
    browser = english(cast.alice)
    links = re.findall(r'href="(/discovery/runs/\w+)"', browser.get("/").text)
    assert links
    assert {browser.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("address", "entry"), [("/", "Home"), ("/settings/health", "Instance health"), ("/people/", "People")]
)
def test_the_navigation_marks_the_one_page_that_is_open(
    cast: Cast, english: SignIn, address: str, entry: str
) -> None:
    page = english(cast.diane).get(address).text
    marked = re.findall(r'<a class="nav-entry[^>]*aria-current="page".*?</a>', page, re.DOTALL)
    assert len(marked) == 1
    assert entry in marked[0]
