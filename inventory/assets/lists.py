"""The equipment list's columns and filters, declared once for the page, its exports and every drill-down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Select, func

from inventory.assets import ages, lifecycle, queries
from inventory.assets.models import Asset
from inventory.assets.queries import NEVER, Holder, View
from inventory.assets.states import Ownership, State, Usage
from inventory.catalog import queries as catalog
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import i18n
from inventory.core.access import Scope
from inventory.core.forms import parse_day
from inventory.core.i18n import ngettext
from inventory.core.listing import Column, Filter, Listing, code_options
from inventory.core.types import Code
from inventory.core.web import current_scope
from inventory.core.wording import N_
from inventory.fields import columns as custom
from inventory.organization import queries as organization
from inventory.organization.models import Person

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
IN_USE = "in_use"


def asset_of(row: Any) -> Asset:
    """Return the asset of a row of `queries.listed`."""
    asset: Asset = row if isinstance(row, Asset) else row[0]
    return asset


def _then(row: Any) -> Any:
    return row if isinstance(row, Asset) else row[1]


def _holder(row: Any) -> Person | None:
    if isinstance(row, Asset):
        return row.holder
    return row[2].person if row[2] is not None else None


def chosen_day() -> date | None:
    """Return the day that `as_of` names in the address, or None for today and for nonsense."""
    try:
        return parse_day(request.args.get("as_of", ""), queries.View().day)
    except ValueError:
        return None


def equipment(scope: Scope | None = None) -> Listing:
    """Return the equipment list that the request's address asks for."""
    view = View(chosen_day())
    within = scope or current_scope()
    own = custom.fields_of("asset")
    return Listing(
        "equipment",
        queries.listed(within, view),
        columns=(
            *columns(view),
            *custom.columns("asset", Asset.public_id, lambda row: asset_of(row).public_id, own),
        ),
        filters=(*filters(within, view), *custom.filters("asset", Asset.public_id, own)),
        id_column=Asset.id,
        row_url=lambda row: url_for("assets.detail", public_id=asset_of(row).public_id, on=view.as_of),
        public_id=lambda row: asset_of(row).public_id,
        search=queries.matching,
        default_sort="tag",
    )


def columns(view: View) -> tuple[Column, ...]:
    """Return the list's columns; the dated ones show what held on the view's day."""
    return (
        Column(
            "tag",
            N_("Tag"),
            lambda row: asset_of(row).label,
            kind="code",
            sort=func.coalesce(Asset.tag, "~"),
        ),
        Column("state", N_("State"), lambda row: _then(row).state, kind="badge", sort=view.dated.state),
        Column("model", N_("Model"), lambda row: model_words(asset_of(row)), sort=func.coalesce(Model.name, "~")),
        Column("category", N_("Category"), lambda row: gettext(_then(row).category.name), sort=Category.name),
        Column("holder", N_("Holder"), _holder_words, sort=func.coalesce(Holder.display_name, "~"), url=_holder_url),
        Column("place", N_("Place"), _place_words, url=_place_url),
        Column("serial", N_("Serial number"), lambda row: asset_of(row).serial, sort=func.coalesce(Asset.serial, "~")),
        Column("entity", N_("Entity"), lambda row: _then(row).entity.name),
        Column("age", N_("Age"), lambda row: age_words(asset_of(row), view.day),
               sort=func.coalesce(queries.started(), NEVER), title=_age_title),
        Column("last_seen", N_("Last seen"), lambda row: asset_of(row).last_seen_at, kind="instant",
               sort=func.coalesce(Asset.last_seen_at, LONG_AGO)),
    )  # fmt: skip


def model_words(asset: Asset) -> str | None:
    """Return maker and model as people say them, or None."""
    maker = asset.manufacturer.name if asset.manufacturer else ""
    model = asset.model.name if asset.model else ""
    return f"{maker} {model.removeprefix(maker).strip()}".strip() or None


def age_words(asset: Asset, on: date) -> str | None:
    """Return an age as "6 years" or "7 months", with ≈ before an estimate; None when unknown."""
    age = ages.age_of(asset)
    if age is None:
        return None
    months = age.months(on)
    words = (
        ngettext("%(num)s year", "%(num)s years", months // 12)
        if months >= 24
        else ngettext("%(num)s month", "%(num)s months", months)
    )
    return f"≈ {words}" if age.estimated else words


def _age_title(row: Any) -> str | None:
    age = ages.age_of(asset_of(row))
    return f"{gettext(age.basis.label)}: {i18n.day(age.from_on)}" if age else None


def _holder_words(row: Any) -> str | None:
    holder = _holder(row)
    return holder.display_name if holder else None


def _holder_url(row: Any) -> str | None:
    holder = _holder(row)
    return url_for("people.detail", public_id=holder.public_id) if holder else None


def _place_words(row: Any) -> str | None:
    location = _then(row).location
    return location.name if location else None


def _place_url(row: Any) -> str | None:
    location = _then(row).location
    return url_for("locations.detail", public_id=location.public_id) if location else None


def filters(scope: Scope, view: View) -> tuple[Filter, ...]:
    """Return the list's filters; their parameters are described in `queries`."""
    dated = view.dated
    return (
        _codes("state", N_("State"), State, dated.state, extra={IN_USE: N_("in use")}),
        Filter("category", N_("Category"), _by_category, options=_options("category", _category_options)),
        Filter("family", N_("Part of the fleet"), _by_family, options=_family_options),
        Filter("age", N_("Age"), lambda s, v: queries.by_age(s, v, view), options=_options("age", _age_options)),
        Filter("maker", N_("Maker"), lambda s, v: s.where(Manufacturer.public_id == v), options=cache(lambda: _makers(scope))),
        Filter("model", N_("Model"), lambda s, v: s.where(Model.public_id == v), hidden=True, options=_named(Model, "model")),
        Filter("place", N_("Place"), lambda s, v: queries.at_place(s, v, view), options=cache(lambda: _places(scope))),
        Filter("holder", N_("Holder"), _by_holder, hidden=True, options=_named(Person, "holder", none=N_("nobody"))),
        Filter("owner", N_("Entity itself"), lambda s, v: s.where(dated.entity_id == _entity_id(v)), options=cache(lambda: _entities(scope))),
        _codes("ownership", N_("Ownership"), Ownership, Asset.ownership),
        _codes("usage", N_("Usage"), Usage, Asset.usage),
        Filter("warranty", N_("Warranty"), lambda s, v: queries.by_warranty(s, v, view), options=_warranty_options),
        Filter("unseen", N_("Not seen for"), queries.by_last_seen, options=_options("unseen", _unseen_options)),
        Filter("in_scope", N_("In the scope of the service"), lambda s, v: s.where(Asset.in_scope == (v == "1")), kind="bool",
               options=lambda: [("1", gettext(N_("yes"))), ("0", gettext(N_("no")))]),
        Filter("as_of", N_("As it was on"), lambda s, _v: s, kind="day", options=lambda: _day_options(view)),
    )  # fmt: skip


def _codes(
    key: str, label: str, codes: type[Code], column: Any, *, extra: dict[str, str] | None = None
) -> Filter:
    def apply(statement: Select[Any], value: str) -> Select[Any]:
        wanted = value.split(",")
        known = [code for code in codes if code.value in wanted]
        if IN_USE in wanted and extra:
            known += lifecycle.IN_USE
        return statement.where(column.in_(known))

    def pairs() -> list[tuple[str, str]]:
        more = [(code, gettext(word)) for code, word in (extra or {}).items()]
        return more + code_options(codes)()

    return Filter(key, label, apply, options=_options(key, pairs))


def _options(key: str, pairs: Callable[[], list[tuple[str, str]]]) -> Callable[[], Sequence[tuple[str, str]]]:
    """Return the options, with one more for several values at once so that the chip says them in words."""

    @cache
    def options() -> list[tuple[str, str]]:
        known = pairs()
        value = request.args.get(key, "")
        if value in dict(known) or not value:
            return known
        words = [dict(known).get(part, part) for part in value.split(",")]
        return [*known, (value, ", ".join(words))]

    return options


def _by_category(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where(Category.code.in_(value.split(",")))


def _category_options() -> list[tuple[str, str]]:
    pairs = [(row.code, gettext(row.name)) for row in catalog.active_categories()]
    return sorted(pairs, key=lambda pair: pair[1].casefold())


def _by_family(statement: Select[Any], value: str) -> Select[Any]:
    if value == "main":
        return statement.where(Category.in_renewal_base)
    return statement.where(Category.in_workplace) if value == "workplace" else statement


def _family_options() -> list[tuple[str, str]]:
    return [("main", gettext(N_("Main terminals"))), ("workplace", gettext(N_("Whole workplace fleet")))]


def _age_options() -> list[tuple[str, str]]:
    special = [
        ("over_life", gettext(N_("over its service life"))),
        ("unknown", gettext(N_("unknown"))),
        ("estimated", gettext(N_("estimated"))),
    ]
    return special + [(f"{n}+", gettext(N_("%(num)s years or more"), num=n)) for n in (3, 4, 5, 6, 8, 10)]


def _by_holder(statement: Select[Any], value: str) -> Select[Any]:
    return (
        statement.where(Holder.id.is_(None))
        if value == "none"
        else statement.where(Holder.public_id == value)
    )


def _named(model: type[Any], key: str, none: str = "") -> Callable[[], list[tuple[str, str]]]:
    """Return the one option that a link chose, so that its chip says a name and not an id."""

    @cache
    def options() -> list[tuple[str, str]]:
        value = request.args.get(key, "")
        if value == "none" and none:
            return [(value, gettext(none))]
        row = queries.row_named(model, value) if value else None
        entity_id = getattr(row, "entity_id", None)
        if row is None or (entity_id is not None and entity_id not in current_scope().entity_ids):
            return []
        return [(value, getattr(row, "display_name", None) or row.name)]

    return options


def _makers(scope: Scope) -> list[tuple[str, str]]:
    return [(row.public_id, row.name) for row in queries.makers_in(scope)]


def _places(scope: Scope) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for _entity, rows in organization.location_tree(scope):
        found += [(location.public_id, "\u2003" * depth + location.name) for location, depth in rows]
    return found


def _entities(scope: Scope) -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in organization.tree(scope.entity_ids)]


def _entity_id(code: str) -> int:
    row = organization.entities_named([code]).get(code)
    return row.id if row else 0


def _warranty_options() -> list[tuple[str, str]]:
    days = [(str(n), ngettext("ends within %(num)s day", "ends within %(num)s days", n)) for n in (30, 90, 180, 365)]
    return [
        *days,
        ("running", gettext(N_("running"))),
        ("ended", gettext(N_("ended"))),
        ("unknown", gettext(N_("unknown"))),
    ]


def _unseen_options() -> list[tuple[str, str]]:
    days = [(str(n), ngettext("%(num)s day", "%(num)s days", n)) for n in (7, 30, 90, 180, 365)]
    return [*days, ("never", gettext(N_("never seen")))]


def _day_options(view: View) -> list[tuple[str, str]]:
    return [(request.args["as_of"], i18n.day(view.as_of))] if view.as_of and "as_of" in request.args else []
