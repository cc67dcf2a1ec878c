"""The equipment list's columns: those that everybody sees, and those that somebody may choose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import func

from inventory.assets import ages, orders, queries
from inventory.assets.fields import LABELS
from inventory.assets.lists.words import (
    age_title,
    age_words,
    asset_of,
    holder,
    holder_words,
    model_words,
    place_words,
    then,
)
from inventory.assets.models import Asset, LastSeen
from inventory.assets.queries import Holder, View
from inventory.assets.states import Ownership, State, Usage
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.addresses import pattern
from inventory.core.listing import AsShown, Column, by_label
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization import queries as organization


def columns(view: View) -> tuple[Column, ...]:
    """Return the list's columns; the dated ones show what held on the view's day.

    Headings of files are the names that an import knows: what is exported can be brought back.
    """
    dated, day, names, word, is_today = view.dated, view.day, _Names(), cache(gettext), view.as_of is None
    return (
        Column("tag", LABELS["tag"], lambda row: asset_of(row).label, kind="code",
               sort=orders.in_order(Asset.tag), data=(Asset.tag,)),
        Column("state", LABELS["state"], lambda row: then(row).state, kind="badge",
               sort=by_label(dated.state, State, walked=is_today), data=(dated.state,)),
        Column("model", LABELS["model"], lambda row: model_words(asset_of(row)), sort=orders.in_order(Model.name_order),
               data=(Model.name,)),
        Column("category", LABELS["category"], lambda row: word(then(row).category.name),
               sort=AsShown(dated.category_id, _category_words, walked=is_today), data=(Category.name,), shape=word),
        Column("holder", LABELS["holder"], holder_words, sort=orders.in_order(Holder.name_order), url=_page_of("people.detail", holder),
               data=(Holder.display_name,)),
        Column("place", LABELS["location"], place_words, url=_page_of("locations.detail", lambda row: then(row).location), data=(dated.location_id,), shape=names.place),
        Column("entity", LABELS["entity"], lambda row: then(row).entity.name, data=(dated.entity_id,), shape=names.entity),
        Column("serial", LABELS["serial"], lambda row: asset_of(row).serial, sort=orders.in_order(Asset.serial),
               data=(Asset.serial,)),
        Column("age", N_("Age"), lambda row: age_words(asset_of(row), day),
               sort=orders.oldest_first(), down=orders.newest_first(), title=age_title, data=(orders.started(),),
               shape=lambda started: _years(started, day)),
        Column("last_seen", N_("Last seen"), lambda row: asset_of(row).last_seen_at, kind="instant",
               sort=orders.last_seen(), data=(LastSeen.last_seen_at,)),
        Column("added", N_("Added"), lambda row: asset_of(row).created_at, kind="instant", sort=Asset.created_at,
               shown=False, data=(Asset.created_at,)),
        Column("manufacturer", LABELS["manufacturer"], lambda row: m.name if (m := asset_of(row).manufacturer) else None,
               sort=orders.in_order(Manufacturer.name_order), shown=False, in_files=True, data=(Manufacturer.name,)),
        *_chosen(),
    )  # fmt: skip


def _category_words() -> dict[int, str]:
    return {id_: gettext(name) for id_, name in queries.used_categories().items()}


def _page_of(endpoint: str, read: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    address = pattern(endpoint)
    return lambda row: address(found.public_id) if (found := read(row)) is not None else None


def _chosen() -> tuple[Column, ...]:
    """Return the columns of plain fields that somebody may choose."""
    return (
        _plain("name", in_files=True),
        _plain("warranty_ends_on", "day"),
        _plain("received_on", "day"),
        _plain("first_used_on", "day"),
        _plain("commissioned_on", "day"),
        _plain("price_cents", "euros"),
        _plain("ownership", "badge", codes=Ownership),
        _plain("usage", "badge", codes=Usage),
        _plain("os_name"),
        _plain("firmware"),
        _plain("order_number"),
        _plain("accounting_number"),
    )


def _plain(
    name: str, kind: str = "text", *, in_files: bool = False, codes: type[Code] | None = None
) -> Column:
    attribute = getattr(Asset, name)
    least: Any = {"day": date(1, 1, 1), "euros": -1}.get(kind)
    sort = orders.in_order(attribute) if least is None else func.coalesce(attribute, least)
    return Column(
        name,
        LABELS[name],
        lambda row: getattr(asset_of(row), name),
        kind=kind,
        sort=by_label(attribute, codes) if codes is not None else sort,
        shown=False,
        in_files=in_files,
        data=(attribute,),
    )


def _years(day: date | None, on: date) -> float | None:
    """Return an age in years with one decimal, None when unknown."""
    return None if day is None else round(max(0, ages.months_between(day, on)) / 12, 1)


class _Names:
    """Names of entities and places by id, read once and only for a file that shows them."""

    def __init__(self) -> None:
        self.place = _named(organization.place_names)
        self.entity = _named(organization.entity_names)


def _named(read: Callable[[], dict[int, str]]) -> Callable[[int | None], str | None]:
    once = cache(read)
    return lambda id_: once().get(id_) if id_ is not None else None
