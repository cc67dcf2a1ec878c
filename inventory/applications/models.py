"""Applications, who uses them since when, what they run on, and the annexes frozen year by year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.applications.states import (
    ApplicationState,
    Area,
    ComponentRole,
    Criticality,
    Exit,
    Hosting,
    Need,
    Origin,
    PersonalData,
)
from inventory.assets.models import Asset
from inventory.assets.states import TaxMode
from inventory.catalog.models import Manufacturer
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.errors import Refused
from inventory.core.ordering import follows
from inventory.core.types import BigId, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.core.wording import N_
from inventory.organization.models import Entity, Person
from inventory.procurement.models import Supplier


class Application(HasPublicId, HasVersion, Base):
    """One application that is kept for an entity; who uses it is in `ApplicationUse`.

    Its editor is a maker of the catalogue; who is paid for its upkeep is a supplier, often another company.
    """

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    code: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    name_order: Mapped[str] = follows("name")
    description: Mapped[str | None] = mapped_column(Text)
    area: Mapped[Area | None] = mapped_column(CodeType(Area))
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    release: Mapped[str | None] = mapped_column(String(60))
    modules: Mapped[str | None] = mapped_column(Text)
    support_ends_on: Mapped[date | None] = mapped_column()

    state: Mapped[ApplicationState] = mapped_column(
        CodeType(ApplicationState), default=ApplicationState.IN_SERVICE
    )
    in_service_on: Mapped[date | None] = mapped_column()
    retired_on: Mapped[date | None] = mapped_column()
    retirement_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)

    hosting: Mapped[Hosting | None] = mapped_column(CodeType(Hosting))
    data_location: Mapped[str | None] = mapped_column(String(120))
    criticality: Mapped[Criticality | None] = mapped_column(CodeType(Criticality))
    recovery_time_hours: Mapped[int | None] = mapped_column()
    recovery_point_hours: Mapped[int | None] = mapped_column()
    recovery_tested_on: Mapped[date | None] = mapped_column()

    business_owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    technical_owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    user_groups: Mapped[str | None] = mapped_column(Text)

    contract_supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"), index=True)
    contract_reference: Mapped[str | None] = mapped_column(String(80))
    contract_starts_on: Mapped[date | None] = mapped_column()
    contract_ends_on: Mapped[date | None] = mapped_column()
    contract_notice_months: Mapped[int | None] = mapped_column()
    contract_yearly_cents: Mapped[int | None] = mapped_column()
    contract_tax: Mapped[TaxMode] = mapped_column(CodeType(TaxMode), default=TaxMode.EXCLUDED)

    personal_data: Mapped[PersonalData | None] = mapped_column(CodeType(PersonalData))
    processing_reference: Mapped[str | None] = mapped_column(String(80))
    impact_assessment: Mapped[Need | None] = mapped_column(CodeType(Need))
    impact_assessed_on: Mapped[date | None] = mapped_column()
    accreditation: Mapped[Need | None] = mapped_column(CodeType(Need))
    accredited_on: Mapped[date | None] = mapped_column()
    accreditation_ends_on: Mapped[date | None] = mapped_column()
    accreditation_authority: Mapped[str | None] = mapped_column(String(120))

    # How much of the sheet is filled in, 0 to 100: see `completeness`.
    completeness: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)

    entity: Mapped[Entity] = relationship()
    editor: Mapped[Manufacturer | None] = relationship()
    replaced_by: Mapped[Application | None] = relationship(remote_side=[id])
    business_owner: Mapped[Person | None] = relationship(foreign_keys=[business_owner_id])
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id])
    technical_owner: Mapped[Person | None] = relationship(foreign_keys=[technical_owner_id])
    contract_supplier: Mapped[Supplier | None] = relationship()

    __table_args__ = (
        UniqueConstraint("entity_id", "name"),
        UniqueConstraint("entity_id", "code"),
        Index("ix_application_entity_id_state", "entity_id", "state"),
    )


class ApplicationUse(HasPublicId, HasVersion, Base):
    """That an entity uses an application, [since_on, until_on), how it came to it and how it left it."""

    __tablename__ = "application_use"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    since_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    origin: Mapped[Origin] = mapped_column(CodeType(Origin), default=Origin.ADDED)
    users: Mapped[int | None] = mapped_column()
    exit: Mapped[Exit | None] = mapped_column(CodeType(Exit))
    exit_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    application: Mapped[Application] = relationship(foreign_keys=[application_id])
    replaced_by: Mapped[Application | None] = relationship(foreign_keys=[replaced_by_id])
    entity: Mapped[Entity] = relationship()

    __table_args__ = (
        UniqueConstraint("application_id", "entity_id", "since_on"),
        Index("ix_application_use_entity_id_since_on", "entity_id", "since_on"),
    )


class ApplicationComponent(HasPublicId, Base):
    """That an application runs on a piece of equipment, in a role; `label` names what is on it, such as a database."""

    __tablename__ = "application_component"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    # The application's entity: who sees it and may change it.
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    role: Mapped[ComponentRole] = mapped_column(CodeType(ComponentRole))
    label: Mapped[str | None] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    application: Mapped[Application] = relationship()
    asset: Mapped[Asset] = relationship()

    __table_args__ = (UniqueConstraint("application_id", "asset_id", "role"),)


class ApplicationAnnex(HasPublicId, Base):
    """The applications of a commune's branch as they were on 31 December, frozen: append-only, with what had changed."""

    __tablename__ = "application_annex"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    year: Mapped[int] = mapped_column()
    # A correction is another edition: what was handed over before stays as it was.
    edition: Mapped[int] = mapped_column(default=1)
    as_of_on: Mapped[date] = mapped_column()
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    frozen_by: Mapped[str] = mapped_column(String(255), default="")
    note: Mapped[str | None] = mapped_column(Text)
    entity: Mapped[Entity] = relationship()

    __table_args__ = (UniqueConstraint("entity_id", "year", "edition"),)


@event.listens_for(ApplicationAnnex, "before_update")
@event.listens_for(ApplicationAnnex, "before_delete")
def _keep_as_frozen(_mapper: Any, _connection: Any, _row: ApplicationAnnex) -> None:
    raise Refused(N_("A frozen annex is kept as it was. Freeze another edition."))
