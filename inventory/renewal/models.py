"""Renewal rules by entity, dated replacements, and the figures frozen when they were presented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.errors import Refused
from inventory.core.types import BigId, Code, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.core.wording import N_
from inventory.organization.models import Entity, Location, Person
from inventory.renewal.sixth import Reason, Rounding


class Basis(Code):
    """What a replacement was recorded from."""

    BY_HAND = "by_hand", N_("by hand"), "neutral", "user"
    CUSTODY = "custody", N_("handover"), "info", "arrows-transfer-up-down"
    SCAN = "scan", N_("seen by a scan"), "info", "radar-2"


class RenewalRule(HasPublicId, Base):
    """One version of an entity's rule: the fraction, the base, the reference day, the year, the exclusions."""

    __tablename__ = "renewal_rule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    version: Mapped[int] = mapped_column(default=1)
    fraction_numerator: Mapped[int] = mapped_column(default=1)
    fraction_denominator: Mapped[int] = mapped_column(default=6)
    # None: the categories that say so themselves.
    category_ids: Mapped[list[int] | None] = mapped_column(JSON)
    year_starts_month: Mapped[int] = mapped_column(default=1)
    year_starts_day: Mapped[int] = mapped_column(default=1)
    # Days from the start of the contract year to the reference day.
    reference_offset_days: Mapped[int] = mapped_column(default=0)
    rounding: Mapped[Rounding] = mapped_column(CodeType(Rounding), default=Rounding.AUTO)
    ownerships: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["owned"])
    usages: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["staff", "public"])
    minimum_age_gain_months: Mapped[int] = mapped_column(default=24)
    cumulative_from_year: Mapped[int | None] = mapped_column()
    # A version that says: what the entities above say applies here again.
    inherits: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by: Mapped[str] = mapped_column(String(255), default="")
    entity: Mapped[Entity] = relationship()

    __table_args__ = (UniqueConstraint("entity_id", "version"),)


class Replacement(HasPublicId, HasVersion, Base):
    """A dated pair, old out and new in, at one position; counted or not, with the reason."""

    __tablename__ = "replacement"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    old_asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    new_asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    replaced_on: Mapped[date] = mapped_column()
    position: Mapped[str] = mapped_column(String(255), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    basis: Mapped[Basis] = mapped_column(CodeType(Basis), default=Basis.BY_HAND)
    counted: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[Reason] = mapped_column(CodeType(Reason), default=Reason.COUNTED)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    recorded_by: Mapped[str] = mapped_column(String(255), default="")
    entity: Mapped[Entity] = relationship()
    old_asset: Mapped[Asset] = relationship(foreign_keys=[old_asset_id])
    new_asset: Mapped[Asset] = relationship(foreign_keys=[new_asset_id])
    person: Mapped[Person | None] = relationship()
    location: Mapped[Location | None] = relationship()

    __table_args__ = (
        UniqueConstraint("old_asset_id", "new_asset_id"),
        Index("ix_replacement_entity_id_replaced_on", "entity_id", "replaced_on"),
    )

    @property
    def label(self) -> str:
        """What history calls it: the old device, an arrow, the new one."""
        return f"{self.old_asset.label} → {self.new_asset.label}"


class Snapshot(HasPublicId, Base):
    """Figures as they were presented: append-only, with the rule and the day they were computed from."""

    __tablename__ = "renewal_snapshot"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("renewal_rule.id"), index=True)
    year: Mapped[int] = mapped_column()
    perimeter: Mapped[str] = mapped_column(String(20))
    as_of_on: Mapped[date] = mapped_column()
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    presented_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    presented_by: Mapped[str] = mapped_column(String(255), default="")
    note: Mapped[str | None] = mapped_column(Text)
    entity: Mapped[Entity] = relationship()


@event.listens_for(Snapshot, "before_update")
@event.listens_for(Snapshot, "before_delete")
def _keep_as_presented(_mapper: Any, _connection: Any, _row: Snapshot) -> None:
    raise Refused(N_("Figures that were presented are kept as they were. Present new ones."))
