"""What of equipment uses a category, a maker or a model: what is of it, was of it, or is said to be by a source."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import String, cast, exists, func, select

from inventory.assets.lists.filters import EVERYTHING
from inventory.assets.models import Asset, Period, Provenance
from inventory.audit.remembering import memory
from inventory.catalog import uses
from inventory.catalog.uses import MOST_NAMED, Use
from inventory.core.database import among, db
from inventory.core.i18n import ngettext

# The filter of the equipment list that asks for a noun of the catalogue, and what of a row it takes.
_FILTERS = {
    "category": ("category", "code"),
    "manufacturer": ("maker", "public_id"),
    "model": ("model", "public_id"),
}


def _items(count: int) -> str:
    return ngettext("%(num)s item of equipment", "%(num)s items of equipment", count)


def _all_of(row: Any) -> str:
    """Return the list of what is of a category, a maker or a model, what has left the fleet too."""
    key, name = _FILTERS[row.__tablename__]
    return url_for("assets.index", state=EVERYTHING, **{key: getattr(row, name)})


def _named(asset_ids: Any) -> str:
    """Return the list of some assets, the first of them where they are many."""
    found = select(Asset.public_id).where(Asset.id.in_(asset_ids)).order_by(Asset.id).limit(MOST_NAMED)
    return url_for("assets.index", state=EVERYTHING, id=",".join(db.session.scalars(found)))


def _once(row: Any) -> Any:
    """Return the statement of what was of a category and is of another."""
    was = select(Period.asset_id).join(Asset, Asset.id == Period.asset_id)
    return was.where(Period.category_id == row.id, Asset.category_id != row.id).distinct()


ONCE = Use(
    lambda count: ngettext(
        "%(num)s item that was of it before", "%(num)s items that were of it before", count
    ),
    lambda model: exists().where(Period.category_id == model.id),
    lambda row: db.session.scalar(select(func.count()).select_from(_once(row).subquery())) or 0,
    lambda row: _named(_once(row)),
)


def _said(field: str) -> Use:
    """Return the use that sources make of a maker or a model by what they say of equipment that is of another now."""
    column = getattr(Asset, field)

    def of(row: Any) -> Any:
        claims = select(Provenance.asset_id).join(Asset, Asset.id == Provenance.asset_id)
        said = (Provenance.field == field, cast(Provenance.value, String) == str(row.id))
        return claims.where(*said, column.is_distinct_from(row.id)).distinct()

    def ids() -> list[int]:
        said = db.session.scalars(
            select(cast(Provenance.value, String)).where(Provenance.field == field).distinct()
        )
        return sorted(int(text) for text in said if text.isdecimal())

    return Use(
        lambda count: ngettext(
            "%(num)s item of which a source says that it is of it",
            "%(num)s items of which a source says that they are of it",
            count,
        ),
        lambda model: among(model.id, memory().exact(("said of assets", field), ids)),
        lambda row: db.session.scalar(select(func.count()).select_from(of(row).subquery())) or 0,
        lambda row: _named(of(row)),
    )


def register() -> None:
    """Say what of equipment uses the catalogue."""
    for noun in _FILTERS:
        uses.add(noun, "assets", uses.pointing(getattr(Asset, f"{noun}_id"), _items, _all_of))
    uses.add("category", "periods", ONCE)
    uses.add("manufacturer", "said", _said("manufacturer_id"))
    uses.add("model", "said", _said("model_id"))
