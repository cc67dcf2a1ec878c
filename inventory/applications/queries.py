"""Reads applications: what an entity keeps or uses, its sheet, who uses it, what it runs on, and what it would lose.

Parameters of `/applications` (all may be combined; those marked * take several values with commas between):

    q             words in name, code, editor, description, modules, contract or who answers for it
    state*, hosting*, area*, criticality*, personal_data*    codes
    support       ended, 90 or 365 (ends within so many days), running or unknown
    contract      ended, 90 or 180, running or none
    accreditation missing (needed and not granted), lapsed, granted or unknown
    complete      50 (less than half) or 80 (less than four fifths), 100 (whole)
    owner         nobody, left (its owner has left) or the public id of a person who answers for it in any role
    editor, server    public ids of a maker and of an asset
    kept          code of the entity that keeps it (the entity switch also shows what an entity only uses)
    shared        1: several entities use it
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from inventory.applications.models import Application, ApplicationComponent, ApplicationUse
from inventory.applications.states import ApplicationState, Need
from inventory.assets.models import Asset
from inventory.audit.models import Action, AuditRecord, ChangeSet
from inventory.catalog.models import Manufacturer
from inventory.core import clock, registry
from inventory.core.access import Scope
from inventory.core.database import among, db, lookup
from inventory.organization.models import Entity, Person

Owner = aliased(Person, name="business_owner")
Editor = aliased(Manufacturer, name="editor")


def _users_of(since: date) -> Any:
    open_ = (ApplicationUse.until_on.is_(None)) | (ApplicationUse.until_on > since)
    return (
        select(func.sum(ApplicationUse.users))
        .where(ApplicationUse.application_id == Application.id, open_)
        .correlate(Application)
        .scalar_subquery()
    )


def visible(entity_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that an application is kept for one of the entities, or was ever used by one."""
    used = select(ApplicationUse.application_id).where(among(ApplicationUse.entity_id, entity_ids))
    return or_(among(Application.entity_id, entity_ids), Application.id.in_(used))


def listed(scope: Scope, seen: Collection[int]) -> Select[Any]:
    """Return (application, its users today) of the scope, with what a list shows, in one query.

    The editor and the owner are joined as `Editor` and `Owner`, for sorts and searches; `seen` are the ids of all
    entities that the user sees, for the scope may be one of them.
    """
    columns: Any = select(Application, users_today())
    return (
        columns.outerjoin(Editor, Editor.id == Application.editor_id)
        .outerjoin(Owner, Owner.id == Application.business_owner_id)
        .options(
            joinedload(Application.entity),
            joinedload(Application.editor),
            joinedload(Application.business_owner),
        )
        .where(visible(scope.entity_ids & frozenset(seen)))
    )


def users_today() -> Any:
    """Return how many people use an application today, as far as the entities that use it said; null when none did."""
    return _users_of(clock.today())


def application(public_id: str) -> Application | None:
    """Return the application of this public id, whoever may see it."""
    return db.session.scalar(select(Application).where(Application.public_id == public_id))


def is_used_by(application: Application, entity_ids: Collection[int]) -> bool:
    """Say whether one of the entities uses an application or used it."""
    statement = select(ApplicationUse.id).where(
        ApplicationUse.application_id == application.id, ApplicationUse.entity_id.in_(entity_ids)
    )
    return db.session.scalar(statement.limit(1)) is not None


def uses_of(application: Application) -> Sequence[ApplicationUse]:
    """Return who uses an application and who did: open uses first, each part by the entity's name."""
    statement = (
        select(ApplicationUse)
        .join(Entity, Entity.id == ApplicationUse.entity_id)
        .where(ApplicationUse.application_id == application.id)
        .options(joinedload(ApplicationUse.entity), joinedload(ApplicationUse.replaced_by))
        .order_by(ApplicationUse.until_on.is_not(None), Entity.name, ApplicationUse.since_on.desc())
    )
    return db.session.scalars(lookup(statement)).all()


def components_of(application: Application) -> Sequence[ApplicationComponent]:
    """Return what an application runs on, with the equipment's state, place and category."""
    statement = (
        select(ApplicationComponent)
        .join(Asset, Asset.id == ApplicationComponent.asset_id)
        .where(ApplicationComponent.application_id == application.id)
        .options(
            joinedload(ApplicationComponent.asset).options(
                joinedload(Asset.category), joinedload(Asset.location)
            )
        )
        .order_by(ApplicationComponent.role, Asset.tag, ApplicationComponent.id)
    )
    return db.session.scalars(lookup(statement)).all()


def running_on(asset: Asset, entity_ids: Collection[int]) -> Sequence[ApplicationComponent]:
    """Return what runs on a piece of equipment, of the applications that the entities keep or use."""
    rows = db.session.scalars(_running_on(), {"asset": asset.id}).all()
    if not rows:
        # Nothing runs on most equipment: who sees what is then no question.
        return rows
    ids = {row.application_id for row in rows}
    seen = set(db.session.scalars(select(Application.id).where(Application.id.in_(ids), visible(entity_ids))))
    return [row for row in rows if row.application_id in seen]


@cache
def _running_on() -> Select[ApplicationComponent]:
    return lookup(
        select(ApplicationComponent)
        .join(Application, Application.id == ApplicationComponent.application_id)
        .where(ApplicationComponent.asset_id == bindparam("asset"))
        .options(
            joinedload(ApplicationComponent.application).options(
                joinedload(Application.entity), joinedload(Application.business_owner)
            )
        )
        .order_by(Application.name_order, ApplicationComponent.role)
    )


def answered_by(person: Person, entity_ids: Collection[int]) -> Sequence[Application]:
    """Return the applications that a person answers for in any role and that are not retired, by name."""
    statement = (
        select(Application)
        .where(
            by_person(person.id),
            visible(entity_ids),
            Application.state != ApplicationState.RETIRED,
        )
        .options(joinedload(Application.entity))
        .order_by(Application.name_order, Application.id)
    )
    return db.session.scalars(lookup(statement)).all()


def by_person(person_id: Any) -> ColumnElement[bool]:
    """Return the condition that a person answers for an application in any role."""
    return or_(
        Application.business_owner_id == person_id,
        Application.deputy_id == person_id,
        Application.technical_owner_id == person_id,
    )


def retirement_of(application: Application) -> ChangeSet | None:
    """Return the change set that retired an application and can still be undone, or None."""
    statement = (
        select(ChangeSet)
        .join(AuditRecord, AuditRecord.change_set_id == ChangeSet.id)
        .where(
            AuditRecord.object_type == "application",
            AuditRecord.object_id == application.public_id,
            AuditRecord.action == Action.STATE,
            ChangeSet.undone_at.is_(None),
        )
        .order_by(ChangeSet.id.desc())
    )
    return db.session.scalar(statement.limit(1))


def figures(entity_ids: Collection[int]) -> dict[str, int]:
    """Return how many applications the entities keep or use: all not retired, critical ones, and incomplete ones.

    Keys: serving, critical, incomplete (less than four fifths of the sheet is filled in).
    """
    shown = visible(entity_ids)
    alive = Application.state.in_([ApplicationState.IN_SERVICE, ApplicationState.RETIRING])
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(Application.criticality == "critical"),
            func.count().filter(Application.completeness < 80),
        )
        .select_from(Application)
        .where(shown, alive)
    ).one()
    return dict(zip(("serving", "critical", "incomplete"), map(int, row), strict=True))


def matching(statement: Select[Any], text: str) -> Select[Any]:
    """Keep the applications that the search finds by these words, as `searched` says, accents folded."""
    return statement.where(registry.matching("application", Application.id, text))


def search(entity_ids: Collection[int], text: str, *, limit: int = 20) -> Sequence[Application]:
    """Return applications for a picker: those not retired first, then by name."""
    statement = select(Application).where(visible(entity_ids)).options(joinedload(Application.entity))
    order = (Application.state == ApplicationState.RETIRED, Application.name_order, Application.id)
    return db.session.scalars(matching(statement, text).order_by(*order).limit(limit)).all()


def by_day(column: Any, wanted: str, *, unknown: str) -> ColumnElement[bool] | None:
    """Return the condition of a day that has passed ("ended"), comes within N days, runs, or is not known; else None."""
    today = clock.today()
    if wanted == unknown:
        return column.is_(None)
    if wanted == "ended":
        return column < today
    if wanted == "running":
        return column >= today
    if is_days(wanted):
        return column.between(today, today + timedelta(days=int(wanted)))
    return None


def is_days(text: str) -> bool:
    """Say whether a value is a number of days."""
    return text.isascii() and text.isdigit() and len(text) <= 4


def by_accreditation(wanted: str) -> ColumnElement[bool] | None:
    """Return the condition of an accreditation: missing, lapsed, granted or unknown; else None."""
    today = clock.today()
    needed = Application.accreditation == Need.NEEDED
    ends = Application.accreditation_ends_on
    conditions: dict[str, ColumnElement[bool]] = {
        "missing": needed & Application.accredited_on.is_(None),
        "lapsed": needed & (ends < today),
        "granted": needed & Application.accredited_on.is_not(None) & or_(ends.is_(None), ends >= today),
        "unknown": Application.accreditation.is_(None),
    }
    return conditions.get(wanted)


def by_owner(wanted: str) -> ColumnElement[bool]:
    """Return the condition of who answers: nobody, left (no longer works here), or a person's public id in any role."""
    if wanted == "nobody":
        return Application.business_owner_id.is_(None)
    if wanted == "left":
        return Owner.disabled | Owner.absent_since.is_not(None)
    return by_person(select(Person.id).where(Person.public_id == wanted).scalar_subquery())


def shared() -> ColumnElement[bool]:
    """Return the condition that several entities use an application today."""
    open_ = ApplicationUse.until_on.is_(None)
    several = (
        select(ApplicationUse.application_id)
        .where(open_)
        .group_by(ApplicationUse.application_id)
        .having(func.count() > 1)
    )
    return Application.id.in_(several)


def on_server(public_id: str) -> ColumnElement[bool]:
    """Return the condition that an application runs on a piece of equipment."""
    hosted = (
        select(ApplicationComponent.application_id)
        .join(Asset, Asset.id == ApplicationComponent.asset_id)
        .where(Asset.public_id == public_id)
    )
    return Application.id.in_(hosted)


def editors_in(scope: Scope) -> Sequence[Manufacturer]:
    """Return the editors of the scope's applications, by name."""
    used = select(Application.editor_id).where(visible(scope.entity_ids))
    statement = select(Manufacturer).where(Manufacturer.id.in_(used)).order_by(Manufacturer.name_order)
    return db.session.scalars(statement).all()


def row_named(model: type[Any], public_id: str) -> Any:
    """Return the row of this public id, or None."""
    return db.session.scalar(select(model).where(model.public_id == public_id))


def row_of(model: type[Any], id_: int | None) -> Any:
    """Return the row of this id of the store, or None."""
    return None if id_ is None else db.session.get(model, id_)
