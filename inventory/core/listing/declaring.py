"""What a list declares: its columns, its filters and the acts on selected rows; and what its page is given of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select

from inventory.core.listing.shown import AsShown
from inventory.core.types import Code
from inventory.core.wording import N_


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a row's value is read, shown, sorted and linked.

    `kind` is text, sentence (a text that takes several lines), facts (a label, its words and a tone for each), code or name (the row's own link, a name not in
    monospace), badge, day, instant, number, euros, link or bool; `sort` is the SQL expression
    that orders by it (never null, or wrapped in coalesce), or `AsShown`; `down` another one for the order that goes down, so that what
    is unknown comes last in both. `load` is given the rows of a page or of a piece of a file
    before their values are asked for, so that what stands in another table is read at once; columns may share one.
    A column that is not `shown` is only there for those who choose it; one that is `in_files` is in every file.
    `files_as` are the columns that stand in its place in files, where an import reads something else than a page shows.
    One that is `whole` is never cut on a phone: what stands beside it goes to a line of its own where there is no room for both.

    `data` are the SQL expressions that a file needs instead of whole rows, and `shape` makes its cell of their values
    (the first one, unless given); `data` empty means that `value` and `load` need no more of a row than its public_id.
    Where every column has them, a file of 100,000 rows is written without making an object for each.
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: ColumnElement[Any] | AsShown | Any = None
    down: ColumnElement[Any] | Any = None
    url: Callable[[Any], str | None] | None = None
    title: Callable[[Any], str | None] | None = None
    load: Callable[[Sequence[Any]], None] | None = None
    shown: bool = True
    in_files: bool = False
    files_as: Sequence[Column] = ()
    whole: bool = False
    data: Sequence[Any] | None = None
    shape: Callable[..., Any] | None = None


# What happened says by itself when it did: a card on a phone leaves this label out.
WHEN = N_("When")
# What tells a row of a file from all others, whatever else of it changes.
NUMBER_IN_PARC = N_("Number in Parc")


def number_in_parc(public_id: Callable[[Any], str]) -> Column:
    """Return the column by which an import finds each row of a file again; `public_id(row)` reads it."""
    return Column("number", NUMBER_IN_PARC, public_id, shown=False, in_files=True, data=())


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its parameter in the address, how it is asked, and how it narrows the statement.

    `kind` is choice, text, day, range (two days: "2026-01-01..2026-03-31", either left out) or bool; `options()` gives
    (value, label) pairs; `apply(statement, value)` may only add conditions with `where`. A choice may be asked for
    several values with commas between them; `words(value)` says one that is no option, and `own` asks for such a value
    ("days"). `search` is the endpoint of a picker for what has too many options.
    `hidden` filters come from links (a drill-down) and show as chips only. Where what a filter asks of changes without a
    record in the trail (when something was last seen), `mark` names what tells that it has not (`registry.mark`). What a filter leaves `lies_together`
    where an index of its own holds it and a list's order may begin far from it: if it is not much, it is taken out before it is sorted.
    What is longer than `longest` characters is cut. A value that makes no sense is refused, and narrows nothing: days and
    choices tell by themselves, `refuses(value)` says of others why (None: it makes sense). `empty` is the value that asks for what has none.
    `reads(typed)` turns what a reader types in their language into what the address says, the same for everybody ("1,284" into "1284");
    `writes(value)` turns it back for the field. Numbers that a choice's `own` asks for are read so by themselves.
    """

    key: str
    label: str
    apply: Callable[[Select[Any], str], Select[Any]]
    kind: str = "choice"
    options: Callable[[], Sequence[tuple[str, str]]] | None = None
    hidden: bool = False
    words: Callable[[str], str | None] | None = None
    own: str = ""
    search: str = ""
    mark: str | None = None
    lies_together: bool = False
    longest: int = 400
    refuses: Callable[[str], str | None] | None = None
    empty: str = ""
    reads: Callable[[str], str] | None = None
    writes: Callable[[str], str] | None = None

    @property
    def field(self) -> str:
        """The parameter that the form's field of words sends: where these have yet to be read, another than the address has."""
        return f"{self.key}.typed" if self.reads or (self.kind == "choice" and self.own) else self.key

    def parts(self, value: str) -> list[str]:
        """Return the values that one text asks for, any of which will do."""
        if self.kind != "choice" or (self.options and value in dict(self.options())):
            return [value]
        return [part for part in dict.fromkeys(value.split(",")) if part]

    def say(self, value: str) -> str:
        """Return a value in the reader's words."""
        if self.empty and value == self.empty:
            return str(gettext(N_("no value")))
        known = dict(self.options()) if self.options else {}
        said = []
        for part in self.parts(value):
            own = self.words(part) if self.words and part not in known else None
            said.append(own or str(known.get(part, part)).strip())
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a list is narrowed to while its address asks for nothing: the filter `key` with `value`.

    `everything` is the filter's value that narrows nothing, for those who take the usual one away.
    """

    key: str
    value: str
    everything: str


@dataclass(frozen=True, slots=True)
class Join:
    """An outer join of at most one row, left out of statements that ask nothing of `target`.

    `by` is the column that names the joined row, null where there is none: rows may be read in the order of what they name.
    `id` is the joined row's column that is the row's own id, where it has one: the order of both is then one index's.
    `least` says that rows that name none stand before all others in that order, and after all others where it goes down.
    `inner` leaves out what names none.
    One that is `shown` is a part of whole rows, which its `options` say how to read.
    """

    target: Any
    on: Any
    by: Any = None
    id: Any = None
    least: bool = False
    inner: bool = False
    shown: bool = False
    options: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An act on the selected rows, posted with their ids."""

    label: str
    url: str
    permission: str
    danger: bool = False


class Cell(NamedTuple):
    """One cell as the table macros show it; `head` are the attributes of its element, the same all down a column."""

    kind: str
    value: Any
    label: str = ""
    url: str | None = None
    tone: str = ""
    icon: str = ""
    title: str = ""
    head: str = ""


class ListedRow(NamedTuple):
    """One row with its cells."""

    id: str
    url: str | None
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class ById:
    """What stands for a row in a file where a column needs no more than its public id."""

    public_id: str


def code_options(codes: Iterable[Code]) -> Callable[[], list[tuple[str, str]]]:
    """Return the `options` of a Filter over a closed list."""
    members = list(codes)
    return lambda: [(code.value, gettext(code.label)) for code in members]
