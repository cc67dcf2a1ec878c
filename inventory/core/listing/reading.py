"""Reads a list's rows: narrowed, counted, and page by page by their sort key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    func,
    inspect,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql import false, visitors
from sqlalchemy.sql.functions import coalesce

from inventory.core import keyset
from inventory.core.database import among, db, lookup
from inventory.core.listing.asking import Asked
from inventory.core.listing.declaring import Filter, Join
from inventory.core.listing.shown import Ranked, rank_at

PAGE_SIZE = 50
EXPORT_CHUNK = 1000
MOST_SORTED = 15_000
WALKED_AT_ONCE = 6


def conditions(filters: Sequence[Filter], asked: Asked) -> list[ColumnElement[bool]]:
    """Return what the filters ask of a row: every element holds."""
    wanted = []
    for choice in filters:
        if choice.key not in asked.values:
            continue
        condition = _condition(choice, asked.values[choice.key])
        if condition is None:
            continue
        # What is unknown is not one of the values either.
        turned = not_(func.coalesce(condition, false())) if choice.key in asked.turned else condition
        wanted.append(turned)
    return [or_(*wanted)] if asked.any_of and wanted else wanted


def _condition(choice: Filter, value: str) -> ColumnElement[bool] | None:
    narrowed = (choice.apply(select(literal(1)), part).whereclause for part in choice.parts(value))
    found = [condition for condition in narrowed if condition is not None]
    return or_(*found) if found else None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows: its results, the sort keys of each (the id last), and whether there are more in its direction."""

    results: list[Any]
    keys: list[tuple[Any, ...]]
    has_more: bool


@dataclass(slots=True)
class Rows:
    """The rows of a statement in an order: `keys` are the sort expressions, the id last.

    `id_column` picks rows in a narrow statement of their own, so that sorting carries nothing but the keys.
    Where the first key is a rank of values that are `walked`, the rows of each are read in the order of their ids.
    """

    statement: Select[Any]
    wanted: Sequence[ColumnElement[bool]]
    keys: Sequence[Any]
    id_column: Any
    descending: bool
    joins: Sequence[Join] = ()
    walked: Ranked | None = None

    def narrow(self, *columns: Any, beside: Sequence[Any] = ()) -> Select[Any]:
        """Return the statement with these columns alone, all filters applied, for an order by what is `beside` them."""
        bare = self.statement.with_only_columns(*columns, maintain_column_froms=True)
        narrowed = _without_options(bare).where(*self.wanted).order_by(None)
        return self._joined(narrowed, _tables(*columns, *self.wanted, *beside))

    def _joined(self, statement: Select[Any], named: set[Any]) -> Select[Any]:
        """Add the joins that these tables need, and those that they are joined by."""
        needed, wanted = [], set(named)
        for join in reversed(self.joins):
            if inspect(join.target).selectable in wanted:
                needed.append(join)
                wanted |= _tables(join.on)
        for join in reversed(needed):
            statement = statement.join(join.target, join.on, isouter=not join.inner)
        return statement

    def count(self) -> int:
        """Return how many rows there are."""
        return db.session.scalar(select(func.count()).select_from(self._counted().subquery())) or 0

    def mark(self) -> Hashable:
        """Return what two selections of the same rows have in common: the statement that counts them, with its values."""
        key = self._counted()._generate_cache_key()  # noqa: SLF001 - what the library itself knows a statement by
        values = (bound.value for bound in key.bindparams) if key else ()
        return (
            key and key.key,
            tuple(tuple(v) if isinstance(v, list | set | frozenset) else v for v in values),
        )

    def _counted(self) -> Select[Any]:
        return self.narrow(self.id_column)

    def page(
        self,
        place: Sequence[Any] | None,
        backwards: bool,
        *,
        taken_out: bool = False,
        kept: Callable[[Callable[[], list[tuple[Any, ...]]]], list[tuple[Any, ...]]] = lambda ask: ask(),
    ) -> Page:
        """Return the page of rows after a place (before it, going backwards), in the order of the list.

        Rows that are to be `taken_out` are sorted by themselves, whatever a store thinks of walking along the order to them. Which rows these are is asked first, of nothing but the sort keys: a store that joins all that a row shows while
        it sorts them all plans badly, and for longer than it reads fifty rows. `kept` asks, or gives what it knows to be the answer.
        """
        led = self._led()
        if led is not None:
            picked = self._picked_by(led, place, backwards)
        elif self.walked is not None and not taken_out:
            picked = self._walked(self.walked, place, backwards)
        else:
            picked = (self._taken_out if taken_out else self.picked_keys)(place, backwards)
        found = kept(lambda: [tuple(keys) for keys in db.session.execute(picked)])
        has_more = len(found) > PAGE_SIZE
        shown = found[:PAGE_SIZE]
        if backwards:
            shown.reverse()
        return Page(self._whole([keys[-1] for keys in shown]), shown, has_more)

    def picked_keys(self, place: Sequence[Any] | None, backwards: bool, *, alike: int = 0) -> Select[Any]:
        """Return the statement of the sort keys of a page and one row more; all rows are `alike` in so many of the first."""
        picked = self.narrow(*self.keys)
        if place is not None:
            picked = picked.where(
                self._begins(self.keys[0], place[0], backwards), self.beyond(place, backwards)
            )
        return picked.order_by(*self.order(backwards)[alike:]).limit(PAGE_SIZE + 1)

    def _taken_out(self, place: Sequence[Any] | None, backwards: bool) -> Select[Any]:
        """Return the same as `picked_keys`, of all rows taken out before they are sorted."""
        apart = self.narrow(*self.keys).cte("apart").prefix_with("MATERIALIZED", dialect="postgresql")
        rows = replace(self, keys=list(apart.c))
        picked = select(apart)
        if place is not None:
            picked = picked.where(rows.beyond(place, backwards))
        return picked.order_by(*rows.order(backwards)).limit(PAGE_SIZE + 1)

    def _walked(self, ranked: Ranked, place: Sequence[Any] | None, backwards: bool) -> Select[Any]:
        """Return the same, read value by value from where the page begins; what comes later is sorted only where it is needed."""
        left = ranked.beyond(place[0] if place else None, downwards=self.descending != backwards)
        if not left:
            return self.picked_keys(place, backwards)
        own = replace(self, keys=[self.id_column])
        # Narrowed once: a statement of many parts costs more to put together than to answer.
        whole, parts = own.picked_keys(None, backwards), []
        for rank, value in left[:WALKED_AT_ONCE]:
            part = whole.where(ranked.column == value)
            if place and rank == place[0]:
                part = part.where(own.beyond(place[1:], backwards))
            parts.append(select(rank_at(rank).label("rank"), *part.subquery().c))
        first = self._sorted_and_cut(parts, backwards)
        later = [value for _rank, value in left[WALKED_AT_ONCE:]]
        if not later:
            return first
        rest = replace(self, wanted=[*self.wanted, ranked.column.in_(later)])
        pieces = _as_needed([first, rest.picked_keys(None, backwards)])
        return self._sorted_and_cut([select(piece.subquery()) for piece in pieces], backwards)

    def _sorted_and_cut(self, parts: Sequence[Select[Any]], backwards: bool) -> Select[Any]:
        """Return a page of the sort keys that these statements find together, and one row more."""
        either = union_all(*parts).subquery()
        order = replace(self, keys=list(either.c)).order(backwards)
        return select(either).order_by(*order).limit(PAGE_SIZE + 1)

    def _begins(self, key: Any, value: Any, backwards: bool) -> ColumnElement[bool]:
        """Return where in its first key's own order a page begins, which no store concludes from two keys at once."""
        typed: Any = bindparam(None, value, type_=key.type)
        here: ColumnElement[bool] = key <= typed if self.descending != backwards else key >= typed
        return here

    def _led(self) -> Join | None:
        """Return the join that the order begins with."""
        first = _tables(self.keys[0])
        return next(
            (j for j in self.joins if j.by is not None and inspect(j.target).selectable in first), None
        )

    def _picked_by(self, led: Join, place: Sequence[Any] | None, backwards: bool) -> Select[Any]:
        """Return the same where a joined table leads the order: rows that name none of its rows are asked for apart.

        A store can then walk along that table's own order and stop when the page is full, instead of sorting everything.
        """
        (first, *others), joins = self.keys, [replace(join, inner=join is led) for join in self.joins]
        known, *unknown = first.clauses if isinstance(first, coalesce) else (first,)
        own = others if led.id is None else [led.id]
        named = replace(self, keys=[known, *own], joins=joins)
        parts = [named.picked_keys(place, backwards)]
        if unknown:
            keys = [unknown[-1].label("unknown"), *others]
            unnamed = replace(self, keys=keys, wanted=[*self.wanted, led.by.is_(None)])
            parts.append(unnamed.picked_keys(place, backwards, alike=1))
            if led.least:
                parts = _as_needed(parts if self.descending != backwards else parts[::-1])
        return self._sorted_and_cut([select(part.subquery()) for part in parts], backwards)

    def _whole(self, ids: Sequence[Any]) -> list[Any]:
        """Return the rows of these ids in this order."""
        if not ids:
            return []
        at = {id_: number for number, id_ in enumerate(ids)}
        statement = lookup(self._with_id().where(among(self.id_column, at)).order_by(None))
        return sorted(db.session.execute(statement), key=lambda result: at[result[-1]])

    def _with_id(self, beside: Sequence[Any] = ()) -> Select[Any]:
        statement, needed = self.statement, _tables(*beside)
        for join in self.joins:
            if join.shown:
                statement = statement.add_columns(join.target).options(*join.options)
                needed.add(inspect(join.target).selectable)
        return self._joined(statement.add_columns(self.id_column), needed)

    @staticmethod
    def row_of(result: Any) -> Any:
        """Return the row that a result of `page` or `stream` holds: one object, or the result itself where it holds several."""
        return result[0] if len(result) == 2 else result

    def place(self, text: str) -> list[Any] | None:
        """Return the sort key that an address holds, or None."""
        return keyset.decode(text, self.keys)

    def beyond(self, values: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
        """Return the condition that a row stands after these values in the order (before them, backwards)."""
        typed = [bindparam(None, value, type_=key.type) for key, value in zip(self.keys, values, strict=True)]
        if len(typed) == 1:
            key: Any = self.keys[0]
            only: ColumnElement[bool] = key < typed[0] if self.descending != backwards else key > typed[0]
            return only
        here, there = tuple_(*self.keys), tuple_(*typed)
        beyond: ColumnElement[bool] = here < there if self.descending != backwards else here > there
        return beyond

    def order(self, backwards: bool = False) -> list[Any]:
        """Return what the rows are ordered by."""
        downwards = self.descending != backwards
        return [key.desc() if downwards else key.asc() for key in self.keys]

    def ids(self) -> list[int]:
        """Return the ids of all rows, in their order."""
        return list(db.session.scalars(self._sorted(self.id_column).order_by(*self.order())))

    def _sorted(self, *columns: Any) -> Select[Any]:
        """Return the statement with these columns, and the joins that the sort needs."""
        return self.narrow(*columns, beside=self.keys)

    def stream(self) -> Iterator[list[Any]]:
        """Yield all rows in chunks, without ever holding them all."""
        statement = self._with_id((*self.keys, *self.wanted)).where(*self.wanted)
        yield from _partitions(statement.order_by(None).order_by(*self.order()))

    def stream_columns(self, columns: Sequence[Any]) -> Iterator[list[Any]]:
        """Yield all rows in chunks as plain values of these columns."""
        yield from _partitions(self._sorted(*columns).order_by(*self.order()))


def _as_needed(parts: Sequence[Select[Any]]) -> list[Select[Any]]:
    """Return two parts of a page of which the second is not looked for where the first one fills the page."""
    first = parts[0].cte("first")
    found = select(func.count()).select_from(first).scalar_subquery()
    return [select(first), select(parts[1].subquery()).limit(PAGE_SIZE + 1 - found)]


def _partitions(statement: Select[Any]) -> Iterator[list[Any]]:
    found = db.session.execute(statement.execution_options(yield_per=EXPORT_CHUNK))
    for rows in found.partitions():
        yield list(rows)


def _tables(*expressions: Any) -> set[Any]:
    """Return the tables whose columns expressions name."""
    elements = [
        each.__clause_element__() if hasattr(each, "__clause_element__") else each for each in expressions
    ]
    named = (getattr(part, "table", None) for element in elements for part in visitors.iterate(element))
    return {table for table in named if table is not None}


def _without_options(statement: Select[Any]) -> Select[Any]:
    # Loader options speak of whole rows: a statement of plain columns has none to load.
    statement._with_options = ()  # noqa: SLF001 - there is no public way to take options off
    return statement
