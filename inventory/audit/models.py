"""What changed, by whom and when: audit records, change sets and the row journal that undoes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.core import clock
from inventory.core.database import Base
from inventory.core.titles import HasTitle
from inventory.core.types import BigId, Code, CodeType, HasPublicId, UtcDateTime
from inventory.core.wording import N_

# A change's name of a custom field begins so; the rest is its label, which is nobody's to translate.
CUSTOM = "custom: "


class Action(Code):
    """What an audit record says was done."""

    CREATED = "created", N_("created"), "good", "plus"
    UPDATED = "updated", N_("changed"), "info", "edit"
    DELETED = "deleted", N_("deleted"), "bad", "trash"
    STATE = "state", N_("changed state"), "accent", "switch-horizontal"
    CUSTODY = "custody", N_("changed hands"), "accent", "arrows-transfer-up-down"
    MERGED = "merged", N_("merged"), "warn", "link"
    SIGNED_IN = "signed_in", N_("signed in"), "neutral", "key"
    REFUSED = "refused", N_("was refused"), "warn", "lock"
    NOTED = "noted", N_("note"), "info", "note"
    ATTACHED = "attached", N_("file"), "info", "file"
    UNDONE = "undone", N_("undone"), "warn", "arrow-back-up"


class ChangeSetKind(Code):
    """What grouped the changes."""

    RUN = "run", N_("Scan"), "info", "radar-2"
    IMPORT = "import", N_("Import"), "info", "upload"
    BULK = "bulk", N_("Bulk edit"), "accent", "checklist"
    REVIEW = "review", N_("Review answer"), "accent", "question-mark"
    DELIVERY = "delivery", N_("Delivery"), "info", "truck-delivery"
    HANDOVER = "handover", N_("Handover"), "info", "arrows-transfer-up-down"
    RETURN = "return", N_("Return"), "info", "transfer-in"
    MOVE = "move", N_("Move of a place"), "info", "map-pin"
    DELETION = "deletion", N_("Deletion"), "warn", "trash"
    UNDO = "undo", N_("Undoing"), "warn", "arrow-back-up"


class ChangeSet(HasTitle, HasPublicId, Base):
    """One run, import, bulk act, review answer or undo, with everything that it changed."""

    __tablename__ = "change_set"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[ChangeSetKind] = mapped_column(CodeType(ChangeSetKind))
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(40), default="")
    actor_label: Mapped[str] = mapped_column(String(255), default="")
    entity_id: Mapped[int | None] = mapped_column(BigId, index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    undone_by: Mapped[ChangeSet | None] = relationship(remote_side=[id])


class AuditRecord(Base):
    """One object's change: field → [old, new], with names that outlive what they name."""

    __tablename__ = "audit_record"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    effective_on: Mapped[date | None] = mapped_column()
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(40), default="")
    actor_label: Mapped[str] = mapped_column(String(255), default="")
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    action: Mapped[Action] = mapped_column(CodeType(Action))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(40))
    object_label: Mapped[str] = mapped_column(String(255), default="")
    entity_id: Mapped[int | None] = mapped_column(BigId)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_audit_record_object", "object_type", "object_id", "recorded_at"),
        Index("ix_audit_record_entity_id_recorded_at", "entity_id", "recorded_at"),
    )


class RowChange(Base):
    """One row as it was before and after a change, kept while its change set can be undone."""

    __tablename__ = "row_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    table_name: Mapped[str] = mapped_column(String(60))
    row_key: Mapped[dict[str, Any]] = mapped_column(JSON)
    operation: Mapped[str] = mapped_column(String(6))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
