"""Puts one application into what its page shows: facts, remarks, who uses it, what it runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from inventory.applications import fields
from inventory.applications.models import Application
from inventory.applications.states import ApplicationState, Need
from inventory.core import i18n
from inventory.core.i18n import ngettext
from inventory.core.types import Code
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.organization.models import Person

GROUPS: dict[str, tuple[str, ...]] = {
    "identity": ("code", "editor", "release", "area", "in_service_on", "support_ends_on"),
    "people": ("business_owner", "deputy", "technical_owner"),
    "recovery": ("criticality", "recovery_time_hours", "recovery_point_hours", "recovery_tested_on"),
    "hosting": ("hosting", "data_location"),
    "contract": (
        "contract_supplier",
        "contract_reference",
        "contract_starts_on",
        "contract_ends_on",
        "contract_notice_months",
        "contract_yearly_cents",
    ),
    "law": (
        "personal_data",
        "processing_reference",
        "impact_assessment",
        "impact_assessed_on",
        "accreditation",
        "accredited_on",
        "accreditation_ends_on",
        "accreditation_authority",
    ),
}
# Shown even when empty, because somebody should fill them.
WANTED = frozenset(
    {
        "editor",
        "business_owner",
        "technical_owner",
        "hosting",
        "criticality",
        "contract_ends_on",
        "personal_data",
    }
)
# On the page the unit stands with the value.
SHORT = {
    "recovery_time_hours": N_("Recovery time"),
    "recovery_point_hours": N_("Recovery point"),
    "contract_notice_months": N_("Notice"),
}
# What only those who keep the application read, not those who merely use it.
KEPT_TO_OURSELVES = frozenset({"contract_yearly_cents"})
SOON_DAYS = 180


def facts(application: Application, group: str, *, own: bool) -> list[dict[str, Any]]:
    """Return the rows of `panels.facts` for a group of fields; empty ones only where somebody should fill them."""
    found = []
    for name in GROUPS[group]:
        value = getattr(application, name)
        if (value is None and name not in WANTED) or (name in KEPT_TO_OURSELVES and not own):
            continue
        found.append(
            {"label": gettext(SHORT.get(name) or fields.LABELS[name]), **_shown(application, name, value)}
        )
    return found


def _shown(application: Application, name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Code):
        return {"value": gettext(value.label)}
    if isinstance(value, Person):
        seen = value.entity_id in access().roles
        return {
            "value": value.display_name,
            "url": url_for("people.detail", public_id=value.public_id) if seen else None,
        }
    if name == "contract_yearly_cents":
        return {"value": f"{i18n.euros(value)} {gettext(application.contract_tax.label)}"}
    if name.endswith("_on"):
        return {"value": value, "kind": "day"}
    if name in fields.HOURS:
        return {"value": None if value is None else hours(value)}
    if name == "contract_notice_months":
        return {"value": months(value)}
    if name == "editor" and value is not None:
        return {"value": value.name, "url": url_for("applications.index", editor=value.public_id)}
    kind = "code" if name == "code" else "text"
    return {"value": getattr(value, "name", value), "kind": kind}


def hours(value: int) -> str:
    """Write a promised delay: hours, and days from two whole ones on."""
    if value >= 48 and value % 24 == 0:
        return ngettext("%(num)s day", "%(num)s days", value // 24)
    return ngettext("%(num)s hour", "%(num)s hours", value)


def months(value: int) -> str:
    """Write a number of months."""
    return ngettext("%(num)s month", "%(num)s months", value)


def remarks(application: Application, today: date) -> list[str]:
    """Return what somebody should do something about, as sentences; nothing about what is retired."""
    if application.state is ApplicationState.RETIRED:
        return []
    found = [*_of_support(application, today), *_of_contract(application, today)]
    for name in fields.PEOPLE:
        person: Person | None = getattr(application, name)
        if person is not None and (person.disabled or person.absent_since is not None):
            words = {"role": gettext(fields.LABELS[name]), "name": person.display_name}
            found.append(gettext(N_("%(role)s: %(name)s no longer works here. Name somebody else."), **words))
    return [*found, *_of_accreditation(application, today)]


def _of_support(application: Application, today: date) -> list[str]:
    ends = application.support_ends_on
    if ends is None or (ends - today).days > SOON_DAYS:
        return []
    if ends < today:
        return [gettext(N_("Its editor stopped supporting this version on %(day)s."), day=i18n.day(ends))]
    return [gettext(N_("Its editor stops supporting this version on %(day)s."), day=i18n.day(ends))]


def _of_contract(application: Application, today: date) -> list[str]:
    ends = application.contract_ends_on
    if ends is None:
        return []
    if ends < today:
        return [gettext(N_("Its maintenance contract ended on %(day)s."), day=i18n.day(ends))]
    if (ends - today).days > SOON_DAYS:
        return []
    notice = application.contract_notice_months
    if not notice:
        return [gettext(N_("Its maintenance contract ends on %(day)s."), day=i18n.day(ends))]
    words = {"day": i18n.day(ends), "notice": months(notice)}
    return [gettext(N_("Its maintenance contract ends on %(day)s; notice is %(notice)s."), **words)]


def _of_accreditation(application: Application, today: date) -> list[str]:
    if application.accreditation is not Need.NEEDED:
        return []
    ends = application.accreditation_ends_on
    if application.accredited_on is None:
        return [gettext(N_("It needs a security accreditation and has none."))]
    if ends is not None and ends < today:
        return [gettext(N_("Its security accreditation lapsed on %(day)s."), day=i18n.day(ends))]
    return []


def seen_and_others(rows: Sequence[Any], entity_of: Any) -> tuple[list[Any], int]:
    """Return the rows of entities that the user sees, and how many belong to others."""
    seen = [row for row in rows if entity_of(row) in access().roles]
    return seen, len(rows) - len(seen)


def tabs(figures: dict[str, int]) -> list[dict[str, Any]]:
    """Return the views above the list that answer the usual questions."""
    from flask import request

    chosen = {
        key: value
        for key, value in request.args.items()
        if key not in ("entity", "sort", "seen", "after", "before")
    }
    serving = "in_service,retiring"
    wanted: list[tuple[str, dict[str, Any], int | None]] = [
        (N_("All"), {}, None),
        (N_("In service"), {"state": serving}, figures["serving"]),
        (N_("Critical"), {"state": serving, "criticality": "critical"}, figures["critical"]),
        (N_("Sheet to fill in"), {"state": serving, "complete": "80"}, figures["incomplete"]),
    ]
    return [
        {"label": gettext(label), "url": url_for("applications.index", **asked), "active": chosen == asked, "count": count}
        for label, asked, count in wanted
    ]  # fmt: skip
