"""Query counts, frozen: a page costs the same few statements whatever the number of rows, and a new one is a decision.

The counts stand in query_counts.json, endpoint → statements; with PARC_FREEZE=1 the test writes it anew.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from inventory.core.database import db
from tests import crowds, rows
from tests.factories import Cast

FROZEN = Path(__file__).with_name("query_counts.json")
EXPORT = "?format=csv"
MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")

OF_THE_STORE = {"dashboard.health"}
"""Pages that ask each store other questions about itself: their counts may not grow, but are not the same on both."""

Statements = dict[str, list[str]]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Gather the statements that the block sends, without the marks of transactions."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith(MARKS):
            sent.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def ask(browser: FlaskClient, paths: dict[str, str]) -> Statements:
    """Return the statements of each page, and of its export where it offers one."""
    found: Statements = {}
    for endpoint, path in paths.items():
        found[endpoint], body = ask_for(browser, path)
        if EXPORT in body:
            found[endpoint + EXPORT], _body = ask_for(browser, path + EXPORT)
    return found


def ask_for(browser: FlaskClient, path: str) -> tuple[list[str], str]:
    """Return the statements of one page, none of which finds a row that another request has read, and the page.

    A piece that sends whoever opens its address to the page it belongs to is asked for as its script does.
    """
    sent, answer = _asked(browser, path)
    if answer.status_code == 303:
        live = _asked(browser, path, {"HX-Request": "true"})
        sent, answer = live if live[1].status_code == 200 else (sent, answer)
    assert answer.status_code < 500, f"{path}: {answer.status_code}"
    return sent, answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""


def _asked(
    browser: FlaskClient, path: str, headers: dict[str, str] | None = None
) -> tuple[list[str], TestResponse]:
    db.session.remove()
    with statements() as sent:
        answer = browser.get(path, headers=headers)
        answer.get_data()
    return sent, answer


@pytest.fixture
def pages(
    app: Flask, cast: Cast, sign_in: Callable[..., FlaskClient]
) -> tuple[Statements, Callable[[], Statements]]:
    """What each page asks of the store where there is one row of all that it shows, and where there are many."""
    made = rows.make(cast.le_bouscat)
    paths = {rule.endpoint: rows.address(rule, made) for rule in rows.walk(app, "GET")}
    paths["assets.index, as it was"] = f"{paths['assets.index']}?as_of={rows.DAY}"
    paths["renewal.assets"] += "?figure=fleet"
    browser = sign_in(cast.diane)
    crowds.surround(made, user=cast.diane, many=1)

    def crowded() -> Statements:
        crowds.surround(made, user=cast.diane)
        return ask(browser, paths)

    return ask(browser, paths), crowded


def growth(few: list[str], many: list[str]) -> str:
    """Return the statements that came with the rows, the most frequent first."""
    more = (Counter(many) - Counter(few)).most_common(3)
    return "".join(f"\n    {number} × {text[:60]} … {text[-120:]}" for text, number in more)


@pytest.mark.any_store
def test_the_number_of_queries_of_a_page_does_not_depend_on_the_number_of_rows(
    pages: tuple[Statements, Callable[[], Statements]],
) -> None:
    few, many = pages[0], pages[1]()
    wrong = [
        f"{endpoint}: {len(few[endpoint])} queries with one row of each noun, {len(many[endpoint])} with many"
        + growth(few[endpoint], many[endpoint])
        for endpoint in few
        if len(few[endpoint]) != len(many[endpoint])
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_page_costs_the_queries_that_are_frozen(
    pages: tuple[Statements, Callable[[], Statements]],
) -> None:
    counted = {
        endpoint: len(sent) for endpoint, sent in sorted(pages[0].items()) if endpoint not in OF_THE_STORE
    }
    if os.environ.get("PARC_FREEZE") == "1":
        FROZEN.write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    wrong = [
        f"{endpoint}: {frozen.get(endpoint, 'nothing')} expected, {counted.get(endpoint, 'no such page')} got"
        for endpoint in sorted(frozen.keys() | counted.keys())
        if frozen.get(endpoint) != counted.get(endpoint)
    ]
    advice = "If that is meant, freeze it anew: PARC_FREEZE=1 pytest tests/test_query_counts.py"
    assert not wrong, "\n" + "\n".join([*wrong, advice])
