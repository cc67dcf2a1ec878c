"""Lists: all or any of several filters, each turned round, chosen columns, addresses worth sharing, and files of all rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from flask_babel import gettext

from inventory.assets import services as assets
from inventory.assets.states import SourceKind
from inventory.audit.models import ChangeSet, ChangeSetKind
from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.core.ordering import by_letters
from tests import factories
from tests.once import once

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def fleet(database: Any) -> dict[str, Any]:
    """Four assets of Le Bouscat: two laptops, a screen, a retired screen; and the cast."""
    return once(_fleet)


def _fleet() -> dict[str, Any]:
    cast = once(factories.create_cast)
    laptops = factories.create_category(Kind.LAPTOP, name="Laptops", code="laptop")
    screens = factories.create_category(Kind.MONITOR, name="Screens", code="monitor")
    dell = factories.create_manufacturer(name="Dell")
    made = {
        "L1": factories.create_asset(cast.le_bouscat, laptops, tag="L1", manufacturer_id=dell.id),
        "L2": factories.create_asset(cast.le_bouscat, laptops, tag="L2", state="in_stock"),
        "S1": factories.create_asset(cast.le_bouscat, screens, tag="S1", manufacturer_id=dell.id),
        "S2": factories.create_asset(cast.ccas, screens, tag="S2", state="retired"),
    }
    factories.create_model(dell, name="Latitude")
    made["maker"] = dell
    made["cast"] = cast
    return made


@pytest.fixture
def browser(fleet: dict[str, Any], sign_in: Any) -> FlaskClient:
    return sign_in(fleet["cast"].bruno)  # type: ignore[no-any-return]


def exported(browser: FlaskClient, address: str) -> list[dict[str, str]]:
    text = browser.get(f"/assets/{address}&format=csv", headers=ENGLISH).get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def tags(browser: FlaskClient, address: str) -> list[str]:
    return [row["Tag"] for row in exported(browser, address)]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?state=in_service", ["L1", "S1"]),
        ("?state=in_service,in_stock", ["L1", "L2", "S1"]),
        ("?state=retired&not=state", ["L1", "L2", "S1"]),
        ("?state=in_service,retired&not=state", ["L2"]),
        ("?state=in_service&category=monitor", ["S1"]),
        ("?state=in_service&category=monitor&match=any", ["L1", "S1", "S2"]),
        ("?state=in_service&category=monitor&match=any&not=category", ["L1", "L2", "S1"]),
        ("?maker={maker}", ["L1", "S1"]),
        ("?maker={maker}&not=maker", ["L2", "S2"]),
        ("?owner=LBX-CCAS", ["S2"]),
        ("?branch=LBX", ["L1", "L2", "S1", "S2"]),
        ("?missing=serial,holder", ["L1", "L2", "S1", "S2"]),
        ("?missing=tag", []),
        ("?holder=none&state=in_stock", ["L2"]),
        ("?branch=lbx-ccas", ["S2"]),
        ("?state=in_stock&cols=tag,nonsense&sort=nonsense&match=nonsense&not=nonsense", ["L2"]),
        ("?q=l2", ["L2"]),
        ("?q=%25", []),
    ],
)
def test_filters_ask_for_all_any_or_none(fleet, browser, address, found):
    assert tags(browser, address.format(maker=fleet["maker"].public_id) + "&sort=tag") == found


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("received=2026-02-30", "Received: “2026-02-30” is no day"),
        ("received=32/13/2026..", "Received: “32/13/2026” is no day"),
        ("received=2026-03-02..2026-03-01", "Received: The first day comes after the last."),
        ("as_of=2026-02-30", "As it was on: “2026-02-30” is no day"),
        ("pinned=maybe", "Pinned by a person: “maybe” is neither 1 (yes) nor 0 (no)"),
        ("state=nonsense", "State: “nonsense” is not on the list."),
        ("age=1e9", "Age: “1e9” is not on the list."),
        ("warranty=-5", "Warranty: “-5” is not on the list."),
        ("place=nowhere00000", "Place: “nowhere00000” is not on the list."),
        ("maker=nobody000000", "Maker: “nobody000000” is not on the list."),
        ("change=unknown00000", "Change: “unknown00000” is not on the list."),
    ],
)
def test_what_a_filter_does_not_understand_is_said_and_neither_a_chip_nor_a_file(browser, asked, why):
    page = browser.get(f"/assets/?category=laptop&{asked}", headers=ENGLISH).text
    results = page.partition('id="listing-results"')[2]
    assert why in results
    assert re.findall(r'class="chip"[^>]*>\s*<span>([^<]*)', results) == ["Category: Laptops"]
    assert "2 items of equipment" in page
    assert '<a href="/assets/?category=laptop"' in results
    assert why.partition(": ")[2] in browser.get(f"/assets/?{asked}&panel=filters", headers=ENGLISH).text
    file = browser.get(f"/assets/?category=laptop&{asked}&format=csv", headers=ENGLISH)
    assert (file.mimetype, why in file.text) == ("text/html", True)


def test_the_picker_of_filters_comes_alone_to_the_script_that_opens_it(browser):
    address = "/assets/?category=laptop&panel=filters"
    whole, said = (
        browser.get(address, headers=ENGLISH).text,
        {"HX-Request": "true", "HX-Target": "filter-controls"},
    )
    alone = browser.get(address, headers={**ENGLISH, **said}).text
    assert "<html" in whole
    assert alone.strip().startswith('<div id="filter-controls">')
    assert alone.strip().endswith("</div>")
    assert alone.strip() in whole


def test_of_several_values_those_that_are_known_are_asked_for(browser):
    page = browser.get("/assets/?state=in_stock,nonsense", headers=ENGLISH).text
    assert "1 item of equipment" in page
    assert "State: in stock" in page
    assert '<a href="/assets/?state=in_stock"' in page


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("cols=tag,colour", "There is no column “colour” here."),
        ("sort=-colour", "The list cannot be sorted by “-colour”."),
        ("not=colour", "There is no filter “colour” here to be turned round."),
        ("match=some", "“some” is neither “all” nor “any” of the filters."),
        ("view=unknown00000", "This saved view is no longer there"),
    ],
)
def test_what_an_address_names_that_the_list_does_not_have_is_said(browser, asked, why):
    page = browser.get(f"/assets/?{asked}", headers=ENGLISH).text
    assert why in page
    assert why not in browser.get("/assets/", headers=ENGLISH).text


def test_no_act_is_done_on_all_rows_while_a_filter_is_not_understood(fleet, browser):
    answer = browser.post("/assets/bulk?received=2026-02-30", data={"all": "1"}, headers=ENGLISH)
    assert answer.status_code == 409
    assert "Correct the filter first" in answer.text


def test_a_day_is_asked_for_as_people_write_it(fleet, browser):
    with transaction():
        fleet["L1"].received_on = date(2026, 3, 1)
    assert tags(browser, "?received=01/03/2026") == ["L1"]
    assert tags(browser, "?received=..28/02/2026") == []
    assert "Received: 1 Mar 2026" in browser.get("/assets/?received=01/03/2026", headers=ENGLISH).text


def test_days_are_asked_for_relative_to_today(fleet, browser):
    from datetime import timedelta

    today = clock.today()
    with transaction():
        fleet["L1"].warranty_ends_on = today + timedelta(days=20)
        fleet["L2"].warranty_ends_on = today + timedelta(days=200)
        fleet["S1"].warranty_ends_on = today - timedelta(days=1)
        fleet["L1"].received_on = today - timedelta(days=400)
        assets.note_seen(fleet["L1"], clock.now() - timedelta(days=40), SourceKind.SNMP)
    assert tags(browser, "?warranty=90") == ["L1"]
    assert tags(browser, "?warranty=45,ended&sort=tag") == ["L1", "S1"]
    assert tags(browser, "?age=1%2B") == ["L1"]
    assert tags(browser, "?unseen=30") == ["L1"]
    long_ago, before = (today - timedelta(days=n) for n in (401, 399))
    assert tags(browser, f"?received={long_ago.isoformat()}..{before.isoformat()}") == ["L1"]
    assert tags(browser, f"?received=..{long_ago.isoformat()}") == []
    page = browser.get("/assets/?warranty=45&age=7%2B", headers=ENGLISH).get_data(as_text=True)
    assert "Warranty: ends within 45 days" in page
    assert "Age: 7 years or more" in page


def test_what_a_form_sends_becomes_an_address_worth_sharing(fleet, browser):
    answer = browser.get(
        "/assets/?q=&state=in_service&state=in_stock&received.from=2026-01-01&received.to=&maker=&cols=tag&cols=age"
    )
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.location).query)
    assert asked == {"state": ["in_service,in_stock"], "received": ["2026-01-01.."], "cols": ["tag,age"]}


@pytest.mark.parametrize(
    ("language", "typed", "asked"),
    [
        ("en", "1,200", "1200,30"),
        ("fr", "1\u202f200", "1200,30"),
        ("en", "45, 60", "45,60,30"),
        ("fr", "45,60", "45,60,30"),
    ],
)
def test_days_typed_beside_a_choice_are_read_as_their_reader_writes_numbers(browser, language, typed, asked):
    answer = browser.get(
        "/assets/",
        query_string={"unseen.typed": typed, "unseen": "30"},
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 303
    (found,) = parse_qs(urlsplit(answer.location).query)["unseen"]
    assert set(found.split(",")) == set(asked.split(","))


def test_an_address_worth_sharing_is_answered_at_once(fleet, browser):
    assert browser.get("/assets/?state=in_service&not=state&match=any&sort=-age").status_code == 200


def test_a_chip_takes_its_filter_away_with_its_turn(fleet, browser):
    page = browser.get("/assets/?state=retired&category=laptop&not=state", headers=ENGLISH).get_data(
        as_text=True
    )
    assert "State is not retired" in page
    assert 'href="/assets/?category=laptop"' in page


def test_columns_are_chosen_and_ordered_by_the_address(fleet, browser):
    rows = exported(browser, "?cols=serial,entity&q=l1")
    assert list(rows[0]) == ["Tag", "Serial number", "Entity", "Maker", "Name", "Number in Parc"]
    assert rows[0]["Entity"] == "Le Bouscat"
    page = browser.get("/assets/?cols=tag,price_cents", headers=ENGLISH).get_data(as_text=True)
    assert page.index('id="sort-price_cents"') > 0
    assert 'id="sort-state"' not in page


def test_unknown_columns_are_left_out(fleet, browser):
    assert browser.get("/assets/?cols=nonsense,%00,tag").status_code in (200, 303)


def test_pages_follow_each_other_in_any_order(cast, sign_in):
    browser = sign_in(cast.bruno)
    category = factories.create_category(Kind.MONITOR)
    for number in range(120):
        factories.create_asset(
            cast.le_bouscat, category, tag=f"T{number:03d}" if number % 3 else None, name=f"N{number % 7}"
        )
    for sort in ("tag", "-tag", "name", "-age", "last_seen", "-model"):
        address, seen = f"/assets/?sort={sort}", []
        while address:
            page = browser.get(address).get_data(as_text=True)
            seen += [part.split('"')[0] for part in page.split('data-row data-url="')[1:]]
            found = page.partition('id="pager-next" href="')[2].partition('"')[0]
            address = found.replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == 120


def test_a_workbook_holds_all_rows_and_no_formula(fleet, browser):
    factories.create_asset(fleet["cast"].le_bouscat, name='=HYPERLINK("x")')
    answer = browser.get("/assets/?state=any&format=xlsx")
    book = zipfile.ZipFile(io.BytesIO(answer.data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 6
    assert "<f>" not in sheet


def test_a_file_of_a_past_day_says_what_was_so_then(fleet, browser):
    assert tags(browser, f"?as_of={clock.today().isoformat()}&state=in_stock") == ["L2"]


def test_writing_a_file_makes_no_object_for_each_row(fleet, browser):
    from sqlalchemy import event

    from inventory.assets.models import Asset

    loaded: list[Any] = []

    def note(target: Any, _context: Any) -> None:
        loaded.append(target)

    event.listen(Asset, "load", note)
    db.session.expunge_all()
    try:
        assert len(tags(browser, "?state=any")) == 4
    finally:
        event.remove(Asset, "load", note)
    assert loaded == []


def test_codes_stand_in_the_order_of_their_labels(fleet: dict[str, Any], sign_in: Any) -> None:
    """Whoever lists changes in French has "Changement en masse" before "Suppression", whatever their codes."""
    diane, cast = sign_in(fleet["cast"].diane), fleet["cast"]
    with transaction():
        for kind in (ChangeSetKind.DELETION, ChangeSetKind.BULK, ChangeSetKind.RUN):
            db.session.add(
                ChangeSet(kind=kind, title=f"{kind.value}!", actor_kind="user", entity_id=cast.root.id)
            )
    for language in ("en", "fr"):
        page = diane.get("/changes/?sort=kind", headers={"Accept-Language": language}).get_data(as_text=True)
        found = re.findall(r">(deletion|bulk|run)!<", page)
        with diane.application.test_request_context(headers={"Accept-Language": language}):
            labels = [by_letters(gettext(ChangeSetKind(kind).label)) for kind in found]
        assert len(labels) == 3
        assert labels == sorted(labels)


@pytest.mark.parametrize(
    "address",
    ["/jobs/?sort=state", "/discovery/runs/?sort=-kind", "/fields/?sort=kind", "/applications/?sort=state"],
)
def test_every_list_of_codes_can_be_sorted_by_them(fleet: dict[str, Any], sign_in: Any, address: str) -> None:
    assert sign_in(fleet["cast"].diane).get(address).status_code == 200
