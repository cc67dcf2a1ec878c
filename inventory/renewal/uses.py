"""What of the renewal uses a category: the rules that name their base."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from inventory.catalog import uses
from inventory.catalog.uses import Use
from inventory.core.database import db
from inventory.core.i18n import ngettext
from inventory.organization.models import Entity
from inventory.renewal.models import RenewalRule


def _rules() -> list[tuple[list[int], str]]:
    """Return the categories that each rule names, with the code of the rule's entity."""
    statement = select(RenewalRule.category_ids, Entity.code).join(Entity, Entity.id == RenewalRule.entity_id)
    named = statement.where(RenewalRule.category_ids.is_not(None)).order_by(Entity.path)
    return [(ids, code) for ids, code in db.session.execute(named) if ids]


def _naming(row: Any) -> list[str]:
    return list(dict.fromkeys(code for ids, code in _rules() if row.id in ids))


IN_RULES = Use(
    lambda count: ngettext("%(num)s renewal rule", "%(num)s renewal rules", count),
    lambda model: model.id.in_({id_ for ids, _code in _rules() for id_ in ids}),
    lambda row: len(_naming(row)),
    lambda row: url_for("renewal.rule", code=_naming(row)[0]),
)


def register() -> None:
    """Say what of the renewal uses categories."""
    uses.add("category", "rules", IN_RULES)
