"""The cast of a test: made once by the services, and its rows copied into the store for each test after."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, or_, select

from inventory.core import clock
from inventory.core.database import Base, bulk_load, db, transaction
from tests import factories
from tests.factories import Cast

Rows = list[dict[str, Any]]

# Written by whatever writes a row that is searched.
DERIVED = {"search_document", "search_word"}


@dataclass(frozen=True)
class Made:
    """All rows of a store in which there is nobody but the cast: by table, when they were made, and who is who."""

    at: datetime
    on: date
    rows: dict[Table, Rows]
    who: dict[str, tuple[type[Any], int]]


_made: dict[str, Made] = {}


def the_cast() -> Cast:
    """Return the cast, which has just come into the store; see `factories.create_cast`."""
    made = _made.get(str(db.engine.url))
    if _has_rows(list(made.rows) if made else Base.metadata.sorted_tables):
        return factories.create_cast()
    if made:
        return _copied(made)
    cast = factories.create_cast()
    _made[str(db.engine.url)] = _remembered(cast)
    return cast


def _has_rows(tables: list[Table]) -> bool:
    return bool(db.session.scalar(select(or_(*(select(table).exists() for table in tables)))))


def _remembered(cast: Cast) -> Made:
    rows = {
        table: [dict(row) for row in db.session.execute(select(table)).mappings()]
        for table in Base.metadata.sorted_tables
        if table.name not in DERIVED
    }
    who = {field.name: getattr(cast, field.name) for field in fields(cast)}
    return Made(
        clock.now(),
        clock.today(),
        {table: found for table, found in rows.items() if found},
        {name: (type(row), row.id) for name, row in who.items()},
    )


def _copied(made: Made) -> Cast:
    since, days = clock.now() - made.at, clock.today() - made.on

    def later(value: Any) -> Any:
        return (
            value + since
            if isinstance(value, datetime)
            else value + days
            if isinstance(value, date)
            else value
        )

    with transaction():
        for table, rows in made.rows.items():
            bulk_load(table, [{name: later(value) for name, value in row.items()} for row in rows])
    # The session holds what it has read for as long as somebody else does.
    read = [db.session.scalars(select(model)).all() for model in {model for model, _id in made.who.values()}]
    cast = Cast(**{name: db.session.get_one(model, id_) for name, (model, id_) in made.who.items()})
    del read
    return cast
