"""What of the catalogue itself uses a category or a maker: models, and the custom fields of a category."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import exists, func, select

from inventory.catalog import uses
from inventory.catalog.models import Model
from inventory.catalog.uses import Use
from inventory.core.database import db
from inventory.core.i18n import ngettext
from inventory.fields.models import CustomField


def _models(count: int) -> str:
    return ngettext("%(num)s model", "%(num)s models", count)


FIELDS = Use(
    lambda count: ngettext("%(num)s custom field", "%(num)s custom fields", count),
    lambda model: exists().where(CustomField.home == "category", CustomField.home_id == model.public_id),
    lambda row: (
        db.session.scalar(
            select(func.count()).where(CustomField.home == "category", CustomField.home_id == row.public_id)
        )
        or 0
    ),
    lambda row: url_for("catalog.edit_category", public_id=row.public_id, _anchor="own-fields"),
)


def register() -> None:
    """Say what of the catalogue uses its categories and makers."""
    of_category = uses.pointing(
        Model.category_id, _models, lambda row: url_for("catalog.models", category=row.code)
    )
    of_maker = uses.pointing(
        Model.manufacturer_id, _models, lambda row: url_for("catalog.models", q=row.name)
    )
    uses.add("category", "models", of_category)
    uses.add("manufacturer", "models", of_maker)
    uses.add("category", "fields", FIELDS)
