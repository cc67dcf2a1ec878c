"""What is searched of suppliers: name, SIRET, e-mail and telephone; each leads to the equipment that it sold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from inventory.core.database import db
from inventory.core.wording import N_
from inventory.procurement.models import Supplier
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch


def suppliers(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of suppliers."""
    for row in db.session.scalars(select(Supplier).where(Supplier.id.in_(ids))):
        keys = tuple(key for key in (row.siret, row.email, row.phone) if key)
        yield Document(row.id, row.public_id, row.name, row.email or "", keys=keys)


def register() -> None:
    """Let suppliers be searched."""
    columns = frozenset({"name", "siret", "email", "phone"})
    documents.register(
        Searchable("supplier", 8, N_("Suppliers"), "truck-delivery", Supplier.id, suppliers, "assets.index",
                   (Watch(Supplier, columns),), argument="supplier", listing="procurement.index", order=90)
    )  # fmt: skip
