"""What uses a category, a maker or a model: features say what of theirs points at one, and where that is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from inventory.core.database import db

MOST_NAMED = 200
"""So many rows, at most, are named in the address that shows them."""


@dataclass(frozen=True, slots=True)
class Use:
    """What of a feature may use rows of a noun of the catalogue.

    `has(mapped class)` is the condition that a row of the noun is used so, `count(row)` how many use it, `words(count)` says
    that, and `url(row)` is where they are.
    """

    words: Callable[[int], str]
    has: Callable[[type[Any]], ColumnElement[bool]]
    count: Callable[[Any], int]
    url: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Used:
    """That so many things use a row: in words, and where they are."""

    row: Any
    use: Use
    count: int

    @property
    def words(self) -> str:
        return self.use.words(self.count)

    @property
    def url(self) -> str:
        return self.use.url(self.row)


_uses: dict[str, dict[str, Use]] = {}


def add(noun: str, key: str, use: Use) -> None:
    """Say what may use a "category", a "manufacturer" or a "model"; adding a key again replaces it."""
    _uses.setdefault(noun, {})[key] = use


def pointing(column: Any, words: Callable[[int], str], url: Callable[[Any], str]) -> Use:
    """Return the use that a column makes, which holds the id of what it names."""
    return Use(
        words,
        lambda model: exists().where(column == model.id),
        lambda row: db.session.scalar(select(func.count()).where(column == row.id)) or 0,
        url,
    )


def used(model: type[Any]) -> ColumnElement[bool]:
    """Return the condition that a row of a noun of the catalogue is used, or ever was."""
    return or_(*(use.has(model) for use in _uses.get(model.__tablename__, {}).values()))


def uses_of(row: Any) -> list[Used]:
    """Return what uses a category, a maker or a model, or ever did."""
    counted = [Used(row, use, use.count(row)) for use in _uses.get(row.__tablename__, {}).values()]
    return [one for one in counted if one.count]
