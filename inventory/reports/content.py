"""What a report says, before it is a page, a PDF or a workbook: sections of sentences, tables and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from flask_babel import gettext as _

from inventory.core import i18n

Kind = Literal["text", "code", "number", "percent", "day"]
NUMERIC = ("number", "percent")


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading, what its values are, and its share of the table's width."""

    label: str
    kind: Kind = "text"
    width: int = 1


class Typed(NamedTuple):
    """A value of another kind than its column's, such as a rate among counts."""

    kind: Kind
    value: Any


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values under their headings; None is unknown."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one chart, (label, value), with a line after so many of them, and its words."""

    data: Sequence[tuple[str, int]]
    unknown: int = 0
    limit_after: int | None = None
    limit_label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report; `notes` are the definitions that its figures need."""

    key: str
    title: str
    sentences: Sequence[str] = ()
    table: Table | None = None
    bars: Bars | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report: its cover line names the entity and the period."""

    name: str
    title: str
    entity: str
    period: str
    made_on: date
    sections: list[Section] = field(default_factory=list)

    @property
    def cover(self) -> str:
        return f"{self.entity} · {self.period}"

    @property
    def language(self) -> str:
        return "fr-FR" if i18n.language() == "fr" else "en-GB"


def typed(head: Head, value: Any) -> Typed:
    """Return a cell's value with its kind: its own, text for words, else its column's."""
    if isinstance(value, Typed):
        return value
    return Typed("text" if isinstance(value, str) else head.kind, value)


def shown(cell: Typed) -> str:
    """Write a value as the reader's language does; unknown ones are said to be."""
    kind, value = cell
    if value is None or value == "":
        return _("unknown")
    if kind == "number":
        return i18n.number(value)
    if kind == "percent":
        return i18n.percent(value)
    return i18n.day(value) if kind == "day" else str(value)
