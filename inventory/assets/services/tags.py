"""Proposes the next tag of an entity's own sequence, such as LBX-004513."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from inventory.assets.models import Asset
from inventory.core.database import db, hold
from inventory.organization.models import Entity

DIGITS = 6
MOST_DIGITS = 9


def next_tag(entity: Entity) -> str:
    """Return the tag after the highest of the entity's sequence, as a proposal: nothing is reserved."""
    return next_tags(entity, 1)[0]


def take_tags(entity: Entity, count: int) -> list[str]:
    """Return the next tags of the entity's sequence; whoever else asks waits until this transaction ends."""
    hold(entity)
    return next_tags(entity, count)


def next_tags(entity: Entity, count: int) -> list[str]:
    """Return the tags that follow the highest of the entity's sequence."""
    prefix = f"{entity.code}-"
    # An entity below this one may have a code that begins like its: LBX and LBX-CCAS.
    statement = (
        select(Asset.tag)
        .where(
            Asset.tag.startswith(prefix, autoescape=True),
            func.length(Asset.tag) <= len(prefix) + MOST_DIGITS,
            Asset.tag.not_like(f"{prefix}%-%"),
        )
        .order_by(func.length(Asset.tag).desc(), Asset.tag.desc())
        .limit(100)
    )
    numbers = (
        re.fullmatch(re.escape(prefix) + r"(\d{1,9})", tag or "") for tag in db.session.scalars(statement)
    )
    highest = max((int(found.group(1)) for found in numbers if found), default=0)
    return [f"{prefix}{highest + place:0{DIGITS}d}" for place in range(1, count + 1)]
