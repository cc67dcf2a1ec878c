"""What a list shows and asks of custom fields: columns whose values are read once a page, and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, exists, func, select

from inventory.core import clock
from inventory.core.days import parse_day
from inventory.core.listing import Column, Filter
from inventory.core.wording import N_
from inventory.fields import homes, kinds, queries
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.organization.choices import seen_row
from inventory.organization.models import Person

SHOWN_AS = {FieldKind.NUMBER: "number", FieldKind.MONEY: "euros", FieldKind.DATE: "day"}
NONE = "none"
LONG_AGO = date(1, 1, 1)


class _Page:
    """The custom values of the rows that are being shown."""

    def __init__(self, noun: str, public_id: Callable[[Any], str], labels: Mapping[int, str]) -> None:
        self.noun, self.public_id, self.labels = noun, public_id, labels
        self.values: dict[str, dict[int, CustomValue]] = {}

    def load(self, rows: Sequence[Any]) -> None:
        self.values = queries.values_of(self.noun, [self.public_id(row) for row in rows])

    def of(self, row: Any, field: CustomField) -> CustomValue | None:
        return self.values.get(self.public_id(row), {}).get(field.id)


def fields_of(noun: str) -> Sequence[CustomField]:
    """Return the custom fields that a list of the noun may show, in one query."""
    return queries.fields_of_homes(homes.homes_of(noun))


def columns(
    noun: str,
    id_column: Any,
    public_id: Callable[[Any], str],
    fields: Sequence[CustomField] | None = None,
    *,
    at: Collection[str] = (),
) -> tuple[Column, ...]:
    """Return a column for each custom field of a noun; `id_column` is its public id in the list's statement.

    What one category alone has would stand empty beside all others: it is shown where the list is narrowed to that
    category (`at`, public ids), or where it is chosen.
    """
    own = fields_of(noun) if fields is None else fields
    page = _Page(noun, public_id, homes.labels(own))
    return tuple(
        _column(noun, field, id_column, page, shown=not field.home_id or field.home_id in at) for field in own
    )


def _column(noun: str, field: CustomField, id_column: Any, page: _Page, *, shown: bool) -> Column:
    def value(row: Any) -> Any:
        found = page.of(row, field)
        if found is None:
            return None
        if field.kind is FieldKind.PERSON:
            return found.person.display_name if found.person else None
        return kinds.value_of(field.kind, found.text)

    def url(row: Any) -> str | None:
        found = page.of(row, field)
        person = found.person if found else None
        return url_for("people.detail", public_id=person.public_id) if person else None

    return Column(
        field.key,
        page.labels[field.id],
        value,
        kind=SHOWN_AS.get(field.kind, "text"),
        sort=_sort(noun, field, id_column),
        url=url if field.kind is FieldKind.PERSON else None,
        load=page.load,
        shown=shown,
        in_files=True,
        data=(),
    )


def _sort(noun: str, field: CustomField, id_column: Any) -> Any:
    kept, least = {
        FieldKind.NUMBER: (CustomValue.amount, -(10**18)),
        FieldKind.MONEY: (CustomValue.amount, -(10**18)),
        FieldKind.DATE: (CustomValue.day, LONG_AGO),
        FieldKind.PERSON: (Person.name_order, ""),
    }.get(field.kind, (CustomValue.text, ""))
    statement: Any = select(kept).where(*_of(noun, field, id_column))
    if field.kind is FieldKind.PERSON:
        statement = statement.join(Person, Person.id == CustomValue.person_id)
    return func.coalesce(statement.correlate_except(CustomValue, Person).scalar_subquery(), least)


def _of(noun: str, field: CustomField, id_column: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        CustomValue.field_id == field.id,
        CustomValue.object_type == noun,
        CustomValue.object_id == id_column,
    )


def filters(noun: str, id_column: Any, fields: Sequence[CustomField] | None = None) -> tuple[Filter, ...]:
    """Return a filter for each custom field of a noun.

    A choice is asked by its text, a text by words in it, a number, an amount or a day by itself or as "from..to" with
    either end left out, a person by public id; "none" asks for what has no value.
    """
    own = fields_of(noun) if fields is None else fields
    labels = homes.labels(own)
    return tuple(_filter(noun, field, labels[field.id], id_column) for field in own)


def _filter(noun: str, field: CustomField, label: str, id_column: Any) -> Filter:
    def apply(statement: Select[Any], wanted: str) -> Select[Any]:
        has = exists().where(*_of(noun, field, id_column)).correlate_except(CustomValue)
        if wanted == NONE:
            return statement.where(~has)
        conditions = _conditions(field, wanted)
        return statement if conditions is None else statement.where(has.where(*conditions))

    is_choice = field.kind is FieldKind.CHOICE
    return Filter(
        field.key,
        label,
        apply,
        kind="choice" if is_choice else "text",
        options=_options(field),
        hidden=field.kind is FieldKind.PERSON,
    )


def _options(field: CustomField) -> Callable[[], list[tuple[str, str]]] | None:
    if field.kind is FieldKind.CHOICE:
        return lambda: [*((text, text) for text in field.choices), (NONE, gettext(N_("unknown")))]
    return None


def _conditions(field: CustomField, wanted: str) -> list[ColumnElement[bool]] | None:
    """Return what a value must be, or None when what is asked makes no sense for the field."""
    if field.kind is FieldKind.TEXT:
        return [CustomValue.text.icontains(word, autoescape=True) for word in wanted.split()[:6]]
    if field.kind is FieldKind.CHOICE:
        return [CustomValue.text == wanted]
    if field.kind is FieldKind.PERSON:
        person = seen_row(Person, wanted)
        return [CustomValue.person_id == person.id] if person else None
    column: Any = CustomValue.day if field.kind is FieldKind.DATE else CustomValue.amount
    first, dots, last = wanted.partition("..")
    try:
        low = _end(field.kind, first)
        high = _end(field.kind, last) if dots else low
    except ValueError:
        return None
    return [test for end, test in ((low, column >= low), (high, column <= high)) if end is not None]


def _end(kind: FieldKind, text: str) -> Any:
    if not text.strip():
        return None
    if kind is FieldKind.DATE:
        return parse_day(text, clock.today())
    number = kinds.parse_number(re.sub("€", "", text))
    return int(number * (100 if kind is FieldKind.MONEY else kinds.SCALE))
