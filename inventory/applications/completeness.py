"""How much of an application's sheet is filled in: what is missing, how much each thing weighs, and why it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inventory.applications.states import ApplicationState, Criticality, Hosting, Need, PersonalData
from inventory.core.wording import N_


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a whole sheet says: the field that fills it, its weight, and what it is good for."""

    field: str
    label: str
    weight: int
    why: str


# What is asked of every application; weights are points, the score is the share of them that is filled.
ALWAYS = (
    Asked("business_owner", N_("Business owner"), 15, N_("Who decides about it, and is called first.")),
    Asked("criticality", N_("Criticality"), 12, N_("Decides what is restored first.")),
    Asked("uses", N_("Entities that use it"), 12, N_("Without one it stands on no annex.")),
    Asked("technical_owner", N_("Technical owner"), 8, N_("Who knows how it runs.")),
    Asked("hosting", N_("Hosting"), 8, N_("Where it runs.")),
    Asked("editor", N_("Editor"), 6, N_("Who makes it.")),
    Asked("personal_data", N_("Personal data"), 6, N_("Whether it belongs in the record of processing.")),
    Asked("deputy", N_("Deputy"), 5, N_("Who answers when the owner is away.")),
    Asked("users", N_("Number of users"), 5, N_("Who is hit when it stops.")),
    Asked("release", N_("Version"), 4, N_("What is supported, and what must be updated.")),
    Asked("area", N_("Area of work"), 4, N_("What it is for.")),
    Asked("support_ends_on", N_("End of support"), 4, N_("When it must be replaced or updated.")),
    Asked("accreditation", N_("Security accreditation"), 3, N_("Whether it needs one.")),
)
_COMPONENTS = Asked(
    "components", N_("Equipment that it runs on"), 8, N_("What stops it when a server stops.")
)
_DATA_LOCATION = Asked("data_location", N_("Where its data are"), 5, N_("Its data leave the house."))
_CONTRACT = Asked("contract_ends_on", N_("Maintenance contract"), 8, N_("Who mends it, until when."))
_RECOVERY_TIME = Asked(
    "recovery_time_hours", N_("Recovery time"), 6, N_("Promised for what cannot stop for long.")
)
_RECOVERY_POINT = Asked(
    "recovery_point_hours", N_("Recovery point"), 6, N_("Promised for what cannot be lost.")
)
_TESTED = Asked("recovery_tested_on", N_("Last recovery test"), 4, N_("A promise that was never tried."))
_PROCESSING = Asked(
    "processing_reference", N_("Record of processing"), 6, N_("The law asks for it with personal data.")
)
_IMPACT = Asked(
    "impact_assessment", N_("Impact assessment"), 4, N_("Sensitive data may ask for one.")
)  # art. 35 GDPR
_IMPACT_DAY = Asked("impact_assessed_on", N_("Day of the impact assessment"), 5, N_("It is needed."))
_ACCREDITED = Asked("accredited_on", N_("Accredited on"), 5, N_("An accreditation is needed."))
_ACCREDITED_UNTIL = Asked(
    "accreditation_ends_on", N_("Accredited until"), 3, N_("An accreditation is needed.")
)


@dataclass(frozen=True, slots=True)
class Score:
    """The share that is filled, 0 to 100, rounded down so that 100 means all; what is missing, the heaviest first."""

    percent: int
    missing: tuple[Asked, ...]
    asked: int


def asked_of(sheet: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Return what is asked of this application: a sheet says where it runs and how critical it is, which asks for more."""
    hosting, data = sheet.get("hosting"), sheet.get("personal_data")
    more: list[Asked] = []
    if hosting is Hosting.ON_PREMISES:
        more.append(_COMPONENTS)
    if hosting in (Hosting.HOSTED, Hosting.SAAS):
        more.append(_DATA_LOCATION)
    if sheet.get("state") is not ApplicationState.PLANNED:
        more.append(_CONTRACT)
    if sheet.get("criticality") in (Criticality.CRITICAL, Criticality.IMPORTANT):
        more += [_RECOVERY_TIME, _RECOVERY_POINT]
    if sheet.get("criticality") is Criticality.CRITICAL:
        more.append(_TESTED)
    if data in (PersonalData.ORDINARY, PersonalData.SENSITIVE):
        more.append(_PROCESSING)
    if data is PersonalData.SENSITIVE:
        more.append(_IMPACT)
    if sheet.get("impact_assessment") is Need.NEEDED:
        more.append(_IMPACT_DAY)
    if sheet.get("accreditation") is Need.NEEDED:
        more += [_ACCREDITED, _ACCREDITED_UNTIL]
    kept = [each for each in ALWAYS if each.field not in _not_asked(sheet)]
    return (*kept, *more)


def _not_asked(sheet: Mapping[str, Any]) -> set[str]:
    """Return what would make no sense to ask: nobody uses what is only planned, an online service has no version."""
    skipped: set[str] = set()
    if sheet.get("state") is ApplicationState.PLANNED:
        skipped |= {"uses", "users"}
    if sheet.get("hosting") is Hosting.SAAS:
        skipped |= {"release", "support_ends_on"}
    return skipped


def score(sheet: Mapping[str, Any]) -> Score:
    """Return how whole a sheet is; `sheet` maps the fields of `Asked` to values, and an empty value is missing."""
    asked = asked_of(sheet)
    missing = sorted((each for each in asked if _is_empty(sheet.get(each.field))), key=lambda e: -e.weight)
    whole = sum(each.weight for each in asked)
    filled = whole - sum(each.weight for each in missing)
    return Score(100 * filled // whole, tuple(missing), whole)


def _is_empty(value: Any) -> bool:
    # Nought hours and nobody using it yet are answers.
    return value is None or value == "" or value is False
