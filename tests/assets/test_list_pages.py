"""Pages of the list of equipment: every order is walked to its end and back, and what is counted once is shown until it changes."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inventory.assets.models import Asset
from inventory.assets.services import seen
from inventory.assets.states import SourceKind
from inventory.audit.remembering import Memory
from inventory.catalog.kinds import Kind
from inventory.core import clock, keyset
from inventory.core.database import db, transaction
from inventory.core.listing import lists, reading
from inventory.discovery.models import Run, RunKind
from tests import factories
from tests.test_query_counts import statements

ENGLISH = {"Accept-Language": "en"}
SORTS = ("model", "holder", "category", "state", "manufacturer", "tag", "serial", "age", "last_seen", "usage")


@pytest.fixture
def fleet(cast: factories.Cast) -> None:
    """Seven assets; of some, nobody knows the model, the holder, the serial number or the age."""
    with transaction():
        dell, hp = (factories.create_manufacturer(name=name) for name in ("Dell", "HP"))
        twins = [factories.create_model(maker, name="E24") for maker in (hp, dell)]
        laptops, screens = (factories.create_category(name=name) for name in ("Laptops", "Screens"))
        anna, zoe = (factories.create_person(cast.le_bouscat, display_name=name) for name in ("Anna", "Zoé"))
        for number, (model, holder, category) in enumerate(
            [(1, zoe, screens), (None, None, laptops), (0, anna, screens), (None, zoe, laptops),
             (1, None, laptops), (None, None, screens), (0, anna, laptops)]
        ):  # fmt: skip
            known = (
                {}
                if number in (1, 5)
                else {"serial": f"{9 - number}XY", "received_on": date(2024, 1, number + 1)}
            )
            made = (
                {"model_id": twins[model].id, "manufacturer_id": twins[model].manufacturer_id}
                if model is not None
                else {}
            )
            asset = factories.create_asset(cast.le_bouscat, category, tag=f"T{number}", **known, **made)
            asset.holder_id = holder.id if holder else None


@pytest.fixture
def browser(cast: factories.Cast, sign_in: Any) -> FlaskClient:
    return sign_in(cast.bruno)  # type: ignore[no-any-return]


def opened(browser: FlaskClient, address: str) -> str:
    return browser.get(address, headers=ENGLISH).get_data(as_text=True)


def tags(page: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>(T[0-9])<', page)


def leads_to(page: str, which: str) -> str | None:
    found = re.search(rf'id="pager-{which}" href="([^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


def walked(browser: FlaskClient, address: str | None, which: str) -> list[list[str]]:
    """The tags of each page from an address on, and the last page's address at the end."""
    pages = []
    while address:
        page = opened(browser, address)
        pages.append([address, *tags(page)])
        address = leads_to(page, which)
    return pages


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_an_order_is_walked_to_its_end_and_back(
    fleet: None, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    for module in (reading, lists):
        monkeypatch.setattr(module, "PAGE_SIZE", 3)
    file = csv.reader(io.StringIO(opened(browser, f"/assets/?sort={sort}&format=csv")))
    whole = [line[0] for line in file][1:]
    assert len(whole) == 7
    there = walked(browser, f"/assets/?sort={sort}", "next")
    assert [tag for page in there for tag in page[1:]] == whole
    back = walked(browser, there[-1][0], "previous")
    assert [page[1:] for page in reversed(back)] == [page[1:] for page in there]


@pytest.mark.parametrize("sort", ["age", "-age", "serial", "-holder"])
@pytest.mark.parametrize("most", [0, 5])
def test_what_is_taken_out_of_a_range_of_days_is_walked_as_along_the_order(
    fleet: None, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, sort: str, most: int
) -> None:
    for module in (reading, lists):
        monkeypatch.setattr(module, "PAGE_SIZE", 2)
    monkeypatch.setattr(reading, "MOST_SORTED", most)
    address = f"/assets/?received=2024-01-01..2024-01-31&sort={sort}"
    file = csv.reader(io.StringIO(opened(browser, f"{address}&format=csv")))
    whole = [line[0] for line in file][1:]
    assert sorted(whole) == ["T0", "T2", "T3", "T4", "T6"]
    there = walked(browser, address, "next")
    assert [tag for page in there for tag in page[1:]] == whole
    back = walked(browser, there[-1][0], "previous")
    assert [page[1:] for page in reversed(back)] == [page[1:] for page in there]


@pytest.fixture
def remembering(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "parc_memory", Memory(app, 20))


def counts(browser: FlaskClient, address: str) -> tuple[bool, str]:
    """Whether a page counts equipment, and what it says of how many there are."""
    with statements() as sent:
        page = opened(browser, address)
    title = re.search(r"([0-9]+) items? of equipment", page)
    return any("count(" in one and "FROM asset" in one for one in sent), title[1] if title else ""


def test_how_many_there_are_is_counted_again_when_something_was_changed(
    fleet: None, remembering: None, cast: factories.Cast, browser: FlaskClient
) -> None:
    assert [counts(browser, "/assets/"), counts(browser, "/assets/")] == [(True, "7"), (False, "7")]
    factories.create_asset(cast.le_bouscat, tag="T8")
    assert counts(browser, "/assets/") == (True, "8")


def test_what_there_was_on_a_past_day_is_looked_for_again_when_something_was_changed(
    fleet: None, remembering: None, cast: factories.Cast, browser: FlaskClient
) -> None:
    def seen_on(day: str, order: str = "-age") -> tuple[bool, list[str]]:
        with statements() as sent:
            page = opened(browser, f"/assets/?as_of={day}&sort={order}")
        tags = re.findall(r'class="row-link"[^>]*>(T[0-9]+)<', page)
        return any("LIMIT" in one and "asset_period" in one for one in sent), tags

    today = clock.today().isoformat()
    (asked, first), (again, same) = seen_on(today), seen_on(today)
    assert (asked, again, first) == (True, False, same)
    assert len(first) == 7
    assert seen_on(today, "age") == (True, [*first[:5][::-1], *first[5:][::-1]])
    factories.create_asset(cast.le_bouscat, tag="T8", received_on=date(2024, 2, 1))
    assert seen_on(today) == (True, ["T8", *first])
    assert seen_on("2024-01-01") == seen_on("2023-12-31") == (True, [])


def test_each_scope_and_each_filter_has_a_number_of_its_own(
    fleet: None, remembering: None, cast: factories.Cast, browser: FlaskClient, sign_in: Any
) -> None:
    assert counts(browser, "/assets/")[1] == "7"
    assert counts(browser, "/assets/?holder=none")[1] == "3"
    assert counts(browser, "/assets/?holder=none&not=holder")[1] == "4"
    assert counts(sign_in(cast.oscar), "/assets/")[1] == "0"


def test_what_a_run_moves_without_a_record_is_counted_each_time_while_it_does(
    fleet: None, remembering: None, cast: factories.Cast, browser: FlaskClient
) -> None:
    address = "/assets/?source=snmp"
    assert [counts(browser, address), counts(browser, address)] == [(True, "0"), (False, "0")]
    with transaction():
        run = Run(kind=RunKind.SNMP, title="Night", entity_id=cast.le_bouscat.id)
        db.session.add(run)
    assert counts(browser, address) == (True, "0")
    with transaction():
        seen.note(db.session.query(Asset).filter_by(tag="T1").one(), clock.now(), SourceKind.SNMP)
    assert counts(browser, address) == (True, "1")
    with transaction():
        seen.note(db.session.query(Asset).filter_by(tag="T2").one(), clock.now(), SourceKind.SNMP)
        run.ended_at = clock.now()
    assert [counts(browser, address), counts(browser, address)] == [(True, "2"), (False, "2")]


def test_words_are_counted_each_time(fleet: None, remembering: None, browser: FlaskClient) -> None:
    assert [counts(browser, "/assets/?q=E24"), counts(browser, "/assets/?q=E24")] == [(True, "4")] * 2


@pytest.fixture
def sorts_of_things(cast: factories.Cast) -> None:
    """Two laptops, a screen and a camera, of the categories that Parc brings, in four states."""
    made = {
        kind: factories.create_category(kind, name=kind.label)
        for kind in (Kind.LAPTOP, Kind.MONITOR, Kind.CAMERA)
    }
    for number, (kind, state) in enumerate(
        [
            (Kind.LAPTOP, "on_loan"),
            (Kind.CAMERA, "in_stock"),
            (Kind.MONITOR, "in_service"),
            (Kind.LAPTOP, "in_repair"),
        ]
    ):
        factories.create_asset(cast.le_bouscat, made[kind], tag=f"T{number}", state=state)


SHOWN = [
    ("category", "en", ["T1", "T0", "T3", "T2"]),  # Camera, Laptop, Monitor
    ("category", "fr", ["T1", "T2", "T0", "T3"]),  # Caméra, Écran, Ordinateur portable
    ("state", "en", ["T3", "T2", "T1", "T0"]),  # In repair, In service, In stock, On loan
    ("state", "fr", ["T0", "T3", "T2", "T1"]),  # En prêt, En réparation, En service, En stock
]


@pytest.mark.parametrize(("sort", "language", "whole"), SHOWN)
@pytest.mark.parametrize("most", [0, 15_000], ids=["value by value", "sorted at once"])
def test_what_is_translated_stands_in_the_order_of_the_readers_words(
    sorts_of_things: None, cast: factories.Cast, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch,
    sort: str, language: str, whole: list[str], most: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(reading, "MOST_SORTED", most)
    monkeypatch.setattr(reading, "WALKED_AT_ONCE", 2)
    for module in (reading, lists):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
    with transaction():
        cast.bruno.language = language
    file = opened(browser, f"/assets/?sort={sort}&format=csv").splitlines()
    assert [re.split("[,;]", line)[0] for line in file][1:] == whole
    there = walked(browser, f"/assets/?sort={sort}", "next")
    assert [tag for page in there for tag in page[1:]] == whole
    back = walked(browser, there[-1][0], "previous")
    assert [page[1:] for page in reversed(back)] == [page[1:] for page in there]
    down = walked(browser, f"/assets/?sort=-{sort}", "next")
    assert [tag for page in down for tag in page[1:]] == whole[::-1]


@pytest.mark.parametrize("place", [["x", 1], [99, 1], [-1, 1], [0, -5], [10**30, 1]])
def test_a_place_that_no_value_has_begins_at_the_top_or_ends(
    sorts_of_things: None, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, place: list[Any]
) -> None:
    monkeypatch.setattr(reading, "MOST_SORTED", 0)
    for sort in ("category", "-category"):
        page = opened(browser, f"/assets/?sort={sort}&after={keyset.encode(place)}")
        assert len(tags(page)) == 4
