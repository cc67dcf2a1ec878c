"""Reads suppliers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from inventory.core.database import db
from inventory.core.ordering import holds
from inventory.procurement.models import Supplier


def suppliers() -> Select[tuple[Supplier]]:
    """Return all suppliers."""
    return select(Supplier)


def search_suppliers(text: str, limit: int = 20) -> Sequence[Supplier]:
    """Return suppliers whose name contains `text`."""
    statement = select(Supplier).where(holds(Supplier.name_order, text)).order_by(Supplier.name_order)
    return db.session.scalars(statement.limit(limit)).all()
