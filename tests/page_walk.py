"""Every page of Parc with the rows of a test, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient

from tests import rows


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
