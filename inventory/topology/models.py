"""Which switch port each asset hangs on, and which ports lead from one switch to another, since when and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.models import Asset
from inventory.core.database import Base
from inventory.core.types import BigId, CodeType, UtcDateTime
from inventory.topology.states import Confidence, LinkReason, Reason

_OPEN = text("until IS NULL")


class PortAttachment(Base):
    """An address of an asset on a port of a switch (or a radio of an access point), [since, until); on one at a time."""

    __tablename__ = "port_attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_code: Mapped[str] = mapped_column(String(20), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    # Empty where the asset announced itself and no address of it was learnt.
    mac: Mapped[str] = mapped_column(String(17), default="")
    switch_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    port: Mapped[int | None] = mapped_column()  # ifIndex; None: on some radio
    port_name: Mapped[str] = mapped_column(String(120), default="")
    # What the switch's administrator wrote on the port (ifAlias), such as the number of the wall socket.
    port_alias: Mapped[str] = mapped_column(String(120), default="")
    vlan: Mapped[int | None] = mapped_column()
    via_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    reason: Mapped[Reason] = mapped_column(CodeType(Reason))
    confidence: Mapped[Confidence] = mapped_column(CodeType(Confidence))
    detail: Mapped[str] = mapped_column(String(64), default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Moved every night without a trace, as last dates are elsewhere.
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asset: Mapped[Asset] = relationship(foreign_keys=[asset_id])
    switch: Mapped[Asset] = relationship(foreign_keys=[switch_id])
    via: Mapped[Asset | None] = relationship(foreign_keys=[via_id])

    __table_args__ = (
        Index(
            "uq_port_attachment_open",
            "asset_id",
            "mac",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class SwitchLink(Base):
    """A port of a switch that leads to another switch (`peer`; only its name where no asset is known), [since, until)."""

    __tablename__ = "switch_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_code: Mapped[str] = mapped_column(String(20), index=True)
    switch_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    port: Mapped[int] = mapped_column()
    port_name: Mapped[str] = mapped_column(String(120), default="")
    peer_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"), index=True)
    peer_name: Mapped[str] = mapped_column(String(120), default="")
    peer_port: Mapped[str] = mapped_column(String(120), default="")
    protocol: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[LinkReason] = mapped_column(CodeType(LinkReason))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switch: Mapped[Asset] = relationship(foreign_keys=[switch_id])
    peer: Mapped[Asset | None] = relationship(foreign_keys=[peer_id])
