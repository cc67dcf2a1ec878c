"""What printers said day by day, and each supply as it was last read with when it runs out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.models import Asset
from inventory.core.database import Base
from inventory.core.types import BigId, UtcDateTime


class PrinterReading(Base):
    """The meters and supplies of a printer as they were last read on a day (UTC).

    `meters`: name → count since it was made; `levels`: key of the supply (`supplies.keyed`) → thousandths left.
    """

    __tablename__ = "printer_reading"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    read_on: Mapped[date] = mapped_column()
    meters: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    levels: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)

    __table_args__ = (UniqueConstraint("asset_id", "read_on"),)


class PrinterSupply(Base):
    """A supply of a printer: what was last read, how many days a full one lasts, and the day on which it is empty then.

    `remaining` is in thousandths of a full one; None where the printer gives no amount (`state`: unlimited, unknown, some_left).
    """

    __tablename__ = "printer_supply"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40), default="other")
    name: Mapped[str] = mapped_column(String(120), default="")
    color: Mapped[str] = mapped_column(String(40), default="")
    remaining: Mapped[int | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(20), default="")
    lasts_days: Mapped[int | None] = mapped_column()
    runs_out_on: Mapped[date | None] = mapped_column()
    replaced_on: Mapped[date | None] = mapped_column()
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asset: Mapped[Asset] = relationship()

    __table_args__ = (
        UniqueConstraint("asset_id", "key"),
        Index("ix_printer_supply_runs_out_on", "runs_out_on"),
    )
