"""Many new rows are saved in bulk, and a row's old value is known although it was never read again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, select

from inventory.core.database import db, transaction
from inventory.procurement.models import Supplier


def suppliers(first: int, many: int) -> list[Supplier]:
    return [Supplier(name=f"Supplier {n:03d}") for n in range(first, first + many)]


def test_many_new_rows_are_inserted_at_once_with_ids_in_their_order(database: Any) -> None:
    sent: list[tuple[str, bool]] = []

    def note(*given: Any) -> None:
        sent.append((given[2], given[5]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with transaction():
            made = suppliers(1, 30)
            db.session.add_all(made)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    inserts = [many for statement, many in sent if statement.startswith("INSERT INTO supplier")]
    assert inserts == [True]
    assert [row.id for row in made] == sorted(row.id for row in made)
    assert [row.name for row in db.session.scalars(select(Supplier).order_by(Supplier.id))] == [
        r.name for r in made
    ]


def test_rows_saved_one_by_one_and_in_bulk_do_not_take_one_anothers_ids(database: Any) -> None:
    with transaction():
        for first, many in ((1, 1), (10, 10), (30, 1), (40, 10), (60, 1)):
            db.session.add_all(suppliers(first, many))
            db.session.flush()
    assert len(set(db.session.scalars(select(Supplier.id)))) == 23


def test_the_old_value_of_what_is_set_unread_is_known(database: Any) -> None:
    with transaction():
        (row,) = suppliers(1, 1)
        db.session.add(row)
    db.session.expire(row)
    row.name = "Another"
    assert inspect(row).attrs.name.history.deleted == ["Supplier 001"]
    db.session.rollback()
