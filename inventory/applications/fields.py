"""Names the fields of an application: their words for people, which ones people edit, and how history keeps a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from inventory.applications.models import Application
from inventory.applications.states import ApplicationState, Exit, Origin
from inventory.catalog.models import Manufacturer
from inventory.core.database import db, row_of
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.organization.models import Entity, Person
from inventory.procurement.models import Supplier

LABELS = {
    "name": N_("Name"),
    "code": N_("Code"),
    "description": N_("Description"),
    "area": N_("Area of work"),
    "editor": N_("Editor"),
    "release": N_("Version"),
    "modules": N_("Modules"),
    "support_ends_on": N_("End of support"),
    "in_service_on": N_("In service since"),
    "hosting": N_("Hosting"),
    "data_location": N_("Where its data are"),
    "criticality": N_("Criticality"),
    "recovery_time_hours": N_("Recovery time, in hours"),
    "recovery_point_hours": N_("Recovery point, in hours"),
    "recovery_tested_on": N_("Last recovery test"),
    "business_owner": N_("Business owner"),
    "deputy": N_("Deputy"),
    "technical_owner": N_("Technical owner"),
    "user_groups": N_("Groups of users"),
    "contract_supplier": N_("Maintained by"),
    "contract_reference": N_("Contract reference"),
    "contract_starts_on": N_("Contract from"),
    "contract_ends_on": N_("Contract until"),
    "contract_notice_months": N_("Notice, in months"),
    "contract_yearly_cents": N_("Cost per year"),
    "contract_tax": N_("Tax"),
    "personal_data": N_("Personal data"),
    "processing_reference": N_("Record of processing"),
    "impact_assessment": N_("Impact assessment"),
    "impact_assessed_on": N_("Assessed on"),
    "accreditation": N_("Security accreditation"),
    "accredited_on": N_("Accredited on"),
    "accreditation_ends_on": N_("Accredited until"),
    "accreditation_authority": N_("Accredited by"),
}

RELATIONS: dict[str, type[Any]] = {
    "entity_id": Entity,
    "editor_id": Manufacturer,
    "business_owner_id": Person,
    "deputy_id": Person,
    "technical_owner_id": Person,
    "contract_supplier_id": Supplier,
}

# What an edit may set; the state changes by acts of its own, the uses and the equipment have rows of their own.
EDITABLE = frozenset(f"{name}_id" if f"{name}_id" in RELATIONS else name for name in LABELS)
PEOPLE = ("business_owner", "deputy", "technical_owner")
HOURS = ("recovery_time_hours", "recovery_point_hours")


def public_name(field: str) -> str:
    """Return the field's name in pages, history and exports: `editor` for `editor_id`."""
    return field.removesuffix("_id")


def column_of(name: str) -> str:
    """Return the column of a public name: `editor_id` for `editor`."""
    return f"{name}_id" if f"{name}_id" in RELATIONS else name


def display(field: str, value: Any) -> Any:
    """Return a value as history keeps it: the name of what an id stands for, codes as their text, days as they are."""
    if value is None:
        return None
    if field in RELATIONS:
        row = row_of(RELATIONS[field], value)
        return None if row is None else str(getattr(row, "display_name", None) or getattr(row, "name", value))
    return value.value if isinstance(value, Code) else value


def at_hand(applications: Sequence[Application], edits: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Read what applications and edits of them name, in one query for each noun.

    The session finds it again without asking the store for as long as somebody holds what this returns.
    """
    wanted: dict[type[Any], set[int | None]] = {model: set() for model in RELATIONS.values()}
    for name, model in RELATIONS.items():
        wanted[model] |= {getattr(application, name) for application in applications}
        wanted[model] |= {values.get(name) for values in edits}
    return [
        row
        for model, ids in wanted.items()
        if ids - {None}
        for row in db.session.scalars(select(model).where(model.id.in_(ids - {None})))
    ]


def row_or_value(field: str, value: Any) -> Any:
    """Return what the conflict page compares: the row that an id stands for, else the value."""
    return (
        db.session.get(RELATIONS[field], value) if field in RELATIONS and value is not None else value or None
    )


def coded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the codes of closed lists as their members; raises ValueError for an unknown code."""
    result = dict(values)
    for name, value in values.items():
        codes = getattr(Application.__table__.c[name].type, "codes", None)
        if codes is not None and value:
            result[name] = codes(value)
    return result


def forget_relations(application: Application) -> None:
    """Make the application read its editor, its people and its supplier again from their ids."""
    db.session.expire(application, [public_name(name) for name in RELATIONS])


# How history and the conflict page call each field, and the closed list of its values (audit.presentation.describe).
DESCRIBED: dict[str, tuple[str, type[Code] | None]] = {
    name: (label, getattr(getattr(Application.__table__.c.get(name), "type", None), "codes", None))
    for name, label in LABELS.items()
} | {
    "application_state": (N_("State"), ApplicationState),
    "used_by": (N_("Used by"), None),
    "used_since_on": (N_("Since"), None),
    "used_until_on": (N_("Until"), None),
    "users": (N_("Users"), None),
    "origin": (N_("How it came"), Origin),
    "exit": (N_("How it left"), Exit),
    "exit_reason": (N_("Reason"), None),
    "replaced_by": (N_("Replaced by"), None),
    "runs_on": (N_("Runs on"), None),
    "annex_year": (N_("Year"), None),
    "annex_lines": (N_("Applications"), None),
    "annex_changes": (N_("Changes"), None),
}
