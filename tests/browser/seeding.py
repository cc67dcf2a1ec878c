"""Fills an instance with the cast and a few rows of each noun, and prints every page's address: `python -m …seeding`."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask

from inventory import create_app
from inventory.serving import prepare
from tests import factories, rows

ROWS = 4
NOT_A_PAGE = {"auth.first_run", "auth.new_password", "auth.second_factor", "account.end_session"}


def main() -> None:
    """Seed the instance that the environment names."""
    app = create_app()
    with app.app_context():
        prepare(app)
        cast = factories.create_cast()
        made = rows.make(cast.le_bouscat)
        for _ in range(ROWS):
            rows.make(cast.le_bouscat, made)
        print(json.dumps({"pages": pages(app, made), "asset": made["asset"].public_id}))  # noqa: T201 - its answer


def pages(app: Flask, made: rows.Rows) -> dict[str, str]:
    """Return endpoint → address of every route that shows a page."""
    found: dict[str, Any] = {}
    with app.test_request_context():
        for rule in rows.walk(app, "GET"):
            if rule.endpoint not in NOT_A_PAGE:
                found[rule.endpoint] = rows.address(rule, made)
    return found


if __name__ == "__main__":
    main()
