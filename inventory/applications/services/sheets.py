"""Scores the sheet of an application as it is saved, so that lists can sort and filter by what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from inventory.applications import completeness, fields
from inventory.applications.completeness import Score
from inventory.applications.models import Application, ApplicationComponent, ApplicationUse
from inventory.core import clock
from inventory.core.database import db
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.models import Entity

EARLIEST = 1980


def sheets_of(applications: Collection[Application]) -> dict[int, dict[str, Any]]:
    """Return by id what `completeness` asks of applications: columns by public name, uses, equipment; in two queries."""
    ids = [application.id for application in applications]
    use, component = ApplicationUse.application_id, ApplicationComponent.application_id
    counted = select(use, func.count(), func.count(ApplicationUse.users)).group_by(use)
    open_uses = db.session.execute(counted.where(use.in_(ids), ApplicationUse.until_on.is_(None)))
    uses = {id_: (number, told) for id_, number, told in open_uses}
    with_equipment = set(db.session.scalars(select(component).where(component.in_(ids))))
    return {
        application.id: _sheet(
            application, *uses.get(application.id, (0, 0)), components=application.id in with_equipment
        )
        for application in applications
    }


def _sheet(application: Application, uses: int, users: int, *, components: bool) -> dict[str, Any]:
    sheet = {fields.public_name(name): getattr(application, name) for name in fields.EDITABLE}
    retired = application.retired_on is not None
    return sheet | {
        "state": application.state,
        # Nobody uses what is retired any more: that is no gap.
        "uses": retired or bool(uses),
        "users": retired or bool(users and users == uses),
        "components": components,
    }


def percent_of_new(given: Mapping[str, Any], used: bool, users: int | None) -> int:
    """Return how whole the sheet of a new application is, of which `given` are the columns."""
    sheet = {fields.public_name(name): given.get(name) for name in fields.EDITABLE}
    has_users = used and users is not None
    return completeness.score(
        {**sheet, "state": given["state"], "uses": used, "users": has_users, "components": False}
    ).percent


def score_of(application: Application) -> Score:
    """Return how whole the sheet of an application is, and what is missing."""
    return completeness.score(sheets_of([application])[application.id])


def rescore(*applications: Application) -> None:
    """Keep how whole sheets are, after whatever changed them."""
    db.session.flush()
    sheets = sheets_of(applications)
    for application in applications:
        percent = completeness.score(sheets[application.id]).percent
        if application.completeness != percent:
            application.completeness = percent
    db.session.flush()


def day_of_act(entity: Entity, on: date | None, *, field: str = "on") -> date:
    """Return the day an act takes effect: today unless given; raises Invalid for a day to come or too long ago."""
    today = clock.today(entity.time_zone)
    if on is None:
        return today
    if on > today:
        raise Invalid(field, N_("This day has not come yet. Record it when it happens."))
    if on.year < EARLIEST:
        raise Invalid(field, N_("This day is too long ago."))
    return on
