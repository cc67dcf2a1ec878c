"""What cells of the equipment list say: product, age, holder and place of a row."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import Row

from inventory.assets import ages
from inventory.assets.ages import Age
from inventory.assets.models import Asset
from inventory.core import i18n
from inventory.core.i18n import ngettext
from inventory.core.wording import N_
from inventory.organization.models import Person


def asset_of(row: Any) -> Any:
    """Return the asset of a row of `queries.listed`; what stands for one (by its public id) is returned as it is."""
    return row[0] if isinstance(row, Row) else row


def then(row: Any) -> Any:
    """Return what holds the dated fields of a row: the asset today, its period on a past day."""
    return row[1] if isinstance(row, Row) else row


def model_words(asset: Asset) -> str | None:
    """Return maker and model as people say them, or None."""
    maker = asset.manufacturer.name if asset.manufacturer else ""
    model = asset.model.name if asset.model else ""
    return f"{maker} {model.removeprefix(maker).strip()}".strip() or None


def age_words(asset: Asset, on: date) -> str | None:
    """Return an age as "6 years" or "7 months", with ≈ before an estimate; None when unknown."""
    age = ages.age_of(asset)
    return _long(age.months(on), age.estimated, i18n.language()) if age else None


# Half of a fleet is of the same few ages, and each page says fifty of them.
@lru_cache(maxsize=2048)
def _long(months: int, estimated: bool, _language: str) -> str:
    if months < 1:
        return gettext(N_("under a month"))
    words = (
        ngettext("%(num)s year", "%(num)s years", months // 12)
        if months >= 24
        else ngettext("%(num)s month", "%(num)s months", months)
    )
    return f"≈ {words}" if estimated else words


def age_title(row: Any) -> str | None:
    """Return which day an age counts from, and what is known of that day."""
    age = ages.age_of(asset_of(row))
    return _counted_from(age, i18n.language()) if age else None


@lru_cache(maxsize=4096)
def _counted_from(age: Age, _language: str) -> str:
    return i18n.labelled(gettext(age.basis.label), i18n.day(age.from_on))


def holder(row: Any) -> Person | None:
    """Return who holds the asset of a row, on the list's day."""
    if isinstance(row, Row):
        return row[2].person if row[2] is not None else None
    found: Person | None = row.holder
    return found


def holder_words(row: Any) -> str | None:
    """Return the holder's name."""
    found = holder(row)
    return found.display_name if found else None


def place_words(row: Any) -> str | None:
    """Return the place's name."""
    location = then(row).location
    return location.name if location else None
