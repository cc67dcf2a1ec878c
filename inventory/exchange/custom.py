"""Custom fields as columns of files: read by their kind, held to their rules, written beside the rows that have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.text import folded
from inventory.core.wording import N_
from inventory.exchange import values
from inventory.exchange.columns import Column
from inventory.exchange.importers import SAME_VALUE, Row
from inventory.exchange.references import References
from inventory.fields import homes, kinds, queries
from inventory.fields import values as kept_values
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.organization.models import Person

Kept = Mapping[int, CustomValue]


def columns(noun: str) -> list[Column]:
    """Return a column for each custom field that rows of a noun may have, in one query."""
    own = queries.fields_of_homes(homes.homes_of(noun))
    labels = homes.labels(own)
    return [
        Column(
            field.key,
            labels[field.id],
            _parser(field.kind),
            names_something=field.kind is FieldKind.TEXT,
            choices=tuple(field.choices),
        )
        for field in own
    ]


def _parser(kind: FieldKind) -> Callable[[Any], Any]:
    if kind is FieldKind.NUMBER:
        return _number
    if kind is FieldKind.MONEY:
        return values.cents
    if kind is FieldKind.DATE:
        return lambda cell: values.day(cell, clock.today())
    return partial(values.text, limit=kinds.LONGEST)


def _number(cell: Any) -> Decimal:
    try:
        return kinds.parse_number(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell))
    except ValueError:
        raise values.Unreadable(N_("“%(text)s” is no number such as 1234.5."), text=str(cell)[:40]) from None


def cell(field: CustomField, row: CustomValue | None) -> Any:
    """Return what a file says of a value, so that an import reads it back."""
    if row is None:
        return None
    if field.kind is FieldKind.PERSON:
        person = row.person
        return person and (person.email or person.login or person.display_name)
    value = kinds.value_of(field.kind, row.text)
    return Decimal(value) / 100 if field.kind is FieldKind.MONEY else value


class OwnFields:
    """The custom fields of a noun in one pass over a file: they are read once, what earlier lines took is remembered.

    Fields are those of the noun itself and those of a row of another home, such as a category, by its public id.
    """

    def __init__(self, noun: str, references: References, actor: Actor) -> None:
        self.noun, self.references, self.actor = noun, references, actor
        self.fields = queries.fields_of_homes(homes.homes_of(noun))
        self.labels = homes.labels(self.fields)
        self.taken: dict[tuple[int, str], int] = {}
        # Public ids of those whom cells have named, by their ids.
        self.people: dict[int, str] = {}

    def of(self, home_id: str) -> list[CustomField]:
        """Return the fields of the noun itself and of this row of a home."""
        return [field for field in self.fields if field.home_id in ("", home_id)]

    def said(self, row: Row, home_id: str, kept: Kept | None = None) -> dict[str, Any]:
        """Return {field.key: value} as `fields.values` takes it, of the cells of a line.

        `kept` is what the row has already, None for a new one, which must have what is required. Raises Invalid for a
        cell of a field that the row cannot have, and for what the field's rules refuse.
        """
        if not self.fields:
            return {}
        own, cells = self.of(home_id), row.values
        for field in self.fields:
            if field.key in cells and field not in own:
                raise Invalid(field.key, N_("Equipment of this category has no such field."))
        found = {}
        for field in own:
            if field.key in cells:
                found[field.key] = self._value(field, cells[field.key], (kept or {}).get(field.id))
                if field.is_unique:
                    self._take(row, field, found[field.key])
            elif field.required and kept is None:
                raise Invalid(field.key, N_("Fill in this field."))
        return found

    def _value(self, field: CustomField, value: Any, kept: CustomValue | None) -> Any:
        if field.kind is FieldKind.PERSON:
            id_ = self.references.person(value, field=field.key)
            if id_ not in self.people:
                self.people[id_] = db.session.get_one(Person, id_).public_id
            return self.people[id_]
        if field.kind is FieldKind.CHOICE:
            # What the row has today stays a choice though the list has lost it.
            choices = {folded(text): text for text in ([kept.text] if kept else []) + list(field.choices)}
            if folded(value) not in choices:
                raise Invalid(field.key, N_("“%(text)s” is not on the list."), text=value[:40])
            return choices[folded(value)]
        return value

    def _take(self, row: Row, field: CustomField, value: Any) -> None:
        place = field.id, kinds.unique_text(kinds.stored(field.kind, value).text)
        if (line := row.after(self.taken, place)) is not None:
            raise Invalid(field.key, SAME_VALUE, line=line)

    def refuse_taken(self, said: Mapping[int, Mapping[str, Any]]) -> dict[int, Invalid]:
        """Return by line the refusals of new rows whose value somebody has where no two may have the same, in one query."""
        unique = {field.key: field for field in self.fields if field.is_unique}
        wanted: dict[tuple[int, str], tuple[int, str]] = {}
        for line, found in said.items():
            for key, field in unique.items():
                if found.get(key) is not None:
                    text = kinds.stored(field.kind, found[key]).text
                    wanted[field.id, kinds.unique_text(text)] = line, key
        if not wanted:
            return {}
        there = select(CustomValue.field_id, CustomValue.unique_key).where(
            CustomValue.field_id.in_({id_ for id_, _text in wanted}),
            CustomValue.unique_key.in_({text for _id, text in wanted}),
        )
        found_there = [wanted[place] for row in db.session.execute(there) if (place := tuple(row)) in wanted]
        return {
            line: Invalid(key, N_("Something else has this value, and no two may have the same."))
            for line, key in found_there
        }

    def write(
        self, rows: Mapping[int, tuple[Any, str, Mapping[str, Any]]]
    ) -> dict[int, dict[str, list[Any]]]:
        """Write the values of new rows, by their lines, each with the public id of its home and what `said` returned.

        Returns {field.key: [None, new]} by line.
        """
        asked = {
            line: (row, self.of(home_id), given) for line, (row, home_id, given) in rows.items() if given
        }
        changes = kept_values.save_first(self.noun, list(asked.values()), actor=self.actor)
        return {
            line: _by_key(own, changed)
            for (line, (_row, own, _given)), changed in zip(asked.items(), changes, strict=True)
        }

    def change(self, row: Any, home_id: str, given: Mapping[str, Any], kept: Kept) -> dict[str, list[Any]]:
        """Set the values of a row that exists and has `kept` already, and return {field.key: [old, new]}."""
        if not given:
            return {}
        own = self.of(home_id)
        changes = kept_values.save(self.noun, row, own, given, actor=self.actor, known=kept)
        return _by_key(own, changes)


def _by_key(own: Sequence[CustomField], changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {field.key: changes[name] for field in own if (name := kept_values.name_of(field)) in changes}
