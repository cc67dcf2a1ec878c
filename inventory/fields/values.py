"""Sets the values of custom fields on any object, by (type, public id), and says what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.audit import loads
from inventory.audit import services as audit
from inventory.audit.models import CUSTOM, Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.fields import kinds, queries
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.organization.models import Person

Values = Mapping[str, Any]
HELD_ALREADY = N_("Something else has this value, and no two may have the same.")


def save(
    object_type: str,
    row: Any,
    fields: Sequence[CustomField],
    given: Values,
    *,
    actor: Actor,
    known: Mapping[int, CustomValue] | None = None,
) -> audit.Changes:
    """Set the values in `given` ({field.key: value or None}) of a saved object and return {name: [old, new]}.

    `known` are its values by field id where they are read already. One audit record tells what changed, and the
    object is of another version: who has it open in a form is asked. Raises Invalid beside the field when one is
    required and empty, or when another object has a value that no two may have.
    """
    if known is None:
        known = queries.values_of(object_type, [row.public_id]).get(row.public_id, {})
    changes: audit.Changes = {}
    for field in fields:
        if field.key not in given:
            continue
        old, value = known.get(field.id), given[field.key]
        before = shown(field, old)
        if value is None or value == "":
            if field.required and actor.is_person:
                raise Invalid(field.key, N_("Fill in this field."))
            if old is not None:
                db.session.delete(old)
                changes[name_of(field)] = [before, None]
            continue
        if kinds.stored(field.kind, value).text == (old.text if old else None):
            continue
        kept = _keep(field, old or _empty(field, object_type, row), value)
        changes[name_of(field)] = [before, shown(field, kept)]
    if changes:
        audit.bump(row, None)
        audit.record(Action.UPDATED, object_type, row, changes, actor=actor)
    return changes


def check_unique(
    object_type: str, public_id: str | None, fields: Sequence[CustomField], given: Values
) -> None:
    """Raise Invalid beside the first field whose value another object has and no two may have."""
    for field in fields:
        value = given.get(field.key)
        if not field.is_unique or value in (None, ""):
            continue
        same = select(CustomValue.id).where(
            CustomValue.field_id == field.id,
            CustomValue.unique_key == kinds.unique_text(kinds.stored(field.kind, value).text),
            (CustomValue.object_type != object_type) | (CustomValue.object_id != (public_id or "")),
        )
        if db.session.scalar(same) is not None:
            raise Invalid(field.key, HELD_ALREADY)


def name_of(field: CustomField) -> str:
    """Return what history calls a field."""
    return CUSTOM + field.label


def save_first(
    object_type: str, rows: Sequence[tuple[Any, Sequence[CustomField], Values]], *, actor: Actor
) -> list[audit.Changes]:
    """Set the values of saved objects that have none yet, as `save` does, in a fixed number of queries.

    What no two may have the same was looked up before: the store refuses a second. Returns {name: [None, new]} of each.
    """
    people = _people({
        given[field.key]
        for _row, fields, given in rows
        for field in fields
        if field.kind is FieldKind.PERSON and field.key in given
    })  # fmt: skip
    made, entries = [], []
    told_of: list[audit.Changes] = []
    for row, fields, given in rows:
        changes: audit.Changes = {}
        told_of.append(changes)
        for field in fields:
            if given.get(field.key) in (None, ""):
                continue
            stored = kinds.stored(field.kind, given[field.key])
            person = people[stored.text] if field.kind is FieldKind.PERSON else None
            made.append({
                "field_id": field.id, "object_type": object_type, "object_id": row.public_id, "text": stored.text,
                "amount": stored.amount, "day": stored.day, "person_id": person.id if person else None,
                "unique_key": kinds.unique_text(stored.text) if field.is_unique else None,
            })  # fmt: skip
            changes[name_of(field)] = [None, told(field, stored, person)]
        if changes:
            entries.append(audit.entry(Action.UPDATED, object_type, row, changes, actor=actor))
    loads.load(CustomValue, made)
    audit.record_all(entries)
    return told_of


def _people(public_ids: set[str]) -> dict[str, Person]:
    found = db.session.scalars(select(Person).where(Person.public_id.in_(public_ids))) if public_ids else ()
    return {person.public_id: person for person in found}


def _empty(field: CustomField, object_type: str, row: Any) -> CustomValue:
    return CustomValue(field_id=field.id, object_type=object_type, object_id=row.public_id)


def _keep(field: CustomField, row: CustomValue, value: Any) -> CustomValue:
    stored = kinds.stored(field.kind, value)
    person = _person(field, stored.text) if field.kind is FieldKind.PERSON else None
    # Only the store knows what another is giving something else just now.
    with db.session.begin_nested() if field.is_unique else nullcontext():
        row.text, row.amount, row.day, row.person = stored.text, stored.amount, stored.day, person
        row.unique_key = kinds.unique_text(stored.text) if field.is_unique else None
        db.session.add(row)
        if field.is_unique:
            _save(field)
    return row


def _save(field: CustomField) -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Invalid(field.key, HELD_ALREADY) from error


def _person(field: CustomField, public_id: str) -> Person:
    person = db.session.scalar(select(Person).where(Person.public_id == public_id))
    if person is None:
        raise Invalid(field.key, N_("Choose one from the list."))
    return person


def shown(field: CustomField, row: CustomValue | None) -> Any:
    """Return a value as history keeps it: a person's name, an amount in euros, a number, else its text."""
    return None if row is None else told(field, row, row.person)


def told(field: CustomField, kept: CustomValue | kinds.Stored, person: Person | None) -> Any:
    """Return the same of a value that is not saved; `person` is the one that it names."""
    if field.kind is FieldKind.PERSON:
        return person.display_name if person else None
    if field.kind is FieldKind.MONEY and kept.amount is not None:
        sign = "-" if kept.amount < 0 else ""
        return f"{sign}{abs(kept.amount) // 100}.{abs(kept.amount) % 100:02d} €"
    if field.kind is FieldKind.NUMBER:
        return kinds.told_number(kinds.value_of(field.kind, kept.text))
    return kept.text


def follow_merge(*, kept: Any, absorbed: Any, **_told: Any) -> None:
    """Give what two records became the values that only the absorbed one had; the merge tells who did it."""
    object_type = kept.__tablename__
    found = queries.values_of(object_type, [kept.public_id, absorbed.public_id])
    own = found.get(kept.public_id, {})
    for field_id, row in found.get(absorbed.public_id, {}).items():
        if field_id in own:
            db.session.delete(row)
        else:
            row.object_id = kept.public_id
    db.session.flush()
