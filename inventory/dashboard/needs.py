"""What needs somebody today: a line for each act that waits, for those who may do it, with what is behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import g, url_for

from inventory.assets.states import State
from inventory.core.access import Scope
from inventory.core.i18n import ngettext
from inventory.core.permissions import Permission
from inventory.core.web import access, current_scope
from inventory.dashboard import queries
from inventory.dashboard.queries import Fleet
from inventory.jobs import queries as jobs
from inventory.printing import queries as printing
from inventory.reconciliation import queries as reviews

SUPPLY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do: what it says with its count, where it is done, and how urgent it looks."""

    icon: str
    text: str
    url: str
    tone: str = "neutral"


def needs(fleet: Fleet) -> list[Need]:
    """Return what waits for the present user, the most pressing first; nothing that they may not do."""
    found: list[Need] = []
    for permission, make in MAKERS:
        if access().allows(permission):
            found += make(current_scope(permission), fleet)
    return found


def _failed_jobs(_scope: Scope, _fleet: Fleet) -> list[Need]:
    count = jobs.count_failed()
    words = ngettext("%(num)s background task has failed", "%(num)s background tasks have failed", count)
    return [Need("alert-triangle", words, url_for("jobs.index", failed="1"), "bad")] if count else []


def _questions(scope: Scope, _fleet: Fleet) -> list[Need]:
    count = reviews.open_count(scope)
    words = ngettext("%(num)s question to answer", "%(num)s questions to answer", count)
    return [Need("flag", words, url_for("reviews.index"), "warn")] if count else []


def _runs(scope: Scope, _fleet: Fleet) -> list[Need]:
    count = queries.troubled_runs(scope)
    words = ngettext(
        "%(num)s run of the last seven days could not read everything",
        "%(num)s runs of the last seven days could not read everything",
        count,
    )
    return (
        [Need("radar-2", words, url_for("discovery.runs", troubled=str(queries.RUNS_DAYS)), "warn")]
        if count
        else []
    )


def _imports(_scope: Scope, _fleet: Fleet) -> list[Need]:
    return [
        Need(
            "file-import",
            ngettext(
                "%(num)s row of %(file)s was tried and waits for you",
                "%(num)s rows of %(file)s were tried and wait for you",
                kept.lines,
                file=kept.filename,
            ),
            url_for("imports.detail", public_id=kept.public_id),
        )
        for kept in queries.waiting_imports(g.user.id)
    ]


def _equipment(_scope: Scope, fleet: Fleet) -> list[Need]:
    states = fleet.states
    words = {
        State.MISSING: (ngettext("%(num)s item is missing", "%(num)s items are missing", states[State.MISSING]), "bad"),
        State.IN_REPAIR: (
            ngettext("%(num)s item is in repair", "%(num)s items are in repair", states[State.IN_REPAIR]), "neutral",
        ),
        State.IN_PREPARATION: (
            ngettext("%(num)s item to prepare", "%(num)s items to prepare", states[State.IN_PREPARATION]), "neutral",
        ),
    }  # fmt: skip
    return [
        Need(state.icon, text, url_for("assets.index", state=state.value), tone)
        for state, (text, tone) in words.items()
        if states[state]
    ]


def _renewal(_scope: Scope, fleet: Fleet) -> list[Need]:
    found = []
    if fleet.unknown_ages:
        words = ngettext(
            "%(num)s main terminal has no known age",
            "%(num)s main terminals have no known age",
            fleet.unknown_ages,
        )
        url = url_for("assets.index", state="in_use", family="main", age="unknown")
        found.append(Need("calendar-question", words, url))
    if fleet.warranty_ending:
        words = ngettext(
            "%(num)s warranty ends within 90 days",
            "%(num)s warranties end within 90 days",
            fleet.warranty_ending,
        )
        url = url_for("assets.index", state="in_use", warranty=str(queries.WARRANTY_DAYS))
        found.append(Need("shield-half", words, url))
    return found


def _supplies(scope: Scope, _fleet: Fleet) -> list[Need]:
    count = printing.due_count(scope, SUPPLY_DAYS)
    words = ngettext(
        "%(num)s supply of a printer runs out within %(days)s days",
        "%(num)s supplies of printers run out within %(days)s days",
        count,
        days=SUPPLY_DAYS,
    )
    return [Need("printer", words, url_for("printing.supplies", due=str(SUPPLY_DAYS)))] if count else []


MAKERS: tuple[tuple[Permission, Callable[[Scope, Fleet], list[Need]]], ...] = (
    (Permission.INSTANCE_ADMIN, _failed_jobs),
    (Permission.REVIEWS_ANSWER, _questions),
    (Permission.ASSETS_BULK, _imports),
    (Permission.ASSETS_EDIT, _equipment),
    (Permission.ASSETS_EDIT, _supplies),
    (Permission.SCANS_RUN, _runs),
    (Permission.RENEWAL_PLAN, _renewal),
)
