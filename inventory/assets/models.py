"""Assets and what is dated about them: periods, custody, identifiers, provenance and redirects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.states import (
    Condition,
    DisposalRoute,
    IdentifierKind,
    Ownership,
    SourceKind,
    State,
    TaxMode,
    Usage,
)
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.organization.models import Entity, Location, Person
from inventory.procurement.models import Supplier

# Index expressions (`orders.newest_first`, `oldest_first`, `in_order`), which neither store tells in a form that could be compared.
Base.metadata.info.setdefault("derived", set()).update(
    {"ix_asset_newest", "ix_asset_oldest", "ix_asset_by_tag", "ix_asset_by_serial", "ix_asset_by_name"}
)


class Asset(HasPublicId, HasVersion, Base):
    """One thing of the fleet. State, entity, category and place here are today's: `Period` has them by day."""

    __tablename__ = "asset"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    tag: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str | None] = mapped_column(String(120), index=True)
    serial: Mapped[str | None] = mapped_column(String(120), index=True)
    manufacturer_id: Mapped[int | None] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("model.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[State] = mapped_column(CodeType(State))
    ownership: Mapped[Ownership] = mapped_column(CodeType(Ownership), default=Ownership.OWNED)
    usage: Mapped[Usage] = mapped_column(CodeType(Usage), default=Usage.STAFF)
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    in_scope: Mapped[bool] = mapped_column(default=True)

    ordered_on: Mapped[date | None] = mapped_column()
    received_on: Mapped[date | None] = mapped_column(index=True)
    invoiced_on: Mapped[date | None] = mapped_column()
    first_used_on: Mapped[date | None] = mapped_column()
    commissioned_on: Mapped[date | None] = mapped_column(index=True)
    warranty_starts_on: Mapped[date | None] = mapped_column()
    warranty_ends_on: Mapped[date | None] = mapped_column()
    bios_on: Mapped[date | None] = mapped_column()
    retired_on: Mapped[date | None] = mapped_column()
    wiped_on: Mapped[date | None] = mapped_column()
    disposed_on: Mapped[date | None] = mapped_column()
    disposal_route: Mapped[DisposalRoute | None] = mapped_column(CodeType(DisposalRoute))

    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(String(60))
    accounting_number: Mapped[str | None] = mapped_column(String(60))
    price_cents: Mapped[int | None] = mapped_column()
    price_tax: Mapped[TaxMode] = mapped_column(CodeType(TaxMode), default=TaxMode.EXCLUDED)

    firmware: Mapped[str | None] = mapped_column(String(160))
    os_name: Mapped[str | None] = mapped_column(String(160))
    description: Mapped[str | None] = mapped_column(String(255))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)

    manufacturer: Mapped[Manufacturer | None] = relationship()
    model: Mapped[Model | None] = relationship()
    category: Mapped[Category] = relationship()
    entity: Mapped[Entity] = relationship(foreign_keys=[entity_id])
    payer: Mapped[Entity | None] = relationship(foreign_keys=[payer_id])
    location: Mapped[Location | None] = relationship()
    holder: Mapped[Person | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    last_seen: Mapped[LastSeen | None] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        Index("ix_asset_entity_id_id", "entity_id", "id"),
        Index("ix_asset_entity_id_state", "entity_id", "state"),
        Index("ix_asset_entity_id_category_id", "entity_id", "category_id"),
        Index("ix_asset_state_id", "state", "id"),
        Index("ix_asset_model_id_state", "model_id", "state"),
        {"postgresql_with": {"fillfactor": 90}},
    )

    @property
    def label(self) -> str:
        """What people call it: the tag, else the name, else the serial, else its public id."""
        return self.tag or self.name or self.serial or self.public_id

    @property
    def last_seen_at(self) -> datetime | None:
        """When a source last saw it, None for never."""
        return self.last_seen.last_seen_at if self.last_seen else None


class LastSeen(Base):
    """When an asset was last seen, and by what; none of what never was. Narrow and apart, for every night moves thousands."""

    __tablename__ = "asset_last_seen"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_by: Mapped[SourceKind] = mapped_column(CodeType(SourceKind))

    __table_args__ = (Index("ix_asset_last_seen_last_seen_at_asset_id", "last_seen_at", "asset_id"),)


class Period(Base):
    """A stretch of days, [from_on, until_on), in which state, entity, category and place did not change."""

    __tablename__ = "asset_period"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    state: Mapped[State] = mapped_column(CodeType(State))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    asset: Mapped[Asset] = relationship()
    entity: Mapped[Entity] = relationship()
    category: Mapped[Category] = relationship()
    location: Mapped[Location | None] = relationship()

    __table_args__ = (
        UniqueConstraint("asset_id", "from_on"),
        # Which stretch a day lies in, of which assets of an entity: figures read it from the index alone.
        Index(
            "ix_asset_period_stretch", "entity_id", "from_on", "until_on", "state", "category_id", "asset_id"
        ),
    )


class Custody(HasPublicId, Base):
    """Who or what place answers for an asset, [from_on, until_on), with the condition at both ends."""

    __tablename__ = "custody"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    condition_out: Mapped[Condition | None] = mapped_column(CodeType(Condition))
    condition_in: Mapped[Condition | None] = mapped_column(CodeType(Condition))
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    asset: Mapped[Asset] = relationship()
    person: Mapped[Person | None] = relationship()
    location: Mapped[Location | None] = relationship()


class AssetIdentifier(Base):
    """What names an asset: kind, canonical value and scope (maker of a serial, site of an IP or name)."""

    __tablename__ = "asset_identifier"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    kind: Mapped[IdentifierKind] = mapped_column(CodeType(IdentifierKind))
    value: Mapped[str] = mapped_column(String(160))
    scope: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[SourceKind] = mapped_column(CodeType(SourceKind))
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    asset: Mapped[Asset] = relationship()

    __table_args__ = (
        UniqueConstraint("asset_id", "kind", "value", "scope"),
        Index("ix_asset_identifier_kind_value", "kind", "value"),
    )


class Provenance(Base):
    """What one source says of one field of an asset, when it said so, and whether a person pinned it."""

    __tablename__ = "provenance"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    field: Mapped[str] = mapped_column(String(40))
    source: Mapped[SourceKind] = mapped_column(CodeType(SourceKind))
    source_label: Mapped[str] = mapped_column(String(255), default="")
    value: Mapped[Any] = mapped_column(JSON)
    display: Mapped[str] = mapped_column(String(255), default="")
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    pinned: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[str | None] = mapped_column(String(160))
    asset: Mapped[Asset] = relationship()

    __table_args__ = (UniqueConstraint("asset_id", "field", "source"),)


class Connection(HasPublicId, Base):
    """A thing that hangs on another, a screen on its computer or a dock, [from_on, until_on); on one at a time."""

    __tablename__ = "asset_connection"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    parent: Mapped[Asset] = relationship(foreign_keys=[parent_id])
    child: Mapped[Asset] = relationship(foreign_keys=[child_id])

    __table_args__ = (
        Index(
            "uq_asset_connection_open_child",
            "child_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )


class AssetRedirect(Base):
    """Where a merged asset's address leads now."""

    __tablename__ = "asset_redirect"

    public_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
