"""Makes applications for tests: `create_application(entity, criticality=…)`; what is not given has a sensible value."""

from __future__ import annotations

from datetime import date
from typing import Any

from inventory.applications import services
from inventory.applications.annex import last_day
from inventory.applications.models import (
    Application,
    ApplicationAnnex,
    ApplicationComponent,
    ApplicationUse,
)
from inventory.applications.services import FirstUse
from inventory.applications.services.uses import UseTerms
from inventory.applications.states import ComponentRole, Origin
from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.organization.models import Entity
from tests.factories import number

DAY = date(2020, 3, 2)


def create_application(
    entity: Entity, *, used: bool = True, users: int | None = 12, origin: Origin = Origin.ADDED, **values: Any
) -> Application:
    """Make an application that an entity keeps, and uses itself since 2 March 2020 unless `used` is false."""
    given = {"name": f"Application {number()}", "in_service_on": DAY, **values}
    with transaction():
        return services.create_application(
            {"entity_id": entity.id, **given},
            actor=SYSTEM,
            first_use=FirstUse(users, origin) if used else None,
        )


def create_use(
    application: Application,
    entity: Entity,
    since_on: date = DAY,
    users: int | None = 5,
    origin: Origin = Origin.ADDED,
) -> ApplicationUse:
    """Make one more entity use an application."""
    with transaction():
        return services.add_use(application, entity, UseTerms(since_on, users, origin), actor=SYSTEM)


def attach(
    application: Application, asset: Asset, role: ComponentRole = ComponentRole.DATABASE
) -> ApplicationComponent:
    """Make an application run on a piece of equipment."""
    with transaction():
        return services.attach(application, asset, role, actor=SYSTEM, label="PROD")


def use_of(application: Application) -> ApplicationUse:
    """Return the first use of an application."""
    statement = db.select(ApplicationUse).where(ApplicationUse.application_id == application.id)
    return db.session.scalars(statement.order_by(ApplicationUse.id)).first()


def freeze(entity: Entity, year: int | None = None) -> ApplicationAnnex:
    """Freeze the annex of a year, else of the last one that is over."""
    wanted = year or clock.today().year - 1
    assert last_day(wanted) <= clock.today()
    with transaction():
        return services.freeze(entity, wanted, actor=SYSTEM)
