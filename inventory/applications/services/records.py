"""Edits the sheets of applications, one or thousands, by the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.applications import fields
from inventory.applications.models import Application
from inventory.applications.services import checks, sheets
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog import services as catalog
from inventory.catalog.models import Manufacturer
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from scanners.makers import canonical_maker


def update_application(
    application: Application, values: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> audit.Changes:
    """Set fields of an application (names in `fields.EDITABLE`) and return {field: [old, new]} as history keeps them.

    Raises Stale when `version` is not the present one, and Invalid as `create_application` does.
    """
    differing = _differing(application, values)
    yours = {fields.public_name(name): fields.row_or_value(name, value) for name, value in differing.items()}
    audit.bump(application, version, yours)
    if not differing:
        return {}
    checks.check({**_columns(application), **differing}, application.entity)
    _check_free(application, differing)
    with _unique(differing):
        changes = _set(application, differing)
    sheets.rescore(application)
    audit.record(Action.UPDATED, "application", application, changes, actor=actor)
    return changes


@dataclass(slots=True)
class Updates:
    """What came of edits, by their numbers in the sequence: {field: [old, new]} as history keeps them, and the refusals."""

    changed: dict[int, audit.Changes] = field(default_factory=dict)
    refused: dict[int, Invalid] = field(default_factory=dict)


def update_applications(edits: Sequence[tuple[Application, Mapping[str, Any]]], *, actor: Actor) -> Updates:
    """Set fields of many applications, each named once, as `update_application` does whatever their versions.

    A refused edit changes nothing. The number of queries does not grow with them, but for names and codes, which are
    looked up one by one.
    """
    updates = Updates()
    at_hand = fields.at_hand(
        [application for application, _values in edits], [values for _row, values in edits]
    )
    with audit.gathering(), db.session.no_autoflush:
        for number, (application, values) in enumerate(edits):
            try:
                updates.changed[number] = _updated(application, _differing(application, values), actor)
            except Invalid as why:
                updates.refused[number] = why
    sheets.rescore(*(edits[number][0] for number, changes in updates.changed.items() if changes))
    del at_hand
    return updates


def _updated(application: Application, differing: Mapping[str, Any], actor: Actor) -> audit.Changes:
    if not differing:
        return {}
    checks.check({**_columns(application), **differing}, application.entity)
    if differing.keys() & {"name", "code"}:
        _check_free(application, differing)
        with _unique(differing):
            changes = _set(application, differing)
    else:
        changes = _set(application, differing)
    application.version += 1
    audit.record(Action.UPDATED, "application", application, changes, actor=actor)
    return changes


def _differing(application: Application, values: Mapping[str, Any]) -> dict[str, Any]:
    given = fields.coded({name: value for name, value in values.items() if name in fields.EDITABLE})
    return {name: value for name, value in given.items() if getattr(application, name) != value}


def _set(application: Application, differing: Mapping[str, Any]) -> audit.Changes:
    """Set what differs and return it as history keeps it; the caller saves."""
    changes = {
        fields.public_name(name): [
            fields.display(name, getattr(application, name)),
            fields.display(name, value),
        ]
        for name, value in differing.items()
    }
    for name, value in differing.items():
        setattr(application, name, value)
    if not fields.RELATIONS.keys().isdisjoint(differing):
        fields.forget_relations(application)
    return changes


def editor_named(name: str, *, actor: Actor) -> Manufacturer:
    """Return the editor of this name or of another spelling of it, added to the makers when it is new; Invalid for none."""
    key = (canonical_maker(name) or "")[:120]
    known = catalog.known_makers({key}).get(key)
    return known or catalog.create_manufacturer({"name": name}, actor=actor)


def follow_editor(kept: Manufacturer, absorbed: Manufacturer, *, actor: Actor) -> None:
    """Give applications of a merged maker the one that was kept."""
    for application in db.session.scalars(
        select(Application).where(Application.editor_id == absorbed.id)
    ).all():
        application.editor_id = kept.id
        application.version += 1
        changes: audit.Changes = {"editor": [absorbed.name, kept.name]}
        audit.record(Action.UPDATED, "application", application, changes, actor=actor)
        db.session.flush()
        fields.forget_relations(application)


def _columns(application: Application) -> dict[str, Any]:
    return {name: getattr(application, name) for name in fields.EDITABLE}


def _check_free(application: Application, values: Mapping[str, Any]) -> None:
    """Raise Invalid when another application of the entity has the name, whatever its case, or the code."""
    entity_id = values.get("entity_id", application.entity_id)
    for name in checks.UNIQUE:
        if not values.get(name):
            continue
        column = getattr(Application, name)
        twin = select(Application.id).where(
            Application.entity_id == entity_id,
            column.icontains(values[name], autoescape=True),
            Application.id != (application.id or 0),
        )
        found = select(column).where(Application.id.in_(twin))
        if any(text.casefold() == values[name].casefold() for text in db.session.scalars(found)):
            raise checks.taken(name, values[name])


@contextmanager
def _unique(values: Mapping[str, Any]) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal name or code into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        name = "code" if "code" in str(error.orig) else "name"
        raise checks.taken(name, values.get(name) or "") from error
