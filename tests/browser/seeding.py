"""Fills an instance with the cast and a few rows of each noun, and prints every page's address: `python -m …seeding`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from inventory import create_app
from inventory.assets.models import Asset
from inventory.auth import passwords
from inventory.auth.models import User
from inventory.auth.services import actor_for
from inventory.catalog.models import Category
from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.notes.models import Note
from inventory.notes.services import write_note
from inventory.organization.models import Entity
from inventory.renewal.models import RenewalRule
from inventory.serving import prepare
from tests import factories, rows

ROWS = 4
FLEET = 12
NOT_A_PAGE = {"auth.first_run", "auth.new_password", "auth.second_factor", "account.end_session"}


def main() -> None:
    """Seed the instance that the environment names."""
    app = create_app()
    # As in the tests themselves: a real hash of argon2 takes longer than all the other rows of its user.
    passwords.use_hasher(factories.light_hasher())
    with app.app_context():
        prepare(app)
        cast = factories.create_cast()
        made = rows.make(cast.le_bouscat)
        for _ in range(ROWS):
            rows.make(cast.le_bouscat, made)
        made.by_noun["note"] = note_of(cast.diane, made["asset"])
        add_fleet(cast.pessac)
        print(json.dumps({"pages": pages(app, made), "label": made["asset"].label}))  # noqa: T201 - its answer


def note_of(author: User, asset: Asset) -> Note:
    """Write a note by hand, which only its author may change."""
    with transaction():
        return write_note(
            "asset", asset, "Charger missing.", actor=actor_for(author), entity_id=asset.entity_id
        )


def add_fleet(town: Entity) -> None:
    """Give a town the dozen desktops of its sixth, six years old, and a new one that waits for a position.

    Its contract year began a hundred days ago, so that the figures are the same on every day of the year.
    """
    today = clock.today()
    begun, bought = today - timedelta(days=100), today - timedelta(days=6 * 365)
    with transaction():
        db.session.add(
            RenewalRule(entity_id=town.id, year_starts_month=begun.month, year_starts_day=begun.day)
        )
    desktop = db.session.scalars(select(Category).where(Category.code == "desktop")).one()
    for n in range(1, FLEET + 1):
        factories.create_asset(town, desktop, tag=f"PES-OLD-{n:02}", first_used_on=bought, on=bought)
    factories.create_asset(town, desktop, tag="PES-NEW-01", first_used_on=today, on=today)


def pages(app: Flask, made: rows.Rows) -> dict[str, str]:
    """Return endpoint → address of every route that shows a page."""
    found: dict[str, Any] = {}
    with app.test_request_context():
        for rule in rows.walk(app, "GET"):
            if rule.endpoint not in NOT_A_PAGE | rows.OWN:
                found[rule.endpoint] = rows.address(rule, made)
    return found


if __name__ == "__main__":
    main()
