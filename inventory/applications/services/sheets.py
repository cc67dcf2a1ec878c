"""Scores the sheet of an application as it is saved, so that lists can sort and filter by what is missing."""

from __future__ import annotations

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


def sheet_of(application: Application) -> dict[str, Any]:
    """Return what `completeness` asks of an application: its columns by public name, its uses, its equipment."""
    sheet = {fields.public_name(name): getattr(application, name) for name in fields.EDITABLE}
    open_uses = (ApplicationUse.application_id == application.id) & ApplicationUse.until_on.is_(None)
    uses, users = db.session.execute(
        select(func.count(), func.count(ApplicationUse.users)).where(open_uses)
    ).one()
    components = db.session.scalar(
        select(func.count()).where(ApplicationComponent.application_id == application.id)
    )
    retired = application.retired_on is not None
    return sheet | {
        "state": application.state,
        # Nobody uses what is retired any more: that is no gap.
        "uses": retired or bool(uses),
        "users": retired or bool(users and users == uses),
        "components": bool(components),
    }


def score_of(application: Application) -> Score:
    """Return how whole the sheet of an application is, and what is missing."""
    return completeness.score(sheet_of(application))


def rescore(application: Application) -> None:
    """Keep how whole the sheet is, after whatever changed it."""
    db.session.flush()
    percent = score_of(application).percent
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
