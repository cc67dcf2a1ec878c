"""Proposes the next tag of an entity's own sequence, such as LBX-004513."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from inventory.assets.models import Asset
from inventory.core.database import db
from inventory.organization.models import Entity

DIGITS = 6


def next_tag(entity: Entity) -> str:
    """Return the tag after the highest of the entity's sequence; nothing is reserved, the store refuses a double."""
    prefix = f"{entity.code}-"
    statement = (
        select(Asset.tag)
        .where(Asset.tag.startswith(prefix, autoescape=True))
        .order_by(func.length(Asset.tag).desc(), Asset.tag.desc())
        .limit(100)
    )
    numbers = (
        re.fullmatch(re.escape(prefix) + r"(\d{1,9})", tag or "") for tag in db.session.scalars(statement)
    )
    highest = max((int(found.group(1)) for found in numbers if found), default=0)
    return f"{prefix}{highest + 1:0{DIGITS}d}"
