"""Declares custom fields and changes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core import registry
from inventory.core.access import Actor
from inventory.core.database import among, db
from inventory.core.errors import Invalid
from inventory.core.wording import N_, Sentence
from inventory.fields import queries
from inventory.fields import values as held
from inventory.fields.kinds import LONGEST, FieldKind, unique_text
from inventory.fields.models import CustomField, CustomValue

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
    field: CustomField,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    renamed: Mapping[str, str] | None = None,
) -> audit.Changes:
    """Change a field (EDITABLE) and return what changed; values that it has are kept, even where a choice goes.

    `renamed` says of choices that objects have which one they get instead: that is one change set, which can be undone. Raises Stale, Invalid for a taken label, and Invalid when values that must differ are the same today.
    """
    given = {name: values[name] for name in EDITABLE if name in values}
    _check(field.kind, given)
    twin = queries.in_same_home(field.home, field.home_id, given.get("label", field.label))
    if twin is not None and twin.id != field.id:
        raise Invalid("label", N_("There is a field with this label here already."))
    if moved := {old: new for old, new in (renamed or {}).items() if old != new}:
        said = ", ".join(f"{old} → {new}" for old, new in moved.items())
        title = Sentence(N_("%(what)s: %(words)s"), what=field.label, words=said)
        with audit.change_set(ChangeSetKind.BULK, title, actor=actor):
            changes = _change(field, given, version, actor)
            _rename_values(field, moved, actor)
        return changes
    return _change(field, given, version, actor)


def _change(field: CustomField, given: Mapping[str, Any], version: int | None, actor: Actor) -> audit.Changes:
    audit.bump(field, version, dict(given))
    changes = audit.apply(field, dict(given))
    if "is_unique" in changes:
        _set_unique(field)
    if changes:
        audit.record(Action.UPDATED, "custom_field", field, changes, actor=actor)
    db.session.flush()
    return changes


def _rename_values(field: CustomField, renamed: Mapping[str, str], actor: Actor) -> None:
    """Give the objects that have these choices others instead."""
    if not set(renamed.values()) <= set(field.choices):
        raise Invalid("choices", N_("Choose one from the list."))
    rows = [row for row in queries.all_values(field) if row.text in renamed]
    _tell(field, {row: [row.text, renamed[row.text]] for row in rows}, actor)
    for row in rows:
        row.text = renamed[row.text]
    db.session.flush()


def delete_field(field: CustomField, *, actor: Actor) -> ChangeSet:
    """Delete a field with the values that objects have in it, as a change set, which brings them back."""
    title = Sentence(N_("Custom field deleted: %(name)s"), name=field.label)
    with audit.change_set(ChangeSetKind.DELETION, title, actor=actor) as opened:
        rows = queries.all_values(field)
        _tell(field, {row: [held.shown(field, row), None] for row in rows}, actor)
        audit.record(Action.DELETED, "custom_field", field, {"label": [field.label, None]}, actor=actor)
        for row in rows:
            db.session.delete(row)
        db.session.flush()
        db.session.delete(field)
        db.session.flush()
    return opened


def _tell(field: CustomField, changes: Mapping[CustomValue, list[Any]], actor: Actor) -> None:
    """Record on each object what its value was and becomes."""
    entries = []
    for noun, rows in groupby(sorted(changes, key=lambda row: row.object_type), lambda row: row.object_type):
        of_object = {row.object_id: changes[row] for row in rows}
        entries += [
            audit.entry(
                Action.UPDATED, noun, thing, {held.name_of(field): of_object[thing.public_id]}, actor=actor
            )
            for thing in _objects(noun, of_object)
        ]
    audit.record_all(entries)


def _objects(noun: str, public_ids: Collection[str]) -> list[Any]:
    model = registry.nouns()[noun].model
    return list(db.session.scalars(select(model).where(among(model.public_id, public_ids))).unique())


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
    if field.is_unique and queries.held_twice(field):
        raise Invalid("is_unique", N_("Some values are held more than once. Correct them first."))
    for row in queries.all_values(field):
        row.unique_key = unique_text(row.text) if field.is_unique else None
