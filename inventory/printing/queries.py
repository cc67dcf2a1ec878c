"""Reads what printers used and what they need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from inventory.assets.lifecycle import GONE
from inventory.assets.models import Asset
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category, Manufacturer, Model
from inventory.core import clock
from inventory.core.access import Scope
from inventory.core.database import among, db
from inventory.discovery import queries as discovery
from inventory.discovery.models import Run, Sighting
from inventory.organization import queries as organization
from inventory.printing.models import PrinterReading, PrinterSupply
from inventory.printing.supplies import FULL
from inventory.printing.wear import Series
from inventory.reconciliation.models import Link

PRINTERS = (Kind.PRINTER, Kind.MULTIFUNCTION_PRINTER, Kind.LABEL_PRINTER, Kind.FAX)
LOW = FULL // 10
# Makers fill these in either sense, so that a low level of one says nothing.
WASTE = ("waste_toner", "waste_ink", "waste_wax")
MOST_TOTALS = 200


def printers_read(run: Run) -> Sequence[Row[Any]]:
    """Return (asset_id, observation, last_seen_at) of the printers that a run met, the latest last."""
    statement = (
        select(Link.asset_id, Sighting.observation, Sighting.last_seen_at)
        .join(Sighting, Link.sighting_id == Sighting.id)
        .join(Asset, Link.asset_id == Asset.id)
        .join(Category, Asset.category_id == Category.id)
        .where(discovery.met_last(run), Sighting.source != "ldap", Category.kind.in_(PRINTERS))
        .order_by(Sighting.last_seen_at, Sighting.id)
    )
    return db.session.execute(statement).all()


def readings_on(asset_ids: Collection[int], days: Collection[date]) -> dict[tuple[int, date], Any]:
    """Return (id, meters, levels) of the readings of these printers on these days, by (asset, day)."""
    of = PrinterReading
    statement = select(of.asset_id, of.read_on, of.id, of.meters, of.levels).where(
        among(of.asset_id, asset_ids), of.read_on.in_(days)
    )
    return {(row.asset_id, row.read_on): row for row in db.session.execute(statement)}


def levels_of(asset_ids: Collection[int], *, since: date) -> Mapping[int, Mapping[str, Series]]:
    """Return what was left of each supply day by day, oldest first: asset → key of the supply → (day, thousandths)."""
    statement = (
        select(PrinterReading.asset_id, PrinterReading.read_on, PrinterReading.levels)
        .where(among(PrinterReading.asset_id, asset_ids), PrinterReading.read_on >= since)
        .order_by(PrinterReading.read_on)
    )
    found: dict[int, dict[str, list[tuple[date, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.execute(statement):
        for key, left in row.levels.items():
            found[row.asset_id][key].append((row.read_on, left))
    return found


def readings_of(asset_id: int, *, since: date) -> list[tuple[date, dict[str, int]]]:
    """Return the meters of a printer day by day from a day on, oldest first."""
    statement = (
        select(PrinterReading.read_on, PrinterReading.meters)
        .where(PrinterReading.asset_id == asset_id, PrinterReading.read_on >= since)
        .order_by(PrinterReading.read_on)
    )
    return [(row.read_on, row.meters) for row in db.session.execute(statement)]


def supplies_of(asset_id: int) -> list[PrinterSupply]:
    """Return the supplies of a printer."""
    return list(db.session.scalars(select(PrinterSupply).where(PrinterSupply.asset_id == asset_id)))


def supplies(scope: Scope) -> Select[Any]:
    """Return the supplies of the scope's printers that have not left, with what a list shows of each."""
    return (
        _within(select(PrinterSupply), scope)
        .outerjoin(Model, Asset.model_id == Model.id)
        .outerjoin(Manufacturer, Asset.manufacturer_id == Manufacturer.id)
        .options(
            joinedload(PrinterSupply.asset).joinedload(Asset.category),
            joinedload(PrinterSupply.asset).joinedload(Asset.entity),
            joinedload(PrinterSupply.asset).joinedload(Asset.location),
            joinedload(PrinterSupply.asset).joinedload(Asset.model),
            joinedload(PrinterSupply.asset).joinedload(Asset.manufacturer),
        )
    )


def due_within(statement: Select[Any], days: int) -> Select[Any]:
    """Keep what runs out within so many days at its pace, or is low where the pace is not known."""
    last = clock.today() + timedelta(days=days)
    unknown = and_(
        PrinterSupply.runs_out_on.is_(None),
        PrinterSupply.remaining <= LOW,
        PrinterSupply.kind.not_in(WASTE),
    )
    return statement.where(or_(PrinterSupply.runs_out_on <= last, unknown))


def due_count(scope: Scope, days: int) -> int:
    """Return how many supplies of the scope's printers run out within so many days."""
    # Beside the few supplies that are due: joined, a store may well begin with the whole fleet.
    printer = exists().where(Asset.id == PrinterSupply.asset_id, *_there(scope))
    statement = due_within(select(func.count()).select_from(PrinterSupply), days)
    return db.session.scalar(statement.where(printer)) or 0


def _within(statement: Select[Any], scope: Scope) -> Select[Any]:
    return statement.join(Asset, PrinterSupply.asset_id == Asset.id).where(*_there(scope))


def _there(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return organization.within(Asset.entity_id, scope), Asset.state.not_in(sorted(GONE))


def matching(statement: Select[Any], text: str) -> Select[Any]:
    """Keep supplies whose printer, model or own name holds each word."""
    columns = (
        Asset.tag,
        Asset.name,
        Asset.serial,
        Model.name,
        Manufacturer.name,
        PrinterSupply.name,
        PrinterSupply.color,
    )
    for word in text.split()[:6]:
        statement = statement.where(or_(*(one.icontains(word, autoescape=True) for one in columns)))
    return statement


def totals(narrowed: Select[Any]) -> Sequence[Any]:
    """Return (maker, model, kind, name, color, number) of what a list was narrowed to, the most first."""
    number = func.count()
    columns = (
        Manufacturer.name.label("maker"),
        Model.name.label("model"),
        PrinterSupply.kind,
        PrinterSupply.name,
        PrinterSupply.color,
    )
    statement = (
        narrowed.with_only_columns(*columns, number.label("number"), maintain_column_froms=True)
        .group_by(*columns)
        .order_by(number.desc(), Model.name, PrinterSupply.name)
        .limit(MOST_TOTALS)
    )
    return db.session.execute(statement).all()  # fmt: skip
