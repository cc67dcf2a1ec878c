"""Every page of Parc with the rows of a test, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask
from flask.testing import FlaskClient

from tests import rows
from tests.sent_forms import SentForm, forms_in


def addresses(app: Flask, made: rows.Rows, method: str) -> list[tuple[str, str]]:
    """Return (endpoint, address) of every route; signing out is left out, for it ends the walk."""
    walked = [rule for rule in rows.walk(app, method) if rule.endpoint != "auth.sign_out"]
    return [(rule.endpoint, rows.address(rule, made)) for rule in walked]


def pages(app: Flask, made: rows.Rows, browser: FlaskClient) -> Iterator[tuple[str, str, str]]:
    """Yield (endpoint, address, text) of every page."""
    for endpoint, path in addresses(app, made, "GET"):
        answer = browser.get(path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            yield endpoint, path, answer.get_data(as_text=True)


_pages: dict[str, list[tuple[str, str, str]]] = {}


def instance_pages(app: Flask, made: rows.Rows, browser: FlaskClient) -> list[tuple[str, str, str]]:
    """Return (endpoint, address, text) of every page that the administrator of the instance sees, read once for these rows."""
    key = made["asset"].public_id
    if key not in _pages:
        _pages[key] = list(pages(app, made, browser))
    return _pages[key]


def forms(walk: Iterable[tuple[str, str, str]]) -> list[tuple[str, SentForm]]:
    """Return (endpoint, form) of every form inside the frames of these pages."""
    return [(endpoint, form) for endpoint, path, text in walk for form in forms_in(main(text), path)]


def main(text: str) -> str:
    """Return what a page says inside its frame."""
    return text[text.find("<main") :]


_forms: dict[str, list[tuple[str, SentForm]]] = {}


def instance_forms(app: Flask, made: rows.Rows, browser: FlaskClient) -> list[tuple[str, SentForm]]:
    """Return (endpoint, form) of every form of these pages, read once for these rows too."""
    key = made["asset"].public_id
    if key not in _forms:
        _forms[key] = forms(instance_pages(app, made, browser))
    return _forms[key]
