"""Columns by which rows stand in an order that no store knows by itself: names as people look them up, addresses as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import String, Table, event
from sqlalchemy.orm import Mapper, mapped_column

from inventory.core.text import folded

LONGEST = 255
_FOLLOWS = "follows"
Key = Callable[[str], str]


def by_letters(text: str) -> str:
    """Return text that sorts as people look names up: "École" beside "Ecole", large and small letters alike."""
    return folded(text)[:LONGEST]


def holds(order: Any, text: str) -> Any:
    """Return the condition that a name holds a text, whatever its accents and capitals; `order` is the column `by_letters` of it."""
    return order.contains(by_letters(text), autoescape=True)


def follows(column: str, key: Key = by_letters, *, length: int = LONGEST, **options: Any) -> Any:
    """Return a text column that holds `key` of another column of its row, whatever writes that one: the session or a bulk load.

    A statement of one's own that sets the other column sets this one too.
    """
    return mapped_column(
        String(length), default="", server_default="", info={_FOLLOWS: (column, key)}, **options
    )


def is_derived(column: Any) -> bool:
    """Say whether a column follows another one, so that nobody needs to keep what it was."""
    return _FOLLOWS in column.info


def watch(mapper: Mapper[Any], mapped: type) -> None:
    """Have objects of a mapped class keep their derived columns."""
    for attribute in mapper.column_attrs:
        if (known := attribute.columns[0].info.get(_FOLLOWS)) is not None:
            column, key = known
            event.listen(getattr(mapped, column), "set", _setter(attribute.key, key))


def _setter(own: str, key: Key) -> Callable[..., None]:
    def follow(row: Any, value: str | None, _old: Any, _initiator: Any) -> None:
        setattr(row, own, key(value or ""))

    return follow


def complete(table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Give rows (column name → value) that are about to be written what follows of their columns."""
    for own, (column, key) in _derived(table).items():
        for row in rows:
            if column in row:
                row[own] = key(row[column] or "")


def with_derived(table: Table, names: Sequence[str]) -> list[str]:
    """Return names of columns with those that follow them."""
    return [
        *names,
        *(own for own, (column, _key) in _derived(table).items() if column in names and own not in names),
    ]


@cache
def _derived(table: Table) -> Mapping[str, tuple[str, Key]]:
    return {column.name: column.info[_FOLLOWS] for column in table.columns if is_derived(column)}
