"""The equipment list as the request's address asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from flask import request

from inventory.assets import queries
from inventory.assets.lists.columns import columns
from inventory.assets.lists.filters import EVERYTHING, IN_FLEET, filters
from inventory.assets.lists.words import asset_of
from inventory.assets.models import Asset
from inventory.assets.queries import View
from inventory.catalog import queries as catalog
from inventory.core.access import Scope
from inventory.core.addresses import pattern
from inventory.core.days import parse_day
from inventory.core.listing import Column, Filter, Listing, Usual, number_in_parc
from inventory.core.web import current_scope
from inventory.fields import columns as custom
from inventory.fields.models import CustomField


def chosen_day() -> date | None:
    """Return the day that `as_of` names in the address, or None for today and for nonsense."""
    try:
        return parse_day(request.args.get("as_of", ""), View().day)
    except ValueError:
        return None


Added = tuple[Sequence[Column], Sequence[Filter]]
# Features to the right add what they know of equipment, on the list's day.
_ADDED: dict[str, Callable[[View], Added]] = {}


def add(key: str, added: Callable[[View], Added]) -> None:
    """Add columns and filters to the equipment list; their rows are those of the list, or stand for one by its public id."""
    _ADDED[key] = added


def equipment(scope: Scope | None = None) -> Listing:
    """Return the equipment list that the request's address asks for."""
    view = View(chosen_day())
    within = scope or current_scope()
    own = custom.fields_of("asset")
    address = pattern("assets.detail", on=view.as_of)
    more = [added(view) for added in _ADDED.values()]
    listing = Listing(
        "equipment",
        queries.listed_bare(within, view),
        joins=queries.joins(view),
        columns=(
            *columns(view),
            *(column for some, _filters in more for column in some),
            *custom.columns(
                "asset", Asset.public_id, lambda row: asset_of(row).public_id, own, at=_narrowed_to(own)
            ),
            number_in_parc(lambda row: asset_of(row).public_id),
        ),
        filters=(
            *filters(view),
            *(one for _columns, some in more for one in some),
            *custom.filters("asset", Asset.public_id, own),
        ),
        id_column=Asset.id,
        row_url=lambda row: address(asset_of(row).public_id),
        public_id=lambda row: asset_of(row).public_id,
        public_id_column=Asset.public_id,
        search=queries.matching,
        default_sort="-age",
        usual=Usual("state", IN_FLEET, EVERYTHING),
    ).recorded()
    # What has come since stands before what there was on a past day, and is passed over one by one.
    return listing.settled() if view.as_of is not None and listing.sort_key == "age" else listing


def _narrowed_to(own: Sequence[CustomField]) -> Collection[str]:
    """Return the public ids of the categories that the address asks for, where a custom field is of one category."""
    codes = request.args.get("category", "")
    if not codes or not any(field.home_id for field in own):
        return ()
    return catalog.category_ids(codes.split(","))
