"""Reads custom fields and their values, for one object or for a page of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from inventory.core.database import among, db, lookup
from inventory.core.text import folded
from inventory.fields.kinds import FieldKind, unique_text
from inventory.fields.models import CustomField, CustomValue

Home = tuple[str, str]


def all_fields() -> Select[tuple[CustomField]]:
    """Return every custom field, those no longer in use too."""
    return select(CustomField)


def number_labels() -> frozenset[str]:
    """Return what fields are called that hold numbers, where no field of another kind is called so too."""
    kinds: dict[str, set[FieldKind]] = {}
    for label, kind in db.session.execute(select(CustomField.label, CustomField.kind)):
        kinds.setdefault(label, set()).add(kind)
    return frozenset(label for label, found in kinds.items() if found == {FieldKind.NUMBER})


def fields_at(homes: Iterable[Home], *, retired: bool = False) -> Sequence[CustomField]:
    """Return the fields declared at homes, (home, its row's public id or ""), in the order that forms show them."""
    places = [and_(CustomField.home == home, CustomField.home_id == id_) for home, id_ in homes]
    if not places:
        return []
    statement = select(CustomField).where(or_(*places))
    if not retired:
        statement = statement.where(CustomField.in_use)
    return db.session.scalars(lookup(statement.order_by(CustomField.position, CustomField.id))).all()


def fields_of_homes(keys: Collection[str]) -> Sequence[CustomField]:
    """Return the fields in use of all rows of some homes: what a list of the noun may show."""
    statement = select(CustomField).where(CustomField.home.in_(keys), CustomField.in_use)
    order = CustomField.home, CustomField.position, CustomField.id
    return db.session.scalars(lookup(statement.order_by(*order))).all()


def values_of(
    object_type: str, public_ids: Collection[str], *, named: bool = False
) -> dict[str, dict[int, CustomValue]]:
    """Return the values of some objects, in one query, `named` with their fields: {public id: {field id: value}}."""
    found: dict[str, dict[int, CustomValue]] = {}
    if not public_ids:
        return found
    statement = (
        select(CustomValue)
        .where(CustomValue.object_type == object_type, among(CustomValue.object_id, public_ids))
        .options(joinedload(CustomValue.person), *([joinedload(CustomValue.field)] if named else []))
    )
    for row in db.session.scalars(lookup(statement)):
        found.setdefault(row.object_id, {})[row.field_id] = row
    return found


def value_count(field: CustomField) -> int:
    """Return how many objects have a value in a field."""
    statement = select(func.count()).select_from(CustomValue).where(CustomValue.field_id == field.id)
    return db.session.scalar(statement) or 0


def lacking(ids: Select[tuple[str]], noun: str, field: CustomField | None) -> int:
    """Return how many of the objects with these public ids have no value in a field; all of them where there is no field yet."""
    things = ids.subquery()
    statement = select(func.count()).select_from(things)
    if field is not None:
        held = select(CustomValue.object_id).where(
            CustomValue.field_id == field.id, CustomValue.object_type == noun
        )
        statement = statement.where(things.c.public_id.not_in(held))
    return db.session.scalar(statement) or 0


def held_twice(field: CustomField) -> list[dict[str, int]]:
    """Return the values that count as the same and more than one object has, each as {its spelling: how many}, the most held first."""
    found: dict[str, dict[str, int]] = {}
    statement = (
        select(CustomValue.text, func.count())
        .where(CustomValue.field_id == field.id)
        .group_by(CustomValue.text)
    )
    for text, count in db.session.execute(statement.order_by(CustomValue.text)):
        found.setdefault(unique_text(text), {})[text] = count
    twice = [spellings for spellings in found.values() if sum(spellings.values()) > 1]
    return sorted(twice, key=lambda spellings: -sum(spellings.values()))


def all_values(field: CustomField) -> Sequence[CustomValue]:
    """Return every value of a field, each with the person that it may name."""
    statement = select(CustomValue).where(CustomValue.field_id == field.id)
    return db.session.scalars(statement.options(joinedload(CustomValue.person))).all()


def field_named(public_id: str) -> CustomField | None:
    """Return the field of this public id, or None."""
    return db.session.scalar(select(CustomField).where(CustomField.public_id == public_id))


def in_same_home(home: str, home_id: str, label: str) -> CustomField | None:
    """Return the field of this label, whatever its case and accents, at a home; None when there is none."""
    statement = select(CustomField).where(CustomField.home == home, CustomField.home_id == home_id)
    return next((row for row in db.session.scalars(statement) if folded(row.label) == folded(label)), None)


def counts_of(field: CustomField, texts: Collection[str]) -> dict[str, int]:
    """Return how many objects have each of these values of a field; those that none has are left out."""
    statement = (
        select(CustomValue.text, func.count())
        .where(CustomValue.field_id == field.id, CustomValue.text.in_(texts))
        .group_by(CustomValue.text)
    )
    return dict(db.session.execute(statement).all()) if texts else {}
