"""Notes that people write on any noun, by (type, public id)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, HasPublicId, HasVersion, UtcDateTime


class Note(HasPublicId, HasVersion, Base):
    """A few lines by one author; a pinned one stands first."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    pinned: Mapped[bool] = mapped_column(default=False)
    # Without a foreign key, as in history: the words outlive the account.
    author_id: Mapped[str] = mapped_column(String(40), default="")
    author_label: Mapped[str] = mapped_column(String(255), default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_note_object_type_object_id", "object_type", "object_id"),)
