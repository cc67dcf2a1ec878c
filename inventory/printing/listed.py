"""The list of supplies: its columns and filters; what it usually shows is what is to order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Select, func

from inventory.assets import queries as assets
from inventory.assets.fields import LABELS
from inventory.assets.lists import model_words
from inventory.assets.models import Asset
from inventory.catalog.models import Model
from inventory.core import clock, i18n
from inventory.core.i18n import ngettext
from inventory.core.listing import Column, Filter, Listing, Usual
from inventory.core.ordering import by_letters
from inventory.core.web import current_scope
from inventory.core.wording import N_
from inventory.discovery import fact_words
from inventory.discovery.presentation import word
from inventory.organization.models import Entity, Location
from inventory.printing import presentation, queries
from inventory.printing.models import PrinterSupply
from inventory.printing.supplies import FULL, PAPER
from inventory.topology.presentation import named

USUAL_DAYS, EVERYTHING = "30", "any"
LAST_DAY, LAST_LEVEL, LAST = date(9999, 12, 31), FULL + 1, "~"
Pairs = list[tuple[str, str]]


def listing() -> Listing:
    """Return the list of supplies that the request's address asks for."""
    return Listing(
        "supplies",
        queries.supplies(current_scope()),
        columns=_columns(),
        filters=_filters(),
        id_column=PrinterSupply.id,
        row_url=lambda row: named(row.asset).url,
        public_id=lambda row: f"{row.asset.public_id}:{row.key}",
        search=queries.matching,
        default_sort="due",
        usual=Usual("due", USUAL_DAYS, EVERYTHING),
    )


def _columns() -> tuple[Column, ...]:
    today = clock.today()
    return (
        Column("printer", N_("Printer"), lambda row: row.asset.label, kind="code", sort=func.coalesce(Asset.tag, LAST)),
        Column("supply", N_("Supply"), presentation.supply_words, sort=PrinterSupply.name),
        Column("level", N_("Level"), presentation.level_words, sort=func.coalesce(PrinterSupply.remaining, LAST_LEVEL)),
        Column("due", N_("To replace"), lambda row: presentation.due_words(row, today), title=presentation.due_title,
               sort=func.coalesce(PrinterSupply.runs_out_on, LAST_DAY)),
        Column("runs_out_on", N_("Runs out on"), lambda row: row.runs_out_on, kind="day", shown=False, in_files=True),
        Column("model", LABELS["model"], lambda row: model_words(row.asset), sort=func.coalesce(Model.name_order, LAST)),
        Column("entity", LABELS["entity"], lambda row: row.asset.entity.name),
        Column("place", LABELS["location"], lambda row: row.asset.location.name if row.asset.location else None,
               url=lambda row: url_for("locations.detail", public_id=row.asset.location.public_id) if row.asset.location else None),
        Column("lasts", N_("A full one lasts"), presentation.pace_words),
        Column("read_at", N_("Last read"), lambda row: row.read_at, kind="instant", sort=PrinterSupply.read_at),
        Column("replaced_on", N_("Last replaced"), lambda row: row.replaced_on, kind="day", shown=False),
        Column("color", N_("Colour"), lambda row: row.color or None, shown=False, in_files=True),
        Column("kind", N_("Kind"), lambda row: word(fact_words.SUPPLIES, row.kind), shown=False, in_files=True),
        Column("serial", LABELS["serial"], lambda row: row.asset.serial, shown=False, in_files=True),
    )  # fmt: skip


def _filters() -> tuple[Filter, ...]:
    return (
        Filter("due", N_("To order"), _by_due, options=cache(_dues), words=_within,
               own=N_("Runs out within so many days")),
        Filter("low", N_("Level at most"), _by_level, options=cache(_levels), words=_share, own=N_("Percent")),
        Filter("kind", N_("Kind"), lambda s, v: s.where(PrinterSupply.kind == v), options=cache(_kinds)),
        Filter("color", N_("Colour"), lambda s, v: s.where(func.lower(PrinterSupply.color) == v.lower()), kind="text"),
        Filter("branch", N_("Entity and those below"), _in_branch, options=_entities, search="organization.search_entities"),
        Filter("model", LABELS["model"], lambda s, v: s.where(Model.public_id == v), options=_models,
               search="catalog.search_models"),
        Filter("place", LABELS["location"], _at_place, options=_places, search="organization.search_locations"),
    )  # fmt: skip


def _by_due(statement: Select[tuple[int]], value: str) -> Select[tuple[int]]:
    return queries.due_within(statement, int(value)) if assets.is_days(value) else statement


def _within(value: str) -> str | None:
    if not assets.is_days(value):
        return None
    return ngettext("within %(num)s day", "within %(num)s days", int(value))


def _dues() -> Pairs:
    days = [(str(n), str(_within(str(n)))) for n in (7, 14, 30, 60, 90)]
    return [*days, (EVERYTHING, gettext(N_("any, what lasts longer too")))]


def _by_level(statement: Select[tuple[int]], value: str) -> Select[tuple[int]]:
    if not assets.is_days(value):
        return statement
    return statement.where(PrinterSupply.remaining <= int(value) * FULL // 100)


def _share(value: str) -> str | None:
    return i18n.percent(int(value) / 100, 0) if assets.is_days(value) else None


def _levels() -> Pairs:
    return [(str(n), str(_share(str(n)))) for n in (0, 5, 10, 20, 50)]


def _kinds() -> Pairs:
    pairs = [(code, gettext(label)) for code, label in fact_words.SUPPLIES.items() if code != PAPER]
    return sorted(pairs, key=lambda pair: by_letters(pair[1]))


def _in_branch(statement: Select[tuple[int]], value: str) -> Select[tuple[int]]:
    return assets.in_branch(statement, value, assets.View(), below=True)


def _at_place(statement: Select[tuple[int]], value: str) -> Select[tuple[int]]:
    return assets.at_place(statement, value, assets.View())


def _asked(key: str) -> Sequence[str]:
    return request.args.get(key, "").split(",")[:50]


def _entities() -> Pairs:
    seen, rows = current_scope().entity_ids, assets.rows_named(Entity, _asked("branch"))
    return [
        (next((one for one in _asked("branch") if one.upper() == row.code), row.public_id), row.name)
        for row in rows
        if row.id in seen
    ]


def _places() -> Pairs:
    seen = current_scope().entity_ids
    rows = assets.rows_named(Location, _asked("place"))
    return [(row.public_id, row.name) for row in rows if row.entity_id in seen]


def _models() -> Pairs:
    return [(row.public_id, row.name) for row in assets.rows_named(Model, _asked("model"))]
