"""Says which equipment an application runs on, and follows equipment that is merged into another record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from inventory.applications.models import Application, ApplicationComponent
from inventory.applications.services import sheets
from inventory.applications.states import ComponentRole
from inventory.assets.models import Asset
from inventory.audit import services as audit
from inventory.audit.models import Action
from inventory.core.access import Actor
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_


def attach(
    application: Application,
    asset: Asset | None,
    role: ComponentRole,
    *,
    actor: Actor,
    label: str | None = None,
) -> ApplicationComponent:
    """Record that an application runs on a piece of equipment in a role; raises Invalid for none, or when it is said already."""
    if asset is None:
        raise Invalid("asset", N_("Choose one from the list."))
    known = select(ApplicationComponent.id).where(
        ApplicationComponent.application_id == application.id,
        ApplicationComponent.asset_id == asset.id,
        ApplicationComponent.role == role,
    )
    if db.session.scalar(known):
        raise Invalid("asset", N_("It is recorded in this role already."))
    component = ApplicationComponent(
        application=application, asset=asset, entity_id=application.entity_id, role=role, label=label
    )
    db.session.add(component)
    db.session.flush()
    _record(component, [None, _words(component)], actor)
    sheets.rescore(application)
    return component


def detach(component: ApplicationComponent, *, actor: Actor) -> None:
    """Record that an application no longer runs on a piece of equipment."""
    application = component.application
    _record(component, [_words(component), None], actor)
    db.session.delete(component)
    db.session.flush()
    sheets.rescore(application)


def follow_merge(kept: Asset, absorbed: Asset) -> None:
    """Let what runs on a record that is merged into another run on the one that is kept."""
    statement = select(ApplicationComponent).where(ApplicationComponent.asset_id.in_([kept.id, absorbed.id]))
    rows = db.session.scalars(statement.order_by(ApplicationComponent.id)).all()
    said = {(row.application_id, row.role) for row in rows if row.asset_id == kept.id}
    for row in (row for row in rows if row.asset_id == absorbed.id):
        if (row.application_id, row.role) in said:
            db.session.delete(row)
        else:
            row.asset = kept
    db.session.flush()


def _words(component: ApplicationComponent) -> str:
    return f"{component.asset.label} · {component.label}" if component.label else component.asset.label


def _record(component: ApplicationComponent, pair: list[Any], actor: Actor) -> None:
    changes = {"runs_on": pair}
    audit.record(Action.UPDATED, "application", component.application, changes, actor=actor)
