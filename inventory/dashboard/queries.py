"""Reads the few figures of the home page, each in one query."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.core.access import Scope
from inventory.core.database import db
from inventory.discovery import queries as discovery
from inventory.discovery.models import Run

SHOWN = 5


def fleet(scope: Scope) -> dict[State, int]:
    """Return how many assets of the scope are in each state."""
    statement = (
        select(Asset.state, func.count()).where(Asset.entity_id.in_(scope.entity_ids)).group_by(Asset.state)
    )
    found: dict[State, int] = dict(db.session.execute(statement).all())
    return {state: found.get(state, 0) for state in State}


def latest_runs(scope: Scope) -> Sequence[Run]:
    """Return the scope's latest scans and directory readings."""
    statement = (
        discovery.runs(scope).order_by(None).order_by(Run.started_at.desc(), Run.id.desc()).limit(SHOWN)
    )
    return [row[0] for row in db.session.execute(statement)]
