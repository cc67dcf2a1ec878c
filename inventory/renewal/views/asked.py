"""Reads from an address whose figures are asked for: the entity, the perimeter, the contract year."""

from __future__ import annotations

from flask import request

from inventory.core.errors import NotFound
from inventory.core.permissions import Permission
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization.models import Entity
from inventory.renewal import queries
from inventory.renewal.queries import Ask, Family, Figure, LeftOut, Part, Selection

NO_PAGE = N_("There is no such page, or it belongs to an entity that you do not see.")


def ask_of(entity: Entity) -> Ask:
    """Return what the address asks of an entity; nonsense is read as the present year and the whole branch."""
    year = request.args.get("year", "")
    part = request.args.get("perimeter", "")
    return queries.ask(
        entity,
        part=Part(part) if part in {code.value for code in Part} else Part.BOTH,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        within=access().entity_ids(Permission.VIEW),
    )


def selection_of() -> Selection:
    """Return the figure that the address names, or the base; raises NotFound when there is none of that name."""
    given = request.args
    age = given.get("age", "")
    try:
        return Selection(
            figure=Figure(given.get("figure", Figure.BASE.value)),
            family=Family(given.get("family", Family.MAIN.value)),
            category=given.get("category") or None,
            age=int(age) if age else None,
            left_out=LeftOut(given["left_out"]) if given.get("left_out") else None,
        )
    except ValueError:
        raise NotFound(NO_PAGE) from None
