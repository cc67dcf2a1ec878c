"""What the tests of imports share: a manager who brings files, and the work that tries and imports them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.core.access import Actor
from inventory.core.database import db, transaction
from inventory.exchange import services
from inventory.exchange.models import Extent, Import, ImportLine
from inventory.jobs import execution, leases
from inventory.jobs.context import open_context
from tests import factories


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    # The store of a test is one connection: on a slow machine the keeper of a lease would come between.
    monkeypatch.setattr("inventory.jobs.runner.HEARTBEAT_S", 3600.0)


@pytest.fixture
def laptops(cast):
    return factories.create_category(Kind.LAPTOP, name="Portable")


@pytest.fixture
def bring(cast, laptops):
    """Returns a function that keeps a file for a manager, chooses its columns as suggested, and tries it."""

    def brought(
        text: str | bytes, noun: str = "asset", extent: Extent = Extent.VALID, user: User | None = None
    ) -> Import:
        owner = user or cast.bruno
        with transaction():
            kept = services.keep(
                text if isinstance(text, bytes) else text.encode("cp1252"),
                "livraison.csv",
                noun=noun,
                entity_id=cast.le_bouscat.id,
                user=owner,
                actor=Actor("user", owner.public_id, owner.name),
            )
        with transaction():
            services.choose(kept, {int(p): key for p, key in kept.columns.items()}, kept.match_key, extent)
        work()
        return fresh(kept)

    return brought


def work() -> None:
    while True:
        with transaction():
            lease = leases.claim(None, "tests")
        if lease is None:
            return
        execution.execute(open_context(lease))


def fresh(kept: Import) -> Import:
    return db.session.get_one(Import, kept.id, populate_existing=True)


def carry_out(kept: Import) -> Import:
    with transaction():
        services.start(kept)
    work()
    return fresh(kept)


def line(kept: Import, number: int) -> ImportLine:
    return db.session.scalars(
        select(ImportLine).where(ImportLine.import_id == kept.id, ImportLine.line == number)
    ).one()


def number_of(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
