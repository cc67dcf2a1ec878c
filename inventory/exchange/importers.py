"""What a noun says to be filled from files: its columns, what tells its rows apart, and how rows are applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from inventory.core.access import Actor
from inventory.core.errors import Invalid
from inventory.core.permissions import Permission
from inventory.core.text import folded
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.exchange.columns import Column
from inventory.exchange.models import Outcome

NO_SUCH_NUMBER = N_(
    "Nothing that you may change has this number. To add the row as new, leave the cell empty."
)
SAME_VALUE = N_("Line %(line)s of the file has the same value.")
DIFFERS = N_("What was found has “%(text)s” here: make sure that it is the same one.")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say of a line: the column it is about, an N_ sentence with its params, refused or only warned."""

    column: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    is_warning: bool = False

    @classmethod
    def of(cls, error: Invalid) -> Remark:
        """Return a service's refusal as a remark on the column of its field."""
        return cls(error.field, error.message, error.params)

    def to_json(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        codes = {name: value.label for name, value in self.params.items() if isinstance(value, Code)}
        params = {name: str(value) for name, value in self.params.items() if name not in codes}
        return {
            "column": self.column,
            "message": self.message,
            "params": params,
            "codes": codes,
            "warning": self.is_warning,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file as values by column key; empty cells are absent. `remarks` came with reading it."""

    line: int
    values: Mapping[str, Any]
    remarks: Sequence[Remark] = ()

    @property
    def is_readable(self) -> bool:
        return all(remark.is_warning for remark in self.remarks)

    @property
    def refused(self) -> frozenset[str]:
        """The columns that the row is refused for."""
        return frozenset(remark.column for remark in self.remarks if not remark.is_warning)

    def after(self, taken: dict[Any, int], key: Any) -> int | None:
        """Return the line that has taken a key before this one; where none has, a row that is readable takes it."""
        line = taken.setdefault(key, self.line) if self.is_readable else taken.get(key, self.line)
        return None if line == self.line else line


@dataclass(slots=True)
class Result:
    """What came of a row: the label and public id of what it is about, {field: [old, new]}, and remarks.

    What is new has changed from nothing: [None, new].
    """

    line: int
    outcome: Outcome
    label: str = ""
    object_id: str | None = None
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Terms:
    """How rows are applied: what finds an existing row, the entity of rows that name none, and where one may write."""

    match_key: str
    entity_id: int
    allowed: frozenset[int]
    actor: Actor


def doubts(row: Row, found: Any, keys: Sequence[str], key: str) -> list[Remark]:
    """Return a warning for each of the likelier keys of which a row and what its `key` found say different things.

    People of one name, and a computer that took over another's name, are found by it though they are not the same.
    """
    held = {name: getattr(found, name) for name in keys[: keys.index(key)] if name in row.values}
    return [
        Remark(name, DIFFERS, {"text": str(value)[:60]}, is_warning=True)
        for name, value in held.items()
        if value and folded(str(value)) != folded(str(row.values[name]))
    ]


class Session(Protocol):
    """One pass over a file; it may remember what earlier rows said, of those alone that are readable."""

    def apply(self, rows: Sequence[Row]) -> list[Result]:
        """Create and change what the rows say, inside the caller's transaction; one result for each row.

        What is not readable is applied to be taken back, to say what else is wrong with it.
        """
        ...

    def forget(self) -> None:
        """Forget what was made: the transaction of the last rows is taken back."""
        ...


def first_text(said: Mapping[str, Any]) -> str:
    """Return the first text that a row's values hold."""
    return next((str(value) for value in said.values() if isinstance(value, str)), "")


@dataclass(frozen=True, slots=True)
class Importer:
    """How a noun is filled from files.

    `match_keys` are the columns that may find an existing row, likeliest first; `match_within` those without which
    the key says too little, such as the entity of a name. `name` gives what people call the row of some values.
    """

    noun: str
    label: str
    permission: Permission
    columns: Callable[[], Sequence[Column]]
    match_keys: Sequence[str]
    begin: Callable[[Terms], Session]
    detail_endpoint: str | None = None
    match_within: tuple[str, ...] = ()
    name: Callable[[Mapping[str, Any]], str] = first_text


_importers: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Let a noun be filled from files."""
    _importers[importer.noun] = importer


def importer(noun: str) -> Importer:
    """Return the importer of a noun; raises KeyError."""
    return _importers[noun]


def importers() -> list[Importer]:
    """Return all importers, in the order of their features."""
    return list(_importers.values())
