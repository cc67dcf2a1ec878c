"""Entities, places and people: whom the fleet belongs to, where it stands and who holds it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.core import clock
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.core.database import Base
from inventory.core.ordering import follows
from inventory.core.types import BigId, Code, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.core.wording import N_

# A person's e-mail address as a directory may hold it: a server's name without a dot is one too.
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


class EntityKind(Code):
    """What an entity is."""

    METROPOLIS = "metropolis", N_("Metropolis"), "accent", "building"
    COMMUNE = "commune", N_("Commune"), "info", "building-community"
    CCAS = "ccas", N_("Social centre (CCAS)"), "info", "users"
    SCHOOL = "school", N_("School"), "info", "building"
    DEPARTMENT = "department", N_("Department"), "neutral", "building"
    OTHER = "other", N_("Other body"), "neutral", "building"


class LocationKind(Code):
    """What a place is."""

    CAMPUS = "campus", N_("Campus"), "neutral", "map-pin"
    BUILDING = "building", N_("Building"), "neutral", "building"
    FLOOR = "floor", N_("Floor"), "neutral", "category"
    ROOM = "room", N_("Room"), "neutral", "door"
    STOCKROOM = "stockroom", N_("Stockroom"), "neutral", "package"
    RACK = "rack", N_("Rack"), "neutral", "server"

    @classmethod
    def usual_inside(cls, above: LocationKind | None) -> LocationKind:
        """Return what a new place most often is inside one of this kind, or at the top."""
        inside = {None: cls.BUILDING, cls.CAMPUS: cls.BUILDING, cls.BUILDING: cls.FLOOR, cls.FLOOR: cls.ROOM}
        return inside.get(above, cls.RACK)


class PersonKind(Code):
    """Why a person is known."""

    AGENT = "agent", N_("Staff member"), "neutral", "user"
    ELECTED = "elected", N_("Elected official"), "info", "user"
    PUBLIC = "public", N_("Public user"), "neutral", "user"
    PROVIDER = "provider", N_("Provider"), "neutral", "user"
    GENERIC = "generic", N_("Shared account"), "neutral", "users"


class Entity(HasPublicId, HasVersion, Base):
    """A node of the one tree: metropolis, commune, CCAS, school, department."""

    __tablename__ = "entity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    # Ids from the root to this one, "/1/7/": a prefix is a branch.
    path: Mapped[str] = mapped_column(String(255), default="", index=True)
    kind: Mapped[EntityKind] = mapped_column(CodeType(EntityKind))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    siret: Mapped[str | None] = mapped_column(String(14))
    time_zone: Mapped[str] = mapped_column(String(40), default=DEFAULT_TIME_ZONE)
    closed_on: Mapped[date | None] = mapped_column()
    parent: Mapped[Entity | None] = relationship(remote_side=[id])


class EntitySetting(Base):
    """One setting given on one entity; those below inherit it unless they set their own."""

    __tablename__ = "entity_setting"

    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Location(HasPublicId, HasVersion, Base):
    """A place: campus, building, floor, room, stockroom or rack of one entity."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    path: Mapped[str] = mapped_column(String(255), default="", index=True)
    kind: Mapped[LocationKind] = mapped_column(CodeType(LocationKind))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str | None] = mapped_column(String(255))
    closed_on: Mapped[date | None] = mapped_column()
    parent: Mapped[Location | None] = relationship(remote_side=[id])
    entity: Mapped[Entity] = relationship()

    __table_args__ = (UniqueConstraint("entity_id", "parent_id", "name"),)


class Person(HasPublicId, HasVersion, Base):
    """Somebody who may hold assets; the directory's GUID is the key where there is one, never the name."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    kind: Mapped[PersonKind] = mapped_column(CodeType(PersonKind), default=PersonKind.AGENT)
    given_name: Mapped[str | None] = mapped_column(String(120))
    family_name: Mapped[str | None] = mapped_column(String(120))
    display_name: Mapped[str] = mapped_column(String(255))
    name_order: Mapped[str] = follows("display_name", index=True)
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    mobile: Mapped[str | None] = mapped_column(String(40))
    login: Mapped[str | None] = mapped_column(String(120), index=True)
    employee_number: Mapped[str | None] = mapped_column(String(40))
    department: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[str | None] = mapped_column(String(120))
    directory_guid: Mapped[str | None] = mapped_column(String(40), unique=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    leaves_on: Mapped[date | None] = mapped_column()
    # Set when a whole reading of the directory no longer has this person.
    absent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Fields that a person has edited: a directory reading leaves these alone.
    pinned_fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    entity: Mapped[Entity] = relationship()
    location: Mapped[Location | None] = relationship()

    __table_args__ = (Index("ix_person_entity_id_name_order", "entity_id", "name_order"),)
