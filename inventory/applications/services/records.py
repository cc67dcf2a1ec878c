"""Creates applications and edits their sheets, with the checks that a sheet must pass whoever writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from inventory.applications import fields
from inventory.applications.models import Application
from inventory.applications.services import sheets, uses
from inventory.applications.services.uses import UseTerms
from inventory.applications.states import ApplicationState, Origin
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.catalog import services as catalog
from inventory.catalog.models import Manufacturer
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.models import Entity
from scanners.makers import canonical_maker

CREATABLE = fields.EDITABLE | {"entity_id", "state"}
_PAST_DAYS = frozenset({"recovery_tested_on", "impact_assessed_on", "accredited_on"})
_ORDERED_DAYS = (
    ("contract_starts_on", "contract_ends_on", N_("The contract cannot end before it begins.")),
    ("accredited_on", "accreditation_ends_on", N_("The accreditation cannot end before it begins.")),
)
MAX_HOURS = 8760
MAX_NOTICE_MONTHS = 60


@dataclass(frozen=True, slots=True)
class FirstUse:
    """How the entity that an application is kept for uses it itself: how many people, and how it came."""

    users: int | None = None
    origin: Origin = Origin.ADDED


def create_application(
    values: Mapping[str, Any], *, actor: Actor, first_use: FirstUse | None = None
) -> Application:
    """Create an application from columns of Application (`entity_id` and `name` at least) and return it.

    It is in service unless `state` says planned. With `first_use` its entity uses it from `in_service_on`, else from
    today; what is only planned is used by nobody yet. Raises Invalid for a wrong value, a taken name or code.
    """
    given = {name: value for name, value in values.items() if name in CREATABLE and value is not None}
    given = fields.coded(given)
    given.setdefault("state", ApplicationState.IN_SERVICE)
    entity = db.session.get(Entity, given.get("entity_id") or 0)
    if entity is None:
        raise Invalid("entity", N_("Say which entity it is kept for."))
    if given["state"] not in (ApplicationState.PLANNED, ApplicationState.IN_SERVICE):
        raise Invalid("state", N_("A new application is planned or in service."))
    _check(given, entity)
    application = Application(**given)
    _check_free(application, given)
    with _unique(given):
        db.session.add(application)
    changes = {
        fields.public_name(name): [None, fields.display(name, value)]
        for name, value in given.items()
        if name != "state"
    }
    changes["application_state"] = [None, application.state]
    audit.record(Action.CREATED, "application", application, changes, actor=actor)
    if first_use is not None and application.state is not ApplicationState.PLANNED:
        terms = UseTerms(application.in_service_on, first_use.users, first_use.origin)
        uses.add_use(application, entity, terms, actor=actor)
    sheets.rescore(application)
    return application


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
    _check({**_columns(application), **differing}, application.entity)
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
    _check({**_columns(application), **differing}, application.entity)
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


def _check(values: Mapping[str, Any], entity: Entity) -> None:
    if not values.get("name"):
        raise Invalid("name", N_("Give it a name."))
    today = clock.today(entity.time_zone)
    for name in _PAST_DAYS:
        if values.get(name) and values[name] > today:
            raise Invalid(name, N_("This day has not come yet."))
    served_on = values.get("in_service_on")
    if served_on and served_on > today and values.get("state") is ApplicationState.IN_SERVICE:
        raise Invalid("in_service_on", N_("This day has not come yet."))
    for first, last, sentence in _ORDERED_DAYS:
        if values.get(first) and values.get(last) and values[last] < values[first]:
            raise Invalid(last, sentence)
    for name in fields.HOURS:
        if not 0 <= (values.get(name) or 0) <= MAX_HOURS:
            raise Invalid(name, N_("Give a number of hours from 0 to 8760, which is a year."))
    if not 0 <= (values.get("contract_notice_months") or 0) <= MAX_NOTICE_MONTHS:
        raise Invalid("contract_notice_months", N_("Give a number of months from 0 to 60."))


def _check_free(application: Application, values: Mapping[str, Any]) -> None:
    """Raise Invalid when another application of the entity has the name, whatever its case, or the code."""
    entity_id = values.get("entity_id", application.entity_id)
    for name in ("name", "code"):
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
            raise Invalid(name, N_("“%(text)s” is kept for this entity already."), text=values[name])


@contextmanager
def _unique(values: Mapping[str, Any]) -> Iterator[None]:
    """Save what the block adds or sets, turning the store's refusal of a second equal name or code into a sentence."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        name = "code" if "code" in str(error.orig) else "name"
        raise Invalid(
            name, N_("“%(text)s” is kept for this entity already."), text=values.get(name) or ""
        ) from error
