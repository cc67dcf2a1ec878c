"""Taking in a chunk costs the same number of statements whatever the number of devices or people in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from inventory.catalog.kinds import Kind
from inventory.core.database import db
from scanners.observation import Observation
from tests import factories
from tests.factories import Cast
from tests.reconciliation.nights import device, night, person, printer

FEW, MANY = 20, 190


@pytest.fixture(autouse=True)
def _categories(database: Any) -> None:
    for kind in (Kind.PRINTER, Kind.OTHER):
        factories.create_category(kind, in_workplace=True)


@contextmanager
def statements() -> Iterator[Counter[str]]:
    sent: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            sent[" ".join(statement.split())[:60]] += 1

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def models(n: int, **facts: Any) -> Observation:
    """Printer number `n`, of a model of its own."""
    return printer(n, model=f"LaserJet {n}", **facts)


def unknown(n: int) -> Observation:
    """A device that says nothing by which it could be known again."""
    return device(f"address:10.2.0.{n}", f"ip:10.2.{n // 200}.{n % 200}@LBX", target=f"10.2.0.{n}")


def agent(n: int) -> Observation:
    return person(f"g-{n}", display_name=f"Agent {n}", email=f"agent{n}@example.org", login=f"agent{n}")


Maker = Callable[..., Observation]


def nights(cast: Cast, chunks: Sequence[list[Observation]], number: int) -> list[Counter[str]]:
    """Take in each chunk as a night of its own; returns the statements of each."""
    found = []
    for place, chunk in enumerate(chunks):
        with statements() as sent:
            night(cast.le_bouscat, chunk, number=number + place)
        found.append(sent)
    return found


@pytest.mark.any_store
@pytest.mark.parametrize("make", [printer, models, unknown, agent])
def test_a_first_night_costs_as_many_statements_for_many_as_for_few(cast: Cast, make: Maker) -> None:
    night(cast.le_bouscat, [make(1)])
    few, many = nights(
        cast, [[make(n) for n in range(10, 10 + FEW)], [make(n) for n in range(200, 200 + MANY)]], 2
    )
    assert few == many


def test_a_night_on_which_every_device_has_changed_adds_only_what_it_updates(cast: Cast) -> None:
    night(cast.le_bouscat, [printer(n, firmware="1.0") for n in range(1, MANY + 1)])
    few, many = nights(
        cast,
        [[printer(n, firmware="1.1") for n in range(1, FEW + 1)], [printer(n, firmware="1.2") for n in range(1, MANY + 1)]],
        2,
    )  # fmt: skip
    assert [_but_updates(few)] == [_but_updates(many)]


def _but_updates(sent: Counter[str]) -> Counter[str]:
    return Counter({text: count for text, count in sent.items() if not text.startswith("UPDATE")})
