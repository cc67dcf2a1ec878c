"""Reads the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from inventory.catalog import likeness
from inventory.catalog.models import Category, Manufacturer, ManufacturerAlias, Model, ModelAlias
from inventory.core.database import db, lookup
from inventory.core.ordering import holds

FOUND = 20
Row = TypeVar("Row")
_ALIASES: dict[type[Any], tuple[Any, Any]] = {
    Manufacturer: (ManufacturerAlias, ManufacturerAlias.manufacturer_id),
    Model: (ModelAlias, ModelAlias.model_id),
}


def categories() -> Select[tuple[Category]]:
    """Return all categories."""
    return select(Category)


def category_ids(codes: Sequence[str]) -> frozenset[str]:
    """Return the public ids of the categories of these codes."""
    return frozenset(db.session.scalars(select(Category.public_id).where(Category.code.in_(codes))))


def active_categories() -> Sequence[Category]:
    """Return the categories that may be chosen, by id (the built-in ones in the order of their kinds)."""
    return db.session.scalars(lookup(select(Category).where(Category.active).order_by(Category.id))).all()


def manufacturers() -> Select[tuple[Manufacturer]]:
    """Return all makers."""
    return select(Manufacturer)


def models() -> Select[Any]:
    """Return all models with their maker and category."""
    return (
        select(Model)
        .join(Model.manufacturer)
        .options(joinedload(Model.manufacturer), joinedload(Model.category))
    )


def search_models(text: str) -> Sequence[Model]:
    """Return models whose maker, name or part number contains each word of `text`, standard ones first."""
    statement = models()
    for word in text.split()[:6]:
        statement = statement.where(
            or_(
                holds(Model.name_order, word),
                holds(Manufacturer.name_order, word),
                Model.part_number.icontains(word, autoescape=True),
            )
        )
    return db.session.scalars(
        statement.order_by(Model.is_standard.desc(), Model.name_order, Model.id).limit(FOUND)
    ).all()


def search_manufacturers(text: str) -> Sequence[Manufacturer]:
    """Return makers whose name contains `text`."""
    statement = select(Manufacturer).where(holds(Manufacturer.name_order, text))
    return db.session.scalars(statement.order_by(Manufacturer.name_order).limit(FOUND)).all()


def former_keys() -> dict[str, str]:
    """Return the keys of makers that became part of others, each with the key of the one that was kept."""
    statement = select(ManufacturerAlias.key, Manufacturer.key).join(
        Manufacturer, Manufacturer.id == ManufacturerAlias.manufacturer_id
    )
    return {former: kept for former, kept in db.session.execute(statement)}  # noqa: C416 - rows are no pairs to a type checker


def named(model: type[Row], public_ids: Sequence[str]) -> list[Row]:
    """Return the rows of a noun of the catalogue with these public ids, in this order."""
    rows: Any = db.session.scalars(select(model).where(model.public_id.in_(public_ids)))  # type: ignore[attr-defined]
    found = {row.public_id: row for row in rows}
    return [found[one] for one in dict.fromkeys(public_ids) if one in found]


def aliases(model: type[Any], rows: Sequence[Any]) -> dict[int, list[str]]:
    """Return the former names that lead to these makers or models, by their ids."""
    alias, column = _ALIASES[model]
    found: dict[int, list[str]] = {}
    statement = select(column, alias.name).where(column.in_([row.id for row in rows])).order_by(alias.name)
    for id_, name in db.session.execute(statement):
        found.setdefault(id_, []).append(name)
    return found


def kept_instead(model: type[Any], public_id: str) -> str | None:
    """Return the public id of the maker or model that took over the one of this id; None when nothing did."""
    alias, column = _ALIASES[model]
    return db.session.scalar(
        select(model.public_id).join(alias, column == model.id).where(alias.public_id == public_id)
    )


def alike_makers() -> list[list[Manufacturer]]:
    """Return groups of makers that are probably one."""
    rows = db.session.scalars(select(Manufacturer).order_by(Manufacturer.name))
    return likeness.alike(rows, lambda row: likeness.maker_form(row.name))


def alike_models() -> list[list[Model]]:
    """Return groups of models of one maker and one kind that are probably one."""
    rows = db.session.scalars(models().order_by(Manufacturer.name, Model.name))
    return likeness.alike(rows, _model_form)


def _model_form(row: Model) -> tuple[Any, ...]:
    kind = row.category.kind if row.category else None
    return row.manufacturer_id, kind, likeness.model_form(row.name, row.manufacturer.name)


def manufacturer(public_id: str) -> Manufacturer | None:
    """Return the maker of this public id, or None."""
    return db.session.scalar(select(Manufacturer).where(Manufacturer.public_id == public_id))
