"""Files attached to any noun, by (type, public id); their content is in `storage` under its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, HasPublicId, UtcDateTime


class Attachment(HasPublicId, Base):
    """One file on one object. The same content may be attached to many objects and is kept once."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    has_picture: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[str] = mapped_column(String(40), default="")
    author_label: Mapped[str] = mapped_column(String(255), default="")
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    __table_args__ = (UniqueConstraint("object_type", "object_id", "sha256"),)
