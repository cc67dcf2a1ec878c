"""Where features say what of theirs is searched: how rows become documents, and which changes touch them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select

from inventory.core.database import among
from inventory.core.types import Code
from inventory.search import folding

# Document ids are row ids with the noun's number behind: an index that holds only ids tells the row.
NOUNS = 64


@dataclass(frozen=True, slots=True)
class Document:
    """One row of a noun, to be found by its title, its `words` and its `keys`.

    `keys` are identifiers (tag, serial, MAC…): found whole, by their beginning or by their last characters, a MAC address by any two bytes of it or more, and one
    that only one document has leads straight to it. `badge` is a code of the noun's `codes`; what is `faded`
    (gone, left, closed) comes after the rest. Who sees one of `entity_ids` finds it; where there is none, everybody does.
    """

    row_id: int
    argument: str
    title: str
    subtitle: str = ""
    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    entity_ids: tuple[int, ...] = ()
    badge: str | None = None
    faded: bool = False

    def said(self) -> list[str]:
        """Return the folded words of all that it says, in their order."""
        return [word for text in (self.title, *self.words) for word in folding.words(text)]

    def tokens(self, noun: str, said: Sequence[str]) -> list[str]:
        """Return the tokens under which it is found; `said` are its words."""
        about = (folding.noun_token(noun), f"i{folding.key(self.argument)}")
        seen_by = map(folding.entity_token, self.entity_ids or (folding.EVERYBODY,))
        return [*about, *seen_by, *folding.tokens(said, self.keys)]

    def row(self, noun: str, tokens: Sequence[str]) -> dict[str, Any]:
        """Return the columns of its SearchDocument; `tokens` are its own."""
        shown = {
            "id": document_id(noun, self.row_id),
            "noun": noun,
            "row_id": self.row_id,
            "argument": self.argument,
            "title": self.title[:255],
            "subtitle": self.subtitle[:255],
            "badge": self.badge,
            "faded": self.faded,
        }
        said = repr((sorted(shown.items()), list(tokens)))
        return {**shown, "digest": hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}


@dataclass(frozen=True, slots=True)
class Watch:
    """A table whose changed `columns` change documents of a noun.

    `owner` is the column that holds the id of the noun's row; where the noun points at the table instead, `through`
    is the noun's column that does (Asset.holder_id: a person's new name is on all that they hold), and where its rows
    are told otherwise `reach` gives the statement of their ids, given ids of the table (a place's name is on all inside).
    """

    model: type[Any]
    columns: frozenset[str]
    owner: str = "id"
    through: Any = None
    reach: Callable[[Sequence[int]], Select[int]] | None = None

    @property
    def is_own(self) -> bool:
        """Whether a changed row is of one row of the noun, which it names itself."""
        return self.through is None and self.reach is None

    def reached(self, ids: Sequence[int]) -> Select[Any]:
        """Return the statement of the ids of the noun's rows that show these rows of the table."""
        if self.reach is not None:
            return self.reach(ids)
        return select(self.through.class_.id).where(among(self.through, ids))


@dataclass(frozen=True, slots=True)
class Searchable:
    """A noun that is searched. Its `number`, below NOUNS and never another's, tells its documents' ids from other nouns'.

    `load(row ids)` gives the documents of those that are there; `every` is the id column of its table. `page` is the
    endpoint of a row's page (or of a list about it) and `argument` what names a row there; `listing` is the endpoint of a list that takes `q`.
    `kind` is an expression on its table whose codes have an icon for each row; without one, all rows have the noun's.
    """

    noun: str
    number: int
    label: str
    icon: str
    every: Any
    load: Callable[[Sequence[int]], Iterable[Document]]
    page: str
    watches: tuple[Watch, ...] = ()
    codes: type[Code] | None = None
    argument: str = "public_id"
    listing: str = ""
    order: int = 50
    kind: Any = None


@dataclass(slots=True)
class _Known:
    nouns: dict[str, Searchable] = field(default_factory=dict)
    watches: dict[str, list[tuple[str, Watch]]] = field(default_factory=dict)
    finders: dict[str, Callable[[str], Sequence[str]]] = field(default_factory=dict)


_known = _Known()


def register(searchable: Searchable) -> None:
    """Let a noun be searched; registering it again replaces it."""
    _known.nouns[searchable.noun] = searchable
    _known.watches.clear()
    for one in _known.nouns.values():
        for watch in one.watches:
            _known.watches.setdefault(watch.model.__tablename__, []).append((one.noun, watch))


def also_find(key: str, finder: Callable[[str], Sequence[str]]) -> None:
    """Let a whole text lead to rows by what no document holds: `finder(text)` gives what names them in addresses."""
    _known.finders[key] = finder


def found_otherwise(text: str) -> list[str]:
    """Return what names, in addresses, the rows that features lead this whole text to."""
    return [argument for finder in _known.finders.values() for argument in finder(text)]


def searchables() -> list[Searchable]:
    """Return what is searched, in the order of the results."""
    return sorted(_known.nouns.values(), key=lambda one: (one.order, one.noun))


def searchable(noun: str) -> Searchable:
    """Return one noun's; raises KeyError for one that is not searched."""
    return _known.nouns[noun]


def watches_of(table: str) -> Sequence[tuple[str, Watch]]:
    """Return who watches a table: (noun, watch)."""
    return _known.watches.get(table, ())


def document_id(noun: str, row_id: int) -> int:
    """Return the id of the document of a noun's row."""
    return row_id * NOUNS + _known.nouns[noun].number
