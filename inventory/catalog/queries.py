"""Reads the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.database import db

FOUND = 20


def categories() -> Select[tuple[Category]]:
    """Return all categories."""
    return select(Category)


def category_ids(codes: Sequence[str]) -> frozenset[str]:
    """Return the public ids of the categories of these codes."""
    return frozenset(db.session.scalars(select(Category.public_id).where(Category.code.in_(codes))))


def active_categories() -> Sequence[Category]:
    """Return the categories that may be chosen, by id (the built-in ones in the order of their kinds)."""
    return db.session.scalars(select(Category).where(Category.active).order_by(Category.id)).all()


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
                Model.name.icontains(word, autoescape=True),
                Manufacturer.name.icontains(word, autoescape=True),
                Model.part_number.icontains(word, autoescape=True),
            )
        )
    return db.session.scalars(
        statement.order_by(Model.is_standard.desc(), Model.name, Model.id).limit(FOUND)
    ).all()


def search_manufacturers(text: str) -> Sequence[Manufacturer]:
    """Return makers whose name contains `text`."""
    statement = select(Manufacturer).where(Manufacturer.name.icontains(text, autoescape=True))
    return db.session.scalars(statement.order_by(func.lower(Manufacturer.name)).limit(FOUND)).all()


def manufacturer(public_id: str) -> Manufacturer | None:
    """Return the maker of this public id, or None."""
    return db.session.scalar(select(Manufacturer).where(Manufacturer.public_id == public_id))
