"""Links from sightings to assets or people, the questions put to people, and their remembered answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, Code, CodeType, HasPublicId, UtcDateTime
from inventory.core.wording import N_
from inventory.discovery.models import Sighting
from inventory.organization.models import Entity, Person


class ReviewKind(Code):
    """What is asked."""

    UNKNOWN_DEVICE = "unknown_device", N_("Unknown device"), "info", "question-mark"
    AMBIGUOUS = "ambiguous", N_("Several possible matches"), "warn", "switch-horizontal"
    POSSIBLE_MATCH = "possible_match", N_("Possible match"), "info", "link"
    DUPLICATE = "duplicate", N_("Possible duplicate"), "warn", "link"
    CONFLICT = "conflict", N_("Conflicting values"), "warn", "alert-triangle"
    VANISHED = "vanished", N_("No longer seen"), "neutral", "eye-off"
    OTHER_ENTITY = "other_entity", N_("Seen in another entity"), "warn", "map-pin"
    REPLACEMENT = "replacement", N_("Probable replacement"), "accent", "refresh"


class ReviewState(Code):
    """Where a question stands."""

    OPEN = "open", N_("open"), "warn", "question-mark"
    ANSWERED = "answered", N_("answered"), "good", "check"
    OBSOLETE = "obsolete", N_("no longer asked"), "neutral", "history"


class Answer(Code):
    """What a person may answer; each kind of review offers some of these."""

    CREATE = "create", N_("Create a new asset"), "accent", "plus"
    LINK = "link", N_("It is this asset"), "accent", "link"
    DIFFERENT = "different", N_("They are different things"), "neutral", "unlink"
    MERGE = "merge", N_("Merge the two"), "warn", "link"
    KEEP = "keep", N_("Keep what we have"), "neutral", "pin"
    TAKE = "take", N_("Take what was seen"), "accent", "download"
    MISSING = "missing", N_("Mark it missing"), "warn", "question-mark"
    MOVE = "move", N_("Move it to that entity"), "accent", "map-pin"
    RECORD = "record", N_("Record the replacement"), "accent", "refresh"
    IGNORE = "ignore", N_("Ignore this device"), "neutral", "eye-off"


class Link(Base):
    """A sighting's asset (or person): what rule or who decided it."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sighting.id"), unique=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(String(255))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sighting: Mapped[Sighting] = relationship()
    asset: Mapped[Asset | None] = relationship()
    person: Mapped[Person | None] = relationship()


class Constraint(Base):
    """A remembered answer: this sighting must, or cannot, be that asset; outranks every rule."""

    __tablename__ = "reconciliation_constraint"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sighting.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    must_link: Mapped[bool] = mapped_column()  # False with no asset: ignore the sighting altogether
    decided_by: Mapped[str] = mapped_column(String(255))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    __table_args__ = (UniqueConstraint("sighting_id", "asset_id"),)


class Review(HasPublicId, Base):
    """An open question to a person, with its evidence in words and the answers it offers."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[ReviewKind] = mapped_column(CodeType(ReviewKind))
    state: Mapped[ReviewState] = mapped_column(CodeType(ReviewState), default=ReviewState.OPEN)
    # One question is asked once: kind plus what it is about.
    question_key: Mapped[str] = mapped_column(String(200), unique=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    sighting_id: Mapped[int | None] = mapped_column(ForeignKey("sighting.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    candidate_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # asset ids, best first
    # [[N_ sentence, params], …]
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    proposed: Mapped[Answer | None] = mapped_column(CodeType(Answer))
    answer: Mapped[Answer | None] = mapped_column(CodeType(Answer))
    answered_by: Mapped[str | None] = mapped_column(String(255))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sighting: Mapped[Sighting | None] = relationship()
    asset: Mapped[Asset | None] = relationship()
    entity: Mapped[Entity] = relationship()

    __table_args__ = (Index("ix_review_state_entity_id_id", "state", "entity_id", "id"),)
