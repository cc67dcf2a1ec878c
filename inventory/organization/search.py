"""Answers the pickers that look for entities, places and people as one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from inventory.core.access import Scope
from inventory.core.database import db
from inventory.core.guard import requires
from inventory.core.ordering import holds
from inventory.core.permissions import Permission
from inventory.core.text import clean
from inventory.core.web import access, current_scope
from inventory.organization import queries
from inventory.organization.models import Entity, Location, Person

bp = Blueprint("organization", __name__, url_prefix="/search")
LIMIT = 20


def _asked() -> str:
    return clean(request.args.get("q", ""), 60) or ""


def nearest_first(entity_column: Any) -> Sequence[ColumnElement[int]]:
    """Return what sorts first the rows of the entity that the form is about, else of the page's."""
    asked, scope = request.args.get("near"), current_scope()
    near = db.session.scalar(select(Entity).where(Entity.public_id == asked)) if asked else None
    if near is None and scope.entity_id is not None:
        near = db.session.get(Entity, scope.entity_id)
    return [] if near is None else [queries.nearest_first(entity_column, near)]


def _everywhere() -> Scope:
    """Return all that the user sees: who looks after a commune's things may work for another entity."""
    scope = current_scope()
    return Scope(frozenset(access().roles), whole=scope.whole)


def answer(items: list[dict[str, str | None]]) -> Response:
    """Return what a picker reads: {"items": [{"value", "text", "detail"}]}."""
    return jsonify({"items": [{key: value for key, value in item.items() if value} for item in items]})


@bp.route("/people")
@requires(Permission.VIEW)
def search_people() -> Response:
    """People by name, e-mail, login or number, those of `near`, an entity, first; what matches by name before the rest."""
    statement = queries.matching_people(queries.people(_everywhere()), _asked())
    # A commune's name is in the addresses of all who work there: who bears the name comes first.
    named = and_(true(), *(holds(Person.name_order, word) for word in _asked().split()))
    order = (case((named, 0), else_=1), *nearest_first(Person.entity_id), Person.name_order, Person.id)
    rows = db.session.scalars(statement.order_by(*order).limit(LIMIT)).all()
    names = queries.whole_entity_names([row.entity for row in rows])
    return answer(
        [
            {"value": row.public_id, "text": row.display_name, "detail": _where(row, names[row.entity_id])}
            for row in rows
        ]
    )


def _where(person: Person, entity: str) -> str:
    """Return the department and the entity of a person, said once where they have one name."""
    department = person.department
    return entity if not department or entity.endswith(department) else f"{department} · {entity}"


@bp.route("/places")
@requires(Permission.VIEW)
def search_locations() -> Response:
    """Places by name or address; `near`, an entity, has its own come first."""
    statement = queries.matching_locations(queries.locations(current_scope()), _asked())
    order = (*nearest_first(Location.entity_id), Location.path, Location.id)
    rows = db.session.scalars(statement.order_by(*order).limit(LIMIT)).all()
    names = queries.location_names([row.id for row in rows])
    return answer(
        [{"value": row.public_id, "text": names[row.id], "detail": row.entity.name} for row in rows]
    )


@bp.route("/entities")
@requires(Permission.VIEW)
def search_entities() -> Response:
    """Entities by name or code."""
    asked = _asked().lower()
    statement = select(Entity).where(
        Entity.id.in_(current_scope().entity_ids),
        or_(*(func.lower(column).contains(asked, autoescape=True) for column in (Entity.name, Entity.code))),
    )
    rows = db.session.scalars(statement.order_by(Entity.name, Entity.id).limit(LIMIT))
    return answer([{"value": row.public_id, "text": row.name, "detail": row.code} for row in rows])
