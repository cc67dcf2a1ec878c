"""What the equipment list shows and asks of where things hang: the switch and port columns, and their filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import Select, func, select

from inventory.assets import queries as assets
from inventory.assets.lists import asset_of
from inventory.assets.models import Asset
from inventory.assets.queries import NONE, View
from inventory.core.listing import Column, Filter
from inventory.core.wording import N_
from inventory.topology import presentation, queries
from inventory.topology.models import PortAttachment
from inventory.topology.ports import short_port, spellings


class _Page:
    """Where the rows that are being shown hang."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.places: dict[str, PortAttachment] = {}

    def load(self, rows: Sequence[Any]) -> None:
        self.places = queries.ports_of([asset_of(row).public_id for row in rows], self.view.as_of)

    def of(self, row: Any) -> PortAttachment | None:
        return self.places.get(asset_of(row).public_id)


def added(view: View) -> tuple[list[Column], list[Filter]]:
    """Return the columns and filters that topology adds to the equipment list, on the list's day."""
    return _columns(_Page(view)), _filters(view)


def _columns(page: _Page) -> list[Column]:
    def switch(row: Any) -> str | None:
        place = page.of(row)
        return presentation.named(place.switch).label if place else None

    def url(row: Any) -> str | None:
        place = page.of(row)
        return presentation.named(place.switch).url if place else None

    def port(row: Any) -> str | None:
        place = page.of(row)
        return (short_port(place.port_name) or place.detail or None) if place else None

    def title(row: Any) -> str | None:
        place = page.of(row)
        return presentation.why(place) if place else None

    return [
        Column("switch", N_("Switch"), switch, url=url, title=title, load=page.load, shown=False, data=()),
        Column("port", N_("Port"), port, load=page.load, shown=False, data=()),
    ]


def _filters(view: View) -> list[Filter]:
    def by_switch(statement: Select[Any], value: str) -> Select[Any]:
        if value == NONE:
            placed = select(PortAttachment.asset_id).where(queries.standing(view.as_of))
            return statement.where(Asset.id.not_in(placed))
        switch = select(Asset.id).where(Asset.public_id == value).scalar_subquery()
        return queries.hanging(statement, [PortAttachment.switch_id == switch], view.as_of)

    def by_port(statement: Select[Any], value: str) -> Select[Any]:
        written = func.lower(PortAttachment.port_name).in_(spellings(value))
        return queries.hanging(statement, [written], view.as_of)

    return [
        Filter("switch", N_("Switch"), by_switch, options=_chosen, search="topology.search_switches"),
        Filter("port", N_("Port"), by_port, kind="text"),
    ]


def _chosen() -> list[tuple[str, str]]:
    """Return the options that the address chose, so that the chip says a switch's name."""
    wanted = [value for value in request.args.get("switch", "").split(",")[:50] if value != NONE]
    rows = assets.rows_named(Asset, wanted)
    nowhere = (NONE, gettext(N_("nowhere that is known")))
    return [nowhere, *((row.public_id, presentation.named(row).label) for row in rows)]


def words_on_port(text: str) -> list[str]:
    """Return the public ids of what hangs where a text says, “sw-mairie Gi1/0/3”; nothing where it says no port."""
    switch, _space, port = text.strip().rpartition(" ")
    if not switch or not any(character.isdigit() for character in port):
        return []
    return queries.on_port(switch.strip(), port)
