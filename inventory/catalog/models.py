"""The catalogue: categories, makers and models, owned by the root entity and readable by all."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.catalog.kinds import Kind
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.ordering import follows
from inventory.core.types import (
    PUBLIC_ID_LENGTH,
    BigId,
    CodeType,
    HasPublicId,
    HasVersion,
    UtcDateTime,
)


class Category(HasPublicId, HasVersion, Base):
    """What people call a sort of equipment: one kind, a service life, and its part in the renewal."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_order: Mapped[str] = follows("name")
    kind: Mapped[Kind] = mapped_column(CodeType(Kind), index=True)
    service_life_months: Mapped[int | None] = mapped_column()
    # Main terminals: in D of the yearly sixth unless a rule says otherwise.
    in_renewal_base: Mapped[bool] = mapped_column(default=False)
    # The workplace environment as a whole (screens, phones, printers…): shown beside the base.
    in_workplace: Mapped[bool] = mapped_column(default=False)
    # The category that a discovered device of this kind gets.
    is_default: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Manufacturer(HasPublicId, HasVersion, Base):
    """A maker; `key` is its name folded (scanners.identity.canonical_maker) so that spellings meet."""

    __tablename__ = "manufacturer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_order: Mapped[str] = follows("name", index=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)


class Model(HasPublicId, HasVersion, Base):
    """A maker's product; may be a standard configuration offered to users."""

    __tablename__ = "model"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    name_order: Mapped[str] = follows("name", index=True)
    part_number: Mapped[str | None] = mapped_column(String(80))
    is_standard: Mapped[bool] = mapped_column(default=False)
    price_cents: Mapped[int | None] = mapped_column()  # before tax
    support_ends_on: Mapped[date | None] = mapped_column()
    carbon_kg: Mapped[int | None] = mapped_column()  # kg CO2e embodied
    manufacturer: Mapped[Manufacturer] = relationship()
    category: Mapped[Category | None] = relationship()

    __table_args__ = (UniqueConstraint("manufacturer_id", "name"),)


class ManufacturerAlias(Base):
    """A maker that became part of another: its key still means the one that was kept, its address leads there."""

    __tablename__ = "manufacturer_alias"

    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ModelAlias(Base):
    """A model that became part of another of the same maker: its name still means the one that was kept.

    `key` is the name folded; None where the maker has a model or an alias of that key already.
    """

    __tablename__ = "model_alias"

    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"))
    key: Mapped[str | None] = mapped_column(String(160))
    model_id: Mapped[int] = mapped_column(ForeignKey("model.id"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    model: Mapped[Model] = relationship()

    __table_args__ = (UniqueConstraint("manufacturer_id", "key"),)
