"""The lists of the catalogue: columns, filters and searches."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, case, func, not_, or_

from inventory.catalog import queries, uses
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core.addresses import row_pages
from inventory.core.listing import Column, Filter, Listing, code_options, tallied
from inventory.core.ordering import by_letters, holds
from inventory.core.wording import N_


def _words(*names: Any, code: Any) -> Any:
    """Return a search that keeps rows where each word is in one of the names, given by their orders, or in a code."""

    def search(statement: Select[Any], text: str) -> Select[Any]:
        for word in text.split()[:6]:
            named = (holds(name, word) for name in names)
            statement = statement.where(or_(code.icontains(word, autoescape=True), *named))
        return statement

    return search


def _by_name() -> Any:
    """Return the order of categories by their names as the reader has them: those that Parc brings are translated."""
    shown = {kind.label: by_letters(gettext(kind.label)) for kind in Kind}
    return case(shown, value=Category.name, else_=Category.name_order)


def _used(model: type[Any]) -> Filter:
    """Return the filter that tells what is used, or ever was, from what may be deleted."""

    def narrow(statement: Select[Any], value: str) -> Select[Any]:
        return statement.where(uses.used(model) if value == "1" else not_(uses.used(model)))

    return Filter("used", N_("Used"), narrow, kind="bool")


def categories() -> Listing:
    """Return the list of categories."""
    return Listing(
        "categories",
        queries.categories(),
        columns=(
            Column("name", N_("Name"), lambda row: gettext(row.name), kind="name", sort=_by_name()),
            Column("kind", N_("Kind"), lambda row: gettext(row.kind.label)),
            *tallied("category"),
            Column("life", N_("Service life in months"), lambda row: row.service_life_months, kind="number",
                   sort=func.coalesce(Category.service_life_months, 0)),
            Column("base", N_("In the yearly sixth"), lambda row: row.in_renewal_base, kind="bool"),
            Column("workplace", N_("Digital workplace"), lambda row: row.in_workplace, kind="bool"),
            Column("active", N_("May be chosen"), lambda row: row.active, kind="bool"),
        ),
        filters=(
            Filter("kind", N_("Kind"), lambda s, v: s.where(Category.kind == v) if v in list(Kind) else s, options=code_options(Kind)),
            Filter("base", N_("Counts in the yearly sixth"), lambda s, v: s.where(Category.in_renewal_base == (v == "1")), kind="bool"),
            _used(Category),
        ),
        id_column=Category.id,
        row_url=row_pages("catalog.edit_category"),
        search=_words(_by_name(), code=Category.code),
        default_sort="name",
    )  # fmt: skip


def manufacturers() -> Listing:
    """Return the list of makers."""
    return Listing(
        "makers",
        queries.manufacturers(),
        columns=(
            Column("name", N_("Name"), lambda row: row.name, kind="name", sort=Manufacturer.name_order),
            Column("key", N_("Recognised as"), lambda row: row.key),
            *tallied("manufacturer"),
        ),
        filters=(_used(Manufacturer),),
        id_column=Manufacturer.id,
        row_url=row_pages("catalog.edit_manufacturer"),
        search=_words(Manufacturer.name_order, code=Manufacturer.key),
        default_sort="name",
    )


def models() -> Listing:
    """Return the list of models."""
    return Listing(
        "models",
        queries.models(),
        columns=(
            Column("name", N_("Name"), lambda row: row.name, kind="name", sort=Model.name_order),
            Column("maker", N_("Maker"), lambda row: row.manufacturer.name, sort=Manufacturer.name_order),
            Column("category", N_("Category"), lambda row: gettext(row.category.name) if row.category else None),
            *tallied("model"),
            Column("part_number", N_("Part number"), lambda row: row.part_number),
            Column("standard", N_("Standard"), lambda row: row.is_standard, kind="bool"),
            Column("price", N_("Price before tax"), lambda row: row.price_cents, kind="euros", sort=func.coalesce(Model.price_cents, 0)),
            Column("support", N_("Supported until"), lambda row: row.support_ends_on, kind="day"),
        ),
        filters=(
            Filter("standard", N_("Standard configuration"), lambda s, v: s.where(Model.is_standard == (v == "1")), kind="bool"),
            Filter("category", N_("Category"), _by_category, options=_categories),
            _used(Model),
        ),
        id_column=Model.id,
        row_url=row_pages("catalog.edit_model"),
        search=_words(Model.name_order, Manufacturer.name_order, code=Model.part_number),
        default_sort="name",
    )  # fmt: skip


def _by_category(statement: Select[Any], code: str) -> Select[Any]:
    return statement.where(Model.category.has(Category.code == code))


def _categories() -> list[tuple[str, str]]:
    return category_options(by_code=True)


def category_options(*, by_code: bool = False) -> list[tuple[str, str]]:
    """Return (public id or code, shown name) of the categories that may be chosen, by name."""
    pairs = [
        (row.code if by_code else row.public_id, gettext(row.name)) for row in queries.active_categories()
    ]
    return sorted(pairs, key=lambda pair: by_letters(pair[1]))
