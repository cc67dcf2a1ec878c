"""The figures of the home page, remembered: many open it, few change what it counts."""

from __future__ import annotations

from datetime import date

from inventory.audit.remembering import memory
from inventory.core.access import Scope
from inventory.dashboard import queries
from inventory.dashboard.queries import Fleet
from inventory.renewal import queries as renewal
from inventory.renewal.queries import Figures


def figures(scope: Scope, today: date) -> tuple[Fleet, list[Figures]]:
    """Return the fleet and the sixths of a scope, counted now or a moment ago."""
    ids = scope.entity_ids
    return (
        memory().recent(("fleet", ids, today), lambda: queries.fleet(scope, today)),
        memory().recent(("sixths", ids, today), lambda: renewal.overview(renewal.communes(ids))),
    )
