"""What is searched of the catalogue: makers, and models with their part number; each leads to the equipment that is theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import db
from inventory.core.wording import N_
from inventory.search import documents
from inventory.search.documents import Document, Searchable, Watch


def manufacturers(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of makers."""
    for row in db.session.scalars(select(Manufacturer).where(Manufacturer.id.in_(ids))):
        yield Document(row.id, row.public_id, row.name, keys=(row.key,))


def models(ids: Sequence[int]) -> Iterator[Document]:
    """Documents of models, with their maker's name."""
    statement = (
        select(Model, Manufacturer.name)
        .join(Manufacturer, Manufacturer.id == Model.manufacturer_id)
        .where(Model.id.in_(ids))
    )
    for row, maker in db.session.execute(statement):
        keys = (row.part_number,) if row.part_number else ()
        yield Document(row.id, row.public_id, row.name, maker, words=(maker,), keys=keys)


def register() -> None:
    """Let models and makers be searched."""
    name = frozenset({"name"})
    documents.register(
        Searchable("model", 6, N_("Models"), "category", Model.id, models, "assets.index",
                   (Watch(Model, name | {"part_number", "manufacturer_id"}),
                    Watch(Manufacturer, name, through=Model.manufacturer_id)), argument="model", listing="catalog.models", order=70,
                   kind=select(Category.kind).where(Category.id == Model.category_id).scalar_subquery())
    )  # fmt: skip
    documents.register(
        Searchable("manufacturer", 7, N_("Makers"), "building", Manufacturer.id, manufacturers, "assets.index",
                   (Watch(Manufacturer, name),), argument="maker", listing="catalog.manufacturers", order=80)
    )  # fmt: skip
