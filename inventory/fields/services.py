"""Declares custom fields and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.fields import queries
from inventory.fields.kinds import LONGEST, FieldKind, unique_text
from inventory.fields.models import CustomField

MOST_CHOICES = 200
EDITABLE = ("label", "help", "choices", "required", "is_unique", "position", "in_use")


def create_field(values: Mapping[str, Any], *, actor: Actor) -> CustomField:
    """Declare a field from home, home_id, kind and EDITABLE; raises Invalid for a taken label or choices that are wrong."""
    given = {name: values[name] for name in ("home", "home_id", "kind", *EDITABLE) if name in values}
    _check(given["kind"], given)
    if queries.in_same_home(given["home"], given["home_id"], given["label"]):
        raise Invalid("label", N_("There is a field with this label here already."))
    field = CustomField(**given)
    db.session.add(field)
    db.session.flush()
    # Its kind is of another closed list than that of equipment, which history calls `kind`.
    said = {
        ("field_kind" if name == "kind" else name): [None, value] for name, value in given.items() if value
    }
    audit.record(Action.CREATED, "custom_field", field, said, actor=actor)
    return field


def update_field(
    field: CustomField, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Change a field (EDITABLE) and return what changed; values that it has are kept, even where a choice goes.

    Raises Stale, Invalid for a taken label, and Invalid when values that must differ are the same today.
    """
    given = {name: values[name] for name in EDITABLE if name in values}
    _check(field.kind, given)
    twin = queries.in_same_home(field.home, field.home_id, given.get("label", field.label))
    if twin is not None and twin.id != field.id:
        raise Invalid("label", N_("There is a field with this label here already."))
    audit.bump(field, version, given)
    changes = audit.apply(field, given)
    if "is_unique" in changes:
        _set_unique(field)
    if changes:
        audit.record(Action.UPDATED, "custom_field", field, changes, actor=actor)
    db.session.flush()
    return changes


def _check(kind: FieldKind, given: Mapping[str, Any]) -> None:
    choices = given.get("choices")
    if kind is FieldKind.CHOICE and choices is not None:
        if len(choices) < 2:
            raise Invalid("choices", N_("Give at least two choices, one a line."))
        if len(choices) > MOST_CHOICES or any(len(choice) > LONGEST for choice in choices):
            raise Invalid("choices", N_("Give at most 200 choices of at most 255 characters."))
    if given.get("is_unique") and kind in (FieldKind.CHOICE, FieldKind.PERSON):
        raise Invalid("is_unique", N_("Only texts, numbers, days and amounts can be told apart so."))


def _set_unique(field: CustomField) -> None:
    rows = queries.all_values(field)
    seen: set[str] = set()
    for row in rows:
        key = unique_text(row.text)
        if field.is_unique and key in seen:
            raise Invalid(
                "is_unique", N_("“%(value)s” is there more than once. Correct it first."), value=row.text
            )
        seen.add(key)
        row.unique_key = key if field.is_unique else None
