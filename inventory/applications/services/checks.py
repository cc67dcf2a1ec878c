"""What the sheet of an application must pass whoever writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.applications import fields
from inventory.applications.states import ApplicationState
from inventory.core import clock
from inventory.core.errors import Invalid
from inventory.core.wording import N_
from inventory.organization.models import Entity

UNIQUE = ("name", "code")
_PAST_DAYS = frozenset({"recovery_tested_on", "impact_assessed_on", "accredited_on"})
_ORDERED_DAYS = (
    ("contract_starts_on", "contract_ends_on", N_("The contract cannot end before it begins.")),
    ("accredited_on", "accreditation_ends_on", N_("The accreditation cannot end before it begins.")),
)
MAX_HOURS = 8760
MAX_NOTICE_MONTHS = 60


def check(values: Mapping[str, Any], entity: Entity) -> None:
    """Raise Invalid for columns of an application of an entity that cannot be so together."""
    if not values.get("name"):
        raise Invalid("name", N_("Give it a name."))
    today = clock.today(entity.time_zone)
    for name in _PAST_DAYS:
        if values.get(name) and values[name] > today:
            raise Invalid(name, N_("This day has not come yet."))
    served_on = values.get("in_service_on")
    if served_on and served_on > today and values.get("state") is ApplicationState.IN_SERVICE:
        raise Invalid("in_service_on", N_("This day has not come yet."))
    for first, last, sentence in _ORDERED_DAYS:
        if values.get(first) and values.get(last) and values[last] < values[first]:
            raise Invalid(last, sentence)
    for name in fields.HOURS:
        if not 0 <= (values.get(name) or 0) <= MAX_HOURS:
            raise Invalid(name, N_("Give a number of hours from 0 to 8760, which is a year."))
    if not 0 <= (values.get("contract_notice_months") or 0) <= MAX_NOTICE_MONTHS:
        raise Invalid("contract_notice_months", N_("Give a number of months from 0 to 60."))


def taken(name: str, text: str) -> Invalid:
    """Return the refusal of a name or a code (`name` says which) that another application of the entity has."""
    return Invalid(name, N_("“%(text)s” is kept for this entity already."), text=text)
