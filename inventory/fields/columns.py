"""What a list shows and asks of custom fields: columns whose values are read once a page, and filters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, exists, func, select

from inventory.core import i18n
from inventory.core.listing import Column, Filter
from inventory.core.wording import N_
from inventory.fields import homes, kinds, queries
from inventory.fields.kinds import FieldKind
from inventory.fields.models import KEY, CustomField, CustomValue
from inventory.organization.choices import seen_row
from inventory.organization.models import Person

SHOWN_AS = {FieldKind.NUMBER: "number", FieldKind.MONEY: "euros", FieldKind.DATE: "day"}
NONE = "none"
# What a text begins with that is asked for as a whole and not by its words.
WHOLE = "="
MOST_NAMED = 50
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

    A choice is asked by its text, a text by words in it or as "=the whole of it", a number or an amount by itself or as
    "from..to" with either end left out, a day as a range, a person by public id; "none" asks for what has no value.
    """
    own = fields_of(noun) if fields is None else fields
    labels = homes.labels(own)
    known = {field.key for field in own}
    gone = [name for name in request.args if name.startswith(KEY) and name not in known][:MOST_NAMED]
    return (*(_filter(noun, field, labels[field.id], id_column) for field in own), *map(_gone, gone))


def _gone(key: str) -> Filter:
    """Return what refuses a filter that an old address or a saved view asks for and no field stands behind any more."""

    def refuses(_wanted: str) -> str:
        return gettext(N_("This field is no longer in use."))

    return Filter(
        key, N_("Custom field"), lambda stmt, _wanted: stmt, kind="text", hidden=True, refuses=refuses
    )


def _filter(noun: str, field: CustomField, label: str, id_column: Any) -> Filter:
    def apply(statement: Select[Any], wanted: str) -> Select[Any]:
        has = exists().where(*_of(noun, field, id_column)).correlate_except(CustomValue)
        if wanted == NONE:
            return statement.where(~has)
        return statement.where(has.where(*_conditions(field, wanted)))

    is_amount = field.kind in (FieldKind.NUMBER, FieldKind.MONEY)
    kinds_asked = {FieldKind.CHOICE: "choice", FieldKind.PERSON: "choice", FieldKind.DATE: "range"}
    return Filter(
        field.key,
        label,
        apply,
        kind=kinds_asked.get(field.kind, "text"),
        options=_options(field),
        words=_words(field),
        own=N_("10, or 10..20") if is_amount else "",
        refuses=_no_amount if is_amount else None,
        reads=_read_typed if is_amount else None,
        writes=_to_type if is_amount else None,
        empty=NONE,
        search="organization.search_people" if field.kind is FieldKind.PERSON else "",
    )


def _options(field: CustomField) -> Callable[[], list[tuple[str, str]]] | None:
    if field.kind is FieldKind.CHOICE:
        return lambda: [*((text, text) for text in field.choices), (NONE, gettext(N_("no value")))]
    if field.kind is FieldKind.PERSON:
        return lambda: [(NONE, gettext(N_("no value"))), *_people(field)]
    return None


def _people(field: CustomField) -> list[tuple[str, str]]:
    """Return the people that the address names, so that the chip says their names; others are searched for."""
    named = request.args.get(field.key, "").split(",")[:MOST_NAMED]
    seen = (seen_row(Person, public_id) for public_id in named if public_id not in ("", NONE))
    return [(person.public_id, person.display_name) for person in seen if person is not None]


def _words(field: CustomField) -> Callable[[str], str | None] | None:
    """Return what says a value that is asked for: amounts as the reader writes them, a choice that the field has lost as it is."""
    if field.kind is FieldKind.CHOICE:
        return lambda text: text if queries.counts_of(field, [text]) else None
    if field.kind is FieldKind.TEXT:
        return lambda text: (
            gettext(N_("exactly “%(text)s”"), text=text.removeprefix(WHOLE))
            if text.startswith(WHOLE)
            else None
        )
    if field.kind not in (FieldKind.NUMBER, FieldKind.MONEY):
        return None

    def said(wanted: str) -> str:
        low, high = _ends(field.kind, wanted)
        first, last = (None if end is None else _written(field.kind, end) for end in (low, high))
        if first == last:
            return str(first)
        if first and last:
            return gettext(N_("between %(first)s and %(last)s"), first=first, last=last)
        return (
            gettext(N_("%(number)s or more"), number=first)
            if first
            else gettext(N_("at most %(number)s"), number=last)
        )

    return said


def _written(kind: FieldKind, amount: int) -> str:
    return i18n.euros(amount) if kind is FieldKind.MONEY else i18n.number(Decimal(amount) / kinds.SCALE)


def _no_amount(wanted: str) -> str | None:
    """Return why what is asked is no amount and no range of amounts, None where it is."""
    try:
        low, high = _ends(FieldKind.NUMBER, wanted)
    except ValueError:
        low = high = None
    if low is None and high is None:
        why = gettext(N_("“%(text)s” is no number such as 1234.5, nor two with “..” between them."))
        return str(why % {"text": wanted[:60]})
    if None not in (low, high) and low > high:
        return gettext(N_("The first number comes after the last."))
    return None


def _read_typed(typed: str) -> str:
    """Return amounts as an address has them: no thousands, a dot; what is none stays as it was typed, to be refused."""
    read = "..".join(i18n.typed_number(end.replace("€", "")) for end in typed.split("..", 1))
    return read if typed != NONE and _no_amount(read) is None else typed


def _to_type(wanted: str) -> str:
    """Return amounts of an address as the reader would type them."""
    if wanted == NONE:
        return wanted
    ends = (
        end and kinds.number_text(kinds.parse_number(end.replace("€", ""))) for end in wanted.split("..", 1)
    )
    return "..".join(i18n.to_type(end) for end in ends)


def _conditions(field: CustomField, wanted: str) -> list[ColumnElement[bool]]:
    """Return what a value must be."""
    if field.kind is FieldKind.TEXT:
        if wanted.startswith(WHOLE):
            return [CustomValue.text == wanted.removeprefix(WHOLE).strip()]
        return [CustomValue.text.icontains(word, autoescape=True) for word in wanted.split()[:6]]
    if field.kind is FieldKind.CHOICE:
        return [CustomValue.text == wanted]
    if field.kind is FieldKind.PERSON:
        return [CustomValue.person.has(Person.public_id == wanted)]
    column: Any = CustomValue.day if field.kind is FieldKind.DATE else CustomValue.amount
    low, high = _ends(field.kind, wanted)
    tests: list[ColumnElement[bool]] = [] if low is None else [column >= low]
    return tests if high is None else [*tests, column <= high]


def _ends(kind: FieldKind, wanted: str) -> tuple[Any, Any]:
    """Return both ends of what is asked, None for one that is left out; raises ValueError."""
    first, dots, last = wanted.partition("..")
    low = _end(kind, first)
    return low, _end(kind, last) if dots else low


def _end(kind: FieldKind, text: str) -> Any:
    if not text.strip():
        return None
    if kind is FieldKind.DATE:
        return date.fromisoformat(text)
    number = kinds.parse_number(text.replace("€", ""))
    return int(number * (100 if kind is FieldKind.MONEY else kinds.SCALE))
