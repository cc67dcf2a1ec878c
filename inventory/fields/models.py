"""Custom fields that an administrator declares, and their values on any noun."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.audit.models import CUSTOM
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.ordering import follows
from inventory.core.types import BigId, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.fields.kinds import LONGEST, FieldKind
from inventory.organization.models import Person

# What the names of custom fields begin with in forms, addresses and files.
KEY = "cf_"


class CustomField(HasPublicId, HasVersion, Base):
    """A field that people added. It is declared at a home: a whole noun ("asset", "") or one category ("category", id)."""

    __tablename__ = "custom_field"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    home: Mapped[str] = mapped_column(String(40))
    home_id: Mapped[str] = mapped_column(String(12), default="")
    label: Mapped[str] = mapped_column(String(80))
    name_order: Mapped[str] = follows("label")
    kind: Mapped[FieldKind] = mapped_column(CodeType(FieldKind))
    help: Mapped[str | None] = mapped_column(String(LONGEST))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    is_unique: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=50)
    in_use: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    __table_args__ = (UniqueConstraint("home", "home_id", "label"),)

    @property
    def key(self) -> str:
        """Its name in forms, addresses and exports."""
        return KEY + self.public_id


class CustomValue(Base):
    """What one object has in one custom field; `unique_key` is set where no two may have the same."""

    __tablename__ = "custom_value"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(LONGEST))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    day: Mapped[date | None] = mapped_column()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    unique_key: Mapped[str | None] = mapped_column(String(LONGEST))
    field: Mapped[CustomField] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def told_as(self) -> str:
        """What history calls it among the fields of its object."""
        return CUSTOM + self.field.label

    __table_args__ = (
        UniqueConstraint("field_id", "unique_key"),
        UniqueConstraint("object_type", "object_id", "field_id"),
        Index("ix_custom_value_field_id_text", "field_id", "text"),
    )
