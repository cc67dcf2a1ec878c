"""What the page of an entity shows of the sixth: its own rates, or a line for each commune below it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from inventory.audit.remembering import memory
from inventory.core import charts, clock
from inventory.core.permissions import Permission
from inventory.core.registry import Panel
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization import queries as organization
from inventory.organization.models import Entity, EntityKind
from inventory.renewal import presentation, queries, wording

COMMUNES_SHOWN = 12


def _sixth(entity: Entity) -> dict[str, Any]:
    of_many = entity.kind is EntityKind.METROPOLIS
    return (_of_communes(entity) if of_many else None) or _of_one(entity)


def _of_communes(entity: Entity) -> dict[str, Any] | None:
    """Return the lines of what stands below, what misses most first, as the home page shows them; None for nothing below."""
    seen = organization.branch_ids(entity) & access().entity_ids(Permission.VIEW)
    found = memory().recent(("sixths", seen, clock.today()), lambda: queries.overview(queries.communes(seen)))
    if not found:
        return None
    rows = charts.bullets(
        [presentation.bullet(one, one.main, url=presentation.address(one.ask)) for one in found]
    )
    return {
        "url": url_for("renewal.index", entity=entity.code),
        "bullets": rows[:COMMUNES_SHOWN],
        "total": wording.total(found),
    }


def _of_one(entity: Entity) -> dict[str, Any]:
    """Return the two rates of an entity with its branch, each number with the address of what is behind it."""
    ask = queries.ask(entity, within=access().entity_ids(Permission.VIEW))
    asked = entity.id, ask.perimeter.entity_ids, ask.year, ask.as_of
    figures = memory().exact(("sixth of", *asked), lambda: queries.figures_of([ask])[0])
    return {
        "url": presentation.address(ask),
        "year": ask.year,
        "heads": [presentation.headline(figures, part) for part in figures.families],
    }


SIXTH = Panel("sixth", N_("The sixth"), "renewal/_panel_entity.html", _sixth, order=6)
