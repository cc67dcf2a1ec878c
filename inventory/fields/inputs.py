"""Puts custom fields into any form: one input for each, named by the field's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import wtforms
from flask_babel import gettext

from inventory.core import i18n
from inventory.core.forms import (
    ChoiceField,
    DayField,
    EuroField,
    Form,
    PickerField,
    TextField,
    options,
    required,
)
from inventory.core.wording import N_
from inventory.fields import kinds
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.organization.choices import chosen, seen_row
from inventory.organization.models import Person

AnyForm = TypeVar("AnyForm", bound=Form)


class NumberField(wtforms.StringField):
    """A number with at most four decimals, as people write it; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = kinds.parse_number(i18n.typed_number(self.typed[:40]))
        except ValueError:
            raise ValueError(gettext(N_("Type a number such as 1,234.5."))) from None

    def _value(self) -> str:
        if self.data is None:
            return getattr(self, "typed", "")
        return i18n.to_type(kinds.number_text(self.data))


def with_fields(
    form_class: type[AnyForm], fields: Sequence[CustomField], values: Mapping[int, CustomValue] | None = None
) -> type[AnyForm]:
    """Return the form with an input for each field; what is chosen today stays a choice though the list lost it."""
    if not fields:
        return form_class
    made = {field.key: _input(field, (values or {}).get(field.id)) for field in fields}
    return type(form_class.__name__, (form_class,), made)


def _input(field: CustomField, value: CustomValue | None) -> Any:
    about: dict[str, Any] = {"description": field.help or ""}
    checks = [required()] if field.required else []
    if field.kind is FieldKind.TEXT:
        return TextField(field.label, checks, limit=kinds.LONGEST, **about)
    if field.kind is FieldKind.NUMBER:
        # Zero is a number: WTForms would call it empty.
        checks = [wtforms.validators.InputRequired()] if field.required else []
        return NumberField(field.label, checks, **about)
    if field.kind is FieldKind.DATE:
        return DayField(field.label, checks, **about)
    if field.kind is FieldKind.MONEY:
        checks = [wtforms.validators.InputRequired()] if field.required else []
        return EuroField(field.label, checks, **about)
    if field.kind is FieldKind.PERSON:
        return PickerField(field.label, checks, search_endpoint="organization.search_people", **about)
    known = list(field.choices)
    if value is not None and value.text not in known:
        known.append(value.text)
    return ChoiceField(
        field.label, checks, choices=options([("", ""), *((text, text) for text in known)]), **about
    )


def data_of(fields: Sequence[CustomField], values: Mapping[int, CustomValue]) -> dict[str, Any]:
    """Return what the inputs begin with: {field.key: value}."""
    return {
        field.key: kinds.value_of(field.kind, values[field.id].text) for field in fields if field.id in values
    }


def typed(form: Form, fields: Sequence[CustomField]) -> dict[str, Any]:
    """Return what the form holds for the fields: {field.key: value or None}; raises Invalid for a person who is not seen."""
    found = {field.key: form[field.key].data for field in fields if field.key in form}
    for field in fields:
        if field.kind is FieldKind.PERSON and field.key in found:
            chosen(Person, found[field.key], field=field.key)
    return found


def show_people(form: Form, fields: Sequence[CustomField]) -> None:
    """Give each picker of a person the name of what it holds."""
    for field in fields:
        if field.kind is FieldKind.PERSON and field.key in form and form[field.key].data:
            person = seen_row(Person, form[field.key].data)
            form[field.key].text = person.display_name if person else None
