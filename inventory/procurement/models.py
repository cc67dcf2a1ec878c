"""Suppliers: whom equipment is bought or leased from."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from inventory.core.database import Base
from inventory.core.ordering import follows
from inventory.core.types import BigId, HasPublicId, HasVersion


class Supplier(HasPublicId, HasVersion, Base):
    """A company that equipment comes from."""

    __tablename__ = "supplier"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_order: Mapped[str] = follows("name")
    siret: Mapped[str | None] = mapped_column(String(14))
    email: Mapped[str | None] = mapped_column(String(255))
    phone: Mapped[str | None] = mapped_column(String(40))
    website: Mapped[str | None] = mapped_column(String(255))
