"""Mail as the instance sends it: the one row of its settings, and the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.jobs.models import Job
from inventory.notices.smtp import Protection


class MailSettings(HasPublicId, HasVersion, Base):
    """The mail server of the instance, and as whom it writes; there is one row, or none before mail is set up."""

    __tablename__ = "mail_settings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int] = mapped_column()
    protection: Mapped[Protection] = mapped_column(CodeType(Protection))
    ca_pem: Mapped[str | None] = mapped_column(Text)
    account: Mapped[str | None] = mapped_column(String(255))
    password: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted
    sender_address: Mapped[str] = mapped_column(String(255))
    sender_name: Mapped[str | None] = mapped_column(String(120))
    reply_to: Mapped[str | None] = mapped_column(String(255))
    # The instance's own address in links, where the configuration gives none (`public_url`).
    address: Mapped[str | None] = mapped_column(String(255))

    @property
    def label(self) -> str:
        """The server, as the journal names these settings."""
        return self.host


class OutgoingMail(HasPublicId, Base):
    """One mail: kept with its words until it is sent, then as a line that says to whom and when.

    How it goes is its job's to say: waiting, tried again, given up with the reason.
    """

    __tablename__ = "outgoing_mail"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    to_address: Mapped[str] = mapped_column(String(255))
    to_name: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(255))
    # Encrypted, for it may hold a one-time link; removed once sent or too old.
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    useful_until: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job: Mapped[Job | None] = relationship()
