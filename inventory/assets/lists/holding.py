"""The equipment that custom fields are declared on: what is to be filled in, and the lists that show what has a value or none."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, select

from inventory.assets import lifecycle
from inventory.assets.lists.filters import IN_FLEET
from inventory.assets.models import Asset
from inventory.catalog.models import Category
from inventory.core.database import db
from inventory.fields.columns import NONE
from inventory.fields.homes import Things


def _to_fill_in(category_id: str) -> Select[Any]:
    """Return the public ids of the equipment in the fleet, of one category by its public id ("": of all)."""
    statement = select(Asset.public_id).where(Asset.state.not_in(lifecycle.GONE))
    if category_id:
        statement = statement.where(Asset.category.has(Category.public_id == category_id))
    return statement


def _lacking_url(category_id: str, key: str) -> str:
    named = select(Category.code).where(Category.public_id == category_id)
    code = db.session.scalar(named) if category_id else None
    asked: dict[str, Any] = {key: NONE} if key else {}
    return url_for("assets.index", state=IN_FLEET, category=code, **asked)


def _holding_url(key: str, value: str) -> str:
    asked: dict[str, Any] = {key: value}
    return url_for("assets.index", **asked)


THINGS = Things(_to_fill_in, _lacking_url, _holding_url)
