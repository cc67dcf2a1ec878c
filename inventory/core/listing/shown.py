"""Orders of columns that hold one of few values, by what the reader has for each: a category, a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Integer, case, literal_column

from inventory.core.ordering import by_letters
from inventory.core.types import Code


@dataclass(frozen=True, slots=True)
class AsShown:
    """The order of a column by the words for its values, which `words()` gives: {value: words}.

    It is `walked` where an index holds the column with the list's ids: the rows of one value after the other are then read
    from it, where an expression alone would have a store sort them all.
    """

    column: Any
    words: Callable[[], Mapping[Any, str]]
    walked: bool = False

    def ranked(self) -> Ranked:
        """Return the values in their order."""
        words = self.words()
        values = sorted(words, key=lambda value: by_letters(words[value]))
        return Ranked(self.column, values, self.walked)


def by_label(column: Any, codes: type[Code], *, walked: bool = False) -> AsShown:
    """Return the order of a column of codes by their labels."""
    return AsShown(column, lambda: {code: gettext(code.label) for code in codes}, walked=walked)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A column's values in their order; the place of a row's is its rank."""

    column: Any
    values: Sequence[Any]
    walked: bool

    @property
    def rank(self) -> ColumnElement[int]:
        """The rank of a row's value; one that is not among the values comes after all others."""
        last = rank_at(len(self.values))
        if not self.values:
            return last
        ranks = {value: rank_at(place) for place, value in enumerate(self.values)}
        return case(ranks, value=self.column, else_=last)

    def beyond(self, rank: int | None, *, downwards: bool) -> list[tuple[int, Any]]:
        """Return the values, each with its rank, from one on in the order that a page is read in (None: all)."""
        ranks = [
            (own, value)
            for own, value in enumerate(self.values)
            if rank is None or (own <= rank if downwards else own >= rank)
        ]
        return ranks[::-1] if downwards else ranks


def rank_at(place: int) -> ColumnElement[int]:
    """Return a rank as SQL; written, for a bound one would be of no known type."""
    return literal_column(str(place), Integer)


def order_of(columns: Sequence[Any], key: str, descending: bool) -> tuple[list[Any], Ranked | None]:
    """Return the sort keys of the column of this key (none of an unknown one), and its ranks where it is walked value by value."""
    column = next((column for column in columns if column.key == key), None)
    if column is None or column.sort is None:
        return [], None
    sort = column.down if descending and column.down is not None else column.sort
    if not isinstance(sort, AsShown):
        return [sort], None
    ranked = sort.ranked()
    return [ranked.rank], ranked if ranked.walked else None
